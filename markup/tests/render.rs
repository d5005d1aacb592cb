//! What Markdown becomes.
#![allow(clippy::unwrap_used)]

use markup::render;

fn one(markdown: &str) -> String {
    let blocks = render(markdown);
    assert_eq!(blocks.len(), 1, "{markdown:?} gave {blocks:?}");
    blocks.into_iter().next().unwrap()
}

#[test]
fn plain_markdown() {
    for (markdown, html) in [
        (
            "Hello *you* and **you**, ~~not~~ `code`",
            "<p>Hello <em>you</em> and <strong>you</strong>, <del>not</del> <code>code</code></p>",
        ),
        ("# One", "<h3>One</h3>"),
        ("#### Four", "<h6>Four</h6>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("---", "<hr>"),
        ("a\nb  \nc", "<p>a\nb<br>c</p>"),
        (
            "- [x] done\n- [ ] open",
            "<ul><li><span class=\"task\">☑</span> done</li><li><span class=\"task\">☐</span> open</li></ul>",
        ),
        ("a < b & c > \"d\"", "<p>a &lt; b &amp; c &gt; \"d\"</p>"),
    ] {
        assert_eq!(one(markdown), html, "{markdown:?}");
    }
    assert_eq!(render(""), Vec::<String>::new());
    assert_eq!(render("\n \n"), Vec::<String>::new());
    assert_eq!(render("one\n\ntwo\r\n\r\n# three"), ["<p>one</p>", "<p>two</p>", "<h3>three</h3>"]);
}

#[test]
fn links() {
    let attributes = r#"rel="noopener noreferrer nofollow""#;
    for markdown in ["[here](https://example.org/a?b=c&d)", "<https://example.org/a?b=c&d>"] {
        let html = one(markdown);
        assert!(html.contains("href=\"https://example.org/a?b=c&amp;d\""), "{html}");
        assert!(html.contains(attributes) && html.contains("target=\"_blank\""), "{html}");
    }
    assert!(one("<me@example.org>").contains("href=\"mailto:me@example.org\""));
    for markdown in ["[here](/relative)", "[here](#part)", "[here](ftp://example.org)", "[here](//example.org)"] {
        assert_eq!(one(markdown), "<p>here</p>", "{markdown}");
    }
}

#[test]
fn pictures_are_links_and_never_loaded() {
    let html = one("![a cat](https://example.org/cat.png)");
    assert!(html.contains(">a cat</a>") && !html.contains("<img"), "{html}");
    let html = one("[![a cat](https://example.org/cat.png)](https://example.org)");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
    assert!(html.contains("href=\"https://example.org\""), "{html}");
    assert_eq!(one("![a cat](cat.png)"), "<p>a cat</p>");
}

#[test]
fn raw_html_is_text() {
    assert_eq!(one("a <b>bold</b> word"), "<p>a &lt;b&gt;bold&lt;/b&gt; word</p>");
    assert_eq!(one("<div>\n<p>text\n</div>"), "<p>&lt;div&gt;<br>&lt;p&gt;text<br>&lt;/div&gt;<br></p>");
    assert_eq!(one("<!-- a comment -->"), "<p>&lt;!-- a comment --&gt;<br></p>");
}

#[test]
fn tables() {
    assert_eq!(
        one("| Name | Age |\n|:-----|----:|\n| Ann | **5** |"),
        "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Name, Age\"><table><thead><tr><th>Name</th>\
         <th class=\"align-right\">Age</th></tr></thead><tbody><tr><td>Ann</td><td class=\"align-right\"><strong>5</strong>\
         </td></tr></tbody></table></div>"
    );
    let quoted = one("| \"><script> |\n|---|\n| x |");
    assert!(
        quoted.contains("aria-label=\"&quot;&gt;&lt;script&gt;\"") || quoted.contains("aria-label=\"&quot;><script>\""),
        "{quoted}"
    );
}

#[test]
fn code() {
    let html = one("```rust\nfn main() { let s = \"<b>\"; } // end\n```");
    assert!(
        html.starts_with("<div class=\"code-block\"><div class=\"code-head\">rust</div><pre tabindex=\"0\"><code>"),
        "{html}"
    );
    assert!(html.contains("<span class=\"hl-keyword\">fn "), "{html}");
    assert!(html.contains("<span class=\"hl-function\">main</span>"), "{html}");
    assert!(html.contains("<span class=\"hl-string\">\"&lt;b&gt;\"</span>"), "{html}");
    assert!(html.contains("<span class=\"hl-comment\">// end"), "{html}");
    assert!(html.ends_with("</code></pre></div>"), "{html}");
    assert!(!html.contains("style="));

    let plain = one("```nonsense\nfn a\n\nb < c\n```");
    assert!(plain.contains("<code>fn a\n\nb &lt; c\n</code>") && plain.contains(">nonsense<"), "{plain}");
    let bare = one("```\n\nfirst line is empty\n```");
    assert!(bare.contains("<code>\nfirst line is empty\n</code>"), "{bare}");
    let unclosed = one("```python\nprint(1)");
    assert!(unclosed.contains("code-block") && unclosed.contains("print"), "{unclosed}");
}

#[test]
fn mathematics() {
    for (markdown, part) in [
        ("so $x^2$ is", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"so \(x^2\) is", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"the \(n\)th", "<mi>n</mi>"),
        (r"so \( x \) is", "<mi>x</mi>"),
        ("$$\n\\frac{a}{b}\n$$", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        ("\\[\na\n- b\n= c\n\\]", "<mi>c</mi>"),
        (r"\[ \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \]", "<mtable"),
        (r"- an item with \[ x \] in it", "display=\"block\""),
        ("| a |\n|---|\n| $x$ |", "<mi>x</mi>"),
        (r"$\alpha \le \sum_{i=0}^{n} i$", "<mi>α</mi>"),
        (r"$3.14$", "<mn>3"),
        (r"$a<b$", "<mo>&lt;</mo>"),
    ] {
        let html = one(markdown);
        assert!(html.contains("<math") && html.contains(part), "{markdown}: {html}");
        assert!(!html.contains("style=") && !html.contains("merror"), "{html}");
    }
    let blocks = render("We have:\n\\[\nx = 1\n\\]\nand so on.");
    assert_eq!(blocks.len(), 3, "{blocks:?}");
    assert!(blocks[1].contains("display=\"block\""), "{blocks:?}");
}

#[test]
fn broken_mathematics_is_shown_as_its_source() {
    assert_eq!(one(r"so $\left( a$ is"), r"<p>so <code>\left( a</code> is</p>");
    assert_eq!(one(r"so \(\left( a\) is"), r"<p>so <code>\left( a</code> is</p>");
    for unbalanced in [r"\(\frac{a\)", r"\(}{\)", r"$\frac{a$", r"\[ { \]"] {
        let html = one(&format!("so {unbalanced} is"));
        assert!(!html.contains("<math") && !html.contains('\u{f8f0}'), "{html}");
    }
    assert_eq!(one(r"$\nosuchcommand{a}$"), r"<p><code>\nosuchcommand{a}</code></p>");
    assert_eq!(one("$$\n\\begin{nonsense}\n$$"), "<p><code>\\begin{nonsense}</code></p>");
    assert_eq!(one(r"$\charé$"), r"<p><code>\charé</code></p>");
    // A few lines of definitions can unfold to gigabytes.
    let bomb = r"$$\def\a{xxxxxxxxxx}\def\b{\a\a\a\a\a\a\a\a\a\a}\def\c{\b\b\b\b\b\b\b\b\b\b}\c$$";
    assert!(one(bomb).contains("<code>\\def"));
}

#[test]
fn prices_and_variables_are_text() {
    for text in [
        "It costs $5 and $10.",
        "From $5-$10 a piece",
        "Between $5 to 10$ or so",
        "Set $HOME/$USER first",
        "US$ 5 and US$ 6",
        "$20,000 or $30,000",
        "Just one $",
        "$5 or more, $6 or less, $7",
    ] {
        assert_eq!(one(text), format!("<p>{text}</p>"));
    }
    assert_eq!(one(r"`\(x\)` and `$x$`"), r"<p><code>\(x\)</code> and <code>$x$</code></p>");
    assert!(one("```\n\\[ x \\]\n$$ x $$\n```").contains("<code>\\[ x \\]\n$$ x $$\n</code>"));
}

#[test]
fn deep_and_long_texts_end() {
    for text in [
        ">".repeat(5_000),
        "- ".repeat(2_000),
        "[".repeat(20_000),
        "*a_".repeat(10_000),
        "`".repeat(20_001) + "a",
        "$".repeat(10_001),
        r"\(".repeat(3_000),
        format!("${}x{}$", "{".repeat(3_000), "}".repeat(3_000)),
        format!("${}$", r"\sqrt".repeat(1_000)),
        "|".repeat(5_000) + "\n" + &"-|".repeat(5_000),
        "<".repeat(10_000),
    ] {
        let start = std::time::Instant::now();
        render(&text);
        assert!(start.elapsed().as_secs() < 10, "{:?}…: {:?}", &text[..10], start.elapsed());
    }
}
