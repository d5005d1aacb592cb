/// The text of a textarea in a drawn page: Leptos does not escape its children.
pub fn escaped(text: &str) -> String {
    // The first line break after the tag would be eaten.
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if text.starts_with('\n') { format!("\n{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_cannot_leave_its_field() {
        assert_eq!(escaped("</textarea><b>&"), "&lt;/textarea&gt;&lt;b&gt;&amp;");
        assert_eq!(escaped("\nx"), "\n\nx");
    }
}
