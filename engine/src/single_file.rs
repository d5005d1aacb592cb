//! One file of a model, read without the others: what fuzz targets and their kept findings call.

use crate::{
    bytes::Bytes, config, error::LoadError, files, gguf::GgufFile, safetensors_file::SafetensorsFile,
    tokenizer::Tokenizer,
};

/// What a file claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Safetensors,
    /// `params.json`
    MistralConfig,
    /// `config.json`
    HuggingFaceConfig,
    /// `tekken.json`
    Tekken,
    /// `tokenizer.json`
    HuggingFaceTokenizer,
    /// Header, vocabulary and tensors of either part.
    Gguf,
}

/// Reads `bytes` as a loader would.
///
/// # Errors
/// What a person is told of a file that is damaged, hostile or of another kind.
pub fn check(kind: FileKind, bytes: &[u8]) -> Result<(), LoadError> {
    let label = format!("{kind:?}");
    let configuration = |reason| LoadError::Configuration { file: label.clone(), reason };
    let tokenizer = |reason| LoadError::Tokenizer { file: label.clone(), reason };
    match kind {
        FileKind::Safetensors => {
            SafetensorsFile::parse(label.clone(), Bytes::from_vec(bytes.to_vec()))?;
        }
        FileKind::MistralConfig => {
            config::mistral::parse(&files::parse_json(&label, bytes)?).map_err(configuration)?;
        }
        FileKind::HuggingFaceConfig => {
            config::huggingface::parse(&files::parse_json(&label, bytes)?, None, None).map_err(configuration)?;
        }
        FileKind::Tekken => {
            Tokenizer::from_tekken(bytes).map_err(tokenizer)?;
        }
        FileKind::HuggingFaceTokenizer => {
            Tokenizer::from_hugging_face(bytes).map_err(tokenizer)?;
        }
        FileKind::Gguf => {
            let file = GgufFile::parse(label.clone(), Bytes::from_vec(bytes.to_vec()))?;
            file.vocabulary().map_err(tokenizer)?;
        }
    }
    Ok(())
}
