//! Rotary position embeddings as tensors.

use candle_core::{Device, Result, Tensor};

/// Cosine and sine `[positions, head_dim / 2]` f32.
pub struct Angles {
    cos: Tensor,
    sin: Tensor,
}

impl Angles {
    pub fn new(angles: crate::rotary::Angles, device: &Device) -> Result<Self> {
        let shape = (angles.cos.len() / angles.pairs, angles.pairs);
        Ok(Self {
            cos: Tensor::from_vec(angles.cos, shape, device)?,
            sin: Tensor::from_vec(angles.sin, shape, device)?,
        })
    }

    /// `heads` `[heads, positions, head_dim]`, turned.
    pub fn rotate(&self, heads: &Tensor) -> Result<Tensor> {
        candle_nn::rotary_emb::rope_i(&heads.contiguous()?.unsqueeze(0)?, &self.cos, &self.sin)?.squeeze(0)
    }
}
