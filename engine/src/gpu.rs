//! The model on a GPU, on candle's tensors (the cargo features `cuda` and `metal`). It works on the processor, too, which
//! is how it is tested; there `cpu` is faster.

mod adapter;
mod attention;
pub mod decoder;
mod feed_forward;
mod kv_cache;
mod matrix;
mod rotary;
pub mod vision;

use candle_core::{DType, Device, Tensor};

use crate::{
    backend::Backend, error::LoadError, matrix::dequantize, simd::Processor, tensor_file::StoredTensor,
    weights::Weights,
};
use matrix::Matrix;

/// Where weights are kept, and how: quantised ones are unpacked.
#[derive(Clone, Debug)]
pub struct Gpu {
    pub device: Device,
    pub dtype: DType,
}

impl Backend for Gpu {
    type Matrix = Matrix;
    type Vector = Tensor;

    fn matrix(&self, tensor: StoredTensor, rows: usize, columns: usize) -> Result<Matrix, LoadError> {
        let mut values = vec![0.0; rows * columns];
        dequantize(Processor::detect(), tensor.format, tensor.bytes.as_slice(), &mut values);
        let weight = Tensor::from_vec(values, (rows, columns), &self.device).and_then(|all| all.to_dtype(self.dtype));
        weight.map(Matrix::new).map_err(start)
    }

    fn vector(&self, values: Vec<f32>) -> Result<Tensor, LoadError> {
        let length = values.len();
        Tensor::from_vec(values, length, &self.device).map_err(start)
    }
}

fn start(error: candle_core::Error) -> LoadError {
    LoadError::Start(error.to_string())
}

pub struct GpuModel {
    pub weights: Weights<Gpu>,
    gpu: Gpu,
}

impl GpuModel {
    pub fn new(gpu: Gpu, weights: Weights<Gpu>) -> Self {
        Self { weights, gpu }
    }

    pub fn device(&self) -> &Device {
        &self.gpu.device
    }
}
