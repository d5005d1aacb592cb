//! Every tokenizer of the family against mistral-common, token for token.
#![allow(clippy::unwrap_used)]

mod conversation;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use conversation::messages;
use engine::single_file::prompt_tokens;
use serde_json::{Value, json};

/// The first Pixtral's, in pixels.
const PICTURES: (u32, u32) = (16, 1024);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/tokenizers")
}

fn read(name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder().join(name)).unwrap()).unwrap()
}

/// `real_id` of the tokens that come out.
fn check(tokenizer: &Path, cases: &Value, pictures: (u32, u32), real_id: impl Fn(u32) -> i64) {
    let cases = cases.as_array().unwrap();
    assert!(cases.len() >= 8);
    for case in cases {
        let expected: Vec<i64> = case["tokens"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect();
        let found = prompt_tokens(tokenizer, &messages(case), pictures).unwrap();
        let found: Vec<i64> = found.into_iter().map(&real_id).collect();
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn sentencepiece() {
    for (cases, model) in [
        ("v1.json", "tokenizer.model.v1"),
        ("v1-odd.json", "tokenizer.model.v1"),
        ("v2.json", "mistral_instruct_tokenizer_240216.model.v2"),
        ("v3.json", "mistral_instruct_tokenizer_240323.model.v3"),
        ("v3-odd.json", "mistral_instruct_tokenizer_240323.model.v3"),
        // The seventh version without and with pictures is one file by two names.
        ("v7.json", "mistral_instruct_tokenizer_241114.model.v7m1"),
        ("v7m1.json", "mistral_instruct_tokenizer_241114.model.v7m1"),
        ("v7m1-odd.json", "mistral_instruct_tokenizer_241114.model.v7m1"),
    ] {
        check(&folder().join(model), &read(cases), PICTURES, i64::from);
    }
}

/// The published files, cut to what can come up (cut_tekken.py).
#[test]
fn tekken() {
    for version in ["240718", "240911"] {
        let name = format!("tekken-{version}.cut.json");
        let cut = read(&name);
        let specials = cut["config"]["default_num_special_tokens"].as_i64().unwrap();
        let real: HashMap<i64, i64> = cut["vocab"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| (word["rank"].as_i64().unwrap() + specials, word["real_rank"].as_i64().unwrap() + specials))
            .collect();
        let real_id = |id: u32| real.get(&i64::from(id)).copied().unwrap_or(i64::from(id));
        check(&folder().join(&name), &read(&format!("tekken-{version}.json")), PICTURES, real_id);
    }
}

/// Later versions of the file: control tokens with ids of their own, a system prompt with tokens of its own, squares of
/// patches.
#[test]
fn later_versions_of_tekken() {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mini/tekken.json");
    let built_in: Value = serde_json::from_slice(&fs::read(built_in).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for version in ["v7", "v11", "v13"] {
        let later = read(&format!("tekken-{version}.json"));
        let mut file = built_in.clone();
        file["config"]["version"] = json!(version);
        file["special_tokens"] = later["special_tokens"].clone();
        let path = folder.path().join("tekken.json");
        fs::write(&path, file.to_string()).unwrap();
        check(&path, &later["cases"], (28, 140), i64::from);
    }
}

/// The whole of the same file as Hugging Face keeps it: pieces by merges instead of scores.
#[test]
fn sentencepiece_in_a_tokenizer_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    let byte = |byte: usize| (format!("<0x{byte:02X}>"), json!(byte + 3));
    let mut vocabulary: serde_json::Map<String, Value> = (0..256).map(byte).collect();
    for (index, piece) in ["\u{2581}", "a", "b", "ab", "\u{2581}ab", "ba"].iter().enumerate() {
        vocabulary.insert((*piece).into(), json!(259 + index));
    }
    for (name, id) in [("<unk>", 0), ("<s>", 1), ("</s>", 2), ("[INST]", 300), ("[/INST]", 301)] {
        vocabulary.insert(name.into(), json!(id));
    }
    let special = |name: &str| json!({ "id": vocabulary[name], "content": name, "special": true });
    let added = json!([special("<unk>"), special("<s>"), special("</s>"), special("[INST]"), special("[/INST]")]);
    for merges in [json!(["a b", "\u{2581} ab", "b a"]), json!([["a", "b"], ["\u{2581}", "ab"], ["b", "a"]])] {
        let model = json!({ "type": "BPE", "byte_fallback": true, "vocab": vocabulary.clone(), "merges": merges });
        fs::write(&path, json!({ "model": model, "added_tokens": added.clone() }).to_string()).unwrap();
        let case = json!({ "messages": [{ "role": "user", "content": "abab ba</s>\n" }] });
        let tokens = prompt_tokens(&path, &messages(&case), PICTURES).unwrap();
        let bytes = |text: &str| text.bytes().map(|byte| u32::from(byte) + 3).collect::<Vec<_>>();
        let expected = [&[1, 300, 263, 262, 259, 264][..], &bytes("</s>\n"), &[301]].concat();
        assert_eq!(tokens, expected);
    }
}
