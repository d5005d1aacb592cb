//! The vocabulary as GGUF files carry it. Source: llama.cpp, conversion/base.py (`_set_vocab_mistral`) and
//! gguf-py/gguf/vocab.py (`MistralVocab`).

use std::collections::HashMap;

use super::header::Value;
use crate::tokenizer::{Piece, TokenKind, Tokenizer};

/// The keys under `tokenizer.ggml`. `size`: rows of the embeddings; ids without a token become `[PADn]`.
/// The reason says what the tokenizer lacks.
pub fn metadata(tokenizer: &Tokenizer, size: usize) -> Result<Vec<(String, Value)>, String> {
    let mut keys = match tokenizer.pieces() {
        Some(pieces) => sentencepiece(pieces, size),
        None => tekken(tokenizer, size),
    };
    let end = tokenizer.control("</s>")?;
    keys.extend([
        ("bos_token_id", Value::U32(tokenizer.control("<s>")?)),
        ("eos_token_id", Value::U32(end)),
        ("unknown_token_id", Value::U32(tokenizer.control("<unk>")?)),
        ("padding_token_id", Value::U32(tokenizer.control("<pad>").unwrap_or(end))),
    ]);
    Ok(keys.into_iter().map(|(key, value)| (format!("tokenizer.ggml.{key}"), value)).collect())
}

/// Texts that are always one token are marked so; the converter forgets that.
fn sentencepiece(pieces: &[Piece], size: usize) -> Vec<(&'static str, Value)> {
    let filled = (pieces.len()..size).map(|id| (format!("[PAD{id}]"), 0.0, TokenKind::Unused));
    let whole = pieces.iter().map(|piece| (piece.text.clone(), piece.score, piece.kind)).chain(filled);
    let (mut tokens, mut scores, mut types) = (Vec::new(), Vec::new(), Vec::new());
    for (text, score, kind) in whole {
        tokens.push(text);
        scores.push(score);
        types.push(kind as i32);
    }
    vec![
        ("model", Value::Text("llama".into())),
        ("tokens", Value::Texts(tokens)),
        ("scores", Value::F32s(scores)),
        ("token_type", Value::I32s(types)),
    ]
}

fn tekken(tokenizer: &Tokenizer, size: usize) -> Vec<(&'static str, Value)> {
    let letters = letters_of_bytes();
    let spell = |bytes: &[u8]| -> String { bytes.iter().map(|&byte| letters[usize::from(byte)]).collect() };
    let control: HashMap<u32, &str> = tokenizer.control_tokens().map(|(name, id)| (id, name)).collect();
    let first_ordinary = (0..size as u32).find(|&id| tokenizer.token_bytes(id).is_some()).unwrap_or_default();
    let (mut tokens, mut types) = (Vec::with_capacity(size), Vec::with_capacity(size));
    for id in 0..size as u32 {
        let (token, kind) = match (tokenizer.token_bytes(id), control.get(&id)) {
            (_, Some(name)) => ((*name).to_owned(), TokenKind::Control),
            (Some(bytes), None) => (spell(bytes), TokenKind::Normal),
            // Control tokens that have no name yet, as mistral-common calls them.
            (None, None) if id < first_ordinary => (format!("<SPECIAL_{id}>"), TokenKind::Control),
            (None, None) => (format!("[PAD{id}]"), TokenKind::Unused),
        };
        tokens.push(token);
        types.push(kind as i32);
    }
    let merges = merges(tokenizer, size).into_iter().map(|(left, right)| format!("{} {}", spell(left), spell(right)));
    vec![
        ("model", Value::Text("gpt2".into())),
        ("pre", Value::Text("tekken".into())),
        ("merges", Value::Texts(merges.collect())),
        ("tokens", Value::Texts(tokens)),
        // llama.cpp's converter writes these zeros as integers too.
        ("scores", Value::I32s(vec![0; size])),
        ("token_type", Value::I32s(types)),
    ]
}

/// Every way to make a token of two others, in the order of the tokens made; the ranks of a byte-pair encoding say no
/// more than that order.
fn merges(tokenizer: &Tokenizer, size: usize) -> Vec<(&[u8], &[u8])> {
    let ordinary = |id: u32| tokenizer.token_bytes(id).map(|bytes| (bytes, id));
    let ids: HashMap<&[u8], u32> = (0..size as u32).filter_map(ordinary).collect();
    let mut merges = Vec::new();
    for (token, _) in (0..size as u32).filter_map(ordinary) {
        let splits = (1..token.len()).map(|at| token.split_at(at));
        let mut found: Vec<_> =
            splits.filter_map(|(left, right)| Some(((*ids.get(left)?, *ids.get(right)?), (left, right)))).collect();
        found.sort_unstable_by_key(|(order, _)| *order);
        merges.extend(found.into_iter().map(|(_, pair)| pair));
    }
    merges
}

/// GPT-2's `bytes_to_unicode`: printable Latin-1 is itself, the other bytes are the letters from U+0100 on.
fn letters_of_bytes() -> [char; 256] {
    let mut hidden = (0x100..).filter_map(char::from_u32);
    std::array::from_fn(|byte| match byte as u8 {
        byte @ (b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff) => char::from(byte),
        _ => hidden.next().unwrap_or(char::REPLACEMENT_CHARACTER),
    })
}
