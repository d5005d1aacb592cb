//! The model on the processor: own kernels over plain slices of f32, weights where they lie in their files. Buffers are
//! used again: a step allocates nothing but the blocks of keys and values that it fills.

pub mod attention;
pub mod block;
pub mod decoder;
pub mod kv_cache;
mod rows;
pub mod vision;
mod workspace;

use std::sync::{Mutex, PoisonError};

use crate::{
    backend::Backend,
    bytes::Bytes,
    config::TextConfig,
    error::LoadError,
    matrix::{Matrix, dequantize, input::Precision},
    number_format::NumberFormat,
    rotary::TextRotary,
    simd::Processor,
    tensor_file::StoredTensor,
    weights::Weights,
};
pub use workspace::Workspace;

/// How weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As they lie in the file.
    Mapped,
    F32,
}

#[derive(Clone, Copy, Debug)]
pub struct Cpu {
    pub processor: Processor,
    pub keep: Keep,
}

impl Backend for Cpu {
    type Matrix = Matrix;
    type Vector = Vec<f32>;

    fn matrix(&self, tensor: StoredTensor, rows: usize, columns: usize) -> Result<Matrix, LoadError> {
        let tensor = match self.keep {
            Keep::Mapped => tensor,
            Keep::F32 => {
                let mut values = vec![0.0; rows * columns];
                dequantize(self.processor, tensor.format, tensor.bytes.as_slice(), &mut values);
                let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                StoredTensor { format: NumberFormat::F32, shape: tensor.shape, bytes: Bytes::from_vec(bytes) }
            }
        };
        Ok(Matrix::new(self.processor, tensor, rows, columns))
    }

    fn vector(&self, values: Vec<f32>) -> Result<Vec<f32>, LoadError> {
        Ok(values)
    }
}

/// Weights and the buffers that are free.
pub struct CpuModel {
    pub processor: Processor,
    pub weights: Weights<Cpu>,
    pub cache_format: kv_cache::CacheFormat,
    rotary: TextRotary,
    workspaces: Mutex<Vec<Workspace>>,
}

impl CpuModel {
    pub fn new(cpu: Cpu, config: &TextConfig, weights: Weights<Cpu>, cache_format: kv_cache::CacheFormat) -> Self {
        let rotary = TextRotary::new(config);
        Self { processor: cpu.processor, weights, cache_format, rotary, workspaces: Mutex::default() }
    }

    /// Runs `work` with buffers of its own.
    pub fn with_workspace<T>(&self, precision: Precision, work: impl FnOnce(&mut Workspace) -> T) -> T {
        let free = || self.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut workspace = free().pop().unwrap_or_default();
        workspace.input.precision = precision;
        let result = work(&mut workspace);
        free().push(workspace);
        result
    }
}
