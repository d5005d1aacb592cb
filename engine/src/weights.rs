//! All weights of a model. Read-only after loading, shared by every request.

use std::sync::Arc;

use candle_core::Tensor;

use crate::{
    checkpoint::{Checkpoint, Rows},
    config::{Config, Experts, TextConfig, VisionConfig},
    error::LoadError,
    feed_forward::{FeedForward, Gated, Mixture},
    matrix::Matrix,
};

/// One pre-norm transformer block; decoder and vision encoder share its shape.
pub struct Block {
    pub attention_norm: Tensor,
    pub query: Matrix,
    pub key: Matrix,
    pub value: Matrix,
    pub output: Matrix,
    pub feed_forward_norm: Tensor,
    pub feed_forward: FeedForward,
}

pub struct Weights {
    pub embeddings: Arc<Matrix>,
    pub layers: Vec<Block>,
    pub norm: Tensor,
    /// `[vocabulary, width]`; may be the embeddings.
    pub output: Arc<Matrix>,
    pub vision: Option<VisionWeights>,
}

pub struct VisionWeights {
    /// `[width, 3 * patch * patch]`.
    pub patch_conv: Matrix,
    pub ln_pre: Tensor,
    pub layers: Vec<Block>,
    /// Where squares of patches become one token each.
    pub merger: Option<MergerWeights>,
    pub adapter: AdapterWeights,
}

pub struct MergerWeights {
    /// For every patch, before it is merged.
    pub norm: Tensor,
    /// `[width, width * merge * merge]`.
    pub merge: Matrix,
}

/// A bias is used if and only if the file has it.
pub struct AdapterWeights {
    pub w_in: Matrix,
    pub w_in_bias: Option<Tensor>,
    pub w_out: Matrix,
    pub w_out_bias: Option<Tensor>,
}

struct BlockSizes {
    width: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    feed_forward: usize,
    experts: Option<Experts>,
}

impl Weights {
    pub fn load(checkpoint: &Checkpoint, config: &Config) -> Result<Self, LoadError> {
        let text = &config.text;
        let embeddings =
            Arc::new(checkpoint.matrix("tok_embeddings.weight", text.vocabulary, text.width, Rows::Plain)?);
        let tied = text.tied_embeddings && !checkpoint.contains("output.weight");
        let output = if tied {
            embeddings.clone()
        } else {
            Arc::new(checkpoint.matrix("output.weight", text.vocabulary, text.width, Rows::Plain)?)
        };
        let sizes = text_sizes(text);
        let mut layers = Vec::new();
        for layer in 0..text.layers {
            layers.push(block(checkpoint, &format!("layers.{layer}"), &sizes)?);
        }
        let norm = checkpoint.vector("norm.weight", text.width)?;
        let vision = match &config.vision {
            Some(vision) => Some(self::vision(checkpoint, vision, text.width)?),
            None => None,
        };
        Ok(Self { embeddings, layers, norm, output, vision })
    }
}

fn text_sizes(text: &TextConfig) -> BlockSizes {
    BlockSizes {
        width: text.width,
        heads: text.heads,
        kv_heads: text.kv_heads,
        head_dim: text.head_dim,
        feed_forward: text.feed_forward,
        experts: text.experts,
    }
}

fn vision(checkpoint: &Checkpoint, vision: &VisionConfig, text_width: usize) -> Result<VisionWeights, LoadError> {
    let sizes = BlockSizes {
        width: vision.width,
        heads: vision.heads,
        kv_heads: vision.heads,
        head_dim: vision.head_dim,
        feed_forward: vision.feed_forward,
        experts: None,
    };
    let mut layers = Vec::new();
    for layer in 0..vision.layers {
        layers.push(block(checkpoint, &format!("vision_encoder.transformer.layers.{layer}"), &sizes)?);
    }
    let merger = match vision.merge {
        1 => None,
        side => Some(MergerWeights {
            norm: checkpoint.vector("pre_mm_projector_norm.weight", vision.width)?,
            merge: checkpoint.matrix(
                "patch_merger.merging_layer.weight",
                vision.width,
                vision.width * side * side,
                Rows::Plain,
            )?,
        }),
    };
    let bias = |name: &str| {
        let name = format!("vision_language_adapter.{name}.bias");
        if checkpoint.contains(&name) { checkpoint.vector(&name, text_width).map(Some) } else { Ok(None) }
    };
    let weight = |name: &str, columns: usize| {
        checkpoint.matrix(&format!("vision_language_adapter.{name}.weight"), text_width, columns, Rows::Plain)
    };
    Ok(VisionWeights {
        patch_conv: checkpoint.patch_matrix("vision_encoder.patch_conv.weight", vision.width, vision.patch)?,
        ln_pre: checkpoint.vector("vision_encoder.ln_pre.weight", vision.width)?,
        layers,
        merger,
        adapter: AdapterWeights {
            w_in: weight("w_in", vision.width)?,
            w_in_bias: bias("w_in")?,
            w_out: weight("w_out", text_width)?,
            w_out_bias: bias("w_out")?,
        },
    })
}

fn block(checkpoint: &Checkpoint, prefix: &str, sizes: &BlockSizes) -> Result<Block, LoadError> {
    let vector = |name: &str| checkpoint.vector(&format!("{prefix}.{name}.weight"), sizes.width);
    let matrix = |name: &str, rows: usize, columns: usize, order: Rows| {
        checkpoint.matrix(&format!("{prefix}.{name}.weight"), rows, columns, order)
    };
    let (query_rows, key_rows) = (sizes.heads * sizes.head_dim, sizes.kv_heads * sizes.head_dim);
    let (width, feed_forward) = (sizes.width, sizes.feed_forward);
    let gated = |name: &str| {
        Ok::<_, LoadError>(Gated {
            gate: matrix(&format!("{name}.w1"), feed_forward, width, Rows::Plain)?,
            up: matrix(&format!("{name}.w3"), feed_forward, width, Rows::Plain)?,
            down: matrix(&format!("{name}.w2"), width, feed_forward, Rows::Plain)?,
        })
    };
    let feed_forward = match sizes.experts {
        None => FeedForward::Dense(gated("feed_forward")?),
        Some(Experts { count, used }) => FeedForward::Mixture(Mixture {
            router: matrix("feed_forward.gate", count, width, Rows::Plain)?,
            experts: (0..count)
                .map(|expert| gated(&format!("feed_forward.experts.{expert}")))
                .collect::<Result<_, _>>()?,
            used,
        }),
    };
    Ok(Block {
        attention_norm: vector("attention_norm")?,
        query: matrix("attention.wq", query_rows, width, Rows::Rotary { heads: sizes.heads })?,
        key: matrix("attention.wk", key_rows, width, Rows::Rotary { heads: sizes.kv_heads })?,
        value: matrix("attention.wv", key_rows, width, Rows::Plain)?,
        output: matrix("attention.wo", width, query_rows, Rows::Plain)?,
        feed_forward_norm: vector("ffn_norm")?,
        feed_forward,
    })
}
