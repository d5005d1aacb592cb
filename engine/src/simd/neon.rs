//! ARM processors with NEON and its byte products (Apple's, and servers and phones since about 2018): every vector is four
//! registers. Others run the portable code, which the compiler turns into plain NEON.

use std::arch::{aarch64::*, asm, is_aarch64_feature_detected};

use super::{Kernel, LANES, Simd, SixteenRows};

/// Proves that the processor has these instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neon(());

impl Neon {
    pub fn detect() -> Option<Self> {
        let found = is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("dotprod");
        found.then_some(Self(()))
    }
}

type Floats = [float32x4_t; 4];
type Words = [uint32x4_t; 4];

#[inline(always)]
fn each<A: Copy, B>(a: [A; 4], f: impl Fn(A) -> B) -> [B; 4] {
    [f(a[0]), f(a[1]), f(a[2]), f(a[3])]
}

#[inline(always)]
fn pairs<A: Copy, B: Copy, C>(a: [A; 4], b: [B; 4], f: impl Fn(A, B) -> C) -> [C; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

// SAFETY of everything below: `self` proves that the processor has the instructions; loads and stores go through
// references to arrays of their exact size.
impl Simd for Neon {
    type Floats = Floats;
    type Words = Words;

    const WIDE_BIAS: i32 = 0;
    const FLOAT_TILE: (usize, usize) = (1, 4);
    const INTEGER_TILE: (usize, usize) = (1, 2);

    #[inline]
    fn vectorised<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "neon,dotprod")]
        fn vectorised<K: Kernel>(simd: Neon, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the processor has these instructions.
        unsafe { vectorised(self, kernel) }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Floats {
        unsafe { [vdupq_n_f32(value); 4] }
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> Floats {
        let at = values.as_ptr();
        unsafe { [vld1q_f32(at), vld1q_f32(at.add(4)), vld1q_f32(at.add(8)), vld1q_f32(at.add(12))] }
    }

    #[inline(always)]
    fn store(self, values: Floats, out: &mut [f32; LANES]) {
        for (four, values) in out.as_chunks_mut::<4>().0.iter_mut().zip(values) {
            unsafe { vst1q_f32(four.as_mut_ptr(), values) }
        }
    }

    #[inline(always)]
    fn load_f16(self, values: &[u16; LANES]) -> Floats {
        let at = values.as_ptr();
        unsafe {
            [
                halves_to_floats(vld1_u16(at)),
                halves_to_floats(vld1_u16(at.add(4))),
                halves_to_floats(vld1_u16(at.add(8))),
                halves_to_floats(vld1_u16(at.add(12))),
            ]
        }
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| unsafe { vaddq_f32(a, b) })
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| unsafe { vsubq_f32(a, b) })
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| unsafe { vmulq_f32(a, b) })
    }

    #[inline(always)]
    fn div(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| unsafe { vdivq_f32(a, b) })
    }

    #[inline(always)]
    fn fma(self, a: Floats, b: Floats, c: Floats) -> Floats {
        unsafe {
            [
                vfmaq_f32(c[0], a[0], b[0]),
                vfmaq_f32(c[1], a[1], b[1]),
                vfmaq_f32(c[2], a[2], b[2]),
                vfmaq_f32(c[3], a[3], b[3]),
            ]
        }
    }

    /// Not `vmaxq_f32`: where one is NaN the others take the second.
    #[inline(always)]
    fn max(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) })
    }

    #[inline(always)]
    fn abs(self, a: Floats) -> Floats {
        each(a, |a| unsafe { vabsq_f32(a) })
    }

    #[inline(always)]
    fn splat_word(self, value: u32) -> Words {
        unsafe { [vdupq_n_u32(value); 4] }
    }

    #[inline(always)]
    fn load_words(self, values: &[u32; LANES]) -> Words {
        let at = values.as_ptr();
        unsafe { [vld1q_u32(at), vld1q_u32(at.add(4)), vld1q_u32(at.add(8)), vld1q_u32(at.add(12))] }
    }

    #[inline(always)]
    fn store_words(self, values: Words, out: &mut [u32; LANES]) {
        for (four, values) in out.as_chunks_mut::<4>().0.iter_mut().zip(values) {
            unsafe { vst1q_u32(four.as_mut_ptr(), values) }
        }
    }

    #[inline(always)]
    fn add_words(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| unsafe { vaddq_u32(a, b) })
    }

    #[inline(always)]
    fn max_words(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| unsafe { vmaxq_u32(a, b) })
    }

    #[inline(always)]
    fn and(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| unsafe { vandq_u32(a, b) })
    }

    #[inline(always)]
    fn or(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| unsafe { vorrq_u32(a, b) })
    }

    #[inline(always)]
    fn xor(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| unsafe { veorq_u32(a, b) })
    }

    /// A shift by a vector of constants; the compiler makes one by a constant of it. So do the two below.
    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: Words) -> Words {
        each(a, |a| unsafe { vshlq_u32(a, vdupq_n_s32(BITS.cast_signed())) })
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: Words) -> Words {
        each(a, |a| unsafe { vshlq_u32(a, vdupq_n_s32(-BITS.cast_signed())) })
    }

    #[inline(always)]
    fn shift_right_signed<const BITS: u32>(self, a: Words) -> Words {
        let by = -BITS.cast_signed();
        each(a, |a| unsafe { vreinterpretq_u32_s32(vshlq_s32(vreinterpretq_s32_u32(a), vdupq_n_s32(by))) })
    }

    #[inline(always)]
    fn as_floats(self, a: Words) -> Floats {
        each(a, |a| unsafe { vreinterpretq_f32_u32(a) })
    }

    #[inline(always)]
    fn as_words(self, a: Floats) -> Words {
        each(a, |a| unsafe { vreinterpretq_u32_f32(a) })
    }

    #[inline(always)]
    fn to_floats(self, a: Words) -> Floats {
        each(a, |a| unsafe { vcvtq_f32_s32(vreinterpretq_s32_u32(a)) })
    }

    #[inline(always)]
    fn to_words(self, a: Floats) -> Words {
        each(a, |a| unsafe { vreinterpretq_u32_s32(vcvtnq_s32_f32(a)) })
    }

    #[inline(always)]
    fn low_f16_to_floats(self, a: Words) -> Floats {
        each(a, |a| unsafe { halves_to_floats(vmovn_u32(a)) })
    }

    /// Codes are at most 127: signed bytes, too.
    #[inline(always)]
    fn dot4(self, sums: Words, codes: Words, input: Words) -> Words {
        self.dot4_wide(sums, codes, input)
    }

    #[inline(always)]
    fn dot4_wide(self, sums: Words, codes: Words, input: Words) -> Words {
        unsafe {
            [
                dot4(sums[0], codes[0], input[0]),
                dot4(sums[1], codes[1], input[1]),
                dot4(sums[2], codes[2], input[2]),
                dot4(sums[3], codes[3], input[3]),
            ]
        }
    }

    #[inline(always)]
    fn load_transposed<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Words; 4] {
        unsafe {
            let [a0, b0, c0, d0] = four_rows(rows, 0, at);
            let [a1, b1, c1, d1] = four_rows(rows, 4, at);
            let [a2, b2, c2, d2] = four_rows(rows, 8, at);
            let [a3, b3, c3, d3] = four_rows(rows, 12, at);
            [[a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]]
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
        // SAFETY: a hint, which reads nothing.
        unsafe { asm!("prfm pldl2keep, [{0}]", in(reg) address, options(nostack, preserves_flags, readonly)) }
    }
}

/// # Safety
/// This and the functions below: the processor must have NEON and its byte products. Where there is assembly, Rust has no
/// stable intrinsic.
#[inline(always)]
unsafe fn halves_to_floats(halves: uint16x4_t) -> float32x4_t {
    let floats: float32x4_t;
    unsafe {
        asm!("fcvtl {0:v}.4s, {1:v}.4h", out(vreg) floats, in(vreg) halves, options(nostack, preserves_flags, pure, nomem));
    }
    floats
}

#[inline(always)]
unsafe fn dot4(sums: uint32x4_t, codes: uint32x4_t, input: uint32x4_t) -> uint32x4_t {
    let mut sums = sums;
    unsafe {
        asm!(
            ".arch_extension dotprod",
            "sdot {0:v}.4s, {1:v}.16b, {2:v}.16b",
            inout(vreg) sums,
            in(vreg) codes,
            in(vreg) input,
            options(nostack, preserves_flags, pure, nomem)
        );
    }
    sums
}

/// Sixteen bytes of the rows `first` to `first + 3`, transposed.
#[inline(always)]
unsafe fn four_rows<const BYTES: usize>(rows: &SixteenRows<'_, BYTES>, first: usize, at: usize) -> [uint32x4_t; 4] {
    unsafe {
        let [a, b, c, d] =
            [0, 1, 2, 3].map(|row| vreinterpretq_u64_u8(vld1q_u8(rows.read::<16>(first + row, at).as_ptr())));
        // Pairs of words of two rows two apart, then single words of neighbours.
        let (ac_low, ac_high) = (vzip1q_u64(a, c), vzip2q_u64(a, c));
        let (bd_low, bd_high) = (vzip1q_u64(b, d), vzip2q_u64(b, d));
        let [ac_low, ac_high, bd_low, bd_high] =
            [ac_low, ac_high, bd_low, bd_high].map(|two| vreinterpretq_u32_u64(two));
        [
            vtrn1q_u32(ac_low, bd_low),
            vtrn2q_u32(ac_low, bd_low),
            vtrn1q_u32(ac_high, bd_high),
            vtrn2q_u32(ac_high, bd_high),
        ]
    }
}
