//! The engine's errors. Each is one sentence: what is wrong and what to do.

use std::path::{Path, PathBuf};

/// Why a model cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{} does not exist; give the folder of a model", .0.display())]
    NoSuchFolder(PathBuf),
    #[error(
        "{} is not a model folder: it holds neither params.json (Mistral layout) nor config.json (Hugging Face layout) \
         nor a .gguf file; choose the folder that holds the model's files", .0.display()
    )]
    NotAModelFolder(PathBuf),
    #[error("{} is missing; copy it again from where the model came from", .0.display())]
    MissingFile(PathBuf),
    #[error("{file} cannot be read ({reason}); check that it is there and that you may read it")]
    Unreadable { file: String, reason: String },
    #[error("{file} is not the configuration of a Pixtral model: {reason}; choose another model")]
    Configuration { file: String, reason: String },
    #[error("{file} is damaged: {reason}; download it again")]
    DamagedWeights { file: String, reason: String },
    #[error("{file} cannot be used: {reason}; choose another file of this model or another model")]
    Unsupported { file: String, reason: String },
    #[error("{} holds several models ({files}); give the path of the file that you want", folder.display())]
    SeveralModels { folder: PathBuf, files: String },
    #[error(
        "{file} is the vision part of another model: its features are {features} wide and {text} needs {width}; \
         put the mmproj file of the same model in its place"
    )]
    ForeignMmproj { file: String, features: usize, text: String, width: usize },
    #[error("{file} lacks the tensor {tensor}; download the model again")]
    MissingTensor { file: String, tensor: String },
    #[error(
        "{file} does not fit its configuration: the tensor {tensor} has the shape {found:?} instead of {expected:?}; \
         take all files from the same model"
    )]
    WrongShape { file: String, tensor: String, found: Vec<usize>, expected: Vec<usize> },
    #[error("{file} cannot be used as a tokenizer: {reason}; take it from the same model as the weights")]
    Tokenizer { file: String, reason: String },
    #[error("{model} needs {needed} and {there}; {advice}")]
    NotEnoughMemory { model: String, needed: String, there: String, advice: String },
    #[error("the model cannot be started: {0}")]
    Start(String),
}

/// Why a model cannot be quantised.
#[derive(Debug, thiserror::Error)]
pub enum QuantizeError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("{0} is GGUF already; quantise from the safetensors that it was made of")]
    AlreadyGguf(String),
    #[error("{} is there already; delete it or choose another folder", .0.display())]
    Exists(PathBuf),
    #[error("{} is being written by another run; wait for it to end or stop it", .0.display())]
    InUse(PathBuf),
    #[error(
        "{} has {:.1} GB free and the result needs {:.1} GB more; free some space or choose another folder",
        folder.display(), *free_bytes as f64 / 1e9, *needed_bytes as f64 / 1e9
    )]
    Space { folder: PathBuf, needed_bytes: u64, free_bytes: u64 },
    #[error("the tensor {tensor} cannot be written in this format: {reason}; choose bf16 or another model")]
    Values { tensor: String, reason: String },
    #[error("{} cannot be written ({reason}); what is written stays, the same command goes on from there", path.display())]
    Write { path: PathBuf, reason: String },
}

impl QuantizeError {
    pub(crate) fn write(path: &Path, error: &std::io::Error) -> Self {
        Self::Write { path: path.to_owned(), reason: error.to_string() }
    }
}

/// Why a request cannot be served, found out before it waits in the queue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// The prompt leaves no room for an answer. `limit_tokens`: the longest prompt that does.
    #[error(
        "the conversation is too long: it needs {tokens} tokens and the model takes {limit_tokens}; \
         shorten it or begin a new conversation"
    )]
    TooLongForContext { tokens: u32, limit_tokens: u32 },
    #[error("{0}")]
    Parameter(String),
    #[error("there is no question; write a message or add a picture")]
    Empty,
    #[error("this model cannot see pictures; remove them or choose another model")]
    NoVision,
    /// `file`: the text file.
    #[error(
        "pictures need this model's mmproj file, which is missing; put it beside {file} and start again, or remove the \
         pictures"
    )]
    NoMmproj { file: String },
    #[error("the answer cannot be resumed: {0}; ask again")]
    Resume(String),
}

/// Why a request was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("too many requests are waiting; try again in a moment")]
    Busy,
}

/// Why an answer that was begun failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GenerationError {
    #[error("the model computed values that are not numbers (token {index}); its files may be damaged")]
    InvalidLogits { index: u32 },
    #[error("the model was stopped; ask again")]
    Stopped,
    #[error("the model failed inside ({0}); ask again")]
    Internal(String),
}

impl From<candle_core::Error> for GenerationError {
    fn from(error: candle_core::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Why a trace cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Generation(#[from] GenerationError),
    #[error("{} cannot be written ({reason}); choose another file", path.display())]
    Write { path: PathBuf, reason: String },
}

impl From<candle_core::Error> for TraceError {
    fn from(error: candle_core::Error) -> Self {
        Self::Generation(error.into())
    }
}
