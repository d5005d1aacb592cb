//! x86 processors with AVX-512 and its byte products (VNNI): Ice Lake, Zen 4 and later.

use std::arch::x86_64::*;

use super::{Kernel, LANES, Simd, SixteenRows};

/// Proves that the processor has these instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avx512 {
    has_bf16: bool,
}

impl Avx512 {
    pub fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c");
        found.then(|| Self { has_bf16: is_x86_feature_detected!("avx512bf16") })
    }
}

// SAFETY of everything below: `self` proves that the processor has the instructions; loads and stores go through
// references to arrays of their exact size.
impl Simd for Avx512 {
    type Floats = __m512;
    type Words = __m512i;

    const WIDE_BIAS: i32 = 128;
    const FLOAT_TILE: (usize, usize) = (2, 12);
    const INTEGER_TILE: (usize, usize) = (2, 6);

    #[inline]
    fn vectorised<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")]
        fn vectorised<K: Kernel>(simd: Avx512, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the processor has these instructions.
        unsafe { vectorised(self, kernel) }
    }

    #[inline(always)]
    fn has_bf16(self) -> bool {
        self.has_bf16
    }

    #[inline]
    fn vectorised_bf16<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma,f16c")]
        fn vectorised<K: Kernel>(simd: Avx512, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the processor has these instructions; those for bf16 if it says so.
        unsafe { vectorised(self, kernel) }
    }

    #[inline(always)]
    fn dot2_bf16(self, sums: __m512, a: __m512i, b: __m512i) -> __m512 {
        unsafe {
            _mm512_dpbf16_ps(
                sums,
                std::mem::transmute::<__m512i, __m512bh>(a),
                std::mem::transmute::<__m512i, __m512bh>(b),
            )
        }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> __m512 {
        unsafe { _mm512_loadu_ps(values.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, values: __m512, out: &mut [f32; LANES]) {
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), values) }
    }

    #[inline(always)]
    fn load_f16(self, values: &[u16; LANES]) -> __m512 {
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(values.as_ptr().cast())) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }

    #[inline(always)]
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }

    #[inline(always)]
    fn abs(self, a: __m512) -> __m512 {
        unsafe { _mm512_abs_ps(a) }
    }

    #[inline(always)]
    fn splat_word(self, value: u32) -> __m512i {
        unsafe { _mm512_set1_epi32(value.cast_signed()) }
    }

    #[inline(always)]
    fn load_words(self, values: &[u32; LANES]) -> __m512i {
        unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store_words(self, values: __m512i, out: &mut [u32; LANES]) {
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), values) }
    }

    #[inline(always)]
    fn add_words(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_add_epi32(a, b) }
    }

    #[inline(always)]
    fn max_words(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_max_epu32(a, b) }
    }

    #[inline(always)]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(a, b) }
    }

    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_or_si512(a, b) }
    }

    #[inline(always)]
    fn xor(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_xor_si512(a, b) }
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: __m512i) -> __m512i {
        unsafe { _mm512_slli_epi32::<BITS>(a) }
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: __m512i) -> __m512i {
        unsafe { _mm512_srli_epi32::<BITS>(a) }
    }

    #[inline(always)]
    fn shift_right_signed<const BITS: u32>(self, a: __m512i) -> __m512i {
        unsafe { _mm512_srai_epi32::<BITS>(a) }
    }

    #[inline(always)]
    fn as_floats(self, a: __m512i) -> __m512 {
        unsafe { _mm512_castsi512_ps(a) }
    }

    #[inline(always)]
    fn as_words(self, a: __m512) -> __m512i {
        unsafe { _mm512_castps_si512(a) }
    }

    #[inline(always)]
    fn to_floats(self, a: __m512i) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(a) }
    }

    #[inline(always)]
    fn to_words(self, a: __m512) -> __m512i {
        unsafe { _mm512_cvtps_epi32(a) }
    }

    #[inline(always)]
    fn low_f16_to_floats(self, a: __m512i) -> __m512 {
        unsafe { _mm512_cvtph_ps(_mm512_cvtepi32_epi16(a)) }
    }

    #[inline(always)]
    fn dot4(self, sums: __m512i, codes: __m512i, input: __m512i) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sums, codes, input) }
    }

    #[inline(always)]
    fn dot4_wide(self, sums: __m512i, codes: __m512i, input: __m512i) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sums, codes, input) }
    }

    #[inline(always)]
    fn load_transposed<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [__m512i; 4] {
        unsafe {
            let a = four_rows(rows, 0, at);
            let b = four_rows(rows, 1, at);
            let c = four_rows(rows, 2, at);
            let d = four_rows(rows, 3, at);
            let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
            let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
            [
                _mm512_unpacklo_epi64(ab_low, cd_low),
                _mm512_unpackhi_epi64(ab_low, cd_low),
                _mm512_unpacklo_epi64(ab_high, cd_high),
                _mm512_unpackhi_epi64(ab_high, cd_high),
            ]
        }
    }

    #[inline(always)]
    fn load_transposed_32<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [__m512i; 8] {
        unsafe {
            // Dwords i of rows 0 to 7 (lanes 0 and 2) and dwords i + 4 (lanes 1 and 3); the same of rows 8 to 15.
            let low = eight_rows(rows, 0, at);
            let high = eight_rows(rows, 8, at);
            [
                _mm512_shuffle_i32x4::<0b10_00_10_00>(low[0], high[0]),
                _mm512_shuffle_i32x4::<0b10_00_10_00>(low[1], high[1]),
                _mm512_shuffle_i32x4::<0b10_00_10_00>(low[2], high[2]),
                _mm512_shuffle_i32x4::<0b10_00_10_00>(low[3], high[3]),
                _mm512_shuffle_i32x4::<0b11_01_11_01>(low[0], high[0]),
                _mm512_shuffle_i32x4::<0b11_01_11_01>(low[1], high[1]),
                _mm512_shuffle_i32x4::<0b11_01_11_01>(low[2], high[2]),
                _mm512_shuffle_i32x4::<0b11_01_11_01>(low[3], high[3]),
            ]
        }
    }

    #[inline(always)]
    fn prefetch(self, address: *const u8) {
        unsafe { _mm_prefetch::<_MM_HINT_T2>(address.cast()) }
    }
}

/// Sixteen bytes of row `row` and of the fourth, eighth and twelfth row after it.
///
/// # Safety
/// The processor must have AVX-512.
#[inline(always)]
unsafe fn four_rows<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, row: usize, at: usize) -> __m512i {
    unsafe {
        let low = _mm512_castsi128_si512(sixteen(rows, row, at));
        let two = _mm512_inserti32x4::<1>(low, sixteen(rows, row + 4, at));
        let three = _mm512_inserti32x4::<2>(two, sixteen(rows, row + 8, at));
        _mm512_inserti32x4::<3>(three, sixteen(rows, row + 12, at))
    }
}

/// Thirty-two bytes of the rows `first` to `first + 7`, transposed within quarters of the vectors.
///
/// # Safety
/// The processor must have AVX-512.
#[inline(always)]
unsafe fn eight_rows<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, first: usize, at: usize) -> [__m512i; 4] {
    unsafe {
        let a = two_rows(rows, first, at);
        let b = two_rows(rows, first + 1, at);
        let c = two_rows(rows, first + 2, at);
        let d = two_rows(rows, first + 3, at);
        let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        [
            _mm512_unpacklo_epi64(ab_low, cd_low),
            _mm512_unpackhi_epi64(ab_low, cd_low),
            _mm512_unpacklo_epi64(ab_high, cd_high),
            _mm512_unpackhi_epi64(ab_high, cd_high),
        ]
    }
}

/// Row `row` and the fourth one after it.
///
/// # Safety
/// The processor must have AVX-512.
#[inline(always)]
unsafe fn two_rows<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, row: usize, at: usize) -> __m512i {
    unsafe {
        let low = _mm512_castsi256_si512(thirty_two(rows, row, at));
        _mm512_inserti64x4::<1>(low, thirty_two(rows, row + 4, at))
    }
}

/// # Safety
/// The processor must have AVX.
#[inline(always)]
unsafe fn thirty_two<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, row: usize, at: usize) -> __m256i {
    unsafe { _mm256_loadu_si256(rows.read::<32>(row, at).as_ptr().cast()) }
}

/// # Safety
/// The processor must have SSE2, as all of this architecture have.
#[inline(always)]
unsafe fn sixteen<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, row: usize, at: usize) -> __m128i {
    unsafe { _mm_loadu_si128(rows.read::<16>(row, at).as_ptr().cast()) }
}
