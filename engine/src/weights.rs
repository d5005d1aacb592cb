//! All weights of a model. Read-only after loading, shared by every request.

use std::sync::Arc;

use crate::{
    backend::Backend,
    checkpoint::{Checkpoint, Rows},
    config::{Config, Experts, TextConfig, VisionConfig},
    error::LoadError,
};

/// One pre-norm transformer block; decoder and vision encoder share its shape.
pub struct Block<B: Backend> {
    pub attention_norm: B::Vector,
    pub query: B::Matrix,
    pub key: B::Matrix,
    pub value: B::Matrix,
    pub output: B::Matrix,
    pub feed_forward_norm: B::Vector,
    pub feed_forward: FeedForward<B>,
}

pub struct Weights<B: Backend> {
    pub embeddings: Arc<B::Matrix>,
    pub layers: Vec<Block<B>>,
    pub norm: B::Vector,
    /// `[vocabulary, width]`; may be the embeddings.
    pub output: Arc<B::Matrix>,
    pub vision: Option<VisionWeights<B>>,
}

pub struct VisionWeights<B: Backend> {
    /// `[width, 3 * patch * patch]`.
    pub patch_conv: B::Matrix,
    pub ln_pre: B::Vector,
    pub layers: Vec<Block<B>>,
    /// Where squares of patches become one token each.
    pub merger: Option<MergerWeights<B>>,
    pub adapter: AdapterWeights<B>,
}

pub struct MergerWeights<B: Backend> {
    /// For every patch, before it is merged.
    pub norm: B::Vector,
    /// `[width, width * merge * merge]`.
    pub merge: B::Matrix,
}

/// A bias is used if and only if the file has it.
pub struct AdapterWeights<B: Backend> {
    pub w_in: B::Matrix,
    pub w_in_bias: Option<B::Vector>,
    pub w_out: B::Matrix,
    pub w_out_bias: Option<B::Vector>,
}

/// down(SiLU(gate(x)) * up(x)).
pub struct Gated<B: Backend> {
    pub gate: B::Matrix,
    pub up: B::Matrix,
    pub down: B::Matrix,
}

/// The second half of a block: one gated network, or for every position the few of many experts that suit it best.
pub enum FeedForward<B: Backend> {
    Dense(Gated<B>),
    Mixture(Mixture<B>),
}

/// A mixture of experts, as Mixtral has it.
pub struct Mixture<B: Backend> {
    /// `[experts, width]`.
    pub router: B::Matrix,
    pub experts: Vec<Gated<B>>,
    /// Experts that a position uses.
    pub used: usize,
}

struct BlockSizes {
    width: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    feed_forward: usize,
    experts: Option<Experts>,
}

impl<B: Backend> Weights<B> {
    pub fn load(checkpoint: &Checkpoint, config: &Config, backend: &B) -> Result<Self, LoadError> {
        let text = &config.text;
        let from = Source { checkpoint, backend };
        let embeddings = Arc::new(from.matrix("tok_embeddings.weight", text.vocabulary, text.width, Rows::Plain)?);
        let tied = text.tied_embeddings && !checkpoint.contains("output.weight");
        let output = if tied {
            embeddings.clone()
        } else {
            Arc::new(from.matrix("output.weight", text.vocabulary, text.width, Rows::Plain)?)
        };
        let sizes = text_sizes(text);
        let mut layers = Vec::new();
        for layer in 0..text.layers {
            layers.push(block(&from, &format!("layers.{layer}"), &sizes)?);
        }
        let norm = from.vector("norm.weight", text.width)?;
        let vision = match &config.vision {
            Some(vision) => Some(self::vision(&from, vision, text.width)?),
            None => None,
        };
        Ok(Self { embeddings, layers, norm, output, vision })
    }
}

/// Where tensors come from, and who keeps them.
struct Source<'a, B> {
    checkpoint: &'a Checkpoint,
    backend: &'a B,
}

impl<B: Backend> Source<'_, B> {
    fn matrix(&self, name: &str, rows: usize, columns: usize, order: Rows) -> Result<B::Matrix, LoadError> {
        self.backend.matrix(self.checkpoint.stored_rows(name, &[rows, columns], order)?, rows, columns)
    }

    /// A convolution whose stride is its size, as a matrix over flattened patches `[out, channels * side * side]`.
    fn patch_matrix(&self, name: &str, out: usize, side: usize) -> Result<B::Matrix, LoadError> {
        self.backend.matrix(self.checkpoint.stored(name, &[out, 3, side, side])?, out, 3 * side * side)
    }

    fn vector(&self, name: &str, length: usize) -> Result<B::Vector, LoadError> {
        self.backend.vector(self.checkpoint.vector(name, length)?)
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

fn vision<B: Backend>(
    from: &Source<'_, B>,
    vision: &VisionConfig,
    text_width: usize,
) -> Result<VisionWeights<B>, LoadError> {
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
        layers.push(block(from, &format!("vision_encoder.transformer.layers.{layer}"), &sizes)?);
    }
    let merger = match vision.merge {
        1 => None,
        side => Some(MergerWeights {
            norm: from.vector("pre_mm_projector_norm.weight", vision.width)?,
            merge: from.matrix(
                "patch_merger.merging_layer.weight",
                vision.width,
                vision.width * side * side,
                Rows::Plain,
            )?,
        }),
    };
    let bias = |name: &str| {
        let name = format!("vision_language_adapter.{name}.bias");
        if from.checkpoint.contains(&name) { from.vector(&name, text_width).map(Some) } else { Ok(None) }
    };
    let weight = |name: &str, columns: usize| {
        from.matrix(&format!("vision_language_adapter.{name}.weight"), text_width, columns, Rows::Plain)
    };
    Ok(VisionWeights {
        patch_conv: from.patch_matrix("vision_encoder.patch_conv.weight", vision.width, vision.patch)?,
        ln_pre: from.vector("vision_encoder.ln_pre.weight", vision.width)?,
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

fn block<B: Backend>(from: &Source<'_, B>, prefix: &str, sizes: &BlockSizes) -> Result<Block<B>, LoadError> {
    let vector = |name: &str| from.vector(&format!("{prefix}.{name}.weight"), sizes.width);
    let matrix = |name: &str, rows: usize, columns: usize, order: Rows| {
        from.matrix(&format!("{prefix}.{name}.weight"), rows, columns, order)
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
