//! From the vision encoder's width to the decoder's: Linear, exact (erf) GELU, Linear. Before that, some models merge
//! squares of patches.

use candle_core::{Result, Tensor};

use super::{Gpu, matrix::Matrix};
use crate::{
    picture::squares,
    weights::{AdapterWeights, MergerWeights},
};

/// `[rows * columns, width]` -> `[rows / side * columns / side, width]`.
pub fn merge(weights: &MergerWeights<Gpu>, patches: &Tensor, grid: (usize, usize), side: usize) -> Result<Tensor> {
    let width = patches.dim(1)?;
    let values = squares(&patches.flatten_all()?.to_vec1::<f32>()?, grid, side);
    let rows = values.len() / (width * side * side);
    weights.merge.forward(&Tensor::from_vec(values, (rows, width * side * side), patches.device())?)
}

/// `[patches, vision width]` -> `[patches, text width]`.
pub fn forward(weights: &AdapterWeights<Gpu>, features: &Tensor) -> Result<Tensor> {
    let inner = linear(&weights.w_in, weights.w_in_bias.as_ref(), features)?.gelu_erf()?;
    linear(&weights.w_out, weights.w_out_bias.as_ref(), &inner)
}

fn linear(weight: &Matrix, bias: Option<&Tensor>, input: &Tensor) -> Result<Tensor> {
    let product = weight.forward(input)?;
    match bias {
        Some(bias) => product.broadcast_add(bias),
        None => Ok(product),
    }
}
