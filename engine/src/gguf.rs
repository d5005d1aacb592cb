//! One GGUF file, as llama.cpp writes it: a header of metadata and tensor descriptions, then the tensors' bytes, which
//! stay where they lie. Versions 2 and 3, little-endian.
//! Source of the format: github.com/ggml-org/ggml, docs/gguf.md.

mod cursor;
pub mod folder;
pub mod names;
mod value;
mod vocabulary;

use std::{collections::BTreeMap, path::Path};

use serde_json::Value as Json;

use crate::{
    bytes::Bytes,
    error::LoadError,
    number_format::NumberFormat,
    tensor_file::{StoredTensor, TensorFile},
};
use cursor::{Cursor, Fault};
use value::Value;

pub use vocabulary::Vocabulary;

/// A vocabulary of 131072 tokens takes 8 MB.
const MAX_HEADER_BYTES: usize = 256 << 20;
/// Mixtral 8x22B with an expert a tensor has 1700; files have some 40 keys.
const MAX_TENSORS: u64 = 1 << 16;
const MAX_KEYS: u64 = 1 << 16;
/// ggml's own limit.
const MAX_DIMENSIONS: u32 = 4;
const MAX_ALIGNMENT: u64 = 1 << 20;
const DEFAULT_ALIGNMENT: u64 = 32;

pub struct GgufFile {
    pub tensors: TensorFile,
    metadata: BTreeMap<String, Value>,
}

/// A tensor's place in the file, before it is known where the data begins.
struct Entry {
    name: String,
    format: NumberFormat,
    shape: Vec<usize>,
    /// From the beginning of the data.
    offset: u64,
    size_bytes: u64,
}

impl GgufFile {
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        Self::parse(path.display().to_string(), Bytes::map(path)?)
    }

    /// Reads the header; no tensor is touched.
    pub fn parse(label: String, bytes: Bytes) -> Result<Self, LoadError> {
        Self::understand(&label, bytes).map_err(|fault| match fault {
            Fault::Damaged(reason) => LoadError::DamagedWeights { file: label, reason },
            Fault::Unsupported(reason) => LoadError::Unsupported { file: label, reason },
        })
    }

    fn understand(label: &str, bytes: Bytes) -> Result<Self, Fault> {
        let whole = bytes.as_slice();
        if whole.len() < 4 {
            return Err(Fault::Damaged("it ends before its header; it was cut off".into()));
        }
        if &whole[..4] != b"GGUF" {
            return Err(Fault::Damaged("it is not a GGUF file".into()));
        }
        let mut cursor = Cursor::new(whole, MAX_HEADER_BYTES);
        cursor.skip(4)?;
        check_version(cursor.u32()?)?;
        let (tensor_count, key_count) = (cursor.u64()?, cursor.u64()?);
        if tensor_count > MAX_TENSORS || key_count > MAX_KEYS {
            return Err(Fault::Damaged(format!("it claims {tensor_count} tensors and {key_count} keys")));
        }
        let mut metadata = BTreeMap::new();
        for _ in 0..key_count {
            let key = cursor.name("a key")?;
            let value = Value::read(&mut cursor, &key)?;
            if metadata.insert(key.clone(), value).is_some() {
                return Err(Fault::Damaged(format!("it has the key {key} twice")));
            }
        }
        let alignment = match metadata.get("general.alignment") {
            None => DEFAULT_ALIGNMENT,
            Some(Value::Unsigned(size)) if size.is_power_of_two() && *size <= MAX_ALIGNMENT => *size,
            Some(_) => return Err(Fault::Damaged("its general.alignment is not a power of two".into())),
        };
        let mut entries = Vec::new();
        for _ in 0..tensor_count {
            entries.push(Entry::read(&mut cursor, alignment)?);
        }
        let header_bytes = cursor.position();
        let data_start = (header_bytes as u64).next_multiple_of(alignment);
        let mut tensors = BTreeMap::new();
        for entry in entries {
            let place = place(&entry, data_start, whole.len()).ok_or_else(|| {
                Fault::Damaged(format!("it ends before the end of the tensor {}; it was cut off", entry.name))
            })?;
            let tensor = StoredTensor { format: entry.format, shape: entry.shape, bytes: bytes.slice(place) };
            if tensors.insert(entry.name.clone(), tensor).is_some() {
                return Err(Fault::Damaged(format!("it has the tensor {} twice", entry.name)));
            }
        }
        Ok(Self { tensors: TensorFile { label: label.to_owned(), header_bytes, tensors, bytes }, metadata })
    }

    /// How errors call it.
    pub fn label(&self) -> &str {
        &self.tensors.label
    }

    /// The tensors alone, experts one by one.
    pub fn into_tensors(mut self) -> TensorFile {
        names::unstack_experts(&mut self.tensors);
        self.tensors
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(range) => std::str::from_utf8(self.tensors.bytes.as_slice().get(range.clone())?).ok(),
            _ => None,
        }
    }

    /// Numbers, texts and switches as one JSON object; a list is there by its name alone.
    pub fn json(&self) -> Json {
        let whole = self.tensors.bytes.as_slice();
        Json::Object(self.metadata.iter().map(|(key, value)| (key.clone(), value.to_json(whole))).collect())
    }
}

fn check_version(version: u32) -> Result<(), Fault> {
    match version {
        2 | 3 => Ok(()),
        1 => Err(Fault::Unsupported("it is GGUF version 1, which nobody writes any more".into())),
        other if matches!(other.swap_bytes(), 1..=99) => {
            Err(Fault::Unsupported("it is a big-endian GGUF file, and only little-endian ones are read".into()))
        }
        other => Err(Fault::Unsupported(format!("it is GGUF version {other}, and versions 2 and 3 are read"))),
    }
}

impl Entry {
    fn read(cursor: &mut Cursor, alignment: u64) -> Result<Self, Fault> {
        let name = cursor.name("the name of a tensor")?;
        let damaged = |reason: &str| Fault::Damaged(format!("its tensor {name} {reason}"));
        let dimensions = cursor.u32()?;
        if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(damaged(&format!("has {dimensions} dimensions")));
        }
        let mut shape = Vec::new();
        let mut count = 1_u64;
        for _ in 0..dimensions {
            let side = cursor.u64()?;
            count = count
                .checked_mul(side)
                .filter(|count| (1..=1 << 48).contains(count))
                .ok_or_else(|| damaged("has an impossible size"))?;
            shape.push(side as usize);
        }
        let format = NumberFormat::from_ggml(cursor.u32()?).map_err(|other| {
            Fault::Unsupported(format!(
                "its tensor {name} is stored as {other}, and F32, F16, BF16, Q4_0 to Q8_0 and Q2_K to Q6_K are read"
            ))
        })?;
        if !shape[0].is_multiple_of(format.block_numbers()) {
            return Err(damaged(&format!("has rows of {} numbers, which do not fill its blocks", shape[0])));
        }
        let offset = cursor.u64()?;
        if !offset.is_multiple_of(alignment) {
            return Err(damaged(&format!("does not begin at a multiple of {alignment} bytes")));
        }
        let size_bytes = count / format.block_numbers() as u64 * format.block_bytes() as u64;
        // The file names the fastest dimension first.
        shape.reverse();
        Ok(Self { name, format, shape, offset, size_bytes })
    }
}

/// Where a tensor lies in a file of `length` bytes; `None` if not within.
fn place(entry: &Entry, data_start: u64, length: usize) -> Option<std::ops::Range<usize>> {
    let start = data_start.checked_add(entry.offset)?;
    let end = start.checked_add(entry.size_bytes)?;
    (end <= length as u64).then_some(start as usize..end as usize)
}

#[cfg(test)]
mod tests;
