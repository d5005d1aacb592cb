//! However a text is cut, it ends as the same blocks; and growing is cheap.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use markup::{Change, Stream, render};

const CORPUS: &[&str] = &[
    "",
    "\n\n",
    "Hello",
    "Hello\n",
    "one\n\ntwo\n\nthree",
    "one\r\n\r\n- two\r\n- three\r\n",
    "# Title\ntext\n## Sub\n- a\n  - b\n    more\n\n  loose\n- c\n\nend",
    "Setext\n===\ntext\n---\nmore\n***\n",
    "para\n- list\n1. numbered\n2) other\n* star\n+ plus\n-foo\n--\n---\n",
    "- a\n\n\n- b\n\n    indented\n\nnot indented\n\n    code\n\n    code\n",
    "```rust\nfn main() {\n\n    println!(\"hi\");\n}\n```\nafter\n~~~\nno end\n\n\n",
    "text\n```\nin a fence\n```\ntext\n   ```py\n   x = 1\n   ```\n",
    "```\n```\n````\n```\n````\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\nno pipe\n\n| not | a table |\n",
    "a | b\n--|--\n1 | 2\n\n> quote\nlazy\n> more\n\n> second\n",
    "We have\n\\[\na\n- b\n= c\n\\]\nso $x$ and \\(y\\), $5 and $10.\n$$\n\\frac{1}{2}\n$$\n",
    "\\[ x \\] and more\n\n$$ a $$\n$$ b $$ text\n\n\\[\nno end\n\nnew paragraph\n",
    "$$\n\n x $$\n\n$$\nx\n",
    "  $$\n  x\n  $$\n    $$ code $$\n",
    "<div>\nhtml\n\n<b>x</b> text\n<!-- a\n\nb -->\n<script>\n\nalert(1)\n</script>\n",
    "[a]: https://example.org\n\n[a] and [b]\n[b]: https://example.org/b\n\n[b]\n",
    "para\n[a]: x\n\n[a]: https://example.org\ntext [a]\n",
    "**bold\nacross** *lines\n\nnot* across `code\nspan` ![x](y) \\\nhard  \nbreak\n",
    "- [ ] task\n- [x] done\n\n1. one\n\n   ```sh\n   ls\n   ```\n2. two\n",
    "été 日本語 🐱\n\n🐈‍⬛ **gras**\n",
    "\ttab\n\n- a\n\tb\n\n\t\tc\n",
    "a\\\nb\n\n\\\n\n*\n\n#\n\n>\n\n-\n\n1.\n",
    "> - a\n>   - b\n>\n> ```\n> code\n> ```\nafter\n",
    "| a |\n|---|\n```\nx\n```\n| b |\n|--|\n# h\n",
];

/// What a page makes of the changes, and what the stream says itself: always the same.
struct Page {
    stream: Stream,
    blocks: Vec<String>,
}

impl Page {
    fn new() -> Page {
        Page { stream: Stream::new(), blocks: Vec::new() }
    }

    fn apply(&mut self, change: Change) {
        assert!(change.keep <= self.blocks.len());
        self.blocks.truncate(change.keep);
        self.blocks.extend(change.blocks);
        assert_eq!(self.blocks, self.stream.blocks());
    }

    fn push(&mut self, text: &str) {
        let change = self.stream.push(text);
        self.apply(change);
    }

    fn finish(mut self) -> Vec<String> {
        let change = self.stream.finish();
        self.apply(change);
        self.blocks
    }
}

/// A small generator of its own, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

fn cut_everywhere(text: &str, random: &mut Random) {
    let whole = render(text);
    let chars: Vec<char> = text.chars().collect();
    for longest in [1, 2, 3, 7, 20] {
        let mut page = Page::new();
        let mut at = 0;
        while at < chars.len() {
            let end = (at + 1 + random.below(longest)).min(chars.len());
            page.push(&chars[at..end].iter().collect::<String>());
            at = end;
        }
        assert_eq!(page.finish(), whole, "pieces of up to {longest} of {text:?}");
    }
    for at in 0..=chars.len() {
        let mut page = Page::new();
        page.push(&chars[..at].iter().collect::<String>());
        page.push(&chars[at..].iter().collect::<String>());
        assert_eq!(page.finish(), whole, "cut at {at} of {text:?}");
    }
}

#[test]
fn any_cutting_gives_the_same_blocks() {
    let mut random = Random(1);
    for text in CORPUS {
        cut_everywhere(text, &mut random);
    }
}

#[test]
fn any_cutting_of_any_mixture_gives_the_same_blocks() {
    let lines: Vec<&str> = CORPUS.iter().flat_map(|text| text.split('\n')).collect();
    let mut random = Random(2);
    for _ in 0..150 {
        let text: Vec<&str> = (0..2 + random.below(8)).map(|_| lines[random.below(lines.len())]).collect();
        cut_everywhere(&text.join("\n"), &mut random);
    }
}

#[test]
fn finished_blocks_are_kept() {
    let mut stream = Stream::new();
    assert_eq!(stream.push("one\n\ntwo"), Change { keep: 0, blocks: vec!["<p>one</p>".into(), "<p>two</p>".into()] });
    assert_eq!(stream.push(" more"), Change { keep: 1, blocks: vec!["<p>two more</p>".into()] });
    assert_eq!(stream.push("\n\n"), Change { keep: 2, blocks: vec![] });
    assert_eq!(stream.push("three"), Change { keep: 2, blocks: vec!["<p>three</p>".into()] });
    assert_eq!(stream.finish(), Change { keep: 3, blocks: vec![] });
}

#[test]
fn half_written_markup_is_calm() {
    for (text, shown) in [
        ("some **bol", "<p>some **bol</p>"),
        ("some `cod", "<p>some `cod</p>"),
        ("a [link](https://exa", "<p>a [link](https://exa</p>"),
        ("costs $5", "<p>costs $5</p>"),
    ] {
        let mut stream = Stream::new();
        stream.push(text);
        assert_eq!(stream.blocks(), [shown]);
    }
    let mut stream = Stream::new();
    stream.push("```rust\nlet x");
    assert!(stream.blocks()[0].contains("code-block"), "{:?}", stream.blocks());
    let mut stream = Stream::new();
    stream.push("\\[\n\\frac{a");
    assert_eq!(stream.blocks(), ["<p><code>\\[\n\\frac{a</code></p>"]);
}

#[test]
fn a_long_answer_is_cheap_to_grow() {
    let long = "A paragraph of **some** length, with `code` and more words.\n\n".repeat(500);
    let code = format!("```rust\n{}```\n", "    let value = compute(\"text\", 42); // a comment\n".repeat(300));
    render("```rust\nfn warm() {}\n```");
    for text in [long, code] {
        let start = Instant::now();
        let mut stream = Stream::new();
        let mut pushes = 0;
        for piece in text.as_bytes().chunks(16) {
            stream.push(std::str::from_utf8(piece).unwrap());
            pushes += 1;
        }
        stream.finish();
        let each = start.elapsed() / pushes;
        // A token takes a model longer; without an optimised build of this crate.
        assert!(each < Duration::from_millis(20), "{each:?} a push");
    }
}
