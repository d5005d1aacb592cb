//! The K formats: blocks of 256 numbers, whose groups have scales of a few bits.

use super::{CodeKind, CodeSink, byte_of, bytes, halves, minus, pair_of, read_f16, read_word};
use crate::simd::{Simd, SixteenRows};

/// 16 scales (low half) with minimums (high half), 64 bytes of four 2-bit numbers, f16 scale of scales, f16 scale of
/// minimums. Each half of the block: bits 0-1 of its 32 bytes first, then 2-3 and so on; 16 numbers share a scale.
#[inline(always)]
pub fn q2_k<S: Simd>(simd: S, rows: &SixteenRows<'_, 84>, sink: &mut impl CodeSink<S>) {
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
pub fn q3_k<S: Simd>(simd: S, rows: &SixteenRows<'_, 110>, sink: &mut impl CodeSink<S>) {
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
pub fn q4_k<S: Simd, const BYTES: usize>(
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
pub fn q6_k<S: Simd>(simd: S, rows: &SixteenRows<'_, 210>, sink: &mut impl CodeSink<S>) {
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
