//! Functions of f32 that kernels need, the same to the bit on every processor.

use super::Simd;

/// e^x, to about one unit in the last place; 0 below -104, NaN for NaN. (Cephes, `expf.c`.)
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::Floats) -> S::Floats {
    // In this order NaN stays.
    let x = simd.max(simd.splat(-110.0), x);
    let n = simd.to_words(simd.mul(x, simd.splat(std::f32::consts::LOG2_E)));
    let whole = simd.to_floats(n);
    let r = simd.fma(whole, simd.splat(-0.693_359_4), x);
    let r = simd.fma(whole, simd.splat(2.121_944_4e-4), r);
    let mut p = simd.splat(1.987_569_1e-4);
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = simd.fma(p, r, simd.splat(coefficient));
    }
    let p = simd.add(simd.fma(p, simd.mul(r, r), r), simd.splat(1.0));
    // 2^n in two factors, so that neither leaves the range.
    let half = simd.shift_right_signed::<1>(n);
    let minus_half = simd.add_words(simd.xor(half, simd.splat_word(u32::MAX)), simd.splat_word(1));
    let rest = simd.add_words(n, minus_half);
    simd.mul(simd.mul(p, power_of_two(simd, half)), power_of_two(simd, rest))
}

/// 2^n, -126 to 127.
#[inline(always)]
fn power_of_two<S: Simd>(simd: S, n: S::Words) -> S::Floats {
    simd.as_floats(simd.shift_left::<23>(simd.add_words(n, simd.splat_word(127))))
}

/// x / (1 + e^-x).
#[inline(always)]
pub fn silu<S: Simd>(simd: S, x: S::Floats) -> S::Floats {
    let bounded = simd.max(simd.splat(-110.0), x);
    let power = exp(simd, simd.sub(simd.splat(0.0), bounded));
    simd.div(x, simd.add(simd.splat(1.0), power))
}
