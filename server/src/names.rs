//! Names of people and groups, as they are typed.

use storage::MAX_NAME_LETTERS;
use unicode_normalization::UnicodeNormalization;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    Missing,
    TooLong,
}

/// The name in composed letters, with single spaces, and without what nobody sees: control characters, and those that join,
/// hide or turn the letters beside them.
pub fn clean(typed: &str) -> Result<String, NameProblem> {
    let visible: String = typed
        .nfkc()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(NameProblem::Missing),
        letters if letters > MAX_NAME_LETTERS => Err(NameProblem::TooLong),
        _ => Ok(name),
    }
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_one_sees_of_it() {
        assert_eq!(clean("  Anna \t Müller\r\n"), Ok("Anna Müller".into()));
        assert_eq!(clean("Zoe\u{308} \u{202e}A\u{200b}da"), Ok("Zoë Ada".into()));
        assert_eq!(clean(" \u{0}\u{200d} "), Err(NameProblem::Missing));
        assert_eq!(clean(&"é".repeat(80)), Ok("é".repeat(80)));
        assert_eq!(clean(&"é".repeat(81)), Err(NameProblem::TooLong));
    }
}
