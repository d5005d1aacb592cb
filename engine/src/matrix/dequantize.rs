//! Stored numbers to f32. Layouts are those of ggml (`ggml-common.h`, `dequantize_row_*` in `ggml-quants.c`), whose
//! results these equal to the bit.
//!
//! Everything is inlined into its caller: there the compiler turns it into the vectors of that caller's processor.

use crate::{
    number_format::NumberFormat,
    simd::{Kernel, Processor, Simd},
};

/// Stored numbers as f32, the same to the bit on every processor. `bytes` may lie at any address and hold exactly
/// `out.len()` numbers.
pub fn dequantize(processor: Processor, format: NumberFormat, bytes: &[u8], out: &mut [f32]) {
    processor.run(Dequantize { format, bytes, out });
}

struct Dequantize<'a> {
    format: NumberFormat,
    bytes: &'a [u8],
    out: &'a mut [f32],
}

impl Kernel for Dequantize<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        dequantize_inline(self.format, self.bytes, self.out);
    }
}

/// `bytes` may lie at any address and hold exactly `out.len()` numbers.
#[inline(always)]
pub fn dequantize_inline(format: NumberFormat, bytes: &[u8], out: &mut [f32]) {
    match format {
        NumberFormat::F32 => each(bytes, out, |number, out: &mut [f32; 1]| out[0] = f32::from_le_bytes(*number)),
        NumberFormat::F16 => each(bytes, out, |number, out: &mut [f32; 1]| out[0] = from_f16(*number)),
        NumberFormat::Bf16 => each(bytes, out, |number: &[u8; 2], out: &mut [f32; 1]| {
            out[0] = f32::from_bits(u32::from(u16::from_le_bytes(*number)) << 16);
        }),
        NumberFormat::Q4_0 => each(bytes, out, q4_0),
        NumberFormat::Q4_1 => each(bytes, out, q4_1),
        NumberFormat::Q5_0 => each(bytes, out, q5_0),
        NumberFormat::Q5_1 => each(bytes, out, q5_1),
        NumberFormat::Q8_0 => each(bytes, out, q8_0),
        NumberFormat::Q2K => each(bytes, out, q2_k),
        NumberFormat::Q3K => each(bytes, out, q3_k),
        NumberFormat::Q4K => each(bytes, out, q4_k),
        NumberFormat::Q5K => each(bytes, out, q5_k),
        NumberFormat::Q6K => each(bytes, out, q6_k),
    }
}

#[inline(always)]
fn each<const BYTES: usize, const NUMBERS: usize>(
    bytes: &[u8],
    out: &mut [f32],
    unpack: impl Fn(&[u8; BYTES], &mut [f32; NUMBERS]),
) {
    for (block, out) in bytes.as_chunks::<BYTES>().0.iter().zip(out.as_chunks_mut::<NUMBERS>().0) {
        unpack(block, out);
    }
}

/// Exact, subnormal numbers, infinities and NaN too; without a branch, so that a slice of them becomes vectors.
#[inline(always)]
fn from_f16(bytes: [u8; 2]) -> f32 {
    const EXPONENT_SHIFT: f32 = f32::from_bits((127 + 127 - 15) << 23);
    let bits = u32::from(u16::from_le_bytes(bytes));
    let magnitude = f32::from_bits((bits & 0x7fff) << 13) * EXPONENT_SHIFT;
    let infinite = if bits & 0x7c00 == 0x7c00 { 0xff << 23 } else { 0 };
    f32::from_bits(magnitude.to_bits() | infinite | ((bits & 0x8000) << 16))
}

/// `N` bytes from `at` on.
#[inline(always)]
fn part<const N: usize>(bytes: &[u8], at: usize) -> &[u8; N] {
    // Always there: every block has its exact size. The fallback keeps the compiler's panic out of the loops.
    bytes[at..].first_chunk().unwrap_or(&[0; N])
}

#[inline(always)]
fn f16_at(bytes: &[u8], at: usize) -> f32 {
    from_f16(*part(bytes, at))
}

/// f16 scale, 16 bytes: low halves are numbers 0 to 15, high halves 16 to 31. `(q - 8) * scale`.
#[inline(always)]
fn q4_0(block: &[u8; 18], out: &mut [f32; 32]) {
    let scale = f16_at(block, 0);
    let quants = part::<16>(block, 2);
    for i in 0..16 {
        out[i] = (i32::from(quants[i] & 15) - 8) as f32 * scale;
        out[i + 16] = (i32::from(quants[i] >> 4) - 8) as f32 * scale;
    }
}

/// f16 scale, f16 minimum, as `q4_0`. `q * scale + minimum`.
#[inline(always)]
fn q4_1(block: &[u8; 20], out: &mut [f32; 32]) {
    let (scale, minimum) = (f16_at(block, 0), f16_at(block, 2));
    let quants = part::<16>(block, 4);
    for i in 0..16 {
        out[i] = f32::from(quants[i] & 15) * scale + minimum;
        out[i + 16] = f32::from(quants[i] >> 4) * scale + minimum;
    }
}

/// f16 scale, 32 fifth bits, 16 bytes as `q4_0`. `(q - 16) * scale`.
#[inline(always)]
fn q5_0(block: &[u8; 22], out: &mut [f32; 32]) {
    let scale = f16_at(block, 0);
    let high = u32::from_le_bytes(*part(block, 2));
    let quants = part::<16>(block, 6);
    for i in 0..16 {
        let low = u32::from(quants[i] & 15) | (high >> i & 1) << 4;
        let upper = u32::from(quants[i] >> 4) | (high >> (i + 16) & 1) << 4;
        out[i] = (low as i32 - 16) as f32 * scale;
        out[i + 16] = (upper as i32 - 16) as f32 * scale;
    }
}

/// f16 scale, f16 minimum, then as `q5_0`. `q * scale + minimum`.
#[inline(always)]
fn q5_1(block: &[u8; 24], out: &mut [f32; 32]) {
    let (scale, minimum) = (f16_at(block, 0), f16_at(block, 2));
    let high = u32::from_le_bytes(*part(block, 4));
    let quants = part::<16>(block, 8);
    for i in 0..16 {
        let low = u32::from(quants[i] & 15) | (high >> i & 1) << 4;
        let upper = u32::from(quants[i] >> 4) | (high >> (i + 16) & 1) << 4;
        out[i] = low as f32 * scale + minimum;
        out[i + 16] = upper as f32 * scale + minimum;
    }
}

/// f16 scale, 32 signed bytes.
#[inline(always)]
fn q8_0(block: &[u8; 34], out: &mut [f32; 32]) {
    let scale = f16_at(block, 0);
    for (out, quant) in out.iter_mut().zip(part::<32>(block, 2)) {
        *out = f32::from(quant.cast_signed()) * scale;
    }
}

/// 16 scales (low half) with minimums (high half), 64 bytes of four 2-bit numbers, f16 scale of scales, f16 scale of
/// minimums. Each half of the block: bits 0-1 of its 32 bytes first, then 2-3 and so on; 16 numbers share a scale.
#[inline(always)]
fn q2_k(block: &[u8; 84], out: &mut [f32; 256]) {
    let scales = part::<16>(block, 0);
    let (scale, minimum) = (f16_at(block, 80), f16_at(block, 82));
    for group in 0..16 {
        let (half, shift, side) = (group / 8, group % 8 / 2 * 2, group % 2);
        let quants = part::<16>(block, 16 + half * 32 + side * 16);
        let factor = scale * f32::from(scales[group] & 15);
        let offset = minimum * f32::from(scales[group] >> 4);
        for i in 0..16 {
            out[group * 16 + i] = factor * f32::from(quants[i] >> shift & 3) - offset;
        }
    }
}

/// 32 bytes of third bits, 64 bytes as `q2_k`, 16 6-bit scales in 12 bytes, f16 scale of scales. A number whose third
/// bit is *not* set is 4 less; scales are 32 less.
#[inline(always)]
fn q3_k(block: &[u8; 110], out: &mut [f32; 256]) {
    let packed = part::<12>(block, 96);
    let scale = f16_at(block, 108);
    for group in 0..16 {
        let (half, pair, side) = (group / 8, group % 8 / 2, group % 2);
        let low = if group < 8 { packed[group] & 15 } else { packed[group - 8] >> 4 };
        let high = packed[8 + group % 4] >> (group / 4 * 2) & 3;
        let factor = scale * (i32::from(low | high << 4) - 32) as f32;
        let third = part::<16>(block, side * 16);
        let quants = part::<16>(block, 32 + half * 32 + side * 16);
        for i in 0..16 {
            let third = (i32::from(third[i]) >> (half * 4 + pair) & 1) << 2;
            let number = i32::from(quants[i]) >> (pair * 2) & 3 | third;
            out[group * 16 + i] = factor * (number - 4) as f32;
        }
    }
}

/// Scale and minimum `group` of 8, 6 bits each, in 12 bytes: the first four in the low bits of bytes 0-3 and 4-7, the
/// others' low halves in bytes 8-11 and their high bits on top of bytes 0-7.
#[inline(always)]
fn scale_and_minimum(packed: &[u8; 12], group: usize) -> (f32, f32) {
    let (scale, minimum) = if group < 4 {
        (packed[group] & 63, packed[group + 4] & 63)
    } else {
        (packed[group + 4] & 15 | packed[group - 4] >> 6 << 4, packed[group + 4] >> 4 | packed[group] >> 6 << 4)
    };
    (f32::from(scale), f32::from(minimum))
}

/// f16 scale of scales, f16 scale of minimums, 12 bytes of scales and minimums, 128 bytes: of every 32, the low halves
/// are 32 numbers and the high halves the next 32.
#[inline(always)]
fn q4_k(block: &[u8; 144], out: &mut [f32; 256]) {
    let (scale, minimum) = (f16_at(block, 0), f16_at(block, 2));
    let packed = part::<12>(block, 4);
    for group in 0..8 {
        let quants = part::<32>(block, 16 + group / 2 * 32);
        let (group_scale, group_minimum) = scale_and_minimum(packed, group);
        let (factor, offset) = (scale * group_scale, minimum * group_minimum);
        let shift = group % 2 * 4;
        for i in 0..32 {
            out[group * 32 + i] = factor * f32::from(quants[i] >> shift & 15) - offset;
        }
    }
}

/// As `q4_k`, with 32 bytes of fifth bits (bit `group` of each) before the 128.
#[inline(always)]
fn q5_k(block: &[u8; 176], out: &mut [f32; 256]) {
    let (scale, minimum) = (f16_at(block, 0), f16_at(block, 2));
    let packed = part::<12>(block, 4);
    let fifth = part::<32>(block, 16);
    for group in 0..8 {
        let quants = part::<32>(block, 48 + group / 2 * 32);
        let (group_scale, group_minimum) = scale_and_minimum(packed, group);
        let (factor, offset) = (scale * group_scale, minimum * group_minimum);
        let shift = group % 2 * 4;
        for i in 0..32 {
            let number = i32::from(quants[i]) >> shift & 15 | (i32::from(fifth[i]) >> group & 1) << 4;
            out[group * 32 + i] = factor * number as f32 - offset;
        }
    }
}

/// 128 bytes of low halves, 64 of upper bit pairs, 16 signed scales, f16 scale of scales; numbers are 32 less. Each
/// half of the block: low halves of bytes 0-31, of 32-63, high halves of 0-31, of 32-63; bits 0-1 of the 32 bytes of
/// pairs belong to the first 32 numbers, 2-3 to the next and so on.
#[inline(always)]
fn q6_k(block: &[u8; 210], out: &mut [f32; 256]) {
    let scale = f16_at(block, 208);
    let scales = part::<16>(block, 192);
    for group in 0..16 {
        let (half, quarter, side) = (group / 8, group % 8 / 2, group % 2);
        let low = part::<16>(block, half * 64 + quarter % 2 * 32 + side * 16);
        let high = part::<16>(block, 128 + half * 32 + side * 16);
        let factor = scale * f32::from(scales[group].cast_signed());
        for i in 0..16 {
            let number = i32::from(low[i]) >> (quarter / 2 * 4) & 15 | (i32::from(high[i]) >> (quarter * 2) & 3) << 4;
            out[group * 16 + i] = factor * (number - 32) as f32;
        }
    }
}
