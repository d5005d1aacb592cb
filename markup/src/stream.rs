//! Text that arrives in pieces.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::blocks::{self, Block};
use crate::code::CodeMemory;
use crate::{html, math};

/// What a push changed: the first `keep` blocks stay, `blocks` follow them (and replace what followed before).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub keep: usize,
    pub blocks: Vec<String>,
}

/// Markdown that grows at its end. Finished blocks are rendered once and never change; after all pushes and
/// [`Stream::finish`], [`Stream::blocks`] is what [`crate::render`] makes of the whole text, however it was cut.
#[derive(Default)]
pub struct Stream {
    /// What is not finished yet: the last block, and what may become the next one.
    open: String,
    /// HTML of the finished blocks, then of those still open.
    blocks: Vec<String>,
    finished: usize,
    /// Long code is coloured once, not again with every token.
    code: CodeMemory,
}

impl Stream {
    pub fn new() -> Stream {
        Stream::default()
    }

    /// Adds a piece of text, of any length.
    pub fn push(&mut self, text: &str) -> Change {
        // Windows' line ends: dropped one by one, so that a cut between `\r` and `\n` makes no difference.
        self.open.extend(text.chars().filter(|&char| char != '\r'));
        let lines = self.open.rfind('\n').map_or(0, |newline| newline + 1);
        let mut found = blocks::split(&self.open[..lines], true);
        // More lines may still belong to the last one, unless it is mathematics that has ended.
        let is_open = |block: &Block| !(block.is_math && math::is_closed(&self.open[block.range.clone()]));
        if found.last().is_some_and(is_open) {
            found.pop();
        }
        self.advance(found, false)
    }

    /// The text has ended: what was open is finished as it stands.
    pub fn finish(&mut self) -> Change {
        // As a complete line, so that the end reads like any other line's.
        if !self.open.is_empty() && !self.open.ends_with('\n') {
            self.open.push('\n');
        }
        let found = blocks::split(&self.open, false);
        self.advance(found, true)
    }

    /// Everything so far, the open block as far as it is known.
    pub fn blocks(&self) -> &[String] {
        &self.blocks
    }

    pub(crate) fn into_blocks(self) -> Vec<String> {
        self.blocks
    }

    /// Renders `found` for good, and what follows them for now.
    fn advance(&mut self, found: Vec<Block>, is_end: bool) -> Change {
        let before = self.blocks.split_off(self.finished);
        for block in &found {
            let html = render(&self.open, block, &mut CodeMemory::default());
            self.blocks.extend(html);
        }
        if let Some(last) = found.last() {
            self.open.drain(..last.range.end);
            self.code = CodeMemory::default();
        }
        let first_new = self.finished;
        self.finished = self.blocks.len();
        if is_end {
            self.open.clear();
        } else {
            for block in blocks::split(&self.open, true) {
                let html = render(&self.open, &block, &mut self.code);
                self.blocks.extend(html);
            }
        }
        let same = before.iter().zip(&self.blocks[first_new..]).take_while(|(old, new)| old == new).count();
        let keep = first_new + same;
        Change { keep, blocks: self.blocks[keep..].to_vec() }
    }
}

/// None where a block shows nothing (a link's definition).
fn render(text: &str, block: &Block, code: &mut CodeMemory) -> Option<String> {
    let source = &text[block.range.clone()];
    let html = or_as_written(source, || if block.is_math { math::block(source) } else { html::block(source, code) });
    (!html.is_empty()).then_some(html)
}

/// What a library stumbles over is still shown.
fn or_as_written(source: &str, render: impl FnOnce() -> String) -> String {
    catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| format!("<pre>{}</pre>\n", html::escape(source)))
}

#[cfg(test)]
mod tests {
    use super::or_as_written;

    #[test]
    fn a_block_that_cannot_be_rendered_is_shown_as_it_was_written() {
        assert_eq!(or_as_written("a <b", || panic!("a library's defect")), "<pre>a &lt;b</pre>\n");
        assert_eq!(or_as_written("a", || "<p>a</p>".into()), "<p>a</p>");
    }
}
