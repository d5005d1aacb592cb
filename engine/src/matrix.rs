//! A weight matrix as it is stored: 16 or 32 bits a number, or quantised blocks; mapped, and unpacked while it is used.
//! Products with plain weights are in f32, those with quantised weights in whole numbers (see `input`).

mod codes;
mod dequantize;
mod floats;
pub mod input;
pub mod product;
mod step;
mod tile;

pub use dequantize::dequantize;
use input::Input;
use product::{Product, Weights};

use crate::{simd::Processor, tensor_file::StoredTensor};

/// `[rows, columns]` = `[out, in]`, row-major.
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    stored: StoredTensor,
    processor: Processor,
}

impl Matrix {
    /// `tensor` must hold `rows * columns` numbers, in rows of whole blocks.
    pub fn new(processor: Processor, tensor: StoredTensor, rows: usize, columns: usize) -> Self {
        Self { rows, columns, stored: tensor, processor }
    }

    fn weights(&self) -> Weights<'_> {
        let (format, bytes) = (self.stored.format, self.stored.bytes.as_slice());
        Weights { format, bytes, rows: self.rows, columns: self.columns }
    }

    /// `out` `[n, rows]` = `values` `[n, columns]` times this. Every row of `values` gets the same result, to the bit,
    /// whatever stands beside it.
    pub fn multiply(&self, input: &mut Input, values: &[f32], out: &mut [f32]) {
        input.reset(out.len() / self.rows, self.columns);
        product::multiply(self.processor, input, values, [Product { weights: self.weights(), out }]);
    }

    /// Rows `ids` one after another, `[ids, columns]` f32, take the place of what `gathered` held. Every id must be below
    /// `rows`.
    pub fn gather(&self, ids: &[u32], gathered: &mut Vec<f32>) {
        let row_bytes = self.stored.format.bytes(self.columns);
        gathered.resize(ids.len() * self.columns, 0.0);
        for (row, &id) in gathered.chunks_exact_mut(self.columns).zip(ids) {
            let start = id as usize * row_bytes;
            let bytes = &self.stored.bytes.as_slice()[start..start + row_bytes];
            dequantize(self.processor, self.stored.format, bytes, row);
        }
    }
}

/// Several matrices of one input: the input is prepared once and threads are woken once.
/// `values` `[n, columns]`; `out[i]`: `[n, rows of matrix i]`.
pub fn multiply_together<const N: usize>(
    matrices: [&Matrix; N],
    input: &mut Input,
    values: &[f32],
    out: [&mut [f32]; N],
) {
    input.reset(out[0].len() / matrices[0].rows, matrices[0].columns);
    let mut matrix = matrices.iter();
    let products = out.map(|out| Product { weights: matrix.next().unwrap_or(&matrices[0]).weights(), out });
    product::multiply(matrices[0].processor, input, values, products);
}

#[cfg(test)]
mod tests;
