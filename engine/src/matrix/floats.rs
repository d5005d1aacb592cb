//! Weights that are not quantised, on their way into a product: sixteen rows at a time as vectors of f32.

use super::{dequantize::dequantize_inline, input::FLOAT_STEP, step::Step};
use crate::{
    number_format::NumberFormat,
    simd::{LANES, Simd},
};

/// `FLOAT_STEP` columns of sixteen rows: vector i is column i.
pub type FloatPanel = [[f32; LANES]; FLOAT_STEP];

/// What begins at `places` of `bytes` and is `length` bytes long in each row; columns beyond are zero.
#[inline(always)]
pub fn unpack<S: Simd>(
    simd: S,
    format: NumberFormat,
    bytes: &[u8],
    places: &[usize; LANES],
    length: usize,
    panel: &mut FloatPanel,
) {
    match format {
        NumberFormat::F32 => {
            let step = Step::<{ FLOAT_STEP * 4 }>::new(bytes, places, length);
            let rows = step.rows();
            for (four, out) in panel.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                for (out, word) in out.iter_mut().zip(simd.load_transposed(&rows, four * 16)) {
                    simd.store(simd.as_floats(word), out);
                }
            }
        }
        NumberFormat::Bf16 => {
            let step = Step::<{ FLOAT_STEP * 2 }>::new(bytes, places, length);
            let rows = step.rows();
            let high = simd.splat_word(0xffff_0000);
            for (eight, out) in panel.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                let words = simd.load_transposed(&rows, eight * 16);
                for (out, word) in out.as_chunks_mut::<2>().0.iter_mut().zip(words) {
                    simd.store(simd.as_floats(simd.shift_left::<16>(word)), &mut out[0]);
                    simd.store(simd.as_floats(simd.and(word, high)), &mut out[1]);
                }
            }
        }
        _ => {
            let step = Step::<{ FLOAT_STEP * 2 }>::new(bytes, places, length);
            let rows = step.rows();
            for (eight, out) in panel.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                let words = simd.load_transposed(&rows, eight * 16);
                for (out, word) in out.as_chunks_mut::<2>().0.iter_mut().zip(words) {
                    simd.store(simd.low_f16_to_floats(word), &mut out[0]);
                    simd.store(simd.low_f16_to_floats(simd.shift_right::<16>(word)), &mut out[1]);
                }
            }
        }
    }
}

/// The same of quantised blocks, of which `skipped` columns come before.
#[inline(always)]
pub fn dequantise(
    format: NumberFormat,
    bytes: &[u8],
    places: &[usize; LANES],
    length: usize,
    skipped: usize,
    panel: &mut FloatPanel,
) {
    let numbers = length / format.block_bytes() * format.block_numbers();
    let mut values = [0.0; 2 * FLOAT_STEP];
    for (lane, &place) in places.iter().enumerate() {
        dequantize_inline(format, &bytes[place..place + length], &mut values[..numbers]);
        let columns = numbers.min(skipped + FLOAT_STEP) - skipped;
        for (column, out) in panel.iter_mut().enumerate() {
            out[lane] = if column < columns { values[skipped + column] } else { 0.0 };
        }
    }
}
