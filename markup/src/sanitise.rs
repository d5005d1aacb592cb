//! The last step: whatever went wrong before, only what is listed here reaches a page.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::code::HIGHLIGHT_CLASSES;

const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

const TAGS: [&str; 27] = [
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
];

/// MathML Core, as far as `pulldown-latex` writes it; no `annotation-xml`, no `maction`, no links.
const MATH_TAGS: [&str; 24] = [
    "mrow",
    "mi",
    "mo",
    "mn",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "menclose",
    "none",
];

const MATH_ATTRIBUTES: [&str; 22] = [
    "display",
    "displaystyle",
    "scriptlevel",
    "mathvariant",
    "stretchy",
    "symmetric",
    "fence",
    "separator",
    "form",
    "largeop",
    "movablelimits",
    "accent",
    "accentunder",
    "linethickness",
    "width",
    "height",
    "depth",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "notation",
];

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", HashSet::from(["href"])),
        ("ol", HashSet::from(["start"])),
        ("div", HashSet::from(["aria-label"])),
    ]);
    attributes.extend(MATH_TAGS.into_iter().chain(["math"]).map(|tag| (tag, HashSet::from(MATH_ATTRIBUTES))));
    let values = HashMap::from([
        ("div", HashMap::from([("tabindex", HashSet::from(["0"])), ("role", HashSet::from(["group"]))])),
        ("pre", HashMap::from([("tabindex", HashSet::from(["0"]))])),
    ]);
    let classes = HashMap::from([
        ("div", HashSet::from(["code-block", "code-head", "table-scroll"])),
        ("span", HIGHLIGHT_CLASSES.into_iter().chain(["task"]).collect()),
        ("th", HashSet::from(["align-right", "align-center"])),
        ("td", HashSet::from(["align-right", "align-center"])),
        (
            "mtable",
            HashSet::from([
                "menv-alignlike",
                "menv-align",
                "menv-arraylike",
                "menv-cases",
                "menv-cells-left",
                "menv-cells-right",
                "menv-multline",
                "menv-with-eqn",
            ]),
        ),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(MATH_TAGS).collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .tag_attribute_values(values)
        .allowed_classes(classes)
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::Deny)
        .set_tag_attribute_value("a", "target", "_blank")
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Whether a link may lead there.
pub(crate) fn is_allowed_address(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
}

pub(crate) fn sanitise(html: &str) -> String {
    BUILDER.clean(html).to_string().trim_end().to_owned()
}
