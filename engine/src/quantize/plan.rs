//! Every tensor of the two files, in the order of llama.cpp's converter: where it comes from and what it becomes.

use candle_core::quantized::GgmlDType;

use super::{
    format::Format,
    header::Entry,
    rules::{self, Role, Shape},
};
use crate::{
    checkpoint::{Checkpoint, Rows},
    config::{Config, TextConfig, VisionConfig},
};

pub struct PlannedTensor {
    pub entry: Entry,
    pub source: Source,
}

pub struct Source {
    /// In the Mistral layout; several are stacked in this order.
    pub names: Vec<String>,
    /// Of each: `[rows, columns]`, a convolution's `[out, 3, side, side]`, or a vector's `[length]`.
    pub shape: Vec<usize>,
    pub rows: Rows,
    /// Only this row of the matrix.
    pub only_row: Option<usize>,
}

impl PlannedTensor {
    fn new(name: String, source: String, shape: Vec<usize>, rows: Rows, block_type: GgmlDType) -> Self {
        let entry = Entry { name, shape: shape.clone(), block_type };
        Self { entry, source: Source { names: vec![source], shape, rows, only_row: None } }
    }

    /// Matrices of one shape as one tensor.
    fn stacked(name: String, sources: Vec<String>, [rows, columns]: [usize; 2], block_type: GgmlDType) -> Self {
        let entry = Entry { name, shape: vec![sources.len(), rows, columns], block_type };
        let source = Source { names: sources, shape: vec![rows, columns], rows: Rows::Plain, only_row: None };
        Self { entry, source }
    }

    fn vector(name: String, source: String, length: usize) -> Self {
        Self::new(name, source, vec![length], Rows::Plain, GgmlDType::F32)
    }

    /// Values that are encoded together.
    pub fn columns(&self) -> usize {
        self.entry.shape.last().copied().unwrap_or(1)
    }
}

/// The text file's tensors.
pub fn text(config: &TextConfig, checkpoint: &Checkpoint, format: Format) -> Vec<PlannedTensor> {
    let tied = config.tied_embeddings && !checkpoint.contains("output.weight");
    let experts = config.experts.map_or(0, |experts| experts.count);
    let shape = Shape { layers: config.layers, heads_per_kv_head: config.heads / config.kv_heads, experts, tied };
    let (width, feed_forward) = (config.width, config.feed_forward);
    let (queries, keys) = (config.heads * config.head_dim, config.kv_heads * config.head_dim);
    let (query_order, key_order) = (Rows::Rotary { heads: config.heads }, Rows::Rotary { heads: config.kv_heads });
    let mut tensors = Vec::new();
    for layer in 0..config.layers {
        let matrix = |name: &str, source: &str, role: Role, [rows, columns]: [usize; 2], order: Rows| {
            let block_type = rules::text_type(format, role, layer, columns, &shape);
            let (name, source) = (format!("blk.{layer}.{name}.weight"), format!("layers.{layer}.{source}.weight"));
            PlannedTensor::new(name, source, vec![rows, columns], order, block_type)
        };
        let norm = |name: &str, source: &str| {
            let (name, source) = (format!("blk.{layer}.{name}.weight"), format!("layers.{layer}.{source}.weight"));
            PlannedTensor::vector(name, source, width)
        };
        let (up, down) = ([feed_forward, width], [width, feed_forward]);
        tensors.extend([
            matrix("attn_k", "attention.wk", Role::Key, [keys, width], key_order),
            matrix("attn_output", "attention.wo", Role::AttentionOutput, [width, queries], Rows::Plain),
            matrix("attn_q", "attention.wq", Role::Other, [queries, width], query_order),
            matrix("attn_v", "attention.wv", Role::Value, [keys, width], Rows::Plain),
            norm("attn_norm", "attention_norm"),
            norm("ffn_norm", "ffn_norm"),
        ]);
        let feed_forward = [
            ("ffn_gate", "w1", Role::Other, up),
            ("ffn_down", "w2", Role::FeedForwardDown, down),
            ("ffn_up", "w3", Role::Other, up),
        ];
        if experts == 0 {
            let plain = |(name, part, role, sides): (&str, &str, _, _)| {
                matrix(name, &format!("feed_forward.{part}"), role, sides, Rows::Plain)
            };
            tensors.extend(feed_forward.map(plain));
        } else {
            tensors.push(matrix("ffn_gate_inp", "feed_forward.gate", Role::Exact, [experts, width], Rows::Plain));
            tensors.extend(feed_forward.map(|(name, part, role, sides)| {
                let source = |expert| format!("layers.{layer}.feed_forward.experts.{expert}.{part}.weight");
                let block_type = rules::text_type(format, role, layer, sides[1], &shape);
                let name = format!("blk.{layer}.{name}_exps.weight");
                PlannedTensor::stacked(name, (0..experts).map(source).collect(), sides, block_type)
            }));
        }
    }
    let outer = |name: &str, source: &str, role: Role| {
        let block_type = rules::text_type(format, role, 0, width, &shape);
        let (name, source) = (format!("{name}.weight"), format!("{source}.weight"));
        PlannedTensor::new(name, source, vec![config.vocabulary, width], Rows::Plain, block_type)
    };
    tensors.push(PlannedTensor::vector("output_norm.weight".into(), "norm.weight".into(), width));
    if !tied {
        tensors.push(outer("output", "output", Role::Output));
    }
    tensors.push(outer("token_embd", "tok_embeddings", Role::Embeddings));
    tensors
}

/// The tensors of the file that llama.cpp calls mmproj: encoder, adapter, and the embedding of `[IMG_BREAK]`, which
/// llama.cpp puts between the rows of a picture. `format`: as [`rules::vision_format`] chose it. `break_token`: its id.
pub fn vision(
    config: &Config,
    vision: &VisionConfig,
    break_token: u32,
    checkpoint: &Checkpoint,
    format: Format,
) -> Vec<PlannedTensor> {
    let width = config.text.width;
    let mut row_break = PlannedTensor::vector("v.token_embd.img_break".into(), "tok_embeddings.weight".into(), width);
    row_break.source.shape = vec![config.text.vocabulary, width];
    row_break.source.only_row = Some(break_token as usize);
    let patches = PlannedTensor::new(
        "v.patch_embd.weight".into(),
        "vision_encoder.patch_conv.weight".into(),
        vec![vision.width, 3, vision.patch, vision.patch],
        Rows::Plain,
        rules::convolution_type(format),
    );
    let first_norm =
        PlannedTensor::vector("v.pre_ln.weight".into(), "vision_encoder.ln_pre.weight".into(), vision.width);
    let matrix = |name: String, source: String, [rows, columns]: [usize; 2], order: Rows| {
        PlannedTensor::new(name, source, vec![rows, columns], order, rules::vision_type(format, columns))
    };
    let mut tensors = vec![row_break, first_norm, patches];
    let attention = vision.heads * vision.head_dim;
    let rotary = Rows::Rotary { heads: vision.heads };
    for layer in 0..vision.layers {
        let names = |name: &str, source: &str| {
            let source = format!("vision_encoder.transformer.layers.{layer}.{source}.weight");
            (format!("v.blk.{layer}.{name}.weight"), source)
        };
        let block = |name: &str, source: &str, shape: [usize; 2], order: Rows| {
            let (name, source) = names(name, source);
            matrix(name, source, shape, order)
        };
        let norm = |name: &str, source: &str| {
            let (name, source) = names(name, source);
            PlannedTensor::vector(name, source, vision.width)
        };
        let (up, down) = ([vision.feed_forward, vision.width], [vision.width, vision.feed_forward]);
        tensors.extend([
            block("attn_k", "attention.wk", [attention, vision.width], rotary),
            block("attn_out", "attention.wo", [vision.width, attention], Rows::Plain),
            block("attn_q", "attention.wq", [attention, vision.width], rotary),
            block("attn_v", "attention.wv", [attention, vision.width], Rows::Plain),
            norm("ln1", "attention_norm"),
            block("ffn_gate", "feed_forward.w1", up, Rows::Plain),
            block("ffn_down", "feed_forward.w2", down, Rows::Plain),
            block("ffn_up", "feed_forward.w3", up, Rows::Plain),
            norm("ln2", "ffn_norm"),
        ]);
    }
    if vision.merge > 1 {
        let name = |name: &str| format!("{name}.weight");
        let merged = [vision.width, vision.width * vision.merge * vision.merge];
        let merger = (name("mm.patch_merger"), name("patch_merger.merging_layer"));
        tensors.push(matrix(merger.0, merger.1, merged, Rows::Plain));
        tensors.push(PlannedTensor::vector(name("mm.input_norm"), name("pre_mm_projector_norm"), vision.width));
    }
    for (name, source, columns) in [("mm.1", "w_in", vision.width), ("mm.2", "w_out", width)] {
        let source = format!("vision_language_adapter.{source}");
        let bias = format!("{source}.bias");
        if checkpoint.contains(&bias) {
            tensors.push(PlannedTensor::vector(format!("{name}.bias"), bias, width));
        }
        tensors.push(matrix(format!("{name}.weight"), format!("{source}.weight"), [width, columns], Rows::Plain));
    }
    tensors
}
