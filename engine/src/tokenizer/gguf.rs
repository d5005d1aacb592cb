//! The vocabulary of a GGUF file. Tekken's is there as byte-level tokens; its merges follow the order of ids, so that
//! the file's list of merges says nothing new and is not read. SentencePiece's is there piece by piece.

use std::collections::HashMap;

use super::{
    InstructVersion, Piece, TokenKind, Tokenizer,
    huggingface::byte_of_char,
    piece::byte_of,
    sentencepiece,
    tekken::{self, PATTERN},
};
use crate::gguf::Vocabulary;

pub fn parse(vocabulary: &Vocabulary) -> Result<Tokenizer, String> {
    let mut tokenizer = match (vocabulary.model.as_str(), vocabulary.split.as_deref()) {
        ("gpt2", Some("tekken")) => tekken(vocabulary)?,
        ("gpt2", split) => {
            return Err(format!("its text is split by {:?}, and only \"tekken\" is known", split.unwrap_or("none")));
        }
        ("llama", _) => sentencepiece::tokenizer(pieces(vocabulary)?)?,
        (other, _) => return Err(format!("its vocabulary is of the kind {other:?}, not \"gpt2\" or \"llama\"")),
    };
    if let Some(version) = vocabulary.chat_template.as_deref().and_then(InstructVersion::of_chat_template)
        && (version == InstructVersion::V1 || tokenizer.control("[INST]").is_ok())
    {
        tokenizer.version = version;
    }
    Ok(tokenizer)
}

fn pieces(vocabulary: &Vocabulary) -> Result<Vec<Piece>, String> {
    let scores = vocabulary.scores.as_ref().ok_or("it has no tokenizer.ggml.scores")?;
    let pieces = vocabulary.tokens.iter().zip(scores).zip(&vocabulary.kinds);
    Ok(pieces.map(|((text, &score), &kind)| Piece { text: text.clone(), score, kind }).collect())
}

fn tekken(vocabulary: &Vocabulary) -> Result<Tokenizer, String> {
    let byte_of_char = byte_of_char();
    let mut control = HashMap::new();
    let mut tokens = Vec::new();
    for (id, (word, kind)) in (0..).zip(vocabulary.tokens.iter().zip(&vocabulary.kinds)) {
        match kind {
            TokenKind::Normal => {
                let bytes: Option<Vec<u8>> = word.chars().map(|letter| byte_of_char.get(&letter).copied()).collect();
                tokens.push((id, bytes.ok_or_else(|| format!("its token {word:?} is not byte-level"))?));
            }
            TokenKind::Control | TokenKind::Unknown | TokenKind::UserDefined => {
                control.insert(word.clone(), id);
            }
            TokenKind::Byte => {
                tokens.push((id, vec![byte_of(word).ok_or_else(|| format!("its token {word:?} is not a byte"))?]));
            }
            // Fills the vocabulary up to the matrix' size.
            TokenKind::Unused => {}
        }
    }
    // Tekken's control tokens were named before they were used: only a template tells versions apart.
    tekken::tokenizer(PATTERN, control, &tokens, InstructVersion::V3)
}
