//! What lets somebody in: tokens of links and cookies, and codes on paper, which are short enough to be typed and too many
//! to be guessed.

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// Without 0, 1, I and O, which paper does not tell apart.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// 60 bits.
const LENGTH: usize = 12;
const GROUP: usize = 4;

/// 256 random bits for links and cookies.
pub fn random_token() -> Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

fn random_bytes<const COUNT: usize>() -> Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).context("the system has no random numbers")?;
    Ok(bytes)
}

/// A new code, as it is typed and kept.
pub fn random_code() -> Result<String> {
    let bytes = random_bytes::<LENGTH>()?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// As it is printed: `ABCD-EFGH-JKLM`.
pub fn printed_code(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What was typed, without what people put between and in capitals.
pub fn typed_code(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .take(2 * LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_printed_code_is_known_however_it_is_typed() {
        let code = random_code().unwrap();
        assert_ne!(code, random_code().unwrap());
        let shown = printed_code(&code);
        assert!(shown.len() == 14 && shown.matches('-').count() == 2, "{shown}");
        for way in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!("  {code}. ")] {
            assert_eq!(typed_code(&way), code, "{way}");
        }
    }
}
