//! A file of weights, whatever its format: named tensors over mapped bytes.

use std::collections::BTreeMap;

use crate::{bytes::Bytes, number_format::NumberFormat};

/// A tensor as it lies in the file, row-major.
#[derive(Clone)]
pub struct StoredTensor {
    pub format: NumberFormat,
    pub shape: Vec<usize>,
    pub bytes: Bytes,
}

impl StoredTensor {
    pub fn numbers(&self) -> usize {
        self.bytes.len() / self.format.block_bytes() * self.format.block_numbers()
    }
}

pub struct TensorFile {
    /// How errors call it.
    pub label: String,
    pub bytes: Bytes,
    pub header_bytes: usize,
    pub tensors: BTreeMap<String, StoredTensor>,
}
