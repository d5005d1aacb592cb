//! The vocabulary that a text file carries in its header.

use super::{GgufFile, value::Value};

/// As llama.cpp counts them (`llama_token_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    /// `<0x41>`: a byte that no other token has.
    Byte,
}

/// Lists are by token id and of one length.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// `gpt2` (byte-level byte-pair encoding) or `llama` (SentencePiece), as far as we know them.
    pub model: String,
    /// How text is split before it is encoded: `tekken`.
    pub split: Option<String>,
    pub tokens: Vec<String>,
    pub kinds: Vec<TokenKind>,
}

impl GgufFile {
    /// The reason says what is wrong.
    pub fn vocabulary(&self) -> Result<Vocabulary, String> {
        let model = self.text("tokenizer.ggml.model").ok_or("it has no tokenizer.ggml.model")?.to_owned();
        let whole = self.tensors.bytes.as_slice();
        let list = |key: &str| match self.metadata.get(key) {
            Some(Value::List(list)) => Some(list),
            _ => None,
        };
        let tokens = list("tokenizer.ggml.tokens")
            .and_then(|list| list.texts(whole))
            .ok_or("its tokenizer.ggml.tokens are missing or not texts")?;
        let tokens: Vec<String> = tokens.into_iter().map(str::to_owned).collect();
        let numbers = |key: &str| match list(key) {
            None => Ok(None),
            Some(list) if list.len() != tokens.len() => {
                Err(format!("it has {} tokens and {} entries in {key}", tokens.len(), list.len()))
            }
            Some(list) => list.numbers(whole).map(Some).ok_or_else(|| format!("its {key} are not numbers")),
        };
        let kinds = match numbers("tokenizer.ggml.token_type")? {
            None => vec![TokenKind::Normal; tokens.len()],
            Some(kinds) => {
                kinds.into_iter().map(kind).collect::<Option<_>>().ok_or("it has tokens of unknown types")?
            }
        };
        let split = self.text("tokenizer.ggml.pre").map(str::to_owned);
        Ok(Vocabulary { model, split, tokens, kinds })
    }
}

fn kind(number: f64) -> Option<TokenKind> {
    Some(match number as i64 {
        1 => TokenKind::Normal,
        2 => TokenKind::Unknown,
        3 => TokenKind::Control,
        4 => TokenKind::UserDefined,
        5 => TokenKind::Unused,
        6 => TokenKind::Byte,
        _ => return None,
    })
}
