//! Weights that are not quantised, on their way into a product: sixteen rows at a time as vectors of f32.

use super::{
    dequantize::dequantize_inline,
    input::FLOAT_STEP,
    step::{Step, Stored},
};
use crate::{
    number_format::NumberFormat,
    simd::{LANES, Simd},
};

/// `FLOAT_STEP` columns of sixteen rows: vector i is column i.
pub type FloatPanel = [[f32; LANES]; FLOAT_STEP];

/// Where unpacked weights go, column after column.
pub trait FloatSink<S: Simd> {
    fn column(&mut self, simd: S, column: usize, weights: S::Floats);
}

/// Keeps them, for many inputs.
impl<S: Simd> FloatSink<S> for FloatPanel {
    #[inline(always)]
    fn column(&mut self, simd: S, column: usize, weights: S::Floats) {
        simd.store(weights, &mut self[column]);
    }
}

/// Columns beyond the last are zero.
#[inline(always)]
pub fn unpack<S: Simd>(simd: S, stored: &Stored<'_>, sink: &mut impl FloatSink<S>) {
    match stored.format {
        NumberFormat::F32 => {
            let step = Step::<{ FLOAT_STEP * 4 }>::new(stored);
            let rows = step.rows();
            for first in (0..FLOAT_STEP).step_by(8) {
                let words = simd.load_transposed_32(&rows, first * 4);
                for (word, column) in words.into_iter().zip(first..) {
                    sink.column(simd, column, simd.as_floats(word));
                }
            }
        }
        NumberFormat::Bf16 => {
            let step = Step::<{ FLOAT_STEP * 2 }>::new(stored);
            let rows = step.rows();
            let high = simd.splat_word(0xffff_0000);
            for first in (0..FLOAT_STEP).step_by(16) {
                let words = simd.load_transposed_32(&rows, first * 2);
                for (word, column) in words.into_iter().zip((first..).step_by(2)) {
                    sink.column(simd, column, simd.as_floats(simd.shift_left::<16>(word)));
                    sink.column(simd, column + 1, simd.as_floats(simd.and(word, high)));
                }
            }
        }
        _ => {
            let step = Step::<{ FLOAT_STEP * 2 }>::new(stored);
            let rows = step.rows();
            for first in (0..FLOAT_STEP).step_by(16) {
                let words = simd.load_transposed_32(&rows, first * 2);
                for (word, column) in words.into_iter().zip((first..).step_by(2)) {
                    sink.column(simd, column, simd.low_f16_to_floats(word));
                    sink.column(simd, column + 1, simd.low_f16_to_floats(simd.shift_right::<16>(word)));
                }
            }
        }
    }
}

/// `FLOAT_STEP` columns of sixteen rows in bf16: vector i is columns 2i and 2i + 1.
pub type HalfPanel = [[u32; LANES]; FLOAT_STEP / 2];

/// As [`unpack`], of bf16.
#[inline(always)]
pub fn unpack_halves<S: Simd>(simd: S, stored: &Stored<'_>, panel: &mut HalfPanel) {
    let step = Step::<{ FLOAT_STEP * 2 }>::new(stored);
    let rows = step.rows();
    for (eight, out) in panel.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        for (out, word) in out.iter_mut().zip(simd.load_transposed_32(&rows, eight * 32)) {
            simd.store_words(word, out);
        }
    }
}

/// The same of quantised blocks.
#[inline(always)]
pub fn dequantise(stored: &Stored<'_>, panel: &mut FloatPanel) {
    let (format, skipped) = (stored.format, stored.skipped);
    let numbers = stored.length / format.block_bytes() * format.block_numbers();
    let mut values = [0.0; 2 * FLOAT_STEP];
    for lane in 0..LANES {
        dequantize_inline(format, stored.row(lane), &mut values[..numbers]);
        let columns = numbers.min(skipped + FLOAT_STEP) - skipped;
        for (column, out) in panel.iter_mut().enumerate() {
            out[lane] = if column < columns { values[skipped + column] } else { 0.0 };
        }
    }
}
