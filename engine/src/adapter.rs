//! From the vision encoder's width to the decoder's: Linear, exact (erf) GELU, Linear.

use candle_core::{Result, Tensor};

use crate::{matrix::Matrix, weights::AdapterWeights};

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
