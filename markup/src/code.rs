//! Code, coloured with classes (`hl-keyword`, ...): the colours are in `style/code.css`.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::html::{escape, escape_into};

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// From a scope's beginning to a class; the innermost scope that has one decides. More exact ones come first.
static CLASSES: LazyLock<Vec<(Scope, &'static str)>> = LazyLock::new(|| {
    [
        ("comment", "hl-comment"),
        ("punctuation.definition.comment", "hl-comment"),
        ("string", "hl-string"),
        ("constant.character", "hl-string"),
        ("punctuation.definition.string", "hl-string"),
        ("constant.numeric", "hl-number"),
        ("constant", "hl-constant"),
        ("support.constant", "hl-constant"),
        ("variable.language", "hl-constant"),
        ("entity.name.function", "hl-function"),
        ("support.function", "hl-function"),
        ("variable.function", "hl-function"),
        ("support.macro", "hl-function"),
        ("entity.name.tag", "hl-tag"),
        ("entity.other.attribute-name", "hl-attribute"),
        ("support.type.property-name", "hl-attribute"),
        ("entity.name", "hl-type"),
        ("entity.other.inherited-class", "hl-type"),
        ("support.type", "hl-type"),
        ("support.class", "hl-type"),
        ("storage.type", "hl-keyword"),
        ("storage", "hl-keyword"),
        ("keyword.operator", ""),
        ("keyword", "hl-keyword"),
        ("markup.inserted", "hl-inserted"),
        ("markup.deleted", "hl-deleted"),
        ("markup.heading", "hl-keyword"),
    ]
    .into_iter()
    .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, class)))
    .collect()
});

/// All classes that this file writes, for the allow-list.
pub(crate) const HIGHLIGHT_CLASSES: [&str; 11] = [
    "hl-comment",
    "hl-string",
    "hl-number",
    "hl-constant",
    "hl-function",
    "hl-tag",
    "hl-attribute",
    "hl-type",
    "hl-keyword",
    "hl-inserted",
    "hl-deleted",
];

/// Longer lines, and all code past the second limit, stay plain: colouring takes time, and nobody reads that.
const LINE_LIMIT_BYTES: usize = 4 * 1024;
const LIMIT_BYTES: usize = 256 * 1024;
const LABEL_LIMIT_CHARS: usize = 32;

/// The coloured lines of the code block that grows right now.
#[derive(Default)]
pub(crate) struct CodeMemory {
    language: String,
    source: String,
    html: String,
    state: Option<LineState>,
}

#[derive(Clone)]
struct LineState {
    parse: ParseState,
    scopes: ScopeStack,
}

/// A block of code under its language's name, as the fence gives it (`rust`, `rust,ignore`).
pub(crate) fn block(info: &str, source: &str, memory: &mut CodeMemory) -> String {
    let language = info.split([' ', ',', '\t', '{']).next().unwrap_or_default();
    let label: String = language.chars().take(LABEL_LIMIT_CHARS).collect();
    format!(
        r#"<div class="code-block"><div class="code-head">{}</div><pre tabindex="0"><code>{}</code></pre></div>"#,
        escape(&label),
        coloured(language, source, memory)
    )
}

fn coloured(language: &str, source: &str, memory: &mut CodeMemory) -> String {
    let syntax = (!language.is_empty()).then(|| SYNTAXES.find_syntax_by_token(language)).flatten();
    let Some(syntax) = syntax.filter(|_| source.len() <= LIMIT_BYTES) else {
        return escape(source);
    };
    let is_grown = memory.language == language && memory.state.is_some() && source.starts_with(&memory.source);
    if !is_grown {
        *memory =
            CodeMemory { language: language.to_owned(), state: Some(LineState::new(syntax)), ..Default::default() };
    }
    let CodeMemory { source: seen, html, state: Some(state), .. } = memory else {
        return escape(source);
    };
    let mut last_line = String::new();
    for line in source[seen.len()..].split_inclusive('\n') {
        if line.ends_with('\n') {
            state.colour(line, html);
            seen.push_str(line);
        } else {
            // It may go on: coloured for now, from a copy of the state.
            state.clone().colour(line, &mut last_line);
        }
    }
    format!("{html}{last_line}")
}

impl LineState {
    fn new(syntax: &SyntaxReference) -> LineState {
        LineState { parse: ParseState::new(syntax), scopes: ScopeStack::new() }
    }

    /// Appends one line to `html`, one `<span>` for each run of one class.
    fn colour(&mut self, line: &str, html: &mut String) {
        let operations = match line.len() {
            0..=LINE_LIMIT_BYTES => self.parse.parse_line(line, &SYNTAXES).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut open = "";
        let mut at = 0;
        for (index, operation) in &operations {
            span(&line[at..*index], self.class(), &mut open, html);
            at = *index;
            // A scope too many or too few colours wrongly, no more.
            let _ = self.scopes.apply(operation);
        }
        span(&line[at..], self.class(), &mut open, html);
        if !open.is_empty() {
            html.push_str("</span>");
        }
    }

    fn class(&self) -> &'static str {
        let of_scope = |scope: &Scope| CLASSES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        self.scopes.as_slice().iter().rev().find_map(of_scope).map_or("", |(_, class)| class)
    }
}

/// Appends `text` in a span of `class`; `open` is the class of the span that is open ("" for none).
fn span(text: &str, class: &'static str, open: &mut &'static str, html: &mut String) {
    if text.is_empty() {
        return;
    }
    // Spaces need no colour: they stay in whatever span is open.
    if class != *open && !text.trim().is_empty() {
        if !open.is_empty() {
            html.push_str("</span>");
        }
        if !class.is_empty() {
            html.push_str("<span class=\"");
            html.push_str(class);
            html.push_str("\">");
        }
        *open = class;
    }
    escape_into(text, html);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_on_the_allow_list() {
        for (_, class) in CLASSES.iter().filter(|(_, class)| !class.is_empty()) {
            assert!(HIGHLIGHT_CLASSES.contains(class), "{class}");
        }
        assert_eq!(CLASSES.len(), 27, "a scope could not be read");
    }

    #[test]
    fn common_languages_are_known() {
        for language in [
            "rust",
            "rs",
            "python",
            "py",
            "javascript",
            "js",
            "typescript",
            "ts",
            "tsx",
            "c",
            "cpp",
            "c++",
            "java",
            "go",
            "sh",
            "bash",
            "json",
            "yaml",
            "toml",
            "html",
            "css",
            "sql",
            "dockerfile",
            "makefile",
            "ruby",
            "php",
            "kotlin",
            "swift",
            "diff",
            "xml",
            "markdown",
            "latex",
            "lua",
            "r",
        ] {
            assert!(SYNTAXES.find_syntax_by_token(language).is_some(), "{language}");
        }
    }

    #[test]
    fn growing_code_is_coloured_as_whole_code() {
        let source = "/* a\n b */ fn main() {\n    let s = \"text\n more\"; // end\n}\n";
        let whole = coloured("rust", source, &mut CodeMemory::default());
        assert!(whole.contains("hl-comment") && whole.contains("hl-string") && whole.contains("hl-keyword"), "{whole}");
        let mut memory = CodeMemory::default();
        for end in 0..source.len() {
            let grown = coloured("rust", &source[..end], &mut memory);
            assert_eq!(grown, coloured("rust", &source[..end], &mut CodeMemory::default()), "at {end}");
        }
        assert_eq!(coloured("rust", source, &mut memory), whole);
    }
}
