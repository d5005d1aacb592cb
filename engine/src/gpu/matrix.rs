//! A weight matrix as a tensor.

use candle_core::{DType, Result, Tensor};

/// `[rows, columns]` f32 or bf16.
pub struct Matrix {
    weight: Tensor,
}

impl Matrix {
    pub fn new(weight: Tensor) -> Self {
        Self { weight }
    }

    /// `input` `[n, columns]` f32 -> `[n, rows]` f32.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        input.to_dtype(self.weight.dtype())?.matmul(&self.weight.t()?)?.to_dtype(DType::F32)
    }

    /// Rows `ids` one after another, `[ids, columns]` f32. Every id must be below `rows`.
    pub fn gather(&self, ids: &[u32]) -> Result<Vec<f32>> {
        let ids = Tensor::new(ids, self.weight.device())?;
        self.weight.index_select(&ids, 0)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
    }
}
