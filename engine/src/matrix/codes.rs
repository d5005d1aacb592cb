//! Quantised weights on their way into a product: sixteen rows at a time become whole numbers, scales and offsets, in
//! vectors of sixteen. A weight is code * scale, or code * scale + offset. Layouts are those of ggml
//! (`ggml-common.h`); `dequantize` reads the same ones number by number.

use super::{input::CODE_STEP, step::Step};
use crate::{
    number_format::NumberFormat,
    simd::{LANES, Simd},
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
    Plain { group: usize, bias: i32 },
    Offsets { group: usize },
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
        NumberFormat::Q4_1 | NumberFormat::Q5_1 | NumberFormat::Q4K | NumberFormat::Q5K => {
            Shape::Offsets { group: 32 }
        }
        NumberFormat::Q2K => Shape::Offsets { group: 16 },
        NumberFormat::Q3K => Shape::Plain { group: 16, bias: 4 },
        NumberFormat::Q6K => Shape::Plain { group: 16, bias: 32 },
    })
}

/// Blocks of one step of sixteen rows.
type Blocks<'a, const BYTES: usize> = [&'a [u8; BYTES]; LANES];

/// Two bytes of each row.
#[inline(always)]
fn read_f16<S: Simd, const BYTES: usize>(simd: S, rows: &Blocks<'_, BYTES>, at: usize) -> S::Floats {
    let mut words = [0; LANES];
    for (word, row) in words.iter_mut().zip(rows) {
        *word = u32::from(u16::from_le_bytes([row[at], row[at + 1]]));
    }
    simd.low_f16_to_floats(simd.load_words(&words))
}

/// Four bytes of each row.
#[inline(always)]
fn read_word<S: Simd, const BYTES: usize>(simd: S, rows: &Blocks<'_, BYTES>, at: usize) -> S::Words {
    let mut words = [0; LANES];
    for (word, row) in words.iter_mut().zip(rows) {
        *word = u32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
    }
    simd.load_words(&words)
}

/// What begins at `places` of `bytes` and is `length` bytes long in each row, 1 to `CODE_STEP` columns.
#[inline(always)]
pub fn unpack<S: Simd>(
    simd: S,
    format: NumberFormat,
    bytes: &[u8],
    places: &[usize; LANES],
    length: usize,
    panel: &mut CodePanel,
) {
    match format {
        NumberFormat::F32 | NumberFormat::F16 | NumberFormat::Bf16 => {}
        NumberFormat::Q4_0 => small(simd, &Step::<144>::new(bytes, places, length).rows(), panel, false, false),
        NumberFormat::Q4_1 => small(simd, &Step::<160>::new(bytes, places, length).rows(), panel, true, false),
        NumberFormat::Q5_0 => small(simd, &Step::<176>::new(bytes, places, length).rows(), panel, false, true),
        NumberFormat::Q5_1 => small(simd, &Step::<192>::new(bytes, places, length).rows(), panel, true, true),
        NumberFormat::Q8_0 => q8_0(simd, &Step::<272>::new(bytes, places, length).rows(), panel),
        NumberFormat::Q2K => q2_k(simd, &Step::<84>::new(bytes, places, length).rows(), panel),
        NumberFormat::Q3K => q3_k(simd, &Step::<110>::new(bytes, places, length).rows(), panel),
        NumberFormat::Q4K => q4_k(simd, &Step::<144>::new(bytes, places, length).rows(), panel, false),
        NumberFormat::Q5K => q4_k(simd, &Step::<176>::new(bytes, places, length).rows(), panel, true),
        NumberFormat::Q6K => q6_k(simd, &Step::<210>::new(bytes, places, length).rows(), panel),
    }
}

/// The byte `byte` in all four places of every lane.
#[inline(always)]
fn bytes<S: Simd>(simd: S, byte: u8) -> S::Words {
    simd.splat_word(u32::from_le_bytes([byte; 4]))
}

#[inline(always)]
fn put<S: Simd>(simd: S, panel: &mut CodePanel, column: usize, codes: S::Words) {
    simd.store_words(codes, &mut panel.codes[column / 4]);
}

/// Low and high halves of the bytes.
#[inline(always)]
fn halves<S: Simd>(simd: S, word: S::Words) -> [S::Words; 2] {
    let low = bytes(simd, 15);
    [simd.and(word, low), simd.and(simd.shift_right::<4>(word), low)]
}

/// Q4_0, Q4_1, Q5_0, Q5_1: f16 scale, perhaps an f16 offset, perhaps 32 fifth bits, 16 bytes: low halves are numbers 0
/// to 15, high halves 16 to 31.
#[inline(always)]
fn small<S: Simd, const BYTES: usize>(
    simd: S,
    rows: &Blocks<'_, BYTES>,
    panel: &mut CodePanel,
    has_offset: bool,
    has_fifth: bool,
) {
    let fifth_at = if has_offset { 4 } else { 2 };
    let quants_at = if has_fifth { fifth_at + 4 } else { fifth_at };
    for block in 0..8 {
        let at = block * (quants_at + 16);
        simd.store(read_f16(simd, rows, at), &mut panel.scales[block]);
        if has_offset {
            simd.store(read_f16(simd, rows, at + 2), &mut panel.offsets[block]);
        }
        let mut fifth = if has_fifth { read_word(simd, rows, at + fifth_at) } else { simd.splat_word(0) };
        let mut codes = [simd.splat_word(0); 8];
        for (i, word) in simd.load_transposed(rows, at + quants_at).into_iter().enumerate() {
            [codes[i], codes[i + 4]] = halves(simd, word);
        }
        for (i, mut four) in codes.into_iter().enumerate() {
            if has_fifth {
                four = simd.or(four, spread(simd, fifth));
                fifth = simd.shift_right::<4>(fifth);
            }
            put(simd, panel, block * 32 + i * 4, four);
        }
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
fn q8_0<S: Simd>(simd: S, rows: &Blocks<'_, 272>, panel: &mut CodePanel) {
    // Adding 128 to a signed byte turns its first bit.
    let bias = bytes(simd, S::WIDE_BIAS as u8);
    for block in 0..8 {
        let at = block * 34;
        simd.store(read_f16(simd, rows, at), &mut panel.scales[block]);
        for half in 0..2 {
            for (i, word) in simd.load_transposed(rows, at + 2 + half * 16).into_iter().enumerate() {
                put(simd, panel, block * 32 + half * 16 + i * 4, simd.xor(word, bias));
            }
        }
    }
}

/// Byte `i` of every lane as a number; `signed`: from -128 to 127.
#[inline(always)]
fn byte_of<S: Simd>(simd: S, words: [S::Words; 4], i: usize, signed: bool) -> S::Floats {
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

/// Four bit pairs of each byte: numbers of columns `column`, `column + 32`, and so on.
#[inline(always)]
fn pairs<S: Simd>(simd: S, word: S::Words) -> [S::Words; 4] {
    let low = bytes(simd, 3);
    [
        simd.and(word, low),
        simd.and(simd.shift_right::<2>(word), low),
        simd.and(simd.shift_right::<4>(word), low),
        simd.and(simd.shift_right::<6>(word), low),
    ]
}

#[inline(always)]
fn q2_k<S: Simd>(simd: S, rows: &Blocks<'_, 84>, panel: &mut CodePanel) {
    let packed = simd.load_transposed(rows, 0);
    let (scale, minimum) = (read_f16(simd, rows, 80), read_f16(simd, rows, 82));
    let (mut low, mut high) = (packed, packed);
    for (i, &word) in packed.iter().enumerate() {
        [low[i], high[i]] = halves(simd, word);
    }
    let zero = simd.splat(0.0);
    for group in 0..16 {
        simd.store(simd.mul(scale, byte_of(simd, low, group, false)), &mut panel.scales[group]);
        let offset = simd.mul(minimum, byte_of(simd, high, group, false));
        simd.store(simd.sub(zero, offset), &mut panel.offsets[group]);
    }
    for piece in 0..4 {
        for (i, word) in simd.load_transposed(rows, 16 + piece * 16).into_iter().enumerate() {
            for (pair, codes) in pairs(simd, word).into_iter().enumerate() {
                put(simd, panel, piece / 2 * 128 + pair * 32 + piece % 2 * 16 + i * 4, codes);
            }
        }
    }
}

#[inline(always)]
fn q3_k<S: Simd>(simd: S, rows: &Blocks<'_, 110>, panel: &mut CodePanel) {
    let low = [halves(simd, read_word(simd, rows, 96)), halves(simd, read_word(simd, rows, 100))];
    let mut scales = pairs(simd, read_word(simd, rows, 104));
    for (i, word) in scales.iter_mut().enumerate() {
        *word = simd.or(low[i % 2][i / 2], simd.shift_left::<4>(*word));
    }
    let scale = read_f16(simd, rows, 108);
    for group in 0..16 {
        let number = simd.sub(byte_of(simd, scales, group, false), simd.splat(32.0));
        simd.store(simd.mul(scale, number), &mut panel.scales[group]);
    }
    let thirds = [simd.load_transposed(rows, 0), simd.load_transposed(rows, 16)];
    let third_bit = bytes(simd, 4);
    for piece in 0..4 {
        for (i, word) in simd.load_transposed(rows, 32 + piece * 16).into_iter().enumerate() {
            let third = thirds[piece % 2][i];
            // Bit (half * 4 + pair) to bit 2.
            let third = if piece / 2 == 0 {
                [simd.shift_left::<2>(third), simd.shift_left::<1>(third), third, simd.shift_right::<1>(third)]
            } else {
                [
                    simd.shift_right::<2>(third),
                    simd.shift_right::<3>(third),
                    simd.shift_right::<4>(third),
                    simd.shift_right::<5>(third),
                ]
            };
            for (pair, (codes, third)) in pairs(simd, word).into_iter().zip(third).enumerate() {
                let codes = simd.or(codes, simd.and(third, third_bit));
                put(simd, panel, piece / 2 * 128 + pair * 32 + piece % 2 * 16 + i * 4, codes);
            }
        }
    }
}

/// Q4_K, and Q5_K with 32 bytes of `fifth` bits before the 128 of halves.
#[inline(always)]
fn q4_k<S: Simd, const BYTES: usize>(simd: S, rows: &Blocks<'_, BYTES>, panel: &mut CodePanel, fifth: bool) {
    let header = simd.load_transposed(rows, 0);
    let scale = simd.low_f16_to_floats(header[0]);
    let minimum = simd.low_f16_to_floats(simd.shift_right::<16>(header[0]));
    let [low_six, two] = [bytes(simd, 63), bytes(simd, 3)];
    let [low, high] = halves(simd, header[3]);
    let top_scales = simd.shift_left::<4>(simd.and(simd.shift_right::<6>(header[1]), two));
    let top_minimums = simd.shift_left::<4>(simd.and(simd.shift_right::<6>(header[2]), two));
    let zero_word = simd.splat_word(0);
    let scales = [
        simd.and(header[1], low_six),
        simd.or(low, top_scales),
        zero_word,
        zero_word,
    ];
    let minimums = [
        simd.and(header[2], low_six),
        simd.or(high, top_minimums),
        zero_word,
        zero_word,
    ];
    let zero = simd.splat(0.0);
    for group in 0..8 {
        simd.store(simd.mul(scale, byte_of(simd, scales, group, false)), &mut panel.scales[group]);
        let offset = simd.mul(minimum, byte_of(simd, minimums, group, false));
        simd.store(simd.sub(zero, offset), &mut panel.offsets[group]);
    }
    let fifths = if fifth { [simd.load_transposed(rows, 16), simd.load_transposed(rows, 32)] } else { [[zero_word; 4]; 2] };
    let fifth_bit = bytes(simd, 16);
    let quants_at = if fifth { 48 } else { 16 };
    for piece in 0..8 {
        let column = piece / 2 * 64 + piece % 2 * 16;
        for (i, word) in simd.load_transposed(rows, quants_at + piece * 16).into_iter().enumerate() {
            let [mut low, mut high] = halves(simd, word);
            if fifth {
                let bits = fifths[piece % 2][i];
                // Bits 2 * pair and 2 * pair + 1 to bit 4.
                let (first, second) = match piece / 2 {
                    0 => (simd.shift_left::<4>(bits), simd.shift_left::<3>(bits)),
                    1 => (simd.shift_left::<2>(bits), simd.shift_left::<1>(bits)),
                    2 => (bits, simd.shift_right::<1>(bits)),
                    _ => (simd.shift_right::<2>(bits), simd.shift_right::<3>(bits)),
                };
                low = simd.or(low, simd.and(first, fifth_bit));
                high = simd.or(high, simd.and(second, fifth_bit));
            }
            put(simd, panel, column + i * 4, low);
            put(simd, panel, column + 32 + i * 4, high);
        }
    }
}

#[inline(always)]
fn q6_k<S: Simd>(simd: S, rows: &Blocks<'_, 210>, panel: &mut CodePanel) {
    let packed = simd.load_transposed(rows, 192);
    let scale = read_f16(simd, rows, 208);
    for group in 0..16 {
        simd.store(simd.mul(scale, byte_of(simd, packed, group, true)), &mut panel.scales[group]);
    }
    for half in 0..2 {
        for side in 0..2 {
            let high = simd.load_transposed(rows, 128 + half * 32 + side * 16);
            let first = simd.load_transposed(rows, half * 64 + side * 16);
            let second = simd.load_transposed(rows, half * 64 + 32 + side * 16);
            for i in 0..4 {
                let [a, c] = halves(simd, first[i]);
                let [b, d] = halves(simd, second[i]);
                for (quarter, (low, high)) in [a, b, c, d].into_iter().zip(pairs(simd, high[i])).enumerate() {
                    let codes = simd.or(low, simd.shift_left::<4>(high));
                    put(simd, panel, half * 128 + quarter * 32 + side * 16 + i * 4, codes);
                }
            }
        }
    }
}
