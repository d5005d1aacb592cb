//! Thousands of texts put together from those of the other tests, then damaged: each is rendered, soon, to HTML of
//! bearable length in which nothing runs or loads. `fuzz/fuzz_targets/markdown.rs` goes on for as long as one likes.
#![allow(clippy::unwrap_used)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use markup::{Stream, render};

const ROUNDS: usize = 2_000;
/// On a busy machine; mostly it takes some milliseconds.
const LONGEST: Duration = Duration::from_secs(10);
const LONGEST_TEXT: usize = 1_200;

/// Their lines are what is put together: attacks, odd Markdown, ordinary documents.
const SOURCES: [&str; 5] = [
    include_str!("hostile.rs"),
    include_str!("render.rs"),
    include_str!("streaming.rs"),
    include_str!("../../README.md"),
    include_str!("../../docs/MODELS.md"),
];

/// What means something to some part of the renderer.
const WORDS: [&str; 40] = [
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<script>",
    "<img src=x onerror=alert(1)>",
    "\"",
    "'",
    " onerror=",
    "&#x6a;",
    "&colon;",
    "`",
    "``",
    "```",
    "```rust\n",
    "~~~",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\\frac{",
    "\\text{",
    "}",
    "{",
    "|",
    "|-|\n",
    "[",
    "](",
    "![",
    "javascript:",
    "https://",
    "\n\n",
    "\n> ",
    "\n- ",
    "\n    ",
    "\u{0}",
    "\u{f8f0}",
];

const FOREIGN_TAGS: [&str; 34] = [
    "script",
    "img",
    "image",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "button",
    "textarea",
    "select",
    "style",
    "link",
    "meta",
    "base",
    "svg",
    "video",
    "audio",
    "source",
    "track",
    "template",
    "slot",
    "html",
    "body",
    "title",
    "noscript",
    "foreignObject",
    "annotation-xml",
    "maction",
    "mglyph",
    "dialog",
    "details",
];

const FOREIGN_ATTRIBUTES: [&str; 12] = [
    "style",
    "src",
    "srcset",
    "id",
    "name",
    "action",
    "formaction",
    "xlink:href",
    "data",
    "poster",
    "background",
    "ping",
];

/// xorshift: every run draws the same.
struct Random(u64);

impl Random {
    /// Below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// What a line of source holds as text: without the quotes around it, with its escapes read.
fn written(line: &str) -> String {
    let line = line.trim().trim_end_matches(',').trim_matches('"');
    line.replace("\\n", "\n").replace("\\t", "\t").replace("\\\"", "\"").replace("\\\\", "\\")
}

fn put_together(lines: &[String], random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(6) {
        text.push_str(&lines[random.below(lines.len())]);
        text.push_str(random.one_of(&["\n", "\n\n", " ", ""]));
    }
    let mut letters: Vec<char> = text.chars().take(LONGEST_TEXT).collect();
    for _ in 0..random.below(8) {
        let at = random.below(letters.len() + 1);
        let end = (at + random.below(40)).min(letters.len());
        match random.below(8) {
            0..4 => {
                let word: Vec<char> = random.one_of(&WORDS).chars().collect();
                letters.splice(at..at, word);
            }
            4 => drop(letters.drain(at..end)),
            5 => letters[at..end].reverse(),
            6 => {
                let piece = letters[at..end].to_vec();
                letters.splice(at..at, piece);
            }
            _ => letters.truncate(at.max(20)),
        }
    }
    letters.into_iter().collect()
}

fn odd(html: &str, text: &str) -> ! {
    panic!("{text:?} became {html}")
}

/// Reads tags as HTML's tokeniser does: names up to white space or `>`, values quoted. Our output has no other form.
fn check(html: &str, text: &str) {
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let tag = rest.strip_prefix('/').unwrap_or(rest);
        let Some(end) = tag.find(|letter: char| letter.is_whitespace() || letter == '>') else { odd(html, text) };
        if FOREIGN_TAGS.iter().any(|foreign| foreign.eq_ignore_ascii_case(&tag[..end])) {
            odd(html, text);
        }
        let mut attributes = tag[end..].trim_start();
        while !attributes.starts_with('>') {
            let Some((name, value)) = attributes.split_once("=\"") else { odd(html, text) };
            let Some((value, after)) = value.split_once('"') else { odd(html, text) };
            let scheme = value.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
            let is_allowed = ["https", "http", "mailto"].contains(&scheme.as_str());
            if name.starts_with("on") || FOREIGN_ATTRIBUTES.contains(&name) || (name == "href" && !is_allowed) {
                odd(html, text);
            }
            attributes = after.trim_start();
        }
        rest = attributes;
    }
}

#[test]
fn any_text_becomes_harmless_html_soon_and_never_a_panic() {
    let lines: Vec<String> = SOURCES.iter().flat_map(|source| source.lines()).map(written).collect();
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
    let mut random = Random(88_172_645_463_325_252);
    // Grammars of programming languages are unpacked once.
    render("```rust\nfn warm() {}\n```");
    for round in 0..ROUNDS {
        let text = put_together(&lines, &mut random);
        let cut = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let start = Instant::now();
        let rendered = catch_unwind(AssertUnwindSafe(|| {
            let mut stream = Stream::new();
            stream.push(&text[..cut]);
            let half_written = stream.blocks().to_vec();
            stream.push(&text[cut..]);
            stream.finish();
            [render(&text), half_written, stream.blocks().to_vec()].concat()
        }));
        assert!(start.elapsed() < LONGEST, "round {round} took {:?}: {text:?}", start.elapsed());
        let Ok(blocks) = rendered else { panic!("round {round} panicked: {text:?}") };
        let bytes: usize = blocks.iter().map(String::len).sum();
        assert!(bytes < 600 * text.len() + 60_000, "round {round}: {bytes} bytes of {text:?}");
        for html in &blocks {
            check(html, &text);
        }
    }
}
