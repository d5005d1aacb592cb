//! The tokenizer among a model's files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    error::LoadError,
    files,
    tokenizer::{InstructVersion, Tokenizer},
};

/// `tekken.json`, else SentencePiece's `tokenizer.model` (of several, `tokenizer.model.v3` and the like), else
/// `tokenizer.json`. Without any, `expected`.
pub fn find(folder: &Path, expected: &str) -> PathBuf {
    let file = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    let sentencepiece = || {
        let names = fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let newest =
            names.filter(|name| is_sentencepiece(name)).max_by_key(|name| (!name.ends_with(".model"), name.clone()));
        file(&newest?)
    };
    let found = file("tekken.json").or_else(sentencepiece).or_else(|| file("tokenizer.json"));
    found.unwrap_or_else(|| folder.join(expected))
}

/// `tokenizer.model`, `tokenizer.model.v3`, `tokenizer.model.v7m1`.
fn is_sentencepiece(name: &str) -> bool {
    name.rsplit_once(".model").is_some_and(|(_, version)| {
        let number = version.strip_prefix(".v");
        version.is_empty() || number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit() || c == 'm'))
    })
}

/// `path` says what kind of tokenizer `bytes` are.
///
/// # Errors
/// [`LoadError::Tokenizer`]
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Tokenizer, LoadError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let tokenizer = if is_sentencepiece(name) {
        Tokenizer::from_sentencepiece(bytes)
    } else if name.starts_with("tekken") {
        Tokenizer::from_tekken(bytes)
    } else {
        Tokenizer::from_hugging_face(bytes).map(|tokenizer| with_version_beside(tokenizer, path))
    };
    tokenizer.map_err(|reason| LoadError::Tokenizer { file: path.display().to_string(), reason })
}

/// A `tokenizer.json` does not say how conversations are spelt; the template beside it does.
fn with_version_beside(mut tokenizer: Tokenizer, path: &Path) -> Tokenizer {
    let jinja = || fs::read_to_string(path.with_file_name("chat_template.jinja")).ok();
    let config = || files::read_json(&path.with_file_name("tokenizer_config.json")).ok();
    let in_config = || match config()?.get("chat_template")? {
        Value::String(template) => Some(template.clone()),
        // Several by name: how they spell a conversation does not differ.
        list => Some(list.get(0)?.get("template")?.as_str()?.to_owned()),
    };
    let version = jinja().or_else(in_config).and_then(|template| InstructVersion::of_chat_template(&template));
    if let Some(version) = version.filter(|_| tokenizer.pieces().is_none()) {
        tokenizer.version = version;
    }
    tokenizer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_best_file_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let found = || find(folder.path(), "tekken.json").file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(found(), "tekken.json");
        for name in ["tokenizer.json", "tokenizer.model", "tokenizer.model.v3", "tekken.json"] {
            fs::write(folder.path().join(format!("{name}.vocabulary")), "").unwrap();
            fs::write(folder.path().join(name), "").unwrap();
            assert_eq!(found(), name);
        }
    }
}
