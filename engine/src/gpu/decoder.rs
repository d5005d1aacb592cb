//! The text decoder: embeddings in, logits out, strictly causal, over picture tokens too.

use candle_core::{Device, Result, Tensor};

use super::{
    Gpu,
    attention::{attend, block_forward, causal_mask},
    kv_cache::KvCache,
    rotary::Angles,
};
use crate::{
    config::TextConfig,
    decoding::Wanted,
    rotary::{self, TextRotary, query_scale},
    weights::Weights,
};

/// What one request has read so far.
pub struct Session {
    layers: Vec<KvCache>,
    position: usize,
}

impl Session {
    pub fn new(config: &TextConfig, device: &Device) -> Result<Self> {
        let layers = (0..config.layers)
            .map(|_| KvCache::new(config.kv_heads, config.head_dim, device))
            .collect::<Result<_>>()?;
        Ok(Self { layers, position: 0 })
    }

    /// Tokens read.
    pub fn position(&self) -> usize {
        self.position
    }
}

/// Reads `inputs` (embeddings `[n, width]` f32, row-major) after what the session has read; hidden states `[n, width]`
/// before the last norm.
pub fn read(weights: &Weights<Gpu>, config: &TextConfig, session: &mut Session, inputs: &[f32]) -> Result<Tensor> {
    let count = inputs.len() / config.width;
    let (first, device) = (session.position, weights.norm.device());
    let mut hidden = Tensor::from_slice(inputs, (count, config.width), device)?;
    let mut angles = rotary::Angles::default();
    TextRotary::new(config).angles(first..first + count, &mut angles);
    let angles = Angles::new(angles, device)?;
    let mask = causal_mask(first, count, config.sliding_window, device)?;
    let scales = config
        .query_scaling
        .map(|scaling| (first..first + count).map(|position| query_scale(scaling, position)).collect::<Vec<f32>>());
    let query_scales = scales.map(|scales| Tensor::from_vec(scales, (1, count, 1), device)).transpose()?;
    for (block, cache) in weights.layers.iter().zip(&mut session.layers) {
        let heads = (config.heads, config.kv_heads);
        hidden = block_forward(block, &hidden, heads, config.norm_eps, &angles, |queries, keys, values| {
            let (keys, values) = cache.append(&keys, &values)?;
            let queries = match &query_scales {
                Some(scales) => queries.broadcast_mul(scales)?,
                None => queries,
            };
            attend(&queries, &keys, &values, mask.as_ref())
        })?;
    }
    session.position += count;
    Ok(hidden)
}

/// Hidden states `[n, width]` -> logits `[wanted, vocabulary]`.
pub fn logits(weights: &Weights<Gpu>, config: &TextConfig, hidden: &Tensor, wanted: Wanted) -> Result<Vec<f32>> {
    let chosen = match wanted {
        Wanted::Nothing => return Ok(Vec::new()),
        Wanted::Last => hidden.narrow(0, hidden.dim(0)? - 1, 1)?,
        Wanted::All => hidden.clone(),
    };
    let normed = candle_nn::ops::rms_norm(&chosen.contiguous()?, &weights.norm, config.norm_eps)?;
    weights.output.forward(&normed)?.flatten_all()?.to_vec1()
}
