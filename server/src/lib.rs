//! The `chaton` program: command line, router, sessions, event streams, uploads.
//!
//! - [`cli`], [`commands`]: what a terminal can ask for, one file a command
//! - [`settings`], [`data_dir`]: the typed settings of `serve` and where things are kept
//! - [`web`]: HTTP; the whole stack stands in `web::router`
//! - [`backend`]: the only place where the types of page, storage and model meet
//! - [`built_in`], [`assets`]: what the program carries in itself: the demo model, the page
//! - [`picture_worker`]: pictures from outside are decoded in a child process with limits

pub mod assets;
pub mod backend;
pub mod built_in;
pub mod cli;
pub mod commands;
pub mod data_dir;
pub mod picture_worker;
pub mod settings;
pub mod web;
