//! The files of a model, in any layout, under one set of names: those of the Mistral layout. Rows that Hugging
//! Face keeps half-split for its rotary embedding are put back into interleaved pairs here, so that the model code
//! knows one order.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::{
    bytes::Bytes,
    config::TextConfig,
    error::LoadError,
    gguf,
    matrix::dequantize,
    number_format::NumberFormat,
    safetensors_file::SafetensorsFile,
    simd::Processor,
    tensor_file::{StoredTensor, TensorFile},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Mistral,
    HuggingFace,
    /// A text file and perhaps its mmproj, by llama.cpp's names. Rows are in pairs, as in the Mistral layout.
    Gguf,
}

/// The order of a query or key matrix's rows.
#[derive(Clone, Copy, Debug)]
pub enum Rows {
    /// Nothing rotates: the order never differs.
    Plain,
    /// Pairs that are rotated together: neighbours in the Mistral layout, half a head apart in Hugging Face's.
    Rotary { heads: usize },
}

pub struct Checkpoint {
    pub layout: Layout,
    pub files: Vec<TensorFile>,
    /// Mistral name -> file and name there.
    names: BTreeMap<String, (usize, String)>,
}

/// Names of one decoder layer: ours, Hugging Face's.
const TEXT_NAMES: [(&str, &str); 14] = [
    ("tok_embeddings.", "embed_tokens."),
    ("output.", "lm_head."),
    ("attention_norm.", "input_layernorm."),
    ("ffn_norm.", "post_attention_layernorm."),
    ("attention.wq.", "self_attn.q_proj."),
    ("attention.wk.", "self_attn.k_proj."),
    ("attention.wv.", "self_attn.v_proj."),
    ("attention.wo.", "self_attn.o_proj."),
    ("feed_forward.w1.", "mlp.gate_proj."),
    ("feed_forward.w2.", "mlp.down_proj."),
    ("feed_forward.w3.", "mlp.up_proj."),
    ("feed_forward.gate.", "block_sparse_moe.gate."),
    ("feed_forward.experts.", "block_sparse_moe.experts."),
    ("norm.", "norm."),
];
const VISION_NAMES: [(&str, &str); 7] = [
    ("attention.wq.", "attention.q_proj."),
    ("attention.wk.", "attention.k_proj."),
    ("attention.wv.", "attention.v_proj."),
    ("attention.wo.", "attention.o_proj."),
    ("feed_forward.w1.", "feed_forward.gate_proj."),
    ("feed_forward.w2.", "feed_forward.down_proj."),
    ("feed_forward.w3.", "feed_forward.up_proj."),
];

impl Checkpoint {
    pub fn new(layout: Layout, files: Vec<TensorFile>) -> Self {
        let mut names = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            for name in file.tensors.keys() {
                let ours = match layout {
                    Layout::Mistral => name.clone(),
                    Layout::HuggingFace => mistral_name(name),
                    Layout::Gguf => gguf::names::to_mistral(name),
                };
                names.insert(ours, (index, name.clone()));
            }
        }
        Self { layout, files, names }
    }

    /// The files `NAME.safetensors` of a folder: one, or those that `NAME.safetensors.index.json` names.
    pub fn open_safetensors(layout: Layout, folder: &Path, name: &str) -> Result<Self, LoadError> {
        let index_path = folder.join(format!("{name}.safetensors.index.json"));
        if !index_path.is_file() {
            let file = SafetensorsFile::open(&folder.join(format!("{name}.safetensors")))?;
            return Ok(Self::new(layout, vec![file]));
        }
        let index: Value = crate::files::read_json(&index_path)?;
        let damaged = |reason: String| LoadError::DamagedWeights { file: index_path.display().to_string(), reason };
        let map = index.get("weight_map").and_then(Value::as_object);
        let map = map.ok_or_else(|| damaged("it has no weight_map".into()))?;
        let mut shards: Vec<&str> = map.values().filter_map(Value::as_str).collect();
        shards.sort_unstable();
        shards.dedup();
        let mut files = Vec::new();
        for shard in shards {
            // A name that leads out of the folder is no shard of this model; one that leads back to the index is none
            // either.
            if Path::new(shard).components().count() != 1 || shard.contains("..") {
                return Err(damaged("it names a file outside its folder".into()));
            }
            if !shard.ends_with(".safetensors") {
                return Err(damaged(format!("it names {shard}, which is no safetensors file")));
            }
            files.push(SafetensorsFile::open(&folder.join(shard))?);
        }
        if files.is_empty() {
            return Err(damaged("its weight_map is empty".into()));
        }
        Ok(Self::new(layout, files))
    }

    /// Bytes that all tensors take in f32.
    pub fn f32_bytes(&self) -> u64 {
        let tensors = self.files.iter().flat_map(|file| file.tensors.values());
        tensors.map(|tensor| tensor.numbers() as u64 * 4).sum()
    }

    /// Any of the weights is in blocks.
    pub fn is_quantised(&self) -> bool {
        self.files.iter().flat_map(|file| file.tensors.values()).any(|tensor| tensor.format.is_quantised())
    }

    /// Where a tensor should have been that is nowhere.
    fn file_of_missing(&self, name: &str) -> Option<&TensorFile> {
        match self.layout {
            Layout::Gguf if gguf::names::is_vision(name) => self.files.last(),
            _ => self.files.first(),
        }
    }

    /// Bytes of the files.
    pub fn file_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes.len() as u64).sum()
    }

    /// Bytes that stored weights take beside their files: rows that are put into another order.
    pub fn reordered_bytes(&self) -> u64 {
        let tensors = self.files.iter().flat_map(|file| &file.tensors);
        match self.layout {
            Layout::HuggingFace => tensors
                .filter(|(name, _)| name.contains("q_proj") || name.contains("k_proj"))
                .map(|(_, tensor)| tensor.bytes.len() as u64)
                .sum(),
            Layout::Mistral | Layout::Gguf => 0,
        }
    }

    /// Bytes of weights that one token reads: the decoder without the embeddings, and of many experts those that are used.
    pub fn read_bytes_per_token(&self, config: &TextConfig) -> u64 {
        let bytes = |name: &str| {
            let (file, stored) = self.names.get(name)?;
            Some(self.files[*file].tensors[stored].bytes.len() as u64)
        };
        let is_read = |name: &str| name.starts_with("layers.") || name == "norm.weight";
        let part = |name: &str, bytes: u64| match config.experts {
            Some(experts) if name.contains(".experts.") => bytes * experts.used as u64 / experts.count as u64,
            _ => bytes,
        };
        let layers: u64 =
            self.names.keys().filter(|name| is_read(name)).map(|name| part(name, bytes(name).unwrap_or(0))).sum();
        layers + bytes("output.weight").or_else(|| bytes("tok_embeddings.weight")).unwrap_or(0)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Rows of a tensor that is there.
    pub fn rows(&self, name: &str) -> Option<usize> {
        let (file, name) = self.names.get(name)?;
        self.files[*file].tensors[name].shape.first().copied()
    }

    /// How the numbers of a tensor that is there are stored.
    pub fn format(&self, name: &str) -> Option<NumberFormat> {
        let (file, name) = self.names.get(name)?;
        Some(self.files[*file].tensors[name].format)
    }

    /// A tensor as it is stored, its rows in the Mistral order.
    pub fn stored_rows(&self, name: &str, shape: &[usize], order: Rows) -> Result<StoredTensor, LoadError> {
        let mut tensor = self.stored(name, shape)?;
        if let (Layout::HuggingFace, Rows::Rotary { heads }) = (self.layout, order) {
            tensor.bytes = interleave(&tensor, shape[0], heads);
        }
        Ok(tensor)
    }

    /// `[length]` in f32.
    pub fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, LoadError> {
        let tensor = self.stored(name, &[length])?;
        let mut values = vec![0.0; length];
        dequantize(Processor::detect(), tensor.format, tensor.bytes.as_slice(), &mut values);
        Ok(values)
    }

    /// A tensor as it lies in its file.
    pub fn stored(&self, name: &str, shape: &[usize]) -> Result<StoredTensor, LoadError> {
        let (file, stored_name) = self.names.get(name).ok_or_else(|| LoadError::MissingTensor {
            file: self.file_of_missing(name).map(|file| file.label.clone()).unwrap_or_default(),
            tensor: match self.layout {
                Layout::Mistral => name.to_owned(),
                Layout::HuggingFace => hugging_face_name(name),
                Layout::Gguf => gguf::names::from_mistral(name),
            },
        })?;
        let file = &self.files[*file];
        let tensor = file.tensors[stored_name].clone();
        if tensor.shape != shape {
            return Err(LoadError::WrongShape {
                file: file.label.clone(),
                tensor: stored_name.clone(),
                found: tensor.shape,
                expected: shape.to_vec(),
            });
        }
        Ok(tensor)
    }
}

/// `w.view(heads, 2, head_dim / 2, in).transpose(1, 2)`: row `half * d/2 + i` of a head becomes row `2 i + half`.
fn interleave(tensor: &StoredTensor, rows: usize, heads: usize) -> Bytes {
    let bytes = tensor.bytes.as_slice();
    let row_bytes = bytes.len() / rows;
    let head_dim = rows / heads;
    let mut out = Vec::with_capacity(bytes.len());
    for row in 0..rows {
        let (head, within) = (row / head_dim, row % head_dim);
        let source = head * head_dim + (within % 2) * (head_dim / 2) + within / 2;
        out.extend_from_slice(&bytes[source * row_bytes..(source + 1) * row_bytes]);
    }
    Bytes::from_vec(out)
}

fn mistral_name(name: &str) -> String {
    let name = name.strip_prefix("model.").unwrap_or(name);
    if let Some(rest) = name.strip_prefix("vision_tower.") {
        return format!("vision_encoder.{}", rename(rest, &VISION_NAMES, true));
    }
    if let Some(rest) = name.strip_prefix("multi_modal_projector.") {
        if rest.starts_with("patch_merger.") {
            return rest.to_owned();
        }
        if let Some(rest) = rest.strip_prefix("norm.") {
            return format!("pre_mm_projector_norm.{rest}");
        }
        let rest = rest.replace("linear_1.", "w_in.").replace("linear_2.", "w_out.");
        return format!("vision_language_adapter.{rest}");
    }
    let rest = name.strip_prefix("language_model.").unwrap_or(name);
    rename(rest.strip_prefix("model.").unwrap_or(rest), &TEXT_NAMES, true)
}

/// For messages only: what a Hugging Face file most likely calls it.
fn hugging_face_name(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("vision_encoder.") {
        return format!("vision_tower.{}", rename(rest, &VISION_NAMES, false));
    }
    if let Some(rest) = name.strip_prefix("vision_language_adapter.") {
        return format!("multi_modal_projector.{}", rest.replace("w_in.", "linear_1.").replace("w_out.", "linear_2."));
    }
    if let Some(rest) = name.strip_prefix("pre_mm_projector_norm.") {
        return format!("multi_modal_projector.norm.{rest}");
    }
    if name.starts_with("patch_merger.") {
        return format!("multi_modal_projector.{name}");
    }
    let renamed = rename(name, &TEXT_NAMES, false);
    if renamed.starts_with("lm_head") {
        format!("language_model.{renamed}")
    } else {
        format!("language_model.model.{renamed}")
    }
}

fn rename(name: &str, table: &[(&str, &str)], to_mistral: bool) -> String {
    for (mistral, hugging_face) in table {
        let (from, to) = if to_mistral { (hugging_face, mistral) } else { (mistral, hugging_face) };
        // The part must begin the name or follow a dot, else `norm.` would match within `attention_norm.`.
        let place = if name.starts_with(from) { Some(0) } else { name.find(&format!(".{from}")).map(|at| at + 1) };
        if let Some(at) = place {
            return format!("{}{to}{}", &name[..at], &name[at + from.len()..]);
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_map_both_ways() {
        for (hugging_face, mistral) in [
            ("language_model.model.embed_tokens.weight", "tok_embeddings.weight"),
            ("language_model.lm_head.weight", "output.weight"),
            ("language_model.model.norm.weight", "norm.weight"),
            ("language_model.model.layers.3.self_attn.q_proj.weight", "layers.3.attention.wq.weight"),
            ("language_model.model.layers.3.post_attention_layernorm.weight", "layers.3.ffn_norm.weight"),
            ("language_model.model.layers.11.mlp.down_proj.weight", "layers.11.feed_forward.w2.weight"),
            (
                "vision_tower.transformer.layers.0.attention.k_proj.weight",
                "vision_encoder.transformer.layers.0.attention.wk.weight",
            ),
            (
                "vision_tower.transformer.layers.0.attention_norm.weight",
                "vision_encoder.transformer.layers.0.attention_norm.weight",
            ),
            ("vision_tower.ln_pre.weight", "vision_encoder.ln_pre.weight"),
            ("multi_modal_projector.linear_2.bias", "vision_language_adapter.w_out.bias"),
            ("multi_modal_projector.norm.weight", "pre_mm_projector_norm.weight"),
            ("multi_modal_projector.patch_merger.merging_layer.weight", "patch_merger.merging_layer.weight"),
            (
                "language_model.model.layers.3.block_sparse_moe.experts.7.w2.weight",
                "layers.3.feed_forward.experts.7.w2.weight",
            ),
            ("language_model.model.layers.3.block_sparse_moe.gate.weight", "layers.3.feed_forward.gate.weight"),
        ] {
            assert_eq!(mistral_name(hugging_face), mistral);
            assert_eq!(hugging_face_name(mistral), hugging_face);
        }
        assert_eq!(mistral_name("model.language_model.layers.0.mlp.up_proj.weight"), "layers.0.feed_forward.w3.weight");
    }
}
