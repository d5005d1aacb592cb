//! Bytes of tokens to text, while they come: a character may be spread over several tokens.

/// Holds back the beginning of a character until the rest is there.
#[derive(Clone, Debug)]
pub struct Detokenizer {
    /// The beginning of a character, at most three bytes.
    pending: Vec<u8>,
    /// The next byte is left out if it is a space.
    drops_space: bool,
}

impl Detokenizer {
    /// `drops_space`: the tokenizer puts a space before every text, which does not belong to it.
    pub fn new(drops_space: bool) -> Self {
        Self { pending: Vec::new(), drops_space }
    }

    /// What became showable with `bytes`. Bytes that belong to no character become U+FFFD.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        let mut bytes = bytes;
        if self.drops_space && !bytes.is_empty() {
            self.drops_space = false;
            bytes = bytes.strip_prefix(b" ").unwrap_or(bytes);
        }
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        let mut kept = 0;
        let mut chunks = self.pending.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            if chunk.invalid().is_empty() {
                continue;
            }
            if chunks.peek().is_none() && is_beginning(chunk.invalid()) {
                kept = chunk.invalid().len();
            } else {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        self.pending.drain(..self.pending.len() - kept);
        text
    }

    /// At the end, a character that was never completed becomes U+FFFD.
    pub fn finish(&mut self) -> String {
        let rest = if self.pending.is_empty() { "" } else { "\u{fffd}" };
        self.pending.clear();
        rest.to_owned()
    }
}

fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_back_half_a_character() {
        let mut detokenizer = Detokenizer::new(false);
        assert_eq!(detokenizer.push("é".as_bytes()), "é");
        let kitten = "🐱".as_bytes();
        assert_eq!(detokenizer.push(&kitten[..1]), "");
        assert_eq!(detokenizer.push(&kitten[1..3]), "");
        assert_eq!(detokenizer.push(&kitten[3..]), "🐱");
        assert_eq!(detokenizer.push(&[b'a', 0xff, b'b']), "a\u{fffd}b");
        assert_eq!(detokenizer.push(&[0xe2, 0x82]), "");
        assert_eq!(detokenizer.push(b"x"), "\u{fffd}x");
        assert_eq!(detokenizer.push(&[0xf0]), "");
        assert_eq!(detokenizer.finish(), "\u{fffd}");
        assert_eq!(detokenizer.finish(), "");
    }
}
