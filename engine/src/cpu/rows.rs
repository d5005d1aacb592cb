//! What is done to rows number by number.

use rayon::prelude::*;

use crate::{
    rotary::Angles,
    simd::{Kernel, LANES, Processor, Simd, math},
};

/// Less work than this is not worth waking other threads.
const PARALLEL_NUMBERS: usize = 64 << 10;

/// Calls `work` with pieces of whole rows of `width` numbers and the first row of each, on all threads where that pays.
pub fn for_rows(rows: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    if rows.len() < PARALLEL_NUMBERS {
        return work(0, rows);
    }
    let count = rows.len() / width;
    let at_once = count.div_ceil(rayon::current_num_threads() * 4).max(1);
    rows.par_chunks_mut(at_once * width).enumerate().for_each(|(piece, rows)| work(piece * at_once, rows));
}

/// `out` = x / sqrt(mean(x^2) + eps) * weight, row by row.
pub fn rms_norm(processor: Processor, rows: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    let width = weight.len();
    for_rows(out, width, |first, out| {
        processor.run(RmsNorm { rows: &rows[first * width..], weight, eps, out });
    });
}

struct RmsNorm<'a> {
    rows: &'a [f32],
    weight: &'a [f32],
    eps: f32,
    out: &'a mut [f32],
}

impl Kernel for RmsNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let width = self.weight.len();
        for (row, out) in self.rows.chunks_exact(width).zip(self.out.chunks_exact_mut(width)) {
            let (vectors, rest) = row.as_chunks::<LANES>();
            let mut squares = simd.splat(0.0);
            for vector in vectors {
                let vector = simd.load(vector);
                squares = simd.fma(vector, vector, squares);
            }
            let mut sum = simd.sum(squares);
            for value in rest {
                sum += value * value;
            }
            let factor = 1.0 / (sum / width as f32 + self.eps).sqrt();
            for ((out, value), weight) in out.iter_mut().zip(row).zip(self.weight) {
                *out = value * factor * weight;
            }
        }
    }
}

/// `rows` += `added`.
pub fn add(rows: &mut [f32], added: &[f32]) {
    for_rows(rows, 1, |first, rows| rows.iter_mut().zip(&added[first..]).for_each(|(row, added)| *row += added));
}

/// `gate` = SiLU(gate) * up. SiLU always: some published configurations of the vision encoder wrongly say gelu.
pub fn gate(processor: Processor, gate: &mut [f32], up: &[f32]) {
    for_rows(gate, LANES, |first, gate| {
        let up = &up[first * LANES..];
        processor.run(Gate { gate, up });
    });
}

struct Gate<'a> {
    gate: &'a mut [f32],
    up: &'a [f32],
}

impl Kernel for Gate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (gates, gate_rest) = self.gate.as_chunks_mut::<LANES>();
        let (ups, up_rest) = self.up.as_chunks::<LANES>();
        for (gate, up) in gates.iter_mut().zip(ups) {
            let gated = simd.mul(math::silu(simd, simd.load(gate)), simd.load(up));
            simd.store(gated, gate);
        }
        let mut padded = [0.0; LANES];
        padded[..gate_rest.len()].copy_from_slice(gate_rest);
        simd.store(math::silu(simd, simd.load(&padded)), &mut padded);
        for ((gate, silu), up) in gate_rest.iter_mut().zip(padded).zip(up_rest) {
            *gate = silu * up;
        }
    }
}

/// Turns the pairs (2j, 2j + 1) of every head of `rows` `[positions, heads * head_dim]`.
pub fn rotate(rows: &mut [f32], heads: usize, angles: &Angles) {
    let half = angles.pairs;
    let width = heads * half * 2;
    for_rows(rows, width, |first, rows| {
        for (row, position) in rows.chunks_exact_mut(width).zip(first..) {
            let (cos, sin) = angles.at(position);
            for head in row.chunks_exact_mut(half * 2) {
                for ((pair, cos), sin) in head.as_chunks_mut::<2>().0.iter_mut().zip(cos).zip(sin) {
                    let [a, b] = *pair;
                    *pair = [a * cos - b * sin, a * sin + b * cos];
                }
            }
        }
    });
}

/// Multiplies row i by `factors[i]`.
pub fn scale(rows: &mut [f32], width: usize, factors: &[f32]) {
    for_rows(rows, width, |first, rows| {
        for (row, factor) in rows.chunks_exact_mut(width).zip(&factors[first..]) {
            row.iter_mut().for_each(|value| *value *= factor);
        }
    });
}
