//! Blocks of Q6_K to f32, 32 numbers at a time; the same operations as in `dequantize`, and so the same numbers to the bit.

use std::arch::x86_64::{
    __m256, __m256i, _mm_cvtsi32_si128, _mm_loadl_epi64, _mm256_and_si256, _mm256_cvtepi8_epi32, _mm256_cvtepi32_ps,
    _mm256_loadu_si256, _mm256_mul_ps, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_ps, _mm256_slli_epi16,
    _mm256_srl_epi16, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_storeu_si256, _mm256_sub_epi8,
};

use crate::matrix::dequantize::{f16_at, part};

/// Numbers of one step.
const STEP: usize = 32;

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn q6_k(block: &[u8; 210], out: &mut [f32; 256]) {
    let scale = f16_at(block, 208);
    let scales = part::<16>(block, 192);
    for half in 0..2 {
        let highs = load(part(block, 128 + half * STEP));
        let lows = [load(part(block, half * 64)), load(part(block, half * 64 + STEP))];
        for quarter in 0..4 {
            let high = _mm256_and_si256(shifted(highs, quarter * 2), _mm256_set1_epi8(3));
            let low = nibbles(lows[quarter % 2], quarter / 2);
            let numbers = _mm256_or_si256(low, _mm256_slli_epi16::<4>(high));
            let numbers = store(_mm256_sub_epi8(numbers, _mm256_set1_epi8(32)));
            let group = half * 8 + quarter * 2;
            let factors = [group, group + 1].map(|group| scale * f32::from(scales[group].cast_signed()));
            let factors = [_mm256_set1_ps(factors[0]), _mm256_set1_ps(factors[1])];
            let of = |eighth: usize, number: __m256| _mm256_mul_ps(number, factors[eighth / 2]);
            write(&numbers, part_of(out, half * 4 + quarter), of);
        }
    }
}

/// Low (`side` 0) or high halves of bytes.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn nibbles(bytes: __m256i, side: usize) -> __m256i {
    let bytes = if side == 0 { bytes } else { _mm256_srli_epi16::<4>(bytes) };
    _mm256_and_si256(bytes, _mm256_set1_epi8(15))
}

/// Bytes whose lowest bits, fewer than eight, are those from `bits` on; the bits above belong to neighbours.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn shifted(bytes: __m256i, bits: usize) -> __m256i {
    _mm256_srl_epi16(bytes, _mm_cvtsi32_si128(bits as i32))
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn load(bytes: &[u8; STEP]) -> __m256i {
    // SAFETY: the 32 bytes that are read are there.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn store(bytes: __m256i) -> [u8; STEP] {
    let mut out = [0; STEP];
    // SAFETY: `out` holds the 32 bytes that are written.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), bytes) };
    out
}

/// The `index`th 32 numbers of a block.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn part_of(out: &mut [f32; 256], index: usize) -> &mut [f32; STEP] {
    let (parts, _) = out.as_chunks_mut::<STEP>();
    &mut parts[index]
}

/// Signed bytes as numbers through `of`, which gets the index of the eighth (8 numbers) too.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn write(bytes: &[u8; STEP], out: &mut [f32; STEP], of: impl Fn(usize, __m256) -> __m256) {
    let parts = bytes.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0);
    for (eighth, (bytes, out)) in parts.enumerate() {
        // SAFETY: the eight bytes that are read and the eight numbers that are written are there.
        unsafe {
            let number = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(bytes.as_ptr().cast())));
            _mm256_storeu_ps(out.as_mut_ptr(), of(eighth, number));
        }
    }
}
