//! The second half of a block.

use candle_core::{D, Result, Tensor};

use super::Gpu;
use crate::{
    experts,
    weights::{FeedForward, Gated, Mixture},
};

/// `[n, width]` -> `[n, width]`.
pub fn forward(network: &FeedForward<Gpu>, input: &Tensor) -> Result<Tensor> {
    match network {
        FeedForward::Dense(network) => gated(network, input),
        FeedForward::Mixture(mixture) => mix_experts(mixture, input),
    }
}

fn gated(network: &Gated<Gpu>, input: &Tensor) -> Result<Tensor> {
    // SiLU always: some published configurations of the vision encoder wrongly say gelu.
    let gated = (network.gate.forward(input)?.silu()? * network.up.forward(input)?)?;
    network.down.forward(&gated)
}

/// Every expert reads the positions that chose it together; sums are in the order of the experts.
fn mix_experts(mixture: &Mixture<Gpu>, input: &Tensor) -> Result<Tensor> {
    let (n, width) = input.dims2()?;
    let scores = mixture.router.forward(input)?.flatten_all()?.to_vec1::<f32>()?;
    let mut sums = vec![0.0_f32; n * width];
    let mut assigned = Vec::new();
    experts::assign(&scores, mixture.experts.len(), mixture.used, &mut assigned);
    for (expert, chosen) in mixture.experts.iter().zip(&assigned).filter(|(_, chosen)| !chosen.is_empty()) {
        let rows: Vec<u32> = chosen.iter().map(|(position, _)| *position as u32).collect();
        let read = input.index_select(&Tensor::new(rows, input.device())?, 0)?;
        let answers = gated(expert, &read)?.flatten(0, D::Minus1)?.to_vec1::<f32>()?;
        for ((position, weight), answer) in chosen.iter().zip(answers.chunks_exact(width)) {
            let sum = &mut sums[position * width..(position + 1) * width];
            sum.iter_mut().zip(answer).for_each(|(sum, value)| *sum += weight * value);
        }
    }
    Tensor::from_vec(sums, (n, width), input.device())
}
