//! What only a browser does. Called from effects and event handlers, which never run on the server.

pub mod clipboard;
pub mod drafts;
pub mod drop;
pub mod event_stream;
pub mod keys;
pub mod page;
pub mod upload;
pub mod version;
