//! `tokenizer.json` of Tekken's kind: byte-level byte-pair encoding whose merges follow the order of ids.

use std::collections::HashMap;

use serde::Deserialize;

use super::{TEKKEN_PATTERN, Tokenizer};

#[derive(Deserialize)]
struct File {
    model: Model,
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    vocab: HashMap<String, u32>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
}

pub fn parse(json: &[u8]) -> Result<Tokenizer, String> {
    let file: File = serde_json::from_slice(json).map_err(|error| format!("it is not a tokenizer.json ({error})"))?;
    if file.model.r#type.as_deref().is_some_and(|kind| kind != "BPE") {
        return Err("it is not a byte-pair encoding".into());
    }
    let control: HashMap<String, u32> = file.added_tokens.into_iter().map(|token| (token.content, token.id)).collect();
    let byte_of = byte_of_char();
    let mut tokens = Vec::new();
    for (word, id) in file.model.vocab {
        if control.contains_key(&word) {
            continue;
        }
        let bytes: Option<Vec<u8>> = word.chars().map(|letter| byte_of.get(&letter).copied()).collect();
        tokens.push((id, bytes.ok_or_else(|| format!("its token {word:?} is not byte-level"))?));
    }
    // The pattern in the file is not used: the one in the community's file is wrong.
    Tokenizer::new(TEKKEN_PATTERN, control, tokens)
}

/// Byte-level files write bytes as visible characters: printable Latin-1 as itself, the others from U+0100 on in order
/// (GPT-2's `bytes_to_unicode`).
pub fn byte_of_char() -> HashMap<char, u8> {
    let mut next = 0x100;
    let mut map = HashMap::new();
    for byte in 0..=255_u8 {
        let printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        let letter = if printable {
            char::from(byte)
        } else {
            let letter = char::from_u32(next).unwrap_or(char::REPLACEMENT_CHARACTER);
            next += 1;
            letter
        };
        map.insert(letter, byte);
    }
    map
}
