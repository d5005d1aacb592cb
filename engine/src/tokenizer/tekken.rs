//! Tekken: text is split by one regular expression, and in every piece the joins follow the order of ids (as tiktoken
//! does). `tekken.json`: ids of ordinary tokens are their rank plus the number of control tokens.
//! Source: mistral-common, `tokens/tokenizers/tekken.py`.

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use tokenizers::{
    OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior,
    pre_tokenizers::split::{Split, SplitPattern},
};

use super::{
    Encoder, InstructVersion, Tokenizer,
    bpe::{Begin, Bpe, Token},
};

/// Tekken's pattern, for files that carry a wrong one (the community `tokenizer.json` does).
pub const PATTERN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

pub struct TekkenEncoder {
    split: Split,
    bpe: Bpe,
}

impl TekkenEncoder {
    fn new(pattern: &str, tokens: &[(u32, Vec<u8>)]) -> Result<Self, String> {
        let split = Split::new(SplitPattern::Regex(pattern.to_owned()), SplitDelimiterBehavior::Isolated, false)
            .map_err(|error| format!("its pattern is wrong ({error})"))?;
        let tokens = tokens.iter().map(|(id, bytes)| (bytes.clone(), Token { id: *id, rank: *id })).collect();
        let byte_id = |tokens: &HashMap<Vec<u8>, Token>, byte| tokens.get(&[byte][..]).map(|token| token.id);
        Ok(Self { split, bpe: Bpe::new(tokens, byte_id, Begin::Bytes)? })
    }

    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut pieces = PreTokenizedString::from(text);
        let mut ids = Vec::new();
        if self.split.pre_tokenize(&mut pieces).is_err() {
            // The pattern gave up: the text is then one piece, which is still exact when it is read back.
            self.bpe.encode(text, &mut ids);
            return ids;
        }
        for (piece, _, _) in pieces.get_splits(OffsetReferential::Original, OffsetType::Byte) {
            match self.bpe.whole(piece.as_bytes()) {
                Some(id) => ids.push(id),
                None => self.bpe.encode(piece, &mut ids),
            }
        }
        ids
    }
}

/// `tokens`: bytes of ordinary tokens by id. The reason says what is wrong.
pub fn tokenizer(
    pattern: &str,
    control: HashMap<String, u32>,
    tokens: &[(u32, Vec<u8>)],
    version: InstructVersion,
) -> Result<Tokenizer, String> {
    Tokenizer::new(Encoder::Tekken(TekkenEncoder::new(pattern, tokens)?), control, tokens, version)
}

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
    version: Option<String>,
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
    let version = InstructVersion::of_tekken(file.config.version.as_deref())?;
    tokenizer(&file.config.pattern, control, &tokens, version)
}
