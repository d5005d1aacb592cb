//! Text to token ids and back. Tekken: byte-pair encoding over ranks, one regular expression, control tokens that no
//! text can spell.

mod bpe;
mod detokenizer;
mod gguf;
mod huggingface;
mod tekken;

use std::collections::HashMap;

pub use detokenizer::Detokenizer;

use bpe::Bpe;

/// Tekken's pattern, for files that carry a wrong one (the community `tokenizer.json` does).
const TEKKEN_PATTERN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Ids below this: a vocabulary eight times the largest of the family. A file of a few bytes may claim any id.
const MAX_TOKENS: u32 = 1 << 20;

pub struct Tokenizer {
    bpe: Bpe,
    /// Control tokens by name.
    control: HashMap<String, u32>,
    /// Bytes of every id; `None` for control tokens and ids without a token.
    bytes: Vec<Option<Vec<u8>>>,
}

impl Tokenizer {
    /// `tokens`: bytes of ordinary tokens by id; merges follow the order of ids. The reason says what is wrong.
    fn new(pattern: &str, control: HashMap<String, u32>, tokens: Vec<(u32, Vec<u8>)>) -> Result<Self, String> {
        let highest = tokens.iter().map(|(id, _)| *id).chain(control.values().copied()).max().unwrap_or(0);
        if highest >= MAX_TOKENS {
            return Err(format!("it has a token id of {highest}"));
        }
        let mut bytes = vec![None; highest as usize + 1];
        for (id, token) in &tokens {
            bytes[*id as usize] = Some(token.clone());
        }
        Ok(Self { bpe: Bpe::new(pattern, tokens)?, control, bytes })
    }

    /// Reads `tekken.json`.
    pub fn from_tekken(json: &[u8]) -> Result<Self, String> {
        tekken::parse(json)
    }

    /// Reads a `tokenizer.json` of Tekken's kind, with Tekken's pattern.
    pub fn from_hugging_face(json: &[u8]) -> Result<Self, String> {
        huggingface::parse(json)
    }

    /// Takes the vocabulary that a GGUF file carries.
    pub fn from_gguf(vocabulary: &crate::gguf::Vocabulary) -> Result<Self, String> {
        gguf::parse(vocabulary)
    }

    /// Ids of plain text. Whatever it spells, no control token comes out.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.bpe.encode(text)
    }

    /// The bytes that token `id` shows; `None` for control tokens.
    pub fn token_bytes(&self, id: u32) -> Option<&[u8]> {
        self.bytes.get(id as usize)?.as_deref()
    }

    /// The id of a control token, `[INST]` say.
    pub fn control(&self, name: &str) -> Result<u32, String> {
        self.control.get(name).copied().ok_or_else(|| format!("it has no token {name}"))
    }

    /// Names and ids of the control tokens, in no order.
    pub fn control_tokens(&self) -> impl Iterator<Item = (&str, u32)> {
        self.control.iter().map(|(name, id)| (name.as_str(), *id))
    }

    /// Ids are below this.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}
