//! One page a file; the table of routes is in `App`.

pub mod conversation;
pub mod home;
pub mod models;
pub mod not_found;
pub mod settings;
