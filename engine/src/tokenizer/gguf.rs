//! The vocabulary of a GGUF file. Tekken's is there as byte-level tokens; its merges follow the order of ids, so that
//! the file's list of merges says nothing new and is not read.

use std::collections::HashMap;

use super::{TEKKEN_PATTERN, Tokenizer, huggingface::byte_of_char};
use crate::gguf::{TokenKind, Vocabulary};

pub fn parse(vocabulary: &Vocabulary) -> Result<Tokenizer, String> {
    match (vocabulary.model.as_str(), vocabulary.split.as_deref()) {
        ("gpt2", Some("tekken")) => tekken(vocabulary),
        ("gpt2", split) => {
            Err(format!("its text is split by {:?}, and only \"tekken\" is known", split.unwrap_or("none")))
        }
        ("llama", _) => Err("its vocabulary is a SentencePiece one, which is not read from GGUF files yet".into()),
        (other, _) => Err(format!("its vocabulary is of the kind {other:?}, not \"gpt2\" with Tekken's split")),
    }
}

fn tekken(vocabulary: &Vocabulary) -> Result<Tokenizer, String> {
    let byte_of = byte_of_char();
    let mut control = HashMap::new();
    let mut tokens = Vec::new();
    for (id, (word, kind)) in (0..).zip(vocabulary.tokens.iter().zip(&vocabulary.kinds)) {
        match kind {
            TokenKind::Normal => {
                let bytes: Option<Vec<u8>> = word.chars().map(|letter| byte_of.get(&letter).copied()).collect();
                tokens.push((id, bytes.ok_or_else(|| format!("its token {word:?} is not byte-level"))?));
            }
            TokenKind::Control | TokenKind::Unknown | TokenKind::UserDefined => {
                control.insert(word.clone(), id);
            }
            TokenKind::Byte => {
                let hex = word.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                tokens.push((id, vec![byte.ok_or_else(|| format!("its token {word:?} is not a byte"))?]));
            }
            // Fills the vocabulary up to the matrix' size.
            TokenKind::Unused => {}
        }
    }
    Tokenizer::new(TEKKEN_PATTERN, control, tokens)
}
