//! One Markdown block to HTML.

use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::code::CodeMemory;
use crate::sanitise::{is_allowed_address, sanitise};
use crate::{code, math};

/// GitHub's tables, task lists and strikethrough, and mathematics between dollars.
pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_MATH);

/// Safe HTML of one block; empty where it shows nothing.
pub(crate) fn block(markdown: &str, memory: &mut CodeMemory) -> String {
    let markdown = math::with_dollars(markdown);
    let mut writer = Writer { html: String::with_capacity(markdown.len() * 2), ..Writer::default() };
    for (event, range) in Parser::new_ext(&markdown, OPTIONS).into_offset_iter() {
        writer.write(event, markdown[range.end..].chars().next(), memory);
    }
    sanitise(&writer.html)
}

#[derive(Default)]
struct Writer {
    html: String,
    /// The open links: whether each one wrote a tag.
    links: Vec<bool>,
    /// The open code block: its info string and what it holds so far.
    code: Option<(String, String)>,
    alignments: Vec<Alignment>,
    column: usize,
    is_head: bool,
    /// Where the open table's label goes once its head is read, and the head's text.
    table_label: Option<(usize, String)>,
}

impl Writer {
    /// `after`: the character that follows the event in the source.
    fn write(&mut self, event: Event<'_>, after: Option<char>, memory: &mut CodeMemory) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, source)) = self.code.take() {
                    self.html.push_str(&code::block(&info, &source, memory));
                }
            }
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, source)) => source.push_str(&text),
                // Mathematics that the parser took for text after all.
                None if text.contains(math::EXPLICIT) => self.text(&text.replace(math::EXPLICIT, "")),
                None => self.text(&text),
            },
            Event::Code(text) => {
                self.html.push_str("<code>");
                self.text(&text);
                self.html.push_str("</code>");
            }
            Event::InlineMath(latex) => self.html.push_str(&math::inline(&latex, false, after)),
            Event::DisplayMath(latex) => self.html.push_str(&math::inline(&latex, true, after)),
            // What would be a tag is shown as it was written.
            Event::InlineHtml(text) => self.text(&text),
            Event::Html(text) => {
                self.text(text.trim_end_matches('\n'));
                self.html.push_str("<br>");
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => self.html.push_str("<hr>"),
            Event::TaskListMarker(is_done) => self.html.push_str(match is_done {
                true => r#"<span class="task">☑</span> "#,
                false => r#"<span class="task">☐</span> "#,
            }),
            Event::FootnoteReference(name) => self.text(&format!("[^{name}]")),
        }
    }

    fn text(&mut self, text: &str) {
        escape_into(text, &mut self.html);
        if let (true, Some((_, label))) = (self.is_head, &mut self.table_label) {
            label.push_str(text);
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.html.push_str(&format!("<h{}>", shifted(level as usize))),
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((info, String::new()));
            }
            Tag::List(Some(1)) => self.html.push_str("<ol>"),
            Tag::List(Some(first)) => self.html.push_str(&format!("<ol start=\"{first}\">")),
            Tag::Link { link_type, dest_url, .. } => self.start_link(link_type, dest_url),
            // Never loaded: an address can carry out what was said. A link asks first.
            Tag::Image { link_type, dest_url, .. } => self.start_link(link_type, dest_url),
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.html.push_str(r#"<div class="table-scroll" tabindex="0" role="group""#);
                self.table_label = Some((self.html.len(), String::new()));
                self.html.push_str("><table>");
            }
            Tag::TableHead => {
                self.is_head = true;
                self.column = 0;
                self.html.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.html.push_str("<tr>");
            }
            Tag::TableCell => self.start_cell(),
            other => {
                if let Some(name) = name_of(other.to_end()) {
                    self.html.push_str(&format!("<{name}>"));
                }
            }
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.html.push_str(&format!("</h{}>", shifted(level as usize))),
            TagEnd::Link | TagEnd::Image => {
                if self.links.pop() == Some(true) {
                    self.html.push_str("</a>");
                }
            }
            TagEnd::Table => self.html.push_str("</tbody></table></div>"),
            TagEnd::TableHead => {
                self.is_head = false;
                self.html.push_str("</tr></thead><tbody>");
                if let Some((at, label)) = self.table_label.take() {
                    let label = format!(" aria-label=\"{}\"", escape(label.trim_end_matches([',', ' '])));
                    self.html.insert_str(at, &label);
                }
            }
            TagEnd::TableCell => {
                self.html.push_str(if self.is_head { "</th>" } else { "</td>" });
                if let (true, Some((_, label))) = (self.is_head, &mut self.table_label) {
                    label.push_str(", ");
                }
            }
            other => {
                if let Some(name) = name_of(other) {
                    self.html.push_str(&format!("</{name}>"));
                }
            }
        }
    }

    fn start_link(&mut self, link_type: LinkType, address: CowStr<'_>) {
        let address = match link_type {
            LinkType::Email => format!("mailto:{address}"),
            _ => address.into_string(),
        };
        // No link in a link: the outer one wins.
        let is_link = is_allowed_address(&address) && !self.links.contains(&true);
        self.links.push(is_link);
        if is_link {
            self.html.push_str(&format!("<a target=\"_blank\" href=\"{}\">", escape(&address)));
        }
    }

    fn start_cell(&mut self) {
        let name = if self.is_head { "th" } else { "td" };
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            _ => "",
        };
        self.column += 1;
        self.html.push_str(&format!("<{name}{class}>"));
    }
}

/// The page has its only `h1` and the sections their `h2`: a text begins at `h3`.
fn shifted(level: usize) -> usize {
    (level + 2).min(6)
}

fn name_of(tag: TagEnd) -> Option<&'static str> {
    Some(match tag {
        TagEnd::Paragraph | TagEnd::HtmlBlock => "p",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::TableRow => "tr",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "strong",
        TagEnd::Strikethrough => "del",
        _ => return None,
    })
}

pub(crate) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape_into(text, &mut html);
    html
}

/// For text and for attributes in double quotes.
pub(crate) fn escape_into(text: &str, html: &mut String) {
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}
