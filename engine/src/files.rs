//! Small files of a model folder.

use std::path::Path;

use serde_json::Value;

use crate::error::LoadError;

/// Configurations and tokenizers; the largest (Tekken) has 20 MB.
const MAX_SMALL_FILE_BYTES: u64 = 200_000_000;

pub fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |reason: String| LoadError::Unreadable { file: path.display().to_string(), reason };
    if !path.is_file() {
        return Err(LoadError::MissingFile(path.to_owned()));
    }
    let size_bytes = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size_bytes > MAX_SMALL_FILE_BYTES {
        return Err(unreadable(format!("{size_bytes} bytes are too many for such a file")));
    }
    std::fs::read(path).map_err(|error| unreadable(error.to_string()))
}

pub fn read_json(path: &Path) -> Result<Value, LoadError> {
    parse_json(&path.display().to_string(), &read(path)?)
}

pub fn parse_json(label: &str, bytes: &[u8]) -> Result<Value, LoadError> {
    serde_json::from_slice(bytes).map_err(|error| LoadError::Configuration {
        file: label.to_owned(),
        reason: format!("it is not JSON ({error})"),
    })
}
