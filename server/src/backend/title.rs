//! A conversation's title from its first question.

const MAX_LETTERS: usize = 60;

/// The first line with words in it, cut between words; without any, the first picture's name.
pub fn from_question(text: &str, first_picture: Option<&str>) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let title = match line {
        Some(line) => shorten(line.trim_start_matches(['#', '>', '*', '-', ' '])),
        None => shorten(first_picture.unwrap_or_default()),
    };
    if title.is_empty() { shorten(text.trim()) } else { title }
}

fn shorten(line: &str) -> String {
    let clean: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MAX_LETTERS {
        return words;
    }
    let cut: String = words.chars().take(MAX_LETTERS).collect();
    let kept = match cut.rsplit_once(' ') {
        Some((before, _)) if before.chars().count() > MAX_LETTERS / 2 => before,
        _ => &cut,
    };
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::from_question;

    #[test]
    fn the_first_line_with_words_is_the_title() {
        assert_eq!(from_question("What is in this picture?", None), "What is in this picture?");
        assert_eq!(from_question("\n\n  ## Heading\nmore", None), "Heading");
        assert_eq!(from_question("", Some("cat.jpg")), "cat.jpg");
        assert_eq!(from_question("***", None), "***");
    }

    #[test]
    fn long_lines_are_cut_between_words() {
        let title = from_question(&"word ".repeat(40), None);
        assert!(title.ends_with("word…") && title.chars().count() <= 61, "{title}");
        assert_eq!(from_question(&"é".repeat(100), None).chars().count(), 61);
    }
}
