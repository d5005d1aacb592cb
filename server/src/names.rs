//! Names of people and groups, as they are typed.

pub const MAX_LETTERS: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    Missing,
    TooLong,
}

/// The name with single spaces and without control characters.
pub fn clean(typed: &str) -> Result<String, NameProblem> {
    let visible: String = typed.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(NameProblem::Missing),
        letters if letters > MAX_LETTERS => Err(NameProblem::TooLong),
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_one_sees_of_it() {
        assert_eq!(clean("  Anna \t Müller\r\n"), Ok("Anna Müller".into()));
        assert_eq!(clean(" \u{0} "), Err(NameProblem::Missing));
        assert_eq!(clean(&"é".repeat(80)), Ok("é".repeat(80)));
        assert_eq!(clean(&"é".repeat(81)), Err(NameProblem::TooLong));
    }
}
