//! For any processor, in plain Rust; the compiler makes vectors of it where it can. What the others
//! compute is defined here.

use std::array::from_fn;

use half::f16;

use super::{Kernel, LANES, Simd, SixteenRows};

#[derive(Clone, Copy)]
pub struct Portable;

type Floats = [f32; LANES];
type Words = [u32; LANES];

#[inline(always)]
fn each<A: Copy, B: Copy>(a: [A; LANES], f: impl Fn(A) -> B) -> [B; LANES] {
    a.map(f)
}

#[inline(always)]
fn pairs<A: Copy, B: Copy, C: Copy>(a: [A; LANES], b: [B; LANES], f: impl Fn(A, B) -> C) -> [C; LANES] {
    from_fn(|lane| f(a[lane], b[lane]))
}

impl Simd for Portable {
    type Floats = Floats;
    type Words = Words;

    const WIDE_BIAS: i32 = 0;
    const FLOAT_TILE: (usize, usize) = (1, 4);
    const INTEGER_TILE: (usize, usize) = (1, 2);

    fn vectorised<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Floats {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, values: &Floats) -> Floats {
        *values
    }

    #[inline(always)]
    fn store(self, values: Floats, out: &mut Floats) {
        *out = values;
    }

    #[inline(always)]
    fn load_f16(self, values: &[u16; LANES]) -> Floats {
        each(*values, |bits| f16::from_bits(bits).to_f32())
    }

    #[inline(always)]
    fn add(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| a / b)
    }

    #[inline(always)]
    fn fma(self, a: Floats, b: Floats, c: Floats) -> Floats {
        from_fn(|lane| a[lane].mul_add(b[lane], c[lane]))
    }

    #[inline(always)]
    fn max(self, a: Floats, b: Floats) -> Floats {
        pairs(a, b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn abs(self, a: Floats) -> Floats {
        each(a, f32::abs)
    }

    #[inline(always)]
    fn splat_word(self, value: u32) -> Words {
        [value; LANES]
    }

    #[inline(always)]
    fn load_words(self, values: &Words) -> Words {
        *values
    }

    #[inline(always)]
    fn store_words(self, values: Words, out: &mut Words) {
        *out = values;
    }

    #[inline(always)]
    fn add_words(self, a: Words, b: Words) -> Words {
        pairs(a, b, u32::wrapping_add)
    }

    #[inline(always)]
    fn max_words(self, a: Words, b: Words) -> Words {
        pairs(a, b, u32::max)
    }

    #[inline(always)]
    fn and(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| a & b)
    }

    #[inline(always)]
    fn or(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| a | b)
    }

    #[inline(always)]
    fn xor(self, a: Words, b: Words) -> Words {
        pairs(a, b, |a, b| a ^ b)
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: Words) -> Words {
        each(a, |a| a << BITS)
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: Words) -> Words {
        each(a, |a| a >> BITS)
    }

    #[inline(always)]
    fn shift_right_signed<const BITS: u32>(self, a: Words) -> Words {
        each(a, |a| (a.cast_signed() >> BITS).cast_unsigned())
    }

    #[inline(always)]
    fn as_floats(self, a: Words) -> Floats {
        each(a, f32::from_bits)
    }

    #[inline(always)]
    fn as_words(self, a: Floats) -> Words {
        each(a, f32::to_bits)
    }

    #[inline(always)]
    fn to_floats(self, a: Words) -> Floats {
        each(a, |a| a.cast_signed() as f32)
    }

    #[inline(always)]
    fn to_words(self, a: Floats) -> Words {
        each(a, |a| (a.round_ties_even() as i32).cast_unsigned())
    }

    #[inline(always)]
    fn low_f16_to_floats(self, a: Words) -> Floats {
        each(a, |a| f16::from_bits(a as u16).to_f32())
    }

    #[inline(always)]
    fn dot4(self, sums: Words, codes: Words, input: Words) -> Words {
        from_fn(|lane| {
            let (codes, input) = (codes[lane].to_le_bytes(), input[lane].to_le_bytes());
            let dot: i32 = (0..4).map(|i| i32::from(codes[i]) * i32::from(input[i].cast_signed())).sum();
            sums[lane].wrapping_add_signed(dot)
        })
    }

    #[inline(always)]
    fn dot4_wide(self, sums: Words, codes: Words, input: Words) -> Words {
        from_fn(|lane| {
            let (codes, input) = (codes[lane].to_le_bytes(), input[lane].to_le_bytes());
            let dot: i32 = (0..4).map(|i| i32::from(codes[i].cast_signed()) * i32::from(input[i].cast_signed())).sum();
            sums[lane].wrapping_add_signed(dot)
        })
    }

    #[inline(always)]
    fn load_transposed<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Words; 4] {
        from_fn(|i| from_fn(|lane| u32::from_le_bytes(*rows.read(lane, at + 4 * i))))
    }

    #[inline(always)]
    fn load_transposed_32<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Words; 8] {
        let [low, high] = [at, at + 16].map(|at| self.load_transposed(rows, at));
        [low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3]]
    }

    #[inline(always)]
    fn prefetch(self, _: *const u8) {}
}
