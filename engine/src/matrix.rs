//! A weight matrix: in f32, or as it is stored (16 bits, or quantised blocks), mapped and unpacked while it is used.
//! Products with plain weights are in f32, those with quantised weights in whole numbers (see `input`). Only a GPU may
//! keep and multiply weights in bf16.

mod codes;
mod dequantize;
mod floats;
pub mod input;
pub mod product;
mod step;
mod tile;

use candle_core::{DType, Device, Result, Tensor};

use crate::{
    matrix::{
        input::Input,
        product::{Product, Weights},
    },
    simd::Processor,
    tensor_file::StoredTensor,
};

pub use dequantize::dequantize;

/// `[rows, columns]` = `[out, in]`, row-major.
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    values: Values,
    processor: Processor,
}

/// How weights are kept, and where products are computed.
#[derive(Clone, Debug)]
pub enum Place {
    /// As they lie in the file, for the processor.
    Mapped,
    F32(Device),
    /// For a GPU.
    Bf16(Device),
}

impl Place {
    pub fn device(&self) -> &Device {
        match self {
            Self::Mapped => &Device::Cpu,
            Self::F32(device) | Self::Bf16(device) => device,
        }
    }
}

enum Values {
    /// `[rows, columns]` f32 or bf16.
    Full(Tensor),
    Stored(StoredTensor),
}

impl Matrix {
    /// `tensor` must hold `rows * columns` numbers, in rows of whole blocks.
    pub fn new(tensor: StoredTensor, rows: usize, columns: usize, place: &Place) -> Result<Self> {
        let processor = Processor::detect();
        let unpack = |device: &Device| {
            let mut unpacked = vec![0.0; rows * columns];
            dequantize(processor, tensor.format, tensor.bytes.as_slice(), &mut unpacked);
            Tensor::from_vec(unpacked, (rows, columns), device)
        };
        let values = match place {
            Place::Mapped => Values::Stored(tensor),
            Place::F32(device) => Values::Full(unpack(device)?),
            Place::Bf16(device) => Values::Full(unpack(device)?.to_dtype(DType::BF16)?),
        };
        Ok(Self { rows, columns, values, processor })
    }

    /// `input` `[n, columns]` f32 -> `[n, rows]` f32. A stored matrix gives every row of `input` the same result, to
    /// the bit, whatever stands beside it.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        match &self.values {
            Values::Full(weight) => input.to_dtype(weight.dtype())?.matmul(&weight.t()?)?.to_dtype(DType::F32),
            Values::Stored(stored) => {
                let n = input.dim(0)?;
                let values: Vec<f32> = input.flatten_all()?.to_vec1()?;
                let mut input = Input::default();
                input.reset(n, self.columns);
                let mut out = vec![0.0; n * self.rows];
                let weights = Weights {
                    format: stored.format,
                    bytes: stored.bytes.as_slice(),
                    rows: self.rows,
                    columns: self.columns,
                };
                product::multiply(self.processor, &mut input, &values, &mut [Product { weights, out: &mut out }]);
                Tensor::from_vec(out, (n, self.rows), &Device::Cpu)
            }
        }
    }

    /// Rows `ids` one after another, `[ids, columns]` f32. Every id must be below `rows`.
    pub fn gather(&self, ids: &[u32]) -> Result<Vec<f32>> {
        match &self.values {
            Values::Full(weight) => {
                let ids = Tensor::new(ids, weight.device())?;
                weight.index_select(&ids, 0)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
            }
            Values::Stored(stored) => {
                let row_bytes = stored.format.bytes(self.columns);
                let mut gathered = vec![0.0; ids.len() * self.columns];
                for (row, &id) in gathered.chunks_exact_mut(self.columns).zip(ids) {
                    let start = id as usize * row_bytes;
                    let bytes = &stored.bytes.as_slice()[start..start + row_bytes];
                    dequantize(self.processor, stored.format, bytes, row);
                }
                Ok(gathered)
            }
        }
    }
}

#[cfg(test)]
mod tests;
