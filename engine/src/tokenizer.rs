//! Text to token ids and back. Two kinds: Tekken (byte-pair encoding over ranks, one regular expression) and
//! SentencePiece (byte-pair encoding by scores, characters first). Control tokens are such that no text can spell them.

mod bpe;
mod detokenizer;
mod gguf;
mod huggingface;
mod piece;
mod sentencepiece;
mod tekken;
mod version;

use std::collections::HashMap;

pub use detokenizer::Detokenizer;
pub use piece::{Piece, TokenKind};
pub use version::InstructVersion;

use sentencepiece::SentencePieceEncoder;
use tekken::TekkenEncoder;

/// Ids below this: a vocabulary eight times the largest of the family. A file of a few bytes may claim any id.
const MAX_TOKENS: u32 = 1 << 20;

pub struct Tokenizer {
    encoder: Encoder,
    /// Control tokens by name.
    control: HashMap<String, u32>,
    /// Bytes of every id; `None` for control tokens and ids without a token.
    bytes: Vec<Option<Vec<u8>>>,
    /// How conversations are spelt for the models that came with it.
    pub version: InstructVersion,
}

enum Encoder {
    Tekken(TekkenEncoder),
    SentencePiece(SentencePieceEncoder),
}

impl Tokenizer {
    /// `tokens`: bytes of ordinary tokens by id. The reason says what is wrong.
    fn new(
        encoder: Encoder,
        control: HashMap<String, u32>,
        tokens: &[(u32, Vec<u8>)],
        version: InstructVersion,
    ) -> Result<Self, String> {
        let highest = tokens.iter().map(|(id, _)| *id).chain(control.values().copied()).max().unwrap_or(0);
        if highest >= MAX_TOKENS {
            return Err(format!("it has a token id of {highest}"));
        }
        let mut bytes = vec![None; highest as usize + 1];
        for (id, token) in tokens {
            bytes[*id as usize] = Some(token.clone());
        }
        Ok(Self { encoder, control, bytes, version })
    }

    /// Reads `tekken.json`.
    pub fn from_tekken(json: &[u8]) -> Result<Self, String> {
        tekken::parse(json)
    }

    /// Reads a `tokenizer.json` of Tekken's kind, with Tekken's pattern, or of SentencePiece's kind.
    pub fn from_hugging_face(json: &[u8]) -> Result<Self, String> {
        huggingface::parse(json)
    }

    /// Reads SentencePiece's `tokenizer.model`.
    pub fn from_sentencepiece(protobuf: &[u8]) -> Result<Self, String> {
        sentencepiece::parse(protobuf)
    }

    /// Takes the vocabulary that a GGUF file carries.
    pub fn from_gguf(vocabulary: &crate::gguf::Vocabulary) -> Result<Self, String> {
        gguf::parse(vocabulary)
    }

    /// Ids of plain text. Whatever it spells, no control token comes out.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match &self.encoder {
            Encoder::Tekken(encoder) => encoder.encode(text),
            Encoder::SentencePiece(encoder) => encoder.encode(text),
        }
    }

    /// What turns the tokens of one text back into it.
    pub fn detokenizer(&self) -> Detokenizer {
        Detokenizer::new(matches!(self.encoder, Encoder::SentencePiece(_)))
    }

    /// SentencePiece's pieces by id; `None` for Tekken.
    pub fn pieces(&self) -> Option<&[Piece]> {
        match &self.encoder {
            Encoder::Tekken(_) => None,
            Encoder::SentencePiece(encoder) => Some(encoder.pieces()),
        }
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
