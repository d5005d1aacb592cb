//! `tokenizer.json`: byte-level byte-pair encoding whose merges follow the order of ids (Tekken's kind), or one over
//! characters with bytes for what has no token (SentencePiece's kind).

use std::collections::HashMap;

use serde::Deserialize;

use super::{
    InstructVersion, MAX_TOKENS, Piece, TokenKind, Tokenizer,
    piece::byte_of,
    sentencepiece,
    tekken::{self, PATTERN},
};

#[derive(Deserialize)]
struct File {
    model: Model,
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    #[serde(default)]
    byte_fallback: bool,
    vocab: HashMap<String, u32>,
    #[serde(default)]
    merges: Vec<Merge>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
    #[serde(default)]
    special: bool,
}

/// Older files have `"a b"`, newer ones `["a", "b"]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Together(String),
    Apart([String; 2]),
}

impl Merge {
    fn union(&self) -> String {
        match self {
            Self::Together(both) => both.replacen(' ', "", 1),
            Self::Apart([left, right]) => format!("{left}{right}"),
        }
    }
}

pub fn parse(json: &[u8]) -> Result<Tokenizer, String> {
    let file: File = serde_json::from_slice(json).map_err(|error| format!("it is not a tokenizer.json ({error})"))?;
    if file.model.r#type.as_deref().is_some_and(|kind| kind != "BPE") {
        return Err("it is not a byte-pair encoding".into());
    }
    if file.model.byte_fallback {
        return sentencepiece::tokenizer(pieces(file)?);
    }
    let control: HashMap<String, u32> = file.added_tokens.into_iter().map(|token| (token.content, token.id)).collect();
    let byte_of_char = byte_of_char();
    let mut tokens = Vec::new();
    for (word, id) in file.model.vocab {
        if control.contains_key(&word) {
            continue;
        }
        let bytes: Option<Vec<u8>> = word.chars().map(|letter| byte_of_char.get(&letter).copied()).collect();
        tokens.push((id, bytes.ok_or_else(|| format!("its token {word:?} is not byte-level"))?));
    }
    // The pattern in the file is not used: the one in the community's file is wrong. Control tokens were named before
    // they were used: only a template beside the file tells versions apart.
    tekken::tokenizer(PATTERN, control, &tokens, InstructVersion::V3)
}

/// Pieces by id; their scores follow the order of merges.
fn pieces(file: File) -> Result<Vec<Piece>, String> {
    let mut first_merge = HashMap::new();
    for (index, merge) in file.model.merges.iter().enumerate() {
        first_merge.entry(merge.union()).or_insert(index);
    }
    let never_merged = file.model.merges.len();
    let highest = file.model.vocab.values().chain(file.added_tokens.iter().map(|token| &token.id)).max();
    let size = highest.map_or(0, |id| *id as usize + 1);
    if size > MAX_TOKENS as usize {
        return Err(format!("it has a token id of {}", size - 1));
    }
    let unused = Piece { text: String::new(), score: 0.0, kind: TokenKind::Unused };
    let mut pieces = vec![unused; size];
    for (text, id) in file.model.vocab {
        let kind = if byte_of(&text).is_some() { TokenKind::Byte } else { TokenKind::Normal };
        let score = -(first_merge.get(&text).copied().unwrap_or(never_merged) as f32);
        pieces[id as usize] = Piece { text, score, kind };
    }
    for added in file.added_tokens {
        let kind = if added.special { TokenKind::Control } else { TokenKind::UserDefined };
        pieces[added.id as usize] = Piece { text: added.content, score: 0.0, kind };
    }
    Ok(pieces)
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
