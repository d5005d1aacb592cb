//! Quantised weights on their way into a product: sixteen rows at a time become whole numbers, scales and offsets, in
//! vectors of sixteen. A weight is code * scale, or code * scale + offset. Layouts are those of ggml
//! (`ggml-common.h`); `dequantize` reads the same ones number by number.

use super::{
    input::CODE_STEP,
    step::{Step, Stored},
};
use crate::{
    number_format::NumberFormat,
    simd::{LANES, Simd, SixteenRows},
};

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

/// 16 scales (low half) with minimums (high half), 64 bytes of four 2-bit numbers, f16 scale of scales, f16 scale of
/// minimums. Each half of the block: bits 0-1 of its 32 bytes first, then 2-3 and so on; 16 numbers share a scale.
#[inline(always)]
fn q2_k<S: Simd>(simd: S, rows: &SixteenRows<'_, 84>, sink: &mut impl CodeSink<S>) {
    let packed = simd.load_transposed(rows, 0);
    let (scale, minimum) = (read_f16(simd, rows, 80), read_f16(simd, rows, 82));
    let (mut low, mut high) = (packed, packed);
    for (i, &word) in packed.iter().enumerate() {
        [low[i], high[i]] = halves(simd, word);
    }
    for half in 0..2 {
        let words = simd.load_transposed_32(rows, 16 + half * 32);
        for pair in 0..4 {
            for side in 0..2 {
                let mut codes = [simd.splat_word(0); 4];
                for (codes, &word) in codes.iter_mut().zip(&words[side * 4..]) {
                    *codes = pair_of(simd, word, pair);
                }
                let group = half * 8 + pair * 2 + side;
                let offset = minus(simd, simd.mul(minimum, byte_of(simd, &high, group, false)));
                let scale = simd.mul(scale, byte_of(simd, &low, group, false));
                sink.group::<84, 4>(simd, group, CodeKind::PLAIN, &codes, scale, Some(offset));
            }
        }
    }
}

/// 32 bytes of third bits, 64 bytes as in Q2_K, 16 6-bit scales in 12 bytes, f16 scale of scales. A number whose third
/// bit is *not* set is 4 less; scales are 32 less.
#[inline(always)]
fn q3_k<S: Simd>(simd: S, rows: &SixteenRows<'_, 110>, sink: &mut impl CodeSink<S>) {
    let low = [halves(simd, read_word(simd, rows, 96)), halves(simd, read_word(simd, rows, 100))];
    let top = read_word(simd, rows, 104);
    let mut scales = [top; 4];
    for (i, word) in scales.iter_mut().enumerate() {
        *word = simd.or(low[i % 2][i / 2], simd.shift_left::<4>(pair_of(simd, top, i)));
    }
    let scale = read_f16(simd, rows, 108);
    let thirds = simd.load_transposed_32(rows, 0);
    for half in 0..2 {
        let words = simd.load_transposed_32(rows, 32 + half * 32);
        for pair in 0..4 {
            for side in 0..2 {
                let mut codes = [simd.splat_word(0); 4];
                for (i, codes) in codes.iter_mut().enumerate() {
                    let third = third_of(simd, thirds[side * 4 + i], half * 4 + pair);
                    *codes = simd.or(pair_of(simd, words[side * 4 + i], pair), third);
                }
                let group = half * 8 + pair * 2 + side;
                let number = simd.sub(byte_of(simd, &scales, group, false), simd.splat(32.0));
                sink.group::<110, 4>(simd, group, CodeKind::biased(4), &codes, simd.mul(scale, number), None);
            }
        }
    }
}

/// Bit `bit` of every byte, to bit 2.
#[inline(always)]
fn third_of<S: Simd>(simd: S, word: S::Words, bit: usize) -> S::Words {
    let shifted = match bit {
        0 => simd.shift_left::<2>(word),
        1 => simd.shift_left::<1>(word),
        2 => word,
        3 => simd.shift_right::<1>(word),
        4 => simd.shift_right::<2>(word),
        5 => simd.shift_right::<3>(word),
        6 => simd.shift_right::<4>(word),
        _ => simd.shift_right::<5>(word),
    };
    simd.and(shifted, bytes(simd, 4))
}

/// Bit `bit` of every byte, to bit 4.
#[inline(always)]
fn fifth_of<S: Simd>(simd: S, word: S::Words, bit: usize) -> S::Words {
    let shifted = match bit {
        0 => simd.shift_left::<4>(word),
        1 => simd.shift_left::<3>(word),
        2 => simd.shift_left::<2>(word),
        3 => simd.shift_left::<1>(word),
        4 => word,
        5 => simd.shift_right::<1>(word),
        6 => simd.shift_right::<2>(word),
        _ => simd.shift_right::<3>(word),
    };
    simd.and(shifted, bytes(simd, 16))
}

/// Q4_K: f16 scale of scales, f16 scale of minimums, 12 bytes of 6-bit scales and minimums (the first four in the low
/// bits of bytes 0-3 and 4-7, the others' low halves in bytes 8-11 and their high bits on top of bytes 0-7), 128 bytes:
/// of every 32, the low halves are 32 numbers and the high halves the next 32. Q5_K has 32 bytes of `fifth` bits (bit
/// `group` of each) before the 128.
#[inline(always)]
fn q4_k<S: Simd, const BYTES: usize>(
    simd: S,
    rows: &SixteenRows<'_, BYTES>,
    sink: &mut impl CodeSink<S>,
    has_fifth: bool,
) {
    let header = simd.load_transposed(rows, 0);
    let scale = simd.low_f16_to_floats(header[0]);
    let minimum = minus(simd, simd.low_f16_to_floats(simd.shift_right::<16>(header[0])));
    let [low_six, two] = [bytes(simd, 63), bytes(simd, 3)];
    let [low, high] = halves(simd, header[3]);
    let top_scales = simd.shift_left::<4>(simd.and(simd.shift_right::<6>(header[1]), two));
    let top_minimums = simd.shift_left::<4>(simd.and(simd.shift_right::<6>(header[2]), two));
    let mut scales = [simd.and(header[1], low_six); 4];
    scales[1] = simd.or(low, top_scales);
    let mut minimums = [simd.and(header[2], low_six); 4];
    minimums[1] = simd.or(high, top_minimums);
    let fifths = if has_fifth { simd.load_transposed_32(rows, 16) } else { [simd.splat_word(0); 8] };
    let quants_at = if has_fifth { 48 } else { 16 };
    let known = Q4K { scale, minimum, scales, minimums, fifths: has_fifth.then_some(&fifths), quants_at };
    // Written out, so that every shift is a constant.
    known.pair(simd, rows, sink, 0);
    known.pair(simd, rows, sink, 1);
    known.pair(simd, rows, sink, 2);
    known.pair(simd, rows, sink, 3);
}

/// What the pairs of groups of a block share.
struct Q4K<'a, S: Simd> {
    scale: S::Floats,
    minimum: S::Floats,
    scales: [S::Words; 4],
    minimums: [S::Words; 4],
    fifths: Option<&'a [S::Words; 8]>,
    quants_at: usize,
}

impl<S: Simd> Q4K<'_, S> {
    #[inline(always)]
    fn pair<const BYTES: usize>(
        &self,
        simd: S,
        rows: &SixteenRows<'_, BYTES>,
        sink: &mut impl CodeSink<S>,
        pair: usize,
    ) {
        let words = simd.load_transposed_32(rows, self.quants_at + pair * 32);
        let (mut low, mut high) = (words, words);
        for (i, &word) in words.iter().enumerate() {
            [low[i], high[i]] = halves(simd, word);
            if let Some(fifths) = self.fifths {
                low[i] = simd.or(low[i], fifth_of(simd, fifths[i], pair * 2));
                high[i] = simd.or(high[i], fifth_of(simd, fifths[i], pair * 2 + 1));
            }
        }
        self.group::<BYTES>(simd, sink, pair * 2, &low);
        self.group::<BYTES>(simd, sink, pair * 2 + 1, &high);
    }

    #[inline(always)]
    fn group<const BYTES: usize>(&self, simd: S, sink: &mut impl CodeSink<S>, group: usize, codes: &[S::Words; 8]) {
        let scale = simd.mul(self.scale, byte_of(simd, &self.scales, group, false));
        let offset = simd.mul(self.minimum, byte_of(simd, &self.minimums, group, false));
        sink.group::<BYTES, 8>(simd, group, CodeKind::PLAIN, codes, scale, Some(offset));
    }
}

/// 128 bytes of low halves, 64 of upper bit pairs, 16 signed scales, f16 scale of scales; numbers are 32 less. Each
/// half of the block: low halves of bytes 0-31, of 32-63, high halves of 0-31, of 32-63; bits 0-1 of the 32 bytes of
/// pairs first, then 2-3 and so on.
#[inline(always)]
fn q6_k<S: Simd>(simd: S, rows: &SixteenRows<'_, 210>, sink: &mut impl CodeSink<S>) {
    let packed = simd.load_transposed(rows, 192);
    let scale = read_f16(simd, rows, 208);
    let low_half = bytes(simd, 15);
    for half in 0..2 {
        let top = simd.load_transposed_32(rows, 128 + half * 32);
        let low = [simd.load_transposed_32(rows, half * 64), simd.load_transposed_32(rows, half * 64 + 32)];
        for quarter in 0..4 {
            for side in 0..2 {
                let mut codes = [simd.splat_word(0); 4];
                for (i, codes) in codes.iter_mut().enumerate() {
                    let word = low[quarter % 2][side * 4 + i];
                    let word = if quarter < 2 { word } else { simd.shift_right::<4>(word) };
                    let pair = pair_of(simd, top[side * 4 + i], quarter);
                    *codes = simd.or(simd.and(word, low_half), simd.shift_left::<4>(pair));
                }
                let group = half * 8 + quarter * 2 + side;
                let scale = simd.mul(scale, byte_of(simd, &packed, group, true));
                sink.group::<210, 4>(simd, group, CodeKind::biased(32), &codes, scale, None);
            }
        }
    }
}
