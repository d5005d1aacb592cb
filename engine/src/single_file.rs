//! One file of a model, read without the others: what fuzz targets, their kept findings and tokenizer cases call.

use std::path::Path;

use crate::{
    bytes::Bytes,
    config,
    error::{LoadError, TraceError},
    files,
    gguf::GgufFile,
    prompt::{self, ControlTokens, ImageTokens, PictureSize, Template},
    request::Message,
    safetensors_file::SafetensorsFile,
    tokenizer::Tokenizer,
    tokenizer_file,
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
    /// `tokenizer.model`
    SentencePiece,
    /// Header, metadata and vocabulary of either part.
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
        FileKind::SentencePiece => {
            Tokenizer::from_sentencepiece(bytes).map_err(tokenizer)?;
        }
        FileKind::Gguf => {
            let file = GgufFile::parse(label.clone(), Bytes::from_vec(bytes.to_vec()))?;
            let json = file.json();
            if file.text("general.architecture") == Some("clip") {
                config::gguf::parse_vision(&json).map_err(configuration)?;
                return Ok(());
            }
            let tensors = config::gguf::Tensors { vocabulary: 1, has_output: true, has_rope_factors: false };
            config::gguf::parse_text(&json, &tensors).map_err(configuration)?;
            Tokenizer::from_gguf(&file.vocabulary().map_err(tokenizer)?).map_err(tokenizer)?;
        }
    }
    Ok(())
}

/// The prompt that the tokenizer file at `path` makes of `messages`, by the reference template. `token_side` and
/// `longest_edge` of pictures in pixels.
///
/// # Errors
/// [`TraceError`] if the file or the messages cannot be used.
pub fn prompt_tokens(
    path: &Path,
    messages: &[Message],
    (token_side, longest_edge): (u32, u32),
) -> Result<Vec<u32>, TraceError> {
    let tokenizer = tokenizer_file::parse(path, &files::read(path)?)?;
    let lacking = |reason| LoadError::Tokenizer { file: path.display().to_string(), reason };
    let mut control = ControlTokens::find(&tokenizer, None).map_err(lacking)?;
    if let (Ok(image), Ok(row_break), Ok(end)) =
        (tokenizer.control("[IMG]"), tokenizer.control("[IMG_BREAK]"), tokenizer.control("[IMG_END]"))
    {
        control.image = Some(ImageTokens { image, row_break, end, token_side, longest_edge });
    }
    Ok(prompt::build(messages, Template::Reference, PictureSize::Full, &tokenizer, &control)?.tokens)
}
