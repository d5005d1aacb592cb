//! Products with stored weights: rows are unpacked to f32 in the processor's cache and multiplied there.
//!
//! Every number of a result is a dot product in one fixed order (8 running sums, added up pairwise at the end), whatever
//! stands beside it: a prompt in chunks, a batch and a token by itself come out the same to the bit.

use rayon::prelude::*;

use super::dequantize::dequantize_inline;
use crate::number_format::NumberFormat;

/// Running sums of a dot product: what one AVX register holds.
const LANES: usize = 8;
/// Weight rows that are multiplied together.
const ROWS: usize = 4;
/// Inputs that are multiplied together: 4 x 3 sums, 3 inputs and a weight fill the 16 registers of AVX2.
const INPUTS: usize = 3;
/// Weight rows that one thread takes at a time.
const ROWS_PER_TASK: usize = 32;
/// Unpacked weights that are used together; they stay in the second-level cache.
const UNPACKED_BYTES: usize = 512 << 10;

/// The processor's way of computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// The best one that this processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Self::Avx2;
        }
        Self::Portable
    }

    /// Stored numbers as f32, the same to the bit in every kernel. `bytes` may lie at any address and hold exactly
    /// `out.len()` numbers.
    pub fn dequantize(self, format: NumberFormat, bytes: &[u8], out: &mut [f32]) {
        match self {
            Self::Portable => dequantize_inline(format, bytes, out),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `detect` found AVX2 and FMA.
            Self::Avx2 => unsafe { super::avx2::dequantize(format, bytes, out) },
        }
    }

    /// `N` inputs times `R` rows of weights, all of one length.
    fn tile<const R: usize, const N: usize>(self, rows: [&[f32]; R], inputs: [&[f32]; N]) -> [[f32; N]; R] {
        match self {
            Self::Portable => tile(rows, inputs),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `detect` found AVX2 and FMA.
            Self::Avx2 => unsafe { super::avx2::tile(rows, inputs) },
        }
    }

    /// `weights`: rows of `columns` numbers, one after another. `input` `[n, columns]` -> `[rows, n]`.
    pub fn multiply(self, format: NumberFormat, weights: &[u8], columns: usize, input: &[f32]) -> Vec<f32> {
        let row_bytes = format.bytes(columns);
        let (rows, n) = (weights.len() / row_bytes, input.len() / columns);
        let mut product = vec![0.0; rows * n];
        // One input passes through the first-level cache best; many are worth a larger part of the weights.
        let at_once = if n < INPUTS { ROWS } else { (UNPACKED_BYTES / 4 / columns / ROWS).clamp(1, 8) * ROWS };
        product.par_chunks_mut(ROWS_PER_TASK * n).zip(weights.par_chunks(ROWS_PER_TASK * row_bytes)).for_each_init(
            || vec![0.0; at_once * columns],
            |unpacked, (product, weights)| {
                let parts = product.chunks_mut(at_once * n).zip(weights.chunks(at_once * row_bytes));
                for (product, weights) in parts {
                    let unpacked = &mut unpacked[..weights.len() / row_bytes * columns];
                    self.dequantize(format, weights, unpacked);
                    self.multiply_unpacked(unpacked, columns, input, product);
                }
            },
        );
        product
    }

    /// `weights` `[rows, columns]`, `input` `[n, columns]` -> `product` `[rows, n]`.
    fn multiply_unpacked(self, weights: &[f32], columns: usize, input: &[f32], product: &mut [f32]) {
        let n = input.len() / columns;
        let mut first = 0;
        while first < n {
            let width = if n - first >= INPUTS { INPUTS } else { 1 };
            let inputs = &input[first * columns..(first + width) * columns];
            let mut row = 0;
            while row < weights.len() / columns {
                let height = if weights.len() / columns - row >= ROWS { ROWS } else { 1 };
                let rows = &weights[row * columns..(row + height) * columns];
                let out = &mut product[row * n + first..];
                match (height, width) {
                    (ROWS, INPUTS) => self.put::<ROWS, INPUTS>(rows, inputs, columns, out, n),
                    (ROWS, _) => self.put::<ROWS, 1>(rows, inputs, columns, out, n),
                    (_, INPUTS) => self.put::<1, INPUTS>(rows, inputs, columns, out, n),
                    _ => self.put::<1, 1>(rows, inputs, columns, out, n),
                }
                row += height;
            }
            first += width;
        }
    }

    /// One tile, written to rows of `out` that are `stride` apart.
    fn put<const R: usize, const N: usize>(
        self,
        rows: &[f32],
        inputs: &[f32],
        columns: usize,
        out: &mut [f32],
        stride: usize,
    ) {
        let row = |i: usize| &rows[i * columns..(i + 1) * columns];
        let input = |i: usize| &inputs[i * columns..(i + 1) * columns];
        let dots = self.tile::<R, N>(std::array::from_fn(row), std::array::from_fn(input));
        for (i, dots) in dots.iter().enumerate() {
            out[i * stride..i * stride + N].copy_from_slice(dots);
        }
    }
}

fn tile<const R: usize, const N: usize>(rows: [&[f32]; R], inputs: [&[f32]; N]) -> [[f32; N]; R] {
    let rows = rows.map(|row| row.as_chunks::<LANES>());
    let inputs = inputs.map(|input| input.as_chunks::<LANES>());
    let mut dots = [[0.0; N]; R];
    for (dots, (row, row_rest)) in dots.iter_mut().zip(rows) {
        for (dot, (input, input_rest)) in dots.iter_mut().zip(inputs) {
            let mut sums = [0.0_f32; LANES];
            for (row, input) in row.iter().zip(input) {
                for ((sum, a), b) in sums.iter_mut().zip(row).zip(input) {
                    *sum += a * b;
                }
            }
            *dot = finish(sums, row_rest, input_rest);
        }
    }
    dots
}

/// The running sums and what is left over at the end of a row.
#[inline(always)]
pub fn finish(sums: [f32; LANES], row_rest: &[f32], input_rest: &[f32]) -> f32 {
    let [a, b, c, d, e, f, g, h] = sums;
    let rest: f32 = row_rest.iter().zip(input_rest).map(|(a, b)| a * b).sum();
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest
}
