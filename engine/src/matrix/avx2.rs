//! The kernel for x86 processors with AVX2 and FMA (2013 on). `unsafe` is the processor's instructions alone: callers
//! must have found them.

mod unpack;

use std::arch::x86_64::{__m256, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_setzero_ps, _mm256_storeu_ps};

use super::{
    dequantize::{dequantize_inline, each},
    product::finish,
};
use crate::number_format::NumberFormat;

/// Compiled to this processor's vectors; by hand where the compiler finds them four times slower ones.
#[target_feature(enable = "avx2,fma")]
pub fn dequantize(format: NumberFormat, bytes: &[u8], out: &mut [f32]) {
    match format {
        NumberFormat::Q6K => each(bytes, out, |block, out| unpack::q6_k(block, out)),
        _ => dequantize_inline(format, bytes, out),
    }
}

/// `N` inputs times `R` rows of weights, all of one length.
#[target_feature(enable = "avx2,fma")]
pub fn tile<const R: usize, const N: usize>(rows: [&[f32]; R], inputs: [&[f32]; N]) -> [[f32; N]; R] {
    let length = rows.iter().chain(&inputs).map(|numbers| numbers.len()).min().unwrap_or(0);
    let whole = length / 8 * 8;
    let mut sums = [[_mm256_setzero_ps(); N]; R];
    for at in (0..whole).step_by(8) {
        let mut loaded = [_mm256_setzero_ps(); N];
        for (loaded, input) in loaded.iter_mut().zip(&inputs) {
            *loaded = load(input, at, whole);
        }
        for (sums, row) in sums.iter_mut().zip(&rows) {
            let weights = load(row, at, whole);
            for (sum, input) in sums.iter_mut().zip(&loaded) {
                *sum = _mm256_fmadd_ps(weights, *input, *sum);
            }
        }
    }
    let mut dots = [[0.0; N]; R];
    for ((dots, sums), row) in dots.iter_mut().zip(&sums).zip(&rows) {
        for ((dot, sum), input) in dots.iter_mut().zip(sums).zip(&inputs) {
            let mut lanes = [0.0; 8];
            // SAFETY: `lanes` holds the eight numbers that are written.
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), *sum) };
            *dot = finish(lanes, &row[whole..length], &input[whole..length]);
        }
    }
    dots
}

/// Numbers `at` to `at + 7`; `at + 8 <= whole <= numbers.len()`.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn load(numbers: &[f32], at: usize, whole: usize) -> __m256 {
    debug_assert!(at + 8 <= whole && whole <= numbers.len());
    // SAFETY: eight numbers from `at` on lie within the slice, as the only caller's loop has it.
    unsafe { _mm256_loadu_ps(numbers.as_ptr().add(at)) }
}
