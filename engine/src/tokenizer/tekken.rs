//! `tekken.json`: ids of ordinary tokens are their rank plus the number of control tokens.
//! Source: mistral-common, `tokens/tokenizers/tekken.py`.

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::Tokenizer;

#[derive(Deserialize)]
struct File {
    config: Config,
    vocab: Vec<Word>,
    special_tokens: Option<Vec<Special>>,
}

#[derive(Deserialize)]
struct Config {
    pattern: String,
    default_vocab_size: u32,
    default_num_special_tokens: u32,
}

#[derive(Deserialize)]
struct Word {
    rank: u32,
    token_bytes: String,
}

#[derive(Deserialize)]
struct Special {
    rank: u32,
    token_str: String,
}

/// Files up to version 3 do not name their control tokens: these, in this order.
const DEFAULT_CONTROL: [&str; 20] = [
    "<unk>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CALLS]",
    "[IMG]",
    "<pad>",
    "[IMG_BREAK]",
    "[IMG_END]",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
];

pub fn parse(json: &[u8]) -> Result<Tokenizer, String> {
    let file: File = serde_json::from_slice(json).map_err(|error| format!("it is not a tekken.json ({error})"))?;
    let specials = file.config.default_num_special_tokens;
    let Some(ordinary) = file.config.default_vocab_size.checked_sub(specials) else {
        return Err("it has more control tokens than tokens".into());
    };
    let control: HashMap<String, u32> = match file.special_tokens {
        Some(list) => list.into_iter().map(|special| (special.token_str, special.rank)).collect(),
        None => DEFAULT_CONTROL.iter().map(|name| (*name).to_owned()).zip(0..specials).collect(),
    };
    if let Some((name, id)) = control.iter().find(|(_, id)| **id >= specials) {
        return Err(format!("its control token {name} has the id {id} of an ordinary one"));
    }
    let mut tokens = Vec::new();
    // The file carries more words than the model knows; the first ranks count.
    for word in file.vocab.into_iter().filter(|word| word.rank < ordinary) {
        let bytes = BASE64_STANDARD
            .decode(&word.token_bytes)
            .map_err(|error| format!("the bytes of rank {} are wrong ({error})", word.rank))?;
        tokens.push((word.rank + specials, bytes));
    }
    if tokens.len() as u64 != u64::from(ordinary) {
        return Err(format!("it has {} of the {ordinary} tokens it speaks of", tokens.len()));
    }
    Tokenizer::new(&file.config.pattern, control, tokens)
}
