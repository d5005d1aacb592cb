//! The `chaton` program: command line, router, sessions, event streams, uploads.
//!
//! - [`cli`], [`commands`]: what a terminal can ask for, one file a command
//! - [`settings`], [`data_dir`], [`public_url`]: the typed settings of `serve` and where things are kept
//! - [`names`], [`secrets`], [`class_list`], [`limits`]: what a team's accounts are made of, and what each may do
//! - [`web`]: HTTP; the whole stack stands in `web::router`
//! - [`backend`]: the only place where the types of page, storage and model meet
//! - [`built_in`], [`assets`]: what the program carries in itself: the demo model, the page
//! - [`export`]: everything of a person as one file · [`mail`]: invitations by mail, where there is a mail server
//! - [`picture_worker`]: pictures from outside are decoded in a child process with limits

pub mod assets;
pub mod backend;
pub mod built_in;
pub mod class_list;
pub mod cli;
pub mod commands;
pub mod data_dir;
pub mod export;
pub mod limits;
pub mod mail;
pub mod names;
pub mod picture_worker;
pub mod public_url;
pub mod secrets;
pub mod settings;
pub mod time;
pub mod web;
