//! Where one top-level block ends and the next begins.
//!
//! Markdown's blocks are found line by line, and a closed block never opens again: so the blocks of the complete lines
//! are final, all but the last. Display mathematics (`$$` or `\[` at the start of a line) is found here, too, since
//! its lines may look like lists or headings.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use crate::html::OPTIONS;
use crate::math;

/// One top-level block of a text: what it is, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) range: Range<usize>,
    pub(crate) is_math: bool,
}

/// Cuts `text` into its blocks, which together cover all of it but blank lines at its start.
///
/// `is_open`: more lines may follow, so that display mathematics without an end may still get one.
pub(crate) fn split(text: &str, is_open: bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let found = match math_block(rest) {
            MathBlock::Ends(length) => vec![Block { range: 0..length, is_math: true }],
            MathBlock::Open if is_open => vec![Block { range: 0..rest.len(), is_math: true }],
            MathBlock::Open | MathBlock::None => markdown_blocks(rest),
        };
        let Some(last) = found.last() else { break };
        let end = start + last.range.end;
        blocks.extend(
            found.into_iter().map(|block| Block { range: start + block.range.start..start + block.range.end, ..block }),
        );
        start = end;
    }
    blocks
}

/// Blocks up to the first line that display mathematics may start at (or the end).
fn markdown_blocks(text: &str) -> Vec<Block> {
    let mut starts: Vec<usize> = Vec::new();
    let mut end = text.len();
    let mut depth = 0;
    for (event, range) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    starts.push(line_start(text, range.start));
                    if let Tag::Paragraph = tag
                        && let Some(opener) = math_line(text, &range)
                    {
                        end = opener;
                        break;
                    }
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            // A rule is a block without an end of its own.
            _ if depth == 0 => starts.push(line_start(text, range.start)),
            _ => {}
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([end]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| Block { range: start..end, is_math: false }).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The first line of a paragraph, after its own first one, that display mathematics starts at.
fn math_line(text: &str, paragraph: &Range<usize>) -> Option<usize> {
    let mut at = line_start(text, paragraph.start);
    for (index, line) in text[at..paragraph.end].split_inclusive('\n').enumerate() {
        if index > 0 && math::display_opener(line).is_some() {
            return Some(at);
        }
        at += line.len();
    }
    None
}

enum MathBlock {
    /// With its length in bytes.
    Ends(usize),
    /// Neither its end nor a blank line has come yet.
    Open,
    None,
}

/// Whether `text` starts (after blank lines) with display mathematics that fills its lines.
fn math_block(text: &str) -> MathBlock {
    let mut at = text.len() - text.trim_start_matches(['\n', ' ']).len();
    at = line_start(text, at);
    let Some((opener, closer)) = math::display_opener(&text[at..]) else { return MathBlock::None };
    at += text[at..].find(opener).unwrap_or(0) + opener.len();
    for line in text[at..].split_inclusive('\n') {
        if let Some(closing) = line.find(closer) {
            let after = line[closing + closer.len()..].trim();
            let is_end = after.is_empty() || matches!(after, "." | "," | ";");
            // Without its newline the line may still go on.
            return match (is_end, line.ends_with('\n')) {
                (true, true) => MathBlock::Ends(at + line.len()),
                (true, false) => MathBlock::Open,
                (false, _) => MathBlock::None,
            };
        }
        if line.trim().is_empty() && line.ends_with('\n') && !text[..at].ends_with(opener) {
            return MathBlock::None;
        }
        at += line.len();
    }
    MathBlock::Open
}
