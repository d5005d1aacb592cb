//! The innermost products: a few panels of sixteen weight rows times a few rows of input, over one step of columns.
//!
//! Every number of a result is made of the same operations in the same order, whatever stands beside it and whatever
//! the processor: a chain of multiply-adds over the step, then one addition to the total of the steps before. A prompt
//! in chunks, a batch and a token by itself come out the same to the bit.

use super::{
    codes::{CodeKind, CodePanel, CodeSink, Shape},
    floats::{FloatPanel, FloatSink, HalfPanel},
    input::{CODE_STEP, CodeStep, FLOAT_STEP, INPUT_GROUP},
    step::prefetch,
};
use crate::simd::{LANES, Simd};

/// One result of sixteen rows for an input.
pub type Total = [f32; LANES];

/// Adds to `totals` (panel by panel for every input) the products of one step.
#[inline(always)]
pub fn floats<S: Simd>(simd: S, panels: &[FloatPanel], inputs: &[[f32; FLOAT_STEP]], totals: &mut [Total]) {
    let width = panels.len();
    let mut at = 0;
    while at < inputs.len() {
        let left = inputs.len() - at;
        let totals = &mut totals[at * width..];
        let inputs = &inputs[at..];
        at += match (S::FLOAT_TILE, width) {
            ((2, _), 2) if left >= 12 => float_tile::<S, 2, 12>(simd, panels, inputs, totals),
            ((2, _), 2) if left >= 6 => float_tile::<S, 2, 6>(simd, panels, inputs, totals),
            ((2, _), 2) if left >= 4 => float_tile::<S, 2, 4>(simd, panels, inputs, totals),
            ((2, _), 2) if left >= 2 => float_tile::<S, 2, 2>(simd, panels, inputs, totals),
            ((2, _), 2) => float_tile::<S, 2, 1>(simd, panels, inputs, totals),
            ((1, 6), 1) if left >= 6 => float_tile::<S, 1, 6>(simd, panels, inputs, totals),
            (_, 1) if left >= 4 => float_tile::<S, 1, 4>(simd, panels, inputs, totals),
            _ => float_tile::<S, 1, 1>(simd, panels, inputs, totals),
        };
    }
}

#[inline(always)]
fn float_tile<S: Simd, const R: usize, const T: usize>(
    simd: S,
    panels: &[FloatPanel],
    inputs: &[[f32; FLOAT_STEP]],
    totals: &mut [Total],
) -> usize {
    let (Some(panels), Some(inputs)) = (panels.first_chunk::<R>(), inputs.first_chunk::<T>()) else { return T };
    let mut sums = [[simd.splat(0.0); R]; T];
    for column in 0..FLOAT_STEP {
        let mut weights = [simd.splat(0.0); R];
        for (weights, panel) in weights.iter_mut().zip(panels) {
            *weights = simd.load(&panel[column]);
        }
        for (sums, input) in sums.iter_mut().zip(inputs) {
            let input = simd.splat(input[column]);
            for (sum, &weights) in sums.iter_mut().zip(&weights) {
                *sum = simd.fma(weights, input, *sum);
            }
        }
    }
    add_to(simd, &sums, totals);
    T
}

/// Indices instead of iterators: only so does the compiler keep the sums in registers.
#[inline(always)]
fn add_to<S: Simd, const R: usize, const T: usize>(simd: S, sums: &[[S::Floats; R]; T], totals: &mut [Total]) {
    let totals = &mut totals[..T * R];
    for t in 0..T {
        for r in 0..R {
            let total = &mut totals[t * R + r];
            simd.store(simd.add(simd.load(total), sums[t][r]), total);
        }
    }
}

/// As [`floats`], of bf16.
#[inline(always)]
pub fn halves<S: Simd>(simd: S, panels: &[HalfPanel], inputs: &[[u32; FLOAT_STEP / 2]], totals: &mut [Total]) {
    let width = panels.len();
    let mut at = 0;
    while at < inputs.len() {
        let left = inputs.len() - at;
        let totals = &mut totals[at * width..];
        let inputs = &inputs[at..];
        at += match width {
            2 if left >= 12 => half_tile::<S, 2, 12>(simd, panels, inputs, totals),
            2 if left >= 4 => half_tile::<S, 2, 4>(simd, panels, inputs, totals),
            2 => half_tile::<S, 2, 1>(simd, panels, inputs, totals),
            _ => half_tile::<S, 1, 1>(simd, panels, inputs, totals),
        };
    }
}

#[inline(always)]
fn half_tile<S: Simd, const R: usize, const T: usize>(
    simd: S,
    panels: &[HalfPanel],
    inputs: &[[u32; FLOAT_STEP / 2]],
    totals: &mut [Total],
) -> usize {
    let (Some(panels), Some(inputs)) = (panels.first_chunk::<R>(), inputs.first_chunk::<T>()) else { return T };
    let mut sums = [[simd.splat(0.0); R]; T];
    for pair in 0..FLOAT_STEP / 2 {
        let mut weights = [simd.splat_word(0); R];
        for (weights, panel) in weights.iter_mut().zip(panels) {
            *weights = simd.load_words(&panel[pair]);
        }
        for (sums, input) in sums.iter_mut().zip(inputs) {
            let input = simd.splat_word(input[pair]);
            for (sum, &weights) in sums.iter_mut().zip(&weights) {
                *sum = simd.dot2_bf16(*sum, weights, input);
            }
        }
    }
    add_to(simd, &sums, totals);
    T
}

/// As [`floats`]; `columns` of the step are used.
#[inline(always)]
pub fn codes<S: Simd>(
    simd: S,
    shape: Shape,
    panels: &[CodePanel],
    columns: usize,
    inputs: &[CodeStep],
    totals: &mut [Total],
) {
    match shape {
        Shape::Plain { group: 16, bias } => {
            integer::<S, Plain<16>>(simd, bias, panels, columns, inputs, totals);
        }
        Shape::Plain { bias, .. } => integer::<S, Plain<32>>(simd, bias, panels, columns, inputs, totals),
        Shape::Offsets { group: 16 } => integer::<S, Offsets<16>>(simd, 0, panels, columns, inputs, totals),
        Shape::Offsets { .. } => integer::<S, Offsets<32>>(simd, 0, panels, columns, inputs, totals),
        Shape::Wide => integer::<S, Wide>(simd, S::WIDE_BIAS, panels, columns, inputs, totals),
    }
}

/// [`Shape`] where the compiler sees it.
trait Kind {
    const GROUP: usize;
    const OFFSETS: bool;
    const WIDE: bool;
}

struct Plain<const GROUP: usize>;
struct Offsets<const GROUP: usize>;
struct Wide;

impl<const GROUP: usize> Kind for Plain<GROUP> {
    const GROUP: usize = GROUP;
    const OFFSETS: bool = false;
    const WIDE: bool = false;
}

impl<const GROUP: usize> Kind for Offsets<GROUP> {
    const GROUP: usize = GROUP;
    const OFFSETS: bool = true;
    const WIDE: bool = false;
}

impl Kind for Wide {
    const GROUP: usize = 32;
    const OFFSETS: bool = false;
    const WIDE: bool = true;
}

#[inline(always)]
fn integer<S: Simd, K: Kind>(
    simd: S,
    bias: i32,
    panels: &[CodePanel],
    columns: usize,
    inputs: &[CodeStep],
    totals: &mut [Total],
) {
    let width = panels.len();
    let mut at = 0;
    while at < inputs.len() {
        let left = inputs.len() - at;
        let totals = &mut totals[at * width..];
        let inputs = &inputs[at..];
        at += match (S::INTEGER_TILE, width) {
            ((2, _), 2) if left >= 6 => integer_tile::<S, K, 2, 6>(simd, bias, panels, columns, inputs, totals),
            ((2, _), 2) if left >= 4 => integer_tile::<S, K, 2, 4>(simd, bias, panels, columns, inputs, totals),
            ((2, _), 2) if left >= 2 => integer_tile::<S, K, 2, 2>(simd, bias, panels, columns, inputs, totals),
            ((2, _), 2) => integer_tile::<S, K, 2, 1>(simd, bias, panels, columns, inputs, totals),
            (_, 1) if left >= 2 => integer_tile::<S, K, 1, 2>(simd, bias, panels, columns, inputs, totals),
            _ => integer_tile::<S, K, 1, 1>(simd, bias, panels, columns, inputs, totals),
        };
    }
}

#[inline(always)]
fn integer_tile<S: Simd, K: Kind, const R: usize, const T: usize>(
    simd: S,
    bias: i32,
    panels: &[CodePanel],
    columns: usize,
    inputs: &[CodeStep],
    totals: &mut [Total],
) -> usize {
    let (Some(panels), Some(inputs)) = (panels.first_chunk::<R>(), inputs.first_chunk::<T>()) else { return T };
    let mut sums = [[simd.splat(0.0); R]; T];
    for group in 0..columns.min(CODE_STEP) / K::GROUP {
        let mut code_sums = [0; T];
        let mut dots = [[simd.splat_word(0); R]; T];
        for t in 0..T {
            code_sums[t] = code_sum(&inputs[t], K::GROUP, group);
            dots[t] = [bias_of(simd, code_sums[t], bias); R];
        }
        for four in 0..K::GROUP / 4 {
            let column = group * K::GROUP + four * 4;
            let mut weights = [simd.splat_word(0); R];
            for (weights, panel) in weights.iter_mut().zip(panels) {
                *weights = simd.load_words(&panel.codes[column / 4]);
            }
            for (dots, input) in dots.iter_mut().zip(inputs) {
                let codes = simd.splat_word(input.codes[column / 4]);
                for (dot, &weights) in dots.iter_mut().zip(&weights) {
                    *dot = if K::WIDE { simd.dot4_wide(*dot, weights, codes) } else { simd.dot4(*dot, weights, codes) };
                }
            }
        }
        for t in 0..T {
            let scale = inputs[t].scales[group * K::GROUP / INPUT_GROUP];
            let input_sum = simd.splat(number_sum(&inputs[t], K::GROUP, group));
            for panel in 0..R {
                let dot = simd.mul(simd.to_floats(dots[t][panel]), simd.splat(scale));
                let weights = simd.load(&panels[panel].scales[group]);
                sums[t][panel] = simd.fma(dot, weights, sums[t][panel]);
                if K::OFFSETS {
                    let offsets = simd.load(&panels[panel].offsets[group]);
                    sums[t][panel] = simd.fma(input_sum, offsets, sums[t][panel]);
                }
            }
        }
    }
    add_to(simd, &sums, totals);
    T
}

/// The sum of an input's codes in a group.
#[inline(always)]
fn code_sum(input: &CodeStep, group_columns: usize, group: usize) -> i32 {
    match group_columns {
        16 => input.sums[group],
        _ => input.sums[group * 2] + input.sums[group * 2 + 1],
    }
}

/// The sum of an input's numbers in a group.
#[inline(always)]
fn number_sum(input: &CodeStep, group_columns: usize, group: usize) -> f32 {
    match group_columns {
        16 => input.scales[group / 2] * input.sums[group] as f32,
        _ => input.number_sums[group],
    }
}

/// What a dot product begins with where weights' codes are `bias` too large.
#[inline(always)]
fn bias_of<S: Simd>(simd: S, code_sum: i32, bias: i32) -> S::Words {
    simd.splat_word(code_sum.wrapping_mul(bias).wrapping_neg().cast_unsigned())
}

/// A few inputs times a panel while it is unpacked: nothing is kept.
pub struct CodesAtOnce<'a, S: Simd, const T: usize> {
    pub inputs: [&'a CodeStep; T],
    pub columns: usize,
    pub sums: [S::Floats; T],
    /// As long as the step and read soon: a piece of it is asked for with every group, so that memory works as steadily
    /// as the processor.
    pub upcoming: *const u8,
}

impl<S: Simd, const T: usize> CodeSink<S> for CodesAtOnce<'_, S, T> {
    #[inline(always)]
    fn group<const BYTES: usize, const N: usize>(
        &mut self,
        simd: S,
        index: usize,
        kind: CodeKind,
        codes: &[S::Words; N],
        scale: S::Floats,
        offset: Option<S::Floats>,
    ) {
        if index * N * 4 >= self.columns {
            return;
        }
        let piece = LANES * BYTES / (CODE_STEP / 4 / N);
        prefetch(simd, self.upcoming.wrapping_add(index * piece), piece);
        let mut dots = [simd.splat_word(0); T];
        if kind.bias != 0 {
            for (dot, input) in dots.iter_mut().zip(&self.inputs) {
                *dot = bias_of(simd, code_sum(input, N * 4, index), kind.bias);
            }
        }
        for (four, &codes) in codes.iter().enumerate() {
            for (dot, input) in dots.iter_mut().zip(&self.inputs) {
                let input = simd.splat_word(input.codes[index * N + four]);
                *dot = if kind.is_wide { simd.dot4_wide(*dot, codes, input) } else { simd.dot4(*dot, codes, input) };
            }
        }
        for ((sum, dot), input) in self.sums.iter_mut().zip(dots).zip(&self.inputs) {
            let input_scale = simd.splat(input.scales[index * N * 4 / INPUT_GROUP]);
            *sum = simd.fma(simd.mul(simd.to_floats(dot), input_scale), scale, *sum);
            if let Some(offset) = offset {
                *sum = simd.fma(simd.splat(number_sum(input, N * 4, index)), offset, *sum);
            }
        }
    }
}

/// The same for weights in f32.
pub struct FloatsAtOnce<'a, S: Simd, const T: usize> {
    pub inputs: [&'a [f32; FLOAT_STEP]; T],
    pub sums: [S::Floats; T],
}

impl<S: Simd, const T: usize> FloatSink<S> for FloatsAtOnce<'_, S, T> {
    #[inline(always)]
    fn column(&mut self, simd: S, column: usize, weights: S::Floats) {
        for (sum, input) in self.sums.iter_mut().zip(&self.inputs) {
            *sum = simd.fma(weights, simd.splat(input[column]), *sum);
        }
    }
}
