//! Markdown, code and mathematics to safe HTML. Pure functions: nothing is fetched, nothing is kept.
//!
//! The text comes from people and models, so nothing in it is trusted: raw HTML is shown as text, pictures become
//! links, addresses other than http, https and mailto are dropped, no id and no style is taken over, and an
//! allow-list has the last word (`sanitise`).
//!
//! Each top-level block is rendered by itself. That makes streaming cheap (a finished block never changes), and it is
//! why a link's definition (`[name]: address`) is found only in its own block.

mod blocks;
mod code;
mod html;
mod math;
mod sanitise;
mod stream;

pub use stream::{Change, Stream};

/// Safe HTML, one entry a top-level block.
pub fn render(markdown: &str) -> Vec<String> {
    let mut stream = Stream::new();
    stream.push(markdown);
    stream.finish();
    stream.into_blocks()
}
