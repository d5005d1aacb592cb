//! A weight matrix: in f32, or as it is stored (bf16, f16), mapped and unpacked while it is used. Products are always
//! in f32: 16-bit products on a CPU are slow in f16 and inexact in bf16.

use candle_core::{Device, Result, Tensor};
use half::{bf16, f16, slice::HalfFloatSliceExt};
use rayon::prelude::*;

use crate::safetensors_file::{NumberFormat, StoredTensor};

/// Up to so many rows of input, unpacked weights are used at once from the cache; above, tiles go to a full product.
const FEW_ROWS: usize = 8;
/// Rows of weights that one thread takes at a time.
const ROWS_PER_TASK: usize = 32;
/// f32 values in a tile of unpacked weights: 16 MiB.
const TILE_VALUES: usize = 4 << 20;
/// Partial sums of a dot product. Fixed, so that a result is the same to the bit everywhere.
const LANES: usize = 16;

/// `[rows, columns]` = `[out, in]`, row-major.
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    values: Values,
}

enum Values {
    /// `[rows, columns]` f32.
    Full(Tensor),
    Stored(StoredTensor),
}

impl Matrix {
    /// `tensor` must hold `rows * columns` numbers.
    pub fn new(tensor: StoredTensor, rows: usize, columns: usize, in_f32: bool) -> Result<Self> {
        let values = if in_f32 {
            let mut unpacked = vec![0.0; rows * columns];
            unpack(tensor.format, tensor.bytes.as_slice(), &mut unpacked);
            Values::Full(Tensor::from_vec(unpacked, (rows, columns), &Device::Cpu)?)
        } else {
            Values::Stored(tensor)
        };
        Ok(Self { rows, columns, values })
    }

    /// `input` `[n, columns]` f32 -> `[n, rows]` f32.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        match &self.values {
            Values::Full(weight) => input.matmul(&weight.t()?),
            Values::Stored(stored) if input.dim(0)? <= FEW_ROWS => self.multiply_few(stored, input),
            Values::Stored(stored) => self.multiply_tiles(stored, input),
        }
    }

    /// Rows `ids` one after another, `[ids, columns]` f32. Every id must be below `rows`.
    pub fn gather(&self, ids: &[u32]) -> Result<Vec<f32>> {
        match &self.values {
            Values::Full(weight) => {
                let ids = Tensor::new(ids, &Device::Cpu)?;
                weight.index_select(&ids, 0)?.flatten_all()?.to_vec1()
            }
            Values::Stored(stored) => {
                let mut gathered = vec![0.0; ids.len() * self.columns];
                for (row, &id) in gathered.chunks_exact_mut(self.columns).zip(ids) {
                    self.unpack_rows(stored, id as usize, row);
                }
                Ok(gathered)
            }
        }
    }

    fn unpack_rows(&self, stored: &StoredTensor, first: usize, out: &mut [f32]) {
        let row_bytes = self.columns * stored.format.size_bytes();
        let count = out.len() / self.columns;
        unpack(stored.format, &stored.bytes.as_slice()[first * row_bytes..(first + count) * row_bytes], out);
    }

    fn multiply_few(&self, stored: &StoredTensor, input: &Tensor) -> Result<Tensor> {
        let n = input.dim(0)?;
        let input: Vec<f32> = input.flatten_all()?.to_vec1()?;
        let mut transposed = vec![0.0; self.rows * n];
        transposed.par_chunks_mut(ROWS_PER_TASK * n).enumerate().for_each(|(task, out)| {
            let mut row = vec![0.0; self.columns];
            for (offset, out) in out.chunks_exact_mut(n).enumerate() {
                self.unpack_rows(stored, task * ROWS_PER_TASK + offset, &mut row);
                for (out, input) in out.iter_mut().zip(input.chunks_exact(self.columns)) {
                    *out = dot(&row, input);
                }
            }
        });
        Tensor::from_vec(transposed, (self.rows, n), &Device::Cpu)?.t()?.contiguous()
    }

    fn multiply_tiles(&self, stored: &StoredTensor, input: &Tensor) -> Result<Tensor> {
        let rows_per_tile = (TILE_VALUES / self.columns).max(1);
        let mut products = Vec::new();
        for first in (0..self.rows).step_by(rows_per_tile) {
            let rows = rows_per_tile.min(self.rows - first);
            let mut tile = vec![0.0; rows * self.columns];
            tile.par_chunks_mut(ROWS_PER_TASK * self.columns)
                .enumerate()
                .for_each(|(task, out)| self.unpack_rows(stored, first + task * ROWS_PER_TASK, out));
            let tile = Tensor::from_vec(tile, (rows, self.columns), &Device::Cpu)?;
            products.push(input.matmul(&tile.t()?)?);
        }
        Tensor::cat(&products, 1)
    }
}

/// Stored numbers as f32; `bytes` may lie at any address.
pub fn unpack(format: NumberFormat, bytes: &[u8], out: &mut [f32]) {
    match format {
        NumberFormat::Bf16 => {
            for (out, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
                *out = bf16::from_le_bytes([pair[0], pair[1]]).to_f32();
            }
        }
        NumberFormat::F16 => {
            // The crate's conversion of whole slices uses the processor's instruction where there is one.
            let mut numbers = [f16::ZERO; 256];
            for (out, bytes) in out.chunks_mut(256).zip(bytes.chunks(512)) {
                for (number, pair) in numbers.iter_mut().zip(bytes.chunks_exact(2)) {
                    *number = f16::from_le_bytes([pair[0], pair[1]]);
                }
                numbers[..out.len()].convert_to_f32_slice(out);
            }
        }
        NumberFormat::F32 => {
            for (out, four) in out.iter_mut().zip(bytes.chunks_exact(4)) {
                *out = f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            }
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::bytes::Bytes;

    fn stored(format: NumberFormat, rows: usize, columns: usize) -> StoredTensor {
        let mut bytes = vec![];
        for i in 0..rows * columns {
            let value = ((i * 37 % 101) as f32 - 50.0) / 32.0;
            match format {
                NumberFormat::Bf16 => bytes.extend(bf16::from_f32(value).to_le_bytes()),
                NumberFormat::F16 => bytes.extend(f16::from_f32(value).to_le_bytes()),
                NumberFormat::F32 => bytes.extend(value.to_le_bytes()),
            }
        }
        StoredTensor { format, shape: vec![rows, columns], bytes: Bytes::from_vec(bytes) }
    }

    #[test]
    fn stored_weights_multiply_as_unpacked_ones() {
        for format in [NumberFormat::Bf16, NumberFormat::F16, NumberFormat::F32] {
            let full = Matrix::new(stored(format, 70, 45), 70, 45, true).unwrap();
            let packed = Matrix::new(stored(format, 70, 45), 70, 45, false).unwrap();
            for n in [1, 3, 20] {
                let input: Vec<f32> = (0..n * 45).map(|i| (i % 13) as f32 / 7.0 - 0.8).collect();
                let input = Tensor::from_vec(input, (n, 45), &Device::Cpu).unwrap();
                let difference = (full.forward(&input).unwrap() - packed.forward(&input).unwrap()).unwrap();
                let largest: f32 =
                    difference.abs().unwrap().flatten_all().unwrap().max(0).unwrap().to_scalar().unwrap();
                assert!(largest < 1e-4, "{format:?} with {n} rows differs by {largest}");
            }
            assert_eq!(full.gather(&[69, 0, 3]).unwrap(), packed.gather(&[69, 0, 3]).unwrap());
        }
    }
}
