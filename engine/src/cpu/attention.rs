//! Attention: every key and value is read once for the query heads that share it.
//!
//! The order of every sum is fixed by positions alone: scores are summed up over the dimensions one by one; positions
//! are taken in segments of [`SEGMENT_TOKENS`], each with its own maximum, and segments are joined in order. Which
//! queries are computed together, and how much was read before in how many pieces, changes nothing.

use std::{cell::RefCell, ops::Range};

use rayon::prelude::*;

use super::kv_cache::{BLOCK_TOKENS, Block, Element, Head, Sequence, head};
use crate::{
    shared_out::SharedOut,
    simd::{Kernel, LANES, Processor, Simd, math},
};

/// Positions that share a maximum.
const SEGMENT_TOKENS: usize = 512;
const SEGMENT_BLOCKS: usize = SEGMENT_TOKENS / BLOCK_TOKENS;
/// Rows (a query head at a position) that are computed together.
const TILE_ROWS: usize = 16;
/// Rows whose sums are in registers together.
const ROWS_AT_ONCE: usize = 8;

/// Queries of one sequence: rows `first_row` to `first_row + count` of all queries, at the positions from `position` on.
pub struct Queries<'a> {
    pub sequence: &'a Sequence,
    pub first_row: usize,
    pub count: usize,
    pub position: usize,
    pub sight: Sight,
}

/// Which positions a query sees.
#[derive(Clone, Copy, Debug)]
pub enum Sight {
    /// Itself and what came before, with a window only as many of the last ones.
    Causal { window: Option<usize> },
    /// All of this many.
    Everything(usize),
}

impl Sight {
    fn of(self, position: usize) -> Range<usize> {
        match self {
            Self::Causal { window } => (position + 1).saturating_sub(window.unwrap_or(usize::MAX))..position + 1,
            Self::Everything(count) => 0..count,
        }
    }
}

/// `queries` `[rows, heads * head_dim]` -> `mixed`, the same shape.
pub fn attend(
    processor: Processor,
    layer: usize,
    heads: usize,
    queries: &[f32],
    sequences: &[Queries<'_>],
    mixed: &mut [f32],
) {
    let Some(dims) = sequences.first().map(|queries| queries.sequence.dims) else { return };
    let group = heads / dims.kv_heads;
    let positions_at_once = (TILE_ROWS / group).max(1);
    let tiles = |count: usize| count.div_ceil(positions_at_once) * dims.kv_heads;
    let total: usize = sequences.iter().map(|queries| tiles(queries.count)).sum();
    let out = SharedOut::new(mixed);
    let compute = |mut tile: usize| {
        for sequence in sequences {
            if tile < tiles(sequence.count) {
                let first = tile / dims.kv_heads * positions_at_once;
                let count = positions_at_once.min(sequence.count - first);
                processor.run(Tile {
                    layer,
                    kv_head: tile % dims.kv_heads,
                    group,
                    queries,
                    of: sequence,
                    first,
                    count,
                    out: &out,
                });
                return;
            }
            tile -= tiles(sequence.count);
        }
    };
    (0..total).into_par_iter().for_each(compute);
}

/// All query heads of one key-value head at a few positions.
struct Tile<'a> {
    layer: usize,
    kv_head: usize,
    group: usize,
    queries: &'a [f32],
    of: &'a Queries<'a>,
    /// Positions `first` to `first + count` of `of`.
    first: usize,
    count: usize,
    out: &'a SharedOut<'a>,
}

/// Buffers of a tile, row by row.
#[derive(Default)]
struct Scratch {
    /// `[rows, head_dim]`.
    queries: Vec<f32>,
    /// `[rows, SEGMENT_TOKENS]`: scores, then weights.
    scores: Vec<f32>,
    /// `[rows, value vectors]`.
    sums: Vec<[f32; LANES]>,
    segment_sums: Vec<[f32; LANES]>,
    rows: Vec<Row>,
}

#[derive(Clone)]
struct Row {
    sees: Range<usize>,
    /// Of the segments so far.
    maximum: f32,
    weight: f32,
    /// Of the segment at hand; no maximum: the row sees none of it.
    segment_maximum: Option<f32>,
    segment_weight: f32,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Kernel for Tile<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        SCRATCH.with_borrow_mut(|scratch| {
            self.prepare(scratch);
            let start = scratch.rows.iter().map(|row| row.sees.start).min().unwrap_or(0);
            let end = scratch.rows.iter().map(|row| row.sees.end).max().unwrap_or(0);
            for segment in start / SEGMENT_TOKENS..end.div_ceil(SEGMENT_TOKENS) {
                let first = (segment * SEGMENT_BLOCKS).max(start / BLOCK_TOKENS);
                let blocks = first..((segment + 1) * SEGMENT_BLOCKS).min(end.div_ceil(BLOCK_TOKENS));
                match self.of.sequence.block(first) {
                    Block::F32(_) => simd.vectorised(Segment::<f32> { tile: &self, blocks, scratch, read: f32_head }),
                    Block::F16(_) => simd.vectorised(Segment::<u16> { tile: &self, blocks, scratch, read: f16_head }),
                }
            }
            self.write(scratch);
        });
    }
}

impl Tile<'_> {
    fn head_dim(&self) -> usize {
        self.of.sequence.dims.head_dim
    }

    /// Where row `row` of this tile lies in the queries and the result.
    fn place(&self, row: usize) -> usize {
        let heads = self.group * self.of.sequence.dims.kv_heads;
        let position = self.of.first_row + self.first + row / self.group;
        (position * heads + self.kv_head * self.group + row % self.group) * self.head_dim()
    }

    fn prepare(&self, scratch: &mut Scratch) {
        let head_dim = self.head_dim();
        let scale = 1.0 / (head_dim as f32).sqrt();
        scratch.rows.clear();
        scratch.queries.clear();
        for row in 0..self.count * self.group {
            let sees = self.of.sight.of(self.of.position + self.first + row / self.group);
            scratch.rows.push(Row {
                sees,
                maximum: f32::NEG_INFINITY,
                weight: 0.0,
                segment_maximum: None,
                segment_weight: 0.0,
            });
            let place = self.place(row);
            scratch.queries.extend(self.queries[place..place + head_dim].iter().map(|value| value * scale));
        }
        let vectors = scratch.rows.len() * self.of.sequence.dims.value_vectors();
        scratch.scores.resize(scratch.rows.len() * SEGMENT_TOKENS, 0.0);
        scratch.sums.clear();
        scratch.sums.resize(vectors, [0.0; LANES]);
        scratch.segment_sums.resize(vectors, [0.0; LANES]);
    }

    fn write(&self, scratch: &mut Scratch) {
        let (head_dim, vectors) = (self.head_dim(), self.of.sequence.dims.value_vectors());
        for (index, (row, sums)) in scratch.rows.iter().zip(scratch.sums.chunks_exact_mut(vectors)).enumerate() {
            let sums = sums.as_flattened_mut();
            sums.iter_mut().for_each(|sum| *sum /= row.weight);
            // SAFETY: this row is this tile's alone.
            unsafe { self.out.write(self.place(index), &sums[..head_dim]) };
        }
    }
}

fn f32_head<'a>(tile: &'a Tile<'_>, block: usize) -> Option<Head<'a, f32>> {
    match tile.of.sequence.block(block) {
        Block::F32(vectors) => Some(head(vectors, tile.of.sequence.dims, tile.layer, tile.kv_head)),
        Block::F16(_) => None,
    }
}

fn f16_head<'a>(tile: &'a Tile<'_>, block: usize) -> Option<Head<'a, u16>> {
    match tile.of.sequence.block(block) {
        Block::F16(vectors) => Some(head(vectors, tile.of.sequence.dims, tile.layer, tile.kv_head)),
        Block::F32(_) => None,
    }
}

/// One segment of a tile.
struct Segment<'a, 't, E> {
    tile: &'a Tile<'t>,
    /// Those that any row sees.
    blocks: Range<usize>,
    scratch: &'a mut Scratch,
    read: for<'b> fn(&'b Tile<'t>, usize) -> Option<Head<'b, E>>,
}

impl<E: Element> Kernel for Segment<'_, '_, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { tile, blocks, scratch, read } = self;
        let head_dim = tile.head_dim();
        let rows = scratch.rows.len();
        for block in blocks.clone() {
            let Some(head) = read(tile, block) else { return };
            let column = block % SEGMENT_BLOCKS * BLOCK_TOKENS;
            let mut row = 0;
            while row < rows {
                let queries = &scratch.queries[row * head_dim..];
                let scores = &mut scratch.scores[row * SEGMENT_TOKENS..];
                row += match rows - row {
                    ROWS_AT_ONCE.. => dots::<S, E, ROWS_AT_ONCE>(simd, head.keys, queries, scores, column),
                    4.. => dots::<S, E, 4>(simd, head.keys, queries, scores, column),
                    _ => dots::<S, E, 1>(simd, head.keys, queries, scores, column),
                };
            }
        }
        for (row, scores) in scratch.rows.iter_mut().zip(scratch.scores.chunks_exact_mut(SEGMENT_TOKENS)) {
            weigh(simd, row, &blocks, scores);
        }
        scratch.segment_sums.iter_mut().for_each(|sums| *sums = [0.0; LANES]);
        let vectors = tile.of.sequence.dims.value_vectors();
        for block in blocks {
            let Some(head) = read(tile, block) else { return };
            let column = block % SEGMENT_BLOCKS * BLOCK_TOKENS;
            for (vector, values) in head.values.as_chunks::<BLOCK_TOKENS>().0.iter().enumerate() {
                let mut row = 0;
                while row < rows {
                    let weights = &scratch.scores[row * SEGMENT_TOKENS..];
                    let sums = &mut scratch.segment_sums[row * vectors + vector..];
                    row += match rows - row {
                        ROWS_AT_ONCE.. => mix::<S, E, ROWS_AT_ONCE>(simd, values, weights, column, sums, vectors),
                        4.. => mix::<S, E, 4>(simd, values, weights, column, sums, vectors),
                        _ => mix::<S, E, 1>(simd, values, weights, column, sums, vectors),
                    };
                }
            }
        }
        for (index, row) in scratch.rows.iter_mut().enumerate() {
            let place = index * vectors..(index + 1) * vectors;
            join(simd, row, &mut scratch.sums[place.clone()], &scratch.segment_sums[place]);
        }
    }
}

/// Scores of the block at `column` for `T` rows.
#[inline(always)]
fn dots<S: Simd, E: Element, const T: usize>(
    simd: S,
    keys: &[[E; LANES]],
    queries: &[f32],
    scores: &mut [f32],
    column: usize,
) -> usize {
    let head_dim = keys.len();
    let mut sums = [simd.splat(0.0); T];
    let mut rows = [&queries[..0]; T];
    for t in 0..T {
        rows[t] = &queries[t * head_dim..(t + 1) * head_dim];
    }
    for (dimension, keys) in keys.iter().enumerate() {
        let keys = E::load(simd, keys);
        for (sum, row) in sums.iter_mut().zip(&rows) {
            *sum = simd.fma(keys, simd.splat(row[dimension]), *sum);
        }
    }
    // Indices instead of iterators: only so does the compiler keep the sums in registers.
    for t in 0..T {
        if let Some(out) = scores[t * SEGMENT_TOKENS + column..].first_chunk_mut() {
            simd.store(sums[t], out);
        }
    }
    T
}

/// Scores to weights: e^(score - maximum), 0 for what the row does not see.
#[inline(always)]
fn weigh<S: Simd>(simd: S, row: &mut Row, blocks: &Range<usize>, scores: &mut [f32]) {
    let (vectors, _) = scores.as_chunks_mut::<LANES>();
    let mut maximum = simd.splat(f32::NEG_INFINITY);
    let mut sees_any = false;
    for block in blocks.clone() {
        let start = block * BLOCK_TOKENS;
        let vector = &mut vectors[block % SEGMENT_BLOCKS];
        if start < row.sees.start || start + BLOCK_TOKENS > row.sees.end {
            for (score, position) in vector.iter_mut().zip(start..) {
                if !row.sees.contains(&position) {
                    *score = f32::NEG_INFINITY;
                }
            }
        }
        sees_any |= start < row.sees.end && start + BLOCK_TOKENS > row.sees.start;
        maximum = simd.max(maximum, simd.load(vector));
    }
    let mut lanes = [0.0; LANES];
    simd.store(maximum, &mut lanes);
    let maximum = lanes.into_iter().fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
    row.segment_maximum = sees_any.then_some(maximum);
    let mut sum = simd.splat(0.0);
    for block in blocks.clone() {
        let vector = &mut vectors[block % SEGMENT_BLOCKS];
        let weights =
            if sees_any { math::exp(simd, simd.sub(simd.load(vector), simd.splat(maximum))) } else { simd.splat(0.0) };
        simd.store(weights, vector);
        sum = simd.add(sum, weights);
    }
    row.segment_weight = simd.sum(sum);
}

/// Adds the values of a block, sixteen dimensions of them, to the sums of `T` rows.
#[inline(always)]
fn mix<S: Simd, E: Element, const T: usize>(
    simd: S,
    values: &[[E; LANES]; BLOCK_TOKENS],
    weights: &[f32],
    column: usize,
    sums: &mut [[f32; LANES]],
    stride: usize,
) -> usize {
    let mut mixed = [simd.splat(0.0); T];
    let mut rows = [&[0.0; BLOCK_TOKENS]; T];
    for t in 0..T {
        mixed[t] = simd.load(&sums[t * stride]);
        rows[t] = weights[t * SEGMENT_TOKENS + column..].first_chunk().unwrap_or(rows[t]);
    }
    for (position, values) in values.iter().enumerate() {
        let values = E::load(simd, values);
        for (sum, weights) in mixed.iter_mut().zip(&rows) {
            *sum = simd.fma(values, simd.splat(weights[position]), *sum);
        }
    }
    for t in 0..T {
        simd.store(mixed[t], &mut sums[t * stride]);
    }
    T
}

/// Adds the segment at hand to those before.
#[inline(always)]
fn join<S: Simd>(simd: S, row: &mut Row, sums: &mut [[f32; LANES]], segment: &[[f32; LANES]]) {
    let Some(maximum) = row.segment_maximum else { return };
    if row.weight == 0.0 && row.maximum == f32::NEG_INFINITY {
        (row.maximum, row.weight) = (maximum, row.segment_weight);
        sums.copy_from_slice(segment);
        return;
    }
    let joint = if row.maximum > maximum { row.maximum } else { maximum };
    let (before, now) = ((row.maximum - joint).exp(), (maximum - joint).exp());
    row.weight = row.weight * before + row.segment_weight * now;
    row.maximum = joint;
    let (before, now) = (simd.splat(before), simd.splat(now));
    for (sum, segment) in sums.iter_mut().zip(segment) {
        let added = simd.mul(simd.load(segment), now);
        simd.store(simd.fma(simd.load(sum), before, added), sum);
    }
}

#[cfg(test)]
mod tests;
