//! What a product multiplies weights with: rows of f32, cut into steps. For quantised weights they are quantised, too:
//! 32 numbers share a scale, each is the nearest of 255 values. That is finer than any format of the weights, and
//! sums of it are exact integers.

use rayon::prelude::*;

use crate::simd::{Kernel, LANES, Processor, Simd};

/// Columns that a quantised product takes at a time: a block of the K formats.
pub const CODE_STEP: usize = 256;
/// Columns that a float product takes at a time.
pub const FLOAT_STEP: usize = 128;
/// Numbers that share a scale.
pub const INPUT_GROUP: usize = 32;

/// `CODE_STEP` columns of one row. What is beyond the last column is zero.
#[derive(Clone, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct CodeStep {
    /// From -127 to 127, four bytes in a word; a number is its code times its group's scale.
    pub codes: [u32; CODE_STEP / 4],
    pub scales: [f32; CODE_STEP / INPUT_GROUP],
    /// Of each 16 codes.
    pub sums: [i32; CODE_STEP / 16],
    /// Of each group of numbers.
    pub number_sums: [f32; CODE_STEP / INPUT_GROUP],
}

const ZERO: CodeStep = CodeStep { codes: [0; CODE_STEP / 4], scales: [0.0; 8], sums: [0; 16], number_sums: [0.0; 8] };

/// `CODE_STEP`s or float steps: step s of row t is number s * rows + t.
#[derive(Default)]
pub struct Input {
    pub rows: usize,
    pub columns: usize,
    floats: Vec<[f32; FLOAT_STEP]>,
    codes: Vec<CodeStep>,
    has_floats: bool,
    has_codes: bool,
    halves: Vec<[u32; FLOAT_STEP / 2]>,
    has_halves: bool,
    pub precision: Precision,
}

/// How inputs are multiplied with quantised weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As they are: for comparisons with what other implementations compute.
    #[default]
    Exact,
    /// Rounded to 8 bits where weights are quantised, several times as fast.
    Codes,
    /// For a model that is quantised anyway: beside that rounded to bf16 where weights are bf16 (its vision encoder, most
    /// often) and the processor has products of those.
    CodesAndBf16,
}

impl Input {
    /// Takes the place of what was there before; nothing is prepared yet. The memory is used again.
    pub fn reset(&mut self, rows: usize, columns: usize) {
        (self.rows, self.columns) = (rows, columns);
        (self.has_floats, self.has_codes, self.has_halves) = (false, false, false);
    }

    /// All rows' numbers of step `step`.
    pub fn floats(&self, step: usize) -> &[[f32; FLOAT_STEP]] {
        &self.floats[step * self.rows..(step + 1) * self.rows]
    }

    pub fn codes(&self, step: usize) -> &[CodeStep] {
        &self.codes[step * self.rows..(step + 1) * self.rows]
    }

    /// `values` `[rows, columns]`, the same for both ways of preparing.
    pub fn prepare_floats(&mut self, values: &[f32]) {
        if std::mem::replace(&mut self.has_floats, true) {
            return;
        }
        let (rows, columns) = (self.rows, self.columns);
        self.floats.clear();
        self.floats.resize(columns.div_ceil(FLOAT_STEP) * rows, [0.0; FLOAT_STEP]);
        self.floats.par_chunks_mut(rows).enumerate().for_each(|(step, out)| {
            let first = step * FLOAT_STEP;
            let width = FLOAT_STEP.min(columns - first);
            for (out, row) in out.iter_mut().zip(values.chunks_exact(columns)) {
                out[..width].copy_from_slice(&row[first..first + width]);
            }
        });
    }

    /// Pairs of bf16, the nearest ones, the first in the low half.
    pub fn halves(&self, step: usize) -> &[[u32; FLOAT_STEP / 2]] {
        &self.halves[step * self.rows..(step + 1) * self.rows]
    }

    pub fn prepare_halves(&mut self, values: &[f32]) {
        if std::mem::replace(&mut self.has_halves, true) {
            return;
        }
        let (rows, columns) = (self.rows, self.columns);
        self.halves.clear();
        self.halves.resize(columns.div_ceil(FLOAT_STEP) * rows, [0; FLOAT_STEP / 2]);
        self.halves.par_chunks_mut(rows).enumerate().for_each(|(step, out)| {
            let first = step * FLOAT_STEP;
            let width = FLOAT_STEP.min(columns - first);
            for (out, row) in out.iter_mut().zip(values.chunks_exact(columns)) {
                let (pairs, rest) = row[first..first + width].as_chunks::<2>();
                for (out, pair) in out.iter_mut().zip(pairs) {
                    *out = to_bf16(pair[0]) | to_bf16(pair[1]) << 16;
                }
                if let [last] = rest {
                    out[pairs.len()] = to_bf16(*last);
                }
            }
        });
    }

    /// Columns must be a multiple of `INPUT_GROUP`.
    pub fn prepare_codes(&mut self, processor: Processor, values: &[f32]) {
        if std::mem::replace(&mut self.has_codes, true) {
            return;
        }
        let (rows, columns) = (self.rows, self.columns);
        self.codes.resize(columns.div_ceil(CODE_STEP) * rows, ZERO);
        self.codes.par_chunks_mut(rows).enumerate().for_each(|(step, out)| {
            processor.run(QuantiseStep { values, columns, first: step * CODE_STEP, out });
        });
    }
}

/// The nearest, ties to even; NaN stays NaN.
fn to_bf16(value: f32) -> u32 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    if value.is_nan() { 0x7fc0 } else { rounded }
}

struct QuantiseStep<'a> {
    values: &'a [f32],
    columns: usize,
    first: usize,
    out: &'a mut [CodeStep],
}

impl Kernel for QuantiseStep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = CODE_STEP.min(self.columns - self.first);
        for (out, row) in self.out.iter_mut().zip(self.values.chunks_exact(self.columns)) {
            *out = ZERO;
            let groups = row[self.first..self.first + width].as_chunks::<INPUT_GROUP>().0;
            for (group, values) in groups.iter().enumerate() {
                quantise(simd, values, group, out);
            }
        }
    }
}

/// A group of smaller numbers is as good as zero, and `127.0 / largest` would be infinite.
const SMALLEST: f32 = 127.0 / f32::MAX;

#[inline(always)]
fn quantise<S: Simd>(simd: S, values: &[f32; INPUT_GROUP], group: usize, out: &mut CodeStep) {
    let Some([low, high]) = values.as_chunks::<LANES>().0.first_chunk() else { return };
    let halves = [simd.load(low), simd.load(high)];
    let bits = halves.map(|half| simd.as_words(simd.abs(half)));
    let largest = simd.largest(simd.as_floats(simd.max_words(bits[0], bits[1])));
    if !largest.is_finite() {
        // No number at all: the codes stay zero, and every result is NaN.
        (out.scales[group], out.number_sums[group]) = (f32::NAN, f32::NAN);
        return;
    }
    let inverse = if largest > SMALLEST { 127.0 / largest } else { 0.0 };
    out.scales[group] = largest / 127.0;
    for (half, values) in halves.into_iter().enumerate() {
        let mut words = [0; LANES];
        simd.store_words(simd.to_words(simd.mul(values, simd.splat(inverse))), &mut words);
        let at = (group * INPUT_GROUP + half * LANES) / 4;
        let mut sum = 0;
        for (four, words) in out.codes[at..at + LANES / 4].iter_mut().zip(words.as_chunks::<4>().0) {
            *four = u32::from_le_bytes([words[0] as u8, words[1] as u8, words[2] as u8, words[3] as u8]);
            sum += words[0] as i32 + words[1] as i32 + words[2] as i32 + words[3] as i32;
        }
        out.sums[group * 2 + half] = sum;
    }
    out.number_sums[group] = out.scales[group] * (out.sums[group * 2] + out.sums[group * 2 + 1]) as f32;
}
