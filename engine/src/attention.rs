//! Attention with shared key-value heads, and the transformer block around it.

use candle_core::{Device, Result, Tensor};

use crate::{rotary::Angles, weights::Block};

/// `[positions, heads * head_dim]` -> `[heads, positions, head_dim]`.
pub fn split_heads(rows: &Tensor, heads: usize) -> Result<Tensor> {
    let (positions, width) = rows.dims2()?;
    rows.reshape((positions, heads, width / heads))?.transpose(0, 1)?.contiguous()
}

/// `queries` `[heads, n, head_dim]`, `keys` and `values` `[kv_heads, length, head_dim]`, `mask` `[n, length]` (added to
/// the scores) -> `[n, heads * head_dim]`. Keys are read once for the query heads that share them.
pub fn attend(queries: &Tensor, keys: &Tensor, values: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let (heads, n, head_dim) = queries.dims3()?;
    let (kv_heads, length, _) = keys.dims3()?;
    let grouped = (queries.contiguous()? * (1.0 / (head_dim as f64).sqrt()))?;
    let grouped = grouped.reshape((kv_heads, heads / kv_heads * n, head_dim))?;
    let mut scores = grouped.matmul(&keys.transpose(1, 2)?)?;
    if let Some(mask) = mask {
        scores = scores.reshape((heads, n, length))?.broadcast_add(mask)?;
    }
    let weights = candle_nn::ops::softmax_last_dim(&scores)?.reshape((kv_heads, heads / kv_heads * n, length))?;
    let mixed = weights.matmul(values)?.reshape((heads, n, head_dim))?;
    mixed.transpose(0, 1)?.contiguous()?.reshape((n, heads * head_dim))
}

/// A query at position `first + i` sees keys 0 to `first + i`. One query sees everything: `None`.
pub fn causal_mask(first: usize, count: usize) -> Result<Option<Tensor>> {
    if count == 1 {
        return Ok(None);
    }
    let length = first + count;
    let mut mask = vec![0.0_f32; count * length];
    for (i, row) in mask.chunks_exact_mut(length).enumerate() {
        row[first + i + 1..].fill(f32::NEG_INFINITY);
    }
    Tensor::from_vec(mask, (count, length), &Device::Cpu).map(Some)
}

/// `hidden` `[n, width]` through one pre-norm block. `attend` gets the rotated queries `[heads, n, head_dim]`, the
/// rotated keys and the values `[kv_heads, n, head_dim]`, and answers `[n, heads * head_dim]`.
pub fn block_forward(
    block: &Block,
    hidden: &Tensor,
    (heads, kv_heads): (usize, usize),
    norm_eps: f32,
    angles: &Angles,
    attend: impl FnOnce(Tensor, Tensor, Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let normed = candle_nn::ops::rms_norm(hidden, &block.attention_norm, norm_eps)?;
    let queries = angles.rotate(&split_heads(&block.query.forward(&normed)?, heads)?)?;
    let keys = angles.rotate(&split_heads(&block.key.forward(&normed)?, kv_heads)?)?;
    let values = split_heads(&block.value.forward(&normed)?, kv_heads)?;
    let hidden = (hidden + block.output.forward(&attend(queries, keys, values)?)?)?;
    let normed = candle_nn::ops::rms_norm(&hidden, &block.feed_forward_norm, norm_eps)?;
    // SiLU always: some published configurations of the vision encoder wrongly say gelu.
    let gated = (block.gate.forward(&normed)?.silu()? * block.up.forward(&normed)?)?;
    hidden + block.down.forward(&gated)?
}
