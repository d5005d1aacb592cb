//! Attention with shared key-value heads, and the transformer block around it.

use candle_core::{Device, Result, Tensor};

use super::{Gpu, feed_forward, rotary::Angles};
use crate::weights::Block;

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

/// A query at position `first + i` sees keys 0 to `first + i`, with a `window` only as many of the last ones. One query
/// that sees everything needs no mask: `None`.
pub fn causal_mask(first: usize, count: usize, window: Option<usize>, device: &Device) -> Result<Option<Tensor>> {
    let length = first + count;
    let window = window.unwrap_or(length);
    if count == 1 && length <= window {
        return Ok(None);
    }
    let mut mask = vec![0.0_f32; count * length];
    for (i, row) in mask.chunks_exact_mut(length).enumerate() {
        let end = first + i + 1;
        row[end..].fill(f32::NEG_INFINITY);
        row[..end.saturating_sub(window)].fill(f32::NEG_INFINITY);
    }
    Tensor::from_vec(mask, (count, length), device).map(Some)
}

/// `hidden` `[n, width]` through one pre-norm block. `attend` gets the rotated queries `[heads, n, head_dim]`, the
/// rotated keys and the values `[kv_heads, n, head_dim]`, and answers `[n, heads * head_dim]`.
pub fn block_forward(
    block: &Block<Gpu>,
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
    hidden + feed_forward::forward(&block.feed_forward, &normed)?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// For each query the keys that it sees.
    fn seen(first: usize, count: usize, window: Option<usize>) -> Vec<Vec<usize>> {
        let mask = causal_mask(first, count, window, &Device::Cpu).unwrap().unwrap().to_vec2::<f32>().unwrap();
        mask.iter().map(|row| (0..row.len()).filter(|&key| row[key] == 0.0).collect()).collect()
    }

    #[test]
    fn queries_see_what_came_before() {
        assert_eq!(seen(1, 2, None), [vec![0, 1], vec![0, 1, 2]]);
        assert_eq!(seen(1, 3, Some(2)), [vec![0, 1], vec![1, 2], vec![2, 3]]);
        assert_eq!(seen(5, 1, Some(3)), [vec![3, 4, 5]]);
        assert!(causal_mask(5, 1, None, &Device::Cpu).unwrap().is_none());
        assert!(causal_mask(2, 1, Some(3), &Device::Cpu).unwrap().is_none());
    }
}
