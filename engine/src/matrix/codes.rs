//! Quantised weights on their way into a product: sixteen rows at a time become whole numbers, scales and offsets, in
//! vectors of sixteen. A weight is code * scale, or code * scale + offset. Layouts are those of ggml
//! (`ggml-common.h`); `dequantize` reads the same ones number by number.

mod k_quants;

use super::{
    input::CODE_STEP,
    step::{Step, Stored},
};
use crate::{
    number_format::NumberFormat,
    simd::{LANES, Simd, SixteenRows},
};
use k_quants::{q2_k, q3_k, q4_k, q6_k};

/// `CODE_STEP` columns of sixteen rows.
#[repr(C, align(64))]
pub struct CodePanel {
    /// Vector i holds columns 4i to 4i + 3 of each row, a byte each; biased as [`Shape`] says.
    pub codes: [[u32; LANES]; CODE_STEP / 4],
    /// Of each group of columns.
    pub scales: [[f32; LANES]; CODE_STEP / 16],
    pub offsets: [[f32; LANES]; CODE_STEP / 16],
}

impl CodePanel {
    pub const ZERO: Self = Self {
        codes: [[0; LANES]; CODE_STEP / 4],
        scales: [[0.0; LANES]; CODE_STEP / 16],
        offsets: [[0.0; LANES]; CODE_STEP / 16],
    };
}

/// How the codes of a format are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Codes are `bias` too large; `group` columns share a scale.
    Plain {
        group: usize,
        bias: i32,
    },
    Offsets {
        group: usize,
    },
    /// Codes of all 8 bits, groups of 32.
    Wide,
}

/// `None`: not quantised.
pub fn shape(format: NumberFormat) -> Option<Shape> {
    Some(match format {
        NumberFormat::F32 | NumberFormat::F16 | NumberFormat::Bf16 => return None,
        NumberFormat::Q4_0 => Shape::Plain { group: 32, bias: 8 },
        NumberFormat::Q5_0 => Shape::Plain { group: 32, bias: 16 },
        NumberFormat::Q8_0 => Shape::Wide,
        NumberFormat::Q4_1 | NumberFormat::Q5_1 | NumberFormat::Q4K | NumberFormat::Q5K => Shape::Offsets { group: 32 },
        NumberFormat::Q2K => Shape::Offsets { group: 16 },
        NumberFormat::Q3K => Shape::Plain { group: 16, bias: 4 },
        NumberFormat::Q6K => Shape::Plain { group: 16, bias: 32 },
    })
}

/// Two bytes of each row.
#[inline(always)]
fn read_f16<S: Simd, const BYTES: usize>(simd: S, rows: &SixteenRows<'_, BYTES>, at: usize) -> S::Floats {
    let mut words = [0; LANES];
    for (row, word) in words.iter_mut().enumerate() {
        *word = u32::from(u16::from_le_bytes(*rows.read(row, at)));
    }
    simd.low_f16_to_floats(simd.load_words(&words))
}

/// Four bytes of each row.
#[inline(always)]
fn read_word<S: Simd, const BYTES: usize>(simd: S, rows: &SixteenRows<'_, BYTES>, at: usize) -> S::Words {
    let mut words = [0; LANES];
    for (row, word) in words.iter_mut().enumerate() {
        *word = u32::from_le_bytes(*rows.read(row, at));
    }
    simd.load_words(&words)
}

/// What the codes of a group are.
#[derive(Clone, Copy)]
pub struct CodeKind {
    /// Codes are so much too large.
    pub bias: i32,
    /// All 8 bits are used.
    pub is_wide: bool,
}

impl CodeKind {
    const PLAIN: Self = Self::biased(0);

    const fn biased(bias: i32) -> Self {
        Self { bias, is_wide: false }
    }
}

/// Where unpacked weights go: group after group, in order.
pub trait CodeSink<S: Simd> {
    /// Group `index` of a step: four columns in each of the `N` vectors of codes. A weight is code * scale, plus the
    /// offset where the format has one. A row's step is `BYTES` long.
    fn group<const BYTES: usize, const N: usize>(
        &mut self,
        simd: S,
        index: usize,
        kind: CodeKind,
        codes: &[S::Words; N],
        scale: S::Floats,
        offset: Option<S::Floats>,
    );
}

/// Keeps them, for many inputs.
impl<S: Simd> CodeSink<S> for CodePanel {
    #[inline(always)]
    fn group<const BYTES: usize, const N: usize>(
        &mut self,
        simd: S,
        index: usize,
        _: CodeKind,
        codes: &[S::Words; N],
        scale: S::Floats,
        offset: Option<S::Floats>,
    ) {
        for (out, &codes) in self.codes[index * N..(index + 1) * N].iter_mut().zip(codes) {
            simd.store_words(codes, out);
        }
        simd.store(scale, &mut self.scales[index]);
        if let Some(offset) = offset {
            simd.store(offset, &mut self.offsets[index]);
        }
    }
}

/// 1 to `CODE_STEP` columns.
#[inline(always)]
pub fn unpack<S: Simd>(simd: S, stored: &Stored<'_>, sink: &mut impl CodeSink<S>) {
    match stored.format {
        NumberFormat::F32 | NumberFormat::F16 | NumberFormat::Bf16 => {}
        NumberFormat::Q4_0 => small(simd, &Step::<144>::new(stored).rows(), sink, false, false),
        NumberFormat::Q4_1 => small(simd, &Step::<160>::new(stored).rows(), sink, true, false),
        NumberFormat::Q5_0 => small(simd, &Step::<176>::new(stored).rows(), sink, false, true),
        NumberFormat::Q5_1 => small(simd, &Step::<192>::new(stored).rows(), sink, true, true),
        NumberFormat::Q8_0 => q8_0(simd, &Step::<272>::new(stored).rows(), sink),
        NumberFormat::Q2K => q2_k(simd, &Step::<84>::new(stored).rows(), sink),
        NumberFormat::Q3K => q3_k(simd, &Step::<110>::new(stored).rows(), sink),
        NumberFormat::Q4K => q4_k(simd, &Step::<144>::new(stored).rows(), sink, false),
        NumberFormat::Q5K => q4_k(simd, &Step::<176>::new(stored).rows(), sink, true),
        NumberFormat::Q6K => q6_k(simd, &Step::<210>::new(stored).rows(), sink),
    }
}

/// The byte `byte` in all four places of every lane.
#[inline(always)]
fn bytes<S: Simd>(simd: S, byte: u8) -> S::Words {
    simd.splat_word(u32::from_le_bytes([byte; 4]))
}

/// Low and high halves of the bytes.
#[inline(always)]
fn halves<S: Simd>(simd: S, word: S::Words) -> [S::Words; 2] {
    let low = bytes(simd, 15);
    [simd.and(word, low), simd.and(simd.shift_right::<4>(word), low)]
}

/// Bit pair `pair` of each byte.
#[inline(always)]
fn pair_of<S: Simd>(simd: S, word: S::Words, pair: usize) -> S::Words {
    let shifted = match pair {
        0 => word,
        1 => simd.shift_right::<2>(word),
        2 => simd.shift_right::<4>(word),
        _ => simd.shift_right::<6>(word),
    };
    simd.and(shifted, bytes(simd, 3))
}

/// Byte `i` of every lane as a number; `signed`: from -128 to 127.
#[inline(always)]
fn byte_of<S: Simd>(simd: S, words: &[S::Words; 4], i: usize, signed: bool) -> S::Floats {
    let word = words[i / 4];
    let top = match i % 4 {
        0 => simd.shift_left::<24>(word),
        1 => simd.shift_left::<16>(word),
        2 => simd.shift_left::<8>(word),
        _ => word,
    };
    let number = if signed { simd.shift_right_signed::<24>(top) } else { simd.shift_right::<24>(top) };
    simd.to_floats(number)
}

#[inline(always)]
fn minus<S: Simd>(simd: S, a: S::Floats) -> S::Floats {
    simd.sub(simd.splat(0.0), a)
}

/// Q4_0, Q4_1, Q5_0, Q5_1: f16 scale, perhaps an f16 offset, perhaps 32 fifth bits, 16 bytes: low halves are numbers 0
/// to 15, high halves 16 to 31.
#[inline(always)]
fn small<S: Simd, const BYTES: usize>(
    simd: S,
    rows: &SixteenRows<'_, BYTES>,
    sink: &mut impl CodeSink<S>,
    has_offset: bool,
    has_fifth: bool,
) {
    let kind = match (has_offset, has_fifth) {
        (true, _) => CodeKind::PLAIN,
        (false, false) => CodeKind::biased(8),
        (false, true) => CodeKind::biased(16),
    };
    let fifth_at = if has_offset { 4 } else { 2 };
    let quants_at = if has_fifth { fifth_at + 4 } else { fifth_at };
    for block in 0..8 {
        let at = block * (quants_at + 16);
        let scale = read_f16(simd, rows, at);
        let offset = if has_offset { Some(read_f16(simd, rows, at + 2)) } else { None };
        let mut codes = [simd.splat_word(0); 8];
        for (i, word) in simd.load_transposed(rows, at + quants_at).into_iter().enumerate() {
            [codes[i], codes[i + 4]] = halves(simd, word);
        }
        if has_fifth {
            let mut fifth = read_word(simd, rows, at + fifth_at);
            for four in &mut codes {
                *four = simd.or(*four, spread(simd, fifth));
                fifth = simd.shift_right::<4>(fifth);
            }
        }
        sink.group::<BYTES, 8>(simd, block, kind, &codes, scale, offset);
    }
}

/// Bits 0 to 3 of each lane to bit 4 of its four bytes.
#[inline(always)]
fn spread<S: Simd>(simd: S, word: S::Words) -> S::Words {
    let first = simd.and(simd.shift_left::<4>(word), simd.splat_word(0x10));
    let second = simd.and(simd.shift_left::<11>(word), simd.splat_word(0x1000));
    let third = simd.and(simd.shift_left::<18>(word), simd.splat_word(0x10_0000));
    let fourth = simd.and(simd.shift_left::<25>(word), simd.splat_word(0x1000_0000));
    simd.or(simd.or(first, second), simd.or(third, fourth))
}

/// f16 scale, 32 signed bytes.
#[inline(always)]
fn q8_0<S: Simd>(simd: S, rows: &SixteenRows<'_, 272>, sink: &mut impl CodeSink<S>) {
    // Adding 128 to a signed byte turns its first bit.
    let bias = bytes(simd, S::WIDE_BIAS as u8);
    for block in 0..8 {
        let scale = read_f16(simd, rows, block * 34);
        let mut codes = simd.load_transposed_32(rows, block * 34 + 2);
        for four in &mut codes {
            *four = simd.xor(*four, bias);
        }
        sink.group::<272, 8>(simd, block, CodeKind { bias: S::WIDE_BIAS, is_wide: true }, &codes, scale, None);
    }
}
