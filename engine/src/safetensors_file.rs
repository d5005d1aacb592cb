//! One safetensors file: a header length (u64, little-endian), a JSON header, the tensors' bytes.
//! Source of the format: github.com/huggingface/safetensors, README. Read here rather than by the crate so that the
//! bytes may lie anywhere, unaligned, and every fault is named.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::{
    bytes::Bytes,
    error::LoadError,
    number_format::NumberFormat,
    tensor_file::{StoredTensor, TensorFile},
};

/// The crate's own limit; a header of Pixtral 12B has 60 kB.
const MAX_HEADER_BYTES: u64 = 100_000_000;

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The tensors of a safetensors file.
pub struct SafetensorsFile;

impl SafetensorsFile {
    pub fn open(path: &Path) -> Result<TensorFile, LoadError> {
        Self::parse(path.display().to_string(), Bytes::map(path)?)
    }

    /// Reads the header; no tensor is touched.
    pub fn parse(label: String, bytes: Bytes) -> Result<TensorFile, LoadError> {
        let damaged = |reason: String| LoadError::DamagedWeights { file: label.clone(), reason };
        let whole = bytes.as_slice();
        let Some((length, rest)) = whole.split_first_chunk::<8>() else {
            return Err(damaged("it ends before its header".into()));
        };
        let header_bytes = u64::from_le_bytes(*length);
        if header_bytes > MAX_HEADER_BYTES {
            return Err(damaged("it is not a safetensors file".into()));
        }
        let header_bytes = header_bytes as usize;
        let Some(header) = rest.get(..header_bytes) else {
            return Err(damaged("it ends within its header".into()));
        };
        let mut header: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(header).map_err(|error| damaged(format!("its header is not JSON ({error})")))?;
        header.remove("__metadata__");
        let data_bytes = rest.len() - header_bytes;
        let mut tensors = BTreeMap::new();
        for (name, entry) in header {
            let entry: Entry = serde_json::from_value(entry)
                .map_err(|error| damaged(format!("the header's entry for {name} is wrong ({error})")))?;
            let Some(format) = number_format(&entry.dtype) else {
                let reason = format!("{name} is stored as {}, not as BF16, F16 or F32", entry.dtype);
                return Err(LoadError::Unsupported { file: label, reason });
            };
            let [begin, end] = entry.data_offsets;
            let wanted = entry.shape.iter().try_fold(format.block_bytes() as u64, |size, &side| size.checked_mul(side));
            if begin > end || wanted != Some(end - begin) {
                return Err(damaged(format!("the size of {name} does not match its shape {:?}", entry.shape)));
            }
            if end > data_bytes as u64 {
                return Err(damaged(format!("it ends before the end of {name}; it was cut off")));
            }
            let start = 8 + header_bytes;
            let bytes = bytes.slice(start + begin as usize..start + end as usize);
            let shape = entry.shape.iter().map(|&side| side as usize).collect();
            tensors.insert(name, StoredTensor { format, shape, bytes });
        }
        Ok(TensorFile { label, header_bytes: 8 + header_bytes, tensors, bytes })
    }
}

fn number_format(dtype: &str) -> Option<NumberFormat> {
    match dtype {
        "BF16" => Some(NumberFormat::Bf16),
        "F16" => Some(NumberFormat::F16),
        "F32" => Some(NumberFormat::F32),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn file(header: &str, data_bytes: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(vec![0; data_bytes]);
        bytes
    }

    fn message(bytes: Vec<u8>) -> String {
        SafetensorsFile::parse("weights".into(), Bytes::from_vec(bytes)).err().unwrap().to_string()
    }

    #[test]
    fn reads_tensors_where_they_lie() {
        let header = r#"{"__metadata__":{"a":"b"},"x":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]}}"#;
        let file = SafetensorsFile::parse("weights".into(), Bytes::from_vec(file(header, 16))).unwrap();
        assert_eq!(file.tensors["x"].shape, [2, 3]);
        assert_eq!(file.tensors["x"].bytes.len(), 12);
    }

    #[test]
    fn names_what_is_wrong_and_never_allocates_what_a_header_claims() {
        assert!(message(vec![1, 2]).contains("ends before its header"));
        assert!(message(u64::MAX.to_le_bytes().to_vec()).contains("not a safetensors file"));
        assert!(message(99_u64.to_le_bytes().to_vec()).contains("within its header"));
        assert!(message(file("no json", 0)).contains("not JSON"));
        let huge = r#"{"x":{"dtype":"F32","shape":[4294967295,4294967295,9],"data_offsets":[0,8]}}"#;
        assert!(message(file(huge, 8)).contains("does not match its shape"));
        let cut = r#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        assert!(message(file(cut, 7)).contains("cut off"));
        let foreign = r#"{"x":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}"#;
        assert!(message(file(foreign, 2)).contains("I8"));
    }
}
