//! The vocabulary as GGUF files carry it. Source: llama.cpp, conversion/base.py (`_set_vocab_mistral`) and
//! gguf-py/gguf/vocab.py (`MistralVocab`).

use std::collections::HashMap;

use super::header::Value;
use crate::tokenizer::Tokenizer;

/// `llama_token_type`, include/llama.h.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
const UNUSED: i32 = 5;

/// The keys under `tokenizer.ggml`. `size`: rows of the embeddings; ids without a token become `[PADn]`.
/// The reason says what the tokenizer lacks.
pub fn metadata(tokenizer: &Tokenizer, size: usize) -> Result<Vec<(String, Value)>, String> {
    let letters = letters_of_bytes();
    let spell = |bytes: &[u8]| -> String { bytes.iter().map(|&byte| letters[usize::from(byte)]).collect() };
    let control: HashMap<u32, &str> = tokenizer.control_tokens().map(|(name, id)| (id, name)).collect();
    let first_ordinary = (0..size as u32).find(|&id| tokenizer.token_bytes(id).is_some()).unwrap_or_default();
    let (mut tokens, mut types) = (Vec::with_capacity(size), Vec::with_capacity(size));
    for id in 0..size as u32 {
        let (token, kind) = match (tokenizer.token_bytes(id), control.get(&id)) {
            (_, Some(name)) => ((*name).to_owned(), CONTROL),
            (Some(bytes), None) => (spell(bytes), NORMAL),
            // Control tokens that have no name yet, as mistral-common calls them.
            (None, None) if id < first_ordinary => (format!("<SPECIAL_{id}>"), CONTROL),
            (None, None) => (format!("[PAD{id}]"), UNUSED),
        };
        tokens.push(token);
        types.push(kind);
    }
    let merges = merges(tokenizer, size).into_iter().map(|(left, right)| format!("{} {}", spell(left), spell(right)));
    let end = tokenizer.control("</s>")?;
    let keys = [
        ("model", Value::Text("gpt2".into())),
        ("pre", Value::Text("tekken".into())),
        ("merges", Value::Texts(merges.collect())),
        ("bos_token_id", Value::U32(tokenizer.control("<s>")?)),
        ("eos_token_id", Value::U32(end)),
        ("unknown_token_id", Value::U32(tokenizer.control("<unk>")?)),
        ("padding_token_id", Value::U32(tokenizer.control("<pad>").unwrap_or(end))),
        ("tokens", Value::Texts(tokens)),
        // llama.cpp's converter writes these zeros as integers too.
        ("scores", Value::I32s(vec![0; size])),
        ("token_type", Value::I32s(types)),
    ];
    Ok(keys.into_iter().map(|(key, value)| (format!("tokenizer.ggml.{key}"), value)).collect())
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
