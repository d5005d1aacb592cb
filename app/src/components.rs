//! One part of the page a file.

pub mod account;
pub mod answer;
pub mod attachments;
pub mod composer;
mod detail_choice;
pub mod details;
pub mod editor;
pub mod escaped;
pub mod hello;
pub mod icon;
pub mod notices;
pub mod options_menu;
pub mod question;
pub mod sessions;
pub mod side_bar;
pub mod toast;
pub mod top_bar;
pub mod versions;
pub mod viewer;
pub mod writing;
