//! The text decoder: embeddings in, logits out, strictly causal, over picture tokens too.

use candle_core::{Device, Result, Tensor};

use crate::{
    attention::{attend, block_forward, causal_mask},
    config::{QueryScaling, TextConfig},
    kv_cache::KvCache,
    rotary::text_angles,
    weights::Weights,
};

/// A prompt is read in chunks that end at multiples of this. The boundaries depend on positions alone, so that an
/// answer taken up again repeats the very same products.
pub const CHUNK_TOKENS: usize = 256;

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

/// End of the chunk that begins at `position`, in a prompt of `length` tokens.
pub fn chunk_end(position: usize, length: usize) -> usize {
    ((position / CHUNK_TOKENS + 1) * CHUNK_TOKENS).min(length)
}

/// Reads `inputs` (embeddings `[n, width]` f32, row-major) after what the session has read; hidden states `[n, width]`
/// before the last norm.
pub fn read(weights: &Weights, config: &TextConfig, session: &mut Session, inputs: Vec<f32>) -> Result<Tensor> {
    let count = inputs.len() / config.width;
    let (first, device) = (session.position, weights.norm.device());
    let mut hidden = Tensor::from_vec(inputs, (count, config.width), device)?;
    let angles = text_angles(config, first, count, device)?;
    let mask = causal_mask(first, count, config.sliding_window, device)?;
    let query_scales = config.query_scaling.map(|scaling| query_scales(scaling, first, count, device)).transpose()?;
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

/// `[1, count, 1]`.
fn query_scales(scaling: QueryScaling, first: usize, count: usize, device: &Device) -> Result<Tensor> {
    let scale = |position: usize| {
        let stretches = (position as f64 / f64::from(scaling.original_positions)).floor();
        (1.0 + scaling.beta * stretches.ln_1p()) as f32
    };
    Tensor::from_iter((first..first + count).map(scale), device)?.reshape((1, count, 1))
}

/// Hidden states `[n, width]` -> logits `[n, vocabulary]` f32.
pub fn logits(weights: &Weights, config: &TextConfig, hidden: &Tensor) -> Result<Tensor> {
    let normed = candle_nn::ops::rms_norm(&hidden.contiguous()?, &weights.norm, config.norm_eps)?;
    weights.output.forward(&normed)
}

/// Logits `[vocabulary]` of the last position alone.
pub fn last_logits(weights: &Weights, config: &TextConfig, hidden: &Tensor) -> Result<Tensor> {
    let last = hidden.dim(0)? - 1;
    logits(weights, config, &hidden.narrow(0, last, 1)?)?.squeeze(0)
}
