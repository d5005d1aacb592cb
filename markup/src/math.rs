//! Mathematics, from LaTeX to MathML.

use std::ops::Range;
use std::panic;

use pulldown_cmark::{Event, Parser, Tag};
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser as LatexParser, Storage, push_mathml};

use crate::html::{OPTIONS, escape};
use crate::sanitise::sanitise;

/// Longer formulas are shown as their source.
const LIMIT_BYTES: usize = 8 * 1024;
const LIMIT_EVENTS: usize = 20_000;

/// So are those with commands that define commands (a few lines of them can unfold to gigabytes), and `\char`, which
/// pulldown-latex 0.8.0 reads past a character's boundary (`lex.rs`, `unsigned_integer`).
const REFUSED: [&str; 10] = [
    r"\def",
    r"\edef",
    r"\gdef",
    r"\xdef",
    r"\let",
    r"\futurelet",
    r"\newcommand",
    r"\renewcommand",
    r"\providecommand",
    r"\char",
];

/// Put in front of mathematics that was written `\(..\)`: no doubt about that one. A private character, so that it
/// means nothing anywhere else.
pub(crate) const EXPLICIT: char = '\u{f8f0}';

/// The delimiters of display mathematics, where a line starts with it.
pub(crate) fn display_opener(line: &str) -> Option<(&'static str, &'static str)> {
    let text = line.trim_start_matches(' ');
    // Deeper is code.
    if line.len() - text.len() > 3 {
        return None;
    }
    [("$$", "$$"), (r"\[", r"\]")].into_iter().find(|(opener, _)| text.starts_with(opener))
}

/// The formula of a block of display mathematics, and the punctuation after it.
fn body(source: &str) -> Option<(&str, &str)> {
    let source = source.trim();
    let (opener, closer) = display_opener(source)?;
    let (body, after) = source.strip_prefix(opener)?.split_once(closer)?;
    Some((body, after.trim()))
}

pub(crate) fn is_closed(source: &str) -> bool {
    body(source).is_some()
}

/// A block of display mathematics; its source while it has no end yet.
pub(crate) fn block(source: &str) -> String {
    let html = match body(source) {
        Some((body, after)) => format!("<p>{}{}</p>", to_mathml(body, true), escape(after)),
        None => format!("<p>{}</p>", as_source(source)),
    };
    sanitise(&html)
}

/// What stands between dollars in a text: mathematics, or the text itself where it looks like money or variables
/// (`$5 to 10$`, `$HOME/$USER`). `after` is the character that follows.
pub(crate) fn inline(body: &str, is_display: bool, after: Option<char>) -> String {
    if let Some(body) = body.strip_prefix(EXPLICIT) {
        return to_mathml(body, is_display);
    }
    if !is_display && (after.is_some_and(char::is_alphanumeric) || looks_like_money(body)) {
        return escape(&format!("${body}$"));
    }
    to_mathml(body, is_display)
}

/// Starts with a number and holds a word: nobody writes words in formulas without a command.
fn looks_like_money(body: &str) -> bool {
    body.starts_with(|char: char| char.is_ascii_digit())
        && !body.contains('\\')
        && body.split(|char: char| !char.is_alphabetic()).any(|word| word.chars().count() > 1)
}

fn to_mathml(latex: &str, is_display: bool) -> String {
    let latex = latex.trim();
    try_mathml(latex, is_display).unwrap_or_else(|| as_source(latex))
}

/// None where the LaTeX is broken, or could be too much work.
fn try_mathml(latex: &str, is_display: bool) -> Option<String> {
    if latex.is_empty() || latex.len() > LIMIT_BYTES || REFUSED.iter().any(|command| latex.contains(command)) {
        return None;
    }
    let display_mode = if is_display { DisplayMode::Block } else { DisplayMode::Inline };
    // The parser is young: were it to trip over something, the rest of the answer must not be lost.
    let result = panic::catch_unwind(|| {
        let storage = Storage::new();
        let events: Vec<_> = LatexParser::new(latex, &storage).take(LIMIT_EVENTS).collect();
        if events.len() == LIMIT_EVENTS || events.iter().any(Result::is_err) {
            return None;
        }
        let mut mathml = String::new();
        push_mathml(&mut mathml, events.into_iter(), RenderConfig { display_mode, ..RenderConfig::default() }).ok()?;
        Some(mathml)
    });
    result.ok().flatten()
}

fn as_source(latex: &str) -> String {
    format!("<code>{}</code>", escape(latex.trim()))
}

/// Writes `\(..\)` and `\[..\]` in a text as `$..$` and `$$..$$`, which the Markdown parser knows. Not in code.
pub(crate) fn with_dollars(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = 0;
    let mut codes: Option<Vec<Range<usize>>> = None;
    while let Some(found) = find_opener(markdown, rest) {
        let (opener, closer, dollars) = found;
        let codes = codes.get_or_insert_with(|| code_ranges(markdown));
        let is_code = |at: usize| codes.iter().any(|code| code.contains(&at));
        let formula = markdown[opener + 2..].find(closer).map(|length| opener + 2..opener + 2 + length);
        match formula {
            Some(formula)
                if !is_code(opener) && !is_code(formula.end) && is_one_formula(&markdown[formula.clone()]) =>
            {
                text.push_str(&markdown[rest..opener]);
                text.push_str(dollars);
                text.push(EXPLICIT);
                text.push_str(markdown[formula.clone()].trim());
                text.push_str(dollars);
                rest = formula.end + 2;
            }
            _ => {
                text.push_str(&markdown[rest..opener + 2]);
                rest = opener + 2;
            }
        }
    }
    text.push_str(&markdown[rest..]);
    text
}

/// The next `\(` or `\[` from `from` on, what closes it, and the dollars for it.
fn find_opener(markdown: &str, from: usize) -> Option<(usize, &'static str, &'static str)> {
    let bytes = markdown.as_bytes();
    let mut at = from;
    while let Some(found) = markdown[at..].find('\\') {
        let backslash = at + found;
        match bytes.get(backslash + 1) {
            Some(b'(') => return Some((backslash, r"\)", "$")),
            Some(b'[') => return Some((backslash, r"\]", "$$")),
            // An escaped backslash is not the start of anything.
            Some(b'\\') => at = backslash + 2,
            _ => at = backslash + 1,
        }
    }
    None
}

/// What the Markdown parser takes as a formula: not empty, no dollar or blank line, and braces in pairs.
fn is_one_formula(body: &str) -> bool {
    !body.trim().is_empty() && !body.contains('$') && !body.contains("\n\n") && has_paired_braces(body)
}

fn has_paired_braces(body: &str) -> bool {
    let mut depth = 0_i32;
    let mut chars = body.chars();
    while let Some(char) = chars.next() {
        match char {
            // Whatever follows is escaped.
            '\\' => drop(chars.next()),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

fn code_ranges(markdown: &str) -> Vec<Range<usize>> {
    Parser::new_ext(markdown, OPTIONS)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| range)
        .collect()
}
