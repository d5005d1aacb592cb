//! The vocabulary that a text file carries in its header.

use super::{GgufFile, value::Value};
use crate::tokenizer::TokenKind;

/// Lists are by token id and of one length.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// `gpt2` (byte-level byte-pair encoding) or `llama` (SentencePiece), as far as we know them.
    pub model: String,
    /// How text is split before it is encoded: `tekken`.
    pub split: Option<String>,
    pub tokens: Vec<String>,
    /// SentencePiece's.
    pub scores: Option<Vec<f32>>,
    pub kinds: Vec<TokenKind>,
    /// Jinja, or the name of one of llama.cpp's own.
    pub chat_template: Option<String>,
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
            Some(kinds) => kinds
                .into_iter()
                .map(|number| TokenKind::of_number(number as i64))
                .collect::<Option<_>>()
                .ok_or("it has tokens of unknown types")?,
        };
        let scores = numbers("tokenizer.ggml.scores")?;
        let scores = scores.map(|scores| scores.into_iter().map(|score| score as f32).collect());
        let owned = |key: &str| self.text(key).map(str::to_owned);
        let (split, chat_template) = (owned("tokenizer.ggml.pre"), owned("tokenizer.chat_template"));
        Ok(Vocabulary { model, split, tokens, scores, kinds, chat_template })
    }
}
