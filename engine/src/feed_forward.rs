//! The second half of a block: one gated network, or for every position the few of many experts that suit it best.

use candle_core::{D, Result, Tensor};

use crate::matrix::Matrix;

/// down(SiLU(gate(x)) * up(x)).
pub struct Gated {
    pub gate: Matrix,
    pub up: Matrix,
    pub down: Matrix,
}

pub enum FeedForward {
    Dense(Gated),
    Mixture(Mixture),
}

/// A mixture of experts, as Mixtral has it.
pub struct Mixture {
    /// `[experts, width]`.
    pub router: Matrix,
    pub experts: Vec<Gated>,
    /// Experts that a position uses.
    pub used: usize,
}

impl Gated {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        // SiLU always: some published configurations of the vision encoder wrongly say gelu.
        let gated = (self.gate.forward(input)?.silu()? * self.up.forward(input)?)?;
        self.down.forward(&gated)
    }
}

impl FeedForward {
    /// `[n, width]` -> `[n, width]`.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        match self {
            Self::Dense(network) => network.forward(input),
            Self::Mixture(mixture) => mixture.forward(input),
        }
    }
}

impl Mixture {
    /// Every expert reads the positions that chose it together; sums are in the order of the experts.
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let (n, width) = input.dims2()?;
        let scores = self.router.forward(input)?.to_vec2::<f32>()?;
        let mut positions_of = vec![Vec::new(); self.experts.len()];
        for (position, scores) in scores.iter().enumerate() {
            for (expert, weight) in choose(scores, self.used) {
                positions_of[expert].push((position, weight));
            }
        }
        let mut sums = vec![0.0_f32; n * width];
        for (expert, chosen) in self.experts.iter().zip(&positions_of).filter(|(_, chosen)| !chosen.is_empty()) {
            let rows: Vec<u32> = chosen.iter().map(|(position, _)| *position as u32).collect();
            let read = input.index_select(&Tensor::new(rows, input.device())?, 0)?;
            let answers = expert.forward(&read)?.flatten(0, D::Minus1)?.to_vec1::<f32>()?;
            for ((position, weight), answer) in chosen.iter().zip(answers.chunks_exact(width)) {
                let sum = &mut sums[position * width..(position + 1) * width];
                sum.iter_mut().zip(answer).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        Tensor::from_vec(sums, (n, width), input.device())
    }
}

/// The `used` experts with the highest scores, of equal ones the first, and the softmax of those scores alone.
fn choose(scores: &[f32], used: usize) -> Vec<(usize, f32)> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order.truncate(used);
    let highest = scores[order[0]];
    let exponentials: Vec<f32> = order.iter().map(|&expert| (scores[expert] - highest).exp()).collect();
    let sum: f32 = exponentials.iter().sum();
    order.into_iter().zip(exponentials).map(|(expert, exponential)| (expert, exponential / sum)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_experts_share_the_work() {
        let chosen = choose(&[0.5, 2.0, -1.0, 2.0], 2);
        assert_eq!(chosen, [(1, 0.5), (3, 0.5)]);
        let chosen = choose(&[1.0, 0.0, 3.0], 2);
        assert_eq!((chosen[0].0, chosen[1].0), (2, 0));
        assert!((chosen[0].1 - 1.0 / (1.0 + (-2.0_f32).exp())).abs() < 1e-7);
        assert!((chosen.iter().map(|(_, weight)| weight).sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
