//! One pre-norm transformer block; decoder and vision encoder share its shape.

use super::{
    Cpu,
    rows::{add, gate, rms_norm, rotate, scale},
    workspace::{ExpertBuffers, Workspace, sized},
};
use crate::{
    experts,
    matrix::{Matrix, input::Input, multiply_together},
    rotary::Angles,
    simd::Processor,
    weights::{Block, FeedForward, Gated, Mixture},
};

/// What a block needs to know of its positions.
pub struct Positions<'a> {
    pub angles: &'a Angles,
    /// Factors of the queries.
    pub query_scales: Option<&'a [f32]>,
}

/// Takes `workspace.hidden` `[rows, width]` through a block. `attend` gets the buffers with rotated queries and keys and
/// the values, and leaves its answer in `mixed`.
pub fn forward(
    processor: Processor,
    block: &Block<Cpu>,
    workspace: &mut Workspace,
    rows: usize,
    norm_eps: f32,
    positions: &Positions<'_>,
    attend: impl FnOnce(&[f32], &[f32], &[f32], &mut [f32]),
) {
    let width = block.query.columns;
    let Workspace { hidden, normed, queries, keys, values, mixed, added, input, .. } = workspace;
    let hidden = &mut hidden[..rows * width];
    let normed = sized(normed, rows * width);
    rms_norm(processor, hidden, &block.attention_norm, norm_eps, normed);
    let queries = sized(queries, rows * block.query.rows);
    let keys = sized(keys, rows * block.key.rows);
    let values = sized(values, rows * block.value.rows);
    multiply_together(
        [&block.query, &block.key, &block.value],
        input,
        normed,
        [&mut *queries, &mut *keys, &mut *values],
    );
    let head_dim = positions.angles.pairs * 2;
    rotate(queries, block.query.rows / head_dim, positions.angles);
    rotate(keys, block.key.rows / head_dim, positions.angles);
    if let Some(factors) = positions.query_scales {
        scale(queries, block.query.rows, factors);
    }
    let mixed = sized(mixed, rows * block.output.columns);
    attend(queries, keys, values, mixed);
    let added = sized(added, rows * width);
    block.output.multiply(input, mixed, added);
    add(hidden, added);
    rms_norm(processor, hidden, &block.feed_forward_norm, norm_eps, normed);
    match &block.feed_forward {
        FeedForward::Dense(network) => {
            let mut buffers = GatedBuffers { gate: &mut workspace.gate, up: &mut workspace.up, input };
            gated(processor, network, &mut buffers, normed, added);
        }
        FeedForward::Mixture(mixture) => {
            let mut buffers = GatedBuffers { gate: &mut workspace.gate, up: &mut workspace.up, input };
            mix_experts(processor, mixture, &mut buffers, &mut workspace.experts, normed, added);
        }
    }
    add(hidden, added);
}

struct GatedBuffers<'a> {
    gate: &'a mut Vec<f32>,
    up: &'a mut Vec<f32>,
    input: &'a mut Input,
}

/// `normed` `[n, width]` -> `out`, the same shape.
fn gated(processor: Processor, network: &Gated<Cpu>, buffers: &mut GatedBuffers<'_>, normed: &[f32], out: &mut [f32]) {
    let inner = normed.len() / network.gate.columns * network.gate.rows;
    let (gates, ups) = (sized(buffers.gate, inner), sized(buffers.up, inner));
    multiply_together([&network.gate, &network.up], buffers.input, normed, [&mut *gates, &mut *ups]);
    gate(processor, gates, ups);
    network.down.multiply(buffers.input, gates, out);
}

/// Every expert reads the positions that chose it together; sums are in the order of the experts.
fn mix_experts(
    processor: Processor,
    mixture: &Mixture<Cpu>,
    buffers: &mut GatedBuffers<'_>,
    of_experts: &mut ExpertBuffers,
    normed: &[f32],
    out: &mut [f32],
) {
    let width = mixture.router.columns;
    let ExpertBuffers { scores, assigned, read, answers } = of_experts;
    let scores = sized(scores, normed.len() / width * mixture.router.rows);
    mixture.router.multiply(buffers.input, normed, scores);
    out.fill(0.0);
    experts::assign(scores, mixture.experts.len(), mixture.used, assigned);
    for (expert, chosen) in mixture.experts.iter().zip(assigned).filter(|(_, chosen)| !chosen.is_empty()) {
        read.clear();
        for (position, _) in chosen.iter() {
            read.extend_from_slice(&normed[position * width..(position + 1) * width]);
        }
        let answers = sized(answers, read.len());
        gated(processor, expert, buffers, read, answers);
        for ((position, weight), answer) in chosen.iter().zip(answers.chunks_exact(width)) {
            let sum = &mut out[position * width..(position + 1) * width];
            sum.iter_mut().zip(answer).for_each(|(sum, value)| *sum += weight * value);
        }
    }
}

/// `values` times `matrix`, plus a bias for every row.
pub fn linear(matrix: &Matrix, bias: Option<&[f32]>, input: &mut Input, values: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; values.len() / matrix.columns * matrix.rows];
    matrix.multiply(input, values, &mut out);
    if let Some(bias) = bias {
        out.chunks_exact_mut(bias.len())
            .for_each(|row| row.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias));
    }
    out
}
