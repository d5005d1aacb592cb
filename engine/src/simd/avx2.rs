//! x86 processors with AVX2, FMA and half floats (2013 on): every vector is two registers.

use std::arch::x86_64::*;

use super::{Kernel, LANES, Simd, SixteenRows};

/// Proves that the processor has these instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avx2(());

impl Avx2 {
    pub fn detect() -> Option<Self> {
        let found =
            is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
        found.then_some(Self(()))
    }
}

type Floats = [__m256; 2];
type Words = [__m256i; 2];

// SAFETY of everything below: `self` proves that the processor has the instructions; loads and stores go through
// references to arrays of their exact size.
impl Simd for Avx2 {
    type Floats = Floats;
    type Words = Words;

    const WIDE_BIAS: i32 = 0;
    const FLOAT_TILE: (usize, usize) = (1, 6);
    const INTEGER_TILE: (usize, usize) = (1, 2);

    #[inline]
    fn vectorised<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2,fma,f16c")]
        fn vectorised<K: Kernel>(simd: Avx2, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the processor has these instructions.
        unsafe { vectorised(self, kernel) }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Floats {
        unsafe { [_mm256_set1_ps(value); 2] }
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> Floats {
        unsafe { [_mm256_loadu_ps(values.as_ptr()), _mm256_loadu_ps(values.as_ptr().add(8))] }
    }

    #[inline(always)]
    fn store(self, values: Floats, out: &mut [f32; LANES]) {
        unsafe {
            _mm256_storeu_ps(out.as_mut_ptr(), values[0]);
            _mm256_storeu_ps(out.as_mut_ptr().add(8), values[1]);
        }
    }

    #[inline(always)]
    fn load_f16(self, values: &[u16; LANES]) -> Floats {
        unsafe {
            let halves = _mm256_loadu_si256(values.as_ptr().cast());
            [_mm256_cvtph_ps(_mm256_castsi256_si128(halves)), _mm256_cvtph_ps(_mm256_extracti128_si256::<1>(halves))]
        }
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        unsafe { [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        unsafe { [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn div(self, a: Floats, b: Floats) -> Floats {
        unsafe { [_mm256_div_ps(a[0], b[0]), _mm256_div_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn fma(self, a: Floats, b: Floats, c: Floats) -> Floats {
        unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
    }

    #[inline(always)]
    fn max(self, a: Floats, b: Floats) -> Floats {
        unsafe { [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn abs(self, a: Floats) -> Floats {
        unsafe {
            let sign = _mm256_set1_ps(-0.0);
            [_mm256_andnot_ps(sign, a[0]), _mm256_andnot_ps(sign, a[1])]
        }
    }

    #[inline(always)]
    fn splat_word(self, value: u32) -> Words {
        unsafe { [_mm256_set1_epi32(value.cast_signed()); 2] }
    }

    #[inline(always)]
    fn load_words(self, values: &[u32; LANES]) -> Words {
        unsafe { [_mm256_loadu_si256(values.as_ptr().cast()), _mm256_loadu_si256(values.as_ptr().add(8).cast())] }
    }

    #[inline(always)]
    fn store_words(self, values: Words, out: &mut [u32; LANES]) {
        unsafe {
            _mm256_storeu_si256(out.as_mut_ptr().cast(), values[0]);
            _mm256_storeu_si256(out.as_mut_ptr().add(8).cast(), values[1]);
        }
    }

    #[inline(always)]
    fn add_words(self, a: Words, b: Words) -> Words {
        unsafe { [_mm256_add_epi32(a[0], b[0]), _mm256_add_epi32(a[1], b[1])] }
    }

    #[inline(always)]
    fn max_words(self, a: Words, b: Words) -> Words {
        unsafe { [_mm256_max_epu32(a[0], b[0]), _mm256_max_epu32(a[1], b[1])] }
    }

    #[inline(always)]
    fn and(self, a: Words, b: Words) -> Words {
        unsafe { [_mm256_and_si256(a[0], b[0]), _mm256_and_si256(a[1], b[1])] }
    }

    #[inline(always)]
    fn or(self, a: Words, b: Words) -> Words {
        unsafe { [_mm256_or_si256(a[0], b[0]), _mm256_or_si256(a[1], b[1])] }
    }

    #[inline(always)]
    fn xor(self, a: Words, b: Words) -> Words {
        unsafe { [_mm256_xor_si256(a[0], b[0]), _mm256_xor_si256(a[1], b[1])] }
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: Words) -> Words {
        unsafe {
            let bits = _mm_cvtsi32_si128(BITS.cast_signed());
            [_mm256_sll_epi32(a[0], bits), _mm256_sll_epi32(a[1], bits)]
        }
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: Words) -> Words {
        unsafe {
            let bits = _mm_cvtsi32_si128(BITS.cast_signed());
            [_mm256_srl_epi32(a[0], bits), _mm256_srl_epi32(a[1], bits)]
        }
    }

    #[inline(always)]
    fn shift_right_signed<const BITS: u32>(self, a: Words) -> Words {
        unsafe {
            let bits = _mm_cvtsi32_si128(BITS.cast_signed());
            [_mm256_sra_epi32(a[0], bits), _mm256_sra_epi32(a[1], bits)]
        }
    }

    #[inline(always)]
    fn as_floats(self, a: Words) -> Floats {
        unsafe { [_mm256_castsi256_ps(a[0]), _mm256_castsi256_ps(a[1])] }
    }

    #[inline(always)]
    fn as_words(self, a: Floats) -> Words {
        unsafe { [_mm256_castps_si256(a[0]), _mm256_castps_si256(a[1])] }
    }

    #[inline(always)]
    fn to_floats(self, a: Words) -> Floats {
        unsafe { [_mm256_cvtepi32_ps(a[0]), _mm256_cvtepi32_ps(a[1])] }
    }

    #[inline(always)]
    fn to_words(self, a: Floats) -> Words {
        unsafe { [_mm256_cvtps_epi32(a[0]), _mm256_cvtps_epi32(a[1])] }
    }

    #[inline(always)]
    fn low_f16_to_floats(self, a: Words) -> Floats {
        unsafe { [low_f16(a[0]), low_f16(a[1])] }
    }

    #[inline(always)]
    fn dot4(self, sums: Words, codes: Words, input: Words) -> Words {
        unsafe { [dot4(sums[0], codes[0], input[0]), dot4(sums[1], codes[1], input[1])] }
    }

    #[inline(always)]
    fn dot4_wide(self, sums: Words, codes: Words, input: Words) -> Words {
        // The sign goes to the input, so that pairs stay within 16 bits.
        unsafe {
            [
                dot4(sums[0], _mm256_abs_epi8(codes[0]), _mm256_sign_epi8(input[0], codes[0])),
                dot4(sums[1], _mm256_abs_epi8(codes[1]), _mm256_sign_epi8(input[1], codes[1])),
            ]
        }
    }

    #[inline(always)]
    fn load_transposed<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Words; 4] {
        unsafe {
            let [a0, b0, c0, d0] = eight_rows(rows, 0, at);
            let [a1, b1, c1, d1] = eight_rows(rows, 8, at);
            [[a0, a1], [b0, b1], [c0, c1], [d0, d1]]
        }
    }

    #[inline(always)]
    fn load_transposed_32<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Words; 8] {
        let low = self.load_transposed(rows, at);
        let high = self.load_transposed(rows, at + 16);
        [low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3]]
    }

    #[inline(always)]
    fn prefetch(self, address: *const u8) {
        unsafe { _mm_prefetch::<_MM_HINT_T2>(address.cast()) }
    }
}

/// # Safety
/// This and the functions below: the processor must have AVX2 and F16C.
#[inline(always)]
unsafe fn low_f16(a: __m256i) -> __m256 {
    unsafe {
        // Words below 65536 pass unchanged.
        let low = _mm256_and_si256(a, _mm256_set1_epi32(0xffff));
        let packed = _mm256_packus_epi32(low, low);
        _mm256_cvtph_ps(_mm256_castsi256_si128(_mm256_permute4x64_epi64::<0b1000>(packed)))
    }
}

#[inline(always)]
unsafe fn dot4(sums: __m256i, codes: __m256i, input: __m256i) -> __m256i {
    unsafe {
        let pairs = _mm256_maddubs_epi16(codes, input);
        _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }
}

/// Rows `first` to `first + 7`, transposed.
#[inline(always)]
unsafe fn eight_rows<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, first: usize, at: usize) -> [__m256i; 4] {
    unsafe {
        let a = two_rows(rows, first, at);
        let b = two_rows(rows, first + 1, at);
        let c = two_rows(rows, first + 2, at);
        let d = two_rows(rows, first + 3, at);
        let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
        [
            _mm256_unpacklo_epi64(ab_low, cd_low),
            _mm256_unpackhi_epi64(ab_low, cd_low),
            _mm256_unpacklo_epi64(ab_high, cd_high),
            _mm256_unpackhi_epi64(ab_high, cd_high),
        ]
    }
}

#[inline(always)]
unsafe fn two_rows<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, row: usize, at: usize) -> __m256i {
    unsafe { _mm256_set_m128i(sixteen(rows, row + 4, at), sixteen(rows, row, at)) }
}

#[inline(always)]
unsafe fn sixteen<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, row: usize, at: usize) -> __m128i {
    unsafe { _mm_loadu_si128(rows.read::<16>(row, at).as_ptr().cast()) }
}
