//! From the vision encoder's width to the decoder's: Linear, exact (erf) GELU, Linear. Before that, some models merge
//! squares of patches.

use candle_core::{Result, Tensor};

use crate::{
    matrix::Matrix,
    weights::{AdapterWeights, MergerWeights},
};

/// `[rows * columns, width]` -> `[rows / side * columns / side, width]`. The numbers of a square stand together by
/// feature: number c * side * side + y * side + x is feature c of the patch at row y, column x of its square
/// (transformers, `Mistral3PatchMerger`, which unfolds).
pub fn merge(
    weights: &MergerWeights,
    patches: &Tensor,
    (rows, columns): (usize, usize),
    side: usize,
) -> Result<Tensor> {
    let width = patches.dim(1)?;
    let squares = patches
        .reshape(&[rows / side, side, columns / side, side, width][..])?
        .permute([0, 2, 4, 1, 3])?
        .reshape((rows / side * (columns / side), width * side * side))?;
    weights.merge.forward(&squares)
}

/// `[patches, vision width]` -> `[patches, text width]`.
pub fn forward(weights: &AdapterWeights, features: &Tensor) -> Result<Tensor> {
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
