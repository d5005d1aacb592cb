//! The metadata of both files: the keys that llama.cpp's converter writes for Pixtral and its text relatives.
//! Source: llama.cpp, conversion/base.py (`set_gguf_parameters`), conversion/pixtral.py.

use super::{format::Format, header::Value, plan::PlannedTensor};
use crate::{
    config::{TextConfig, VISION_NORM_EPS, VisionConfig},
    picture::resize::{MEAN, STANDARD_DEVIATION},
};

/// `GGML_QNT_VERSION`.
const QUANTIZATION_VERSION: u32 = 2;
/// llama.cpp does not load a file without a context length, and Mistral's own files name none: these are the lengths
/// that the models with and without pictures were published with.
const CONTEXT_WITH_PICTURES: u32 = 131_072;
const CONTEXT_OF_TEXT: u32 = 32_768;

pub type Metadata = Vec<(String, Value)>;

/// `vocabulary`: the tokenizer's keys. `chat_template`: Jinja, or the name of one of llama.cpp's own.
pub fn text(
    name: &str,
    config: &TextConfig,
    sees_pictures: bool,
    format: Format,
    tensors: &[PlannedTensor],
    vocabulary: Metadata,
    chat_template: String,
) -> Metadata {
    let context = config.max_positions.unwrap_or(if sees_pictures { CONTEXT_WITH_PICTURES } else { CONTEXT_OF_TEXT });
    // As llama.cpp's converter: the newer name only where the older one would not do.
    let stretched = config.yarn.is_some() || config.query_scaling.is_some();
    let architecture = if stretched { "mistral3" } else { "llama" };
    let key = |name: &str| format!("{architecture}.{name}");
    let mut metadata = general(architecture, "model", name, tensors);
    let keys = [
        ("block_count", number(config.layers)),
        ("context_length", Value::U32(context)),
        ("embedding_length", number(config.width)),
        ("feed_forward_length", number(config.feed_forward)),
        ("attention.head_count", number(config.heads)),
        ("attention.head_count_kv", number(config.kv_heads)),
        ("rope.freq_base", Value::F32(config.rope_theta as f32)),
        ("attention.layer_norm_rms_epsilon", Value::F32(config.norm_eps)),
        ("attention.key_length", number(config.head_dim)),
        ("attention.value_length", number(config.head_dim)),
    ];
    metadata.extend(keys.map(|(name, value)| (key(name), value)));
    if let Some(experts) = config.experts {
        metadata.push((key("expert_count"), number(experts.count)));
        metadata.push((key("expert_used_count"), number(experts.used)));
    }
    if let Some(yarn) = &config.yarn {
        metadata.push((key("rope.scaling.type"), Value::Text("yarn".into())));
        metadata.extend(
            [
                ("factor", Value::F32(yarn.factor as f32)),
                ("original_context_length", Value::U32(yarn.original_positions)),
                ("yarn_beta_fast", Value::F32(yarn.beta_fast as f32)),
                ("yarn_beta_slow", Value::F32(yarn.beta_slow as f32)),
                ("yarn_log_multiplier", Value::F32(yarn.log_multiplier() as f32)),
            ]
            .map(|(name, value)| (key(&format!("rope.scaling.{name}")), value)),
        );
    }
    if let Some(scaling) = &config.query_scaling {
        metadata.push((key("attention.temperature_scale"), Value::F32(scaling.beta as f32)));
    }
    metadata.push(("general.file_type".into(), Value::U32(format.file_type())));
    metadata.push((key("rope.dimension_count"), number(config.head_dim)));
    metadata.push(("general.quantization_version".into(), Value::U32(QUANTIZATION_VERSION)));
    metadata.extend(vocabulary);
    metadata.push((key("vocab_size"), number(config.vocabulary)));
    metadata.push(("tokenizer.ggml.add_bos_token".into(), Value::Bool(true)));
    metadata.push(("tokenizer.ggml.add_eos_token".into(), Value::Bool(false)));
    metadata.push(("tokenizer.chat_template".into(), Value::Text(chat_template)));
    metadata
}

/// `width`: that of the text model.
pub fn vision(name: &str, config: &VisionConfig, width: usize, format: Format, tensors: &[PlannedTensor]) -> Metadata {
    let mut metadata = general("clip", "mmproj", name, tensors);
    let keys = [
        ("general.file_type", Value::U32(format.file_type())),
        ("clip.has_vision_encoder", Value::Bool(true)),
        ("clip.vision.projection_dim", number(width)),
        ("clip.vision.image_size", Value::U32(config.longest_edge)),
        ("clip.vision.patch_size", number(config.patch)),
        ("clip.vision.embedding_length", number(config.width)),
        ("clip.vision.feed_forward_length", number(config.feed_forward)),
        ("clip.vision.block_count", number(config.layers)),
        ("clip.vision.attention.head_count", number(config.heads)),
        ("clip.vision.image_mean", Value::F32s(MEAN.to_vec())),
        ("clip.vision.image_std", Value::F32s(STANDARD_DEVIATION.to_vec())),
        ("clip.projector_type", Value::Text("pixtral".into())),
        ("clip.vision.attention.layer_norm_epsilon", Value::F32(VISION_NORM_EPS)),
        ("clip.rope.freq_base", Value::F32(config.rope_theta as f32)),
        // Also where a published configuration says gelu: the model was made with SiLU.
        ("clip.use_silu", Value::Bool(true)),
        ("general.quantization_version", Value::U32(QUANTIZATION_VERSION)),
    ];
    metadata.extend(keys.map(|(key, value)| (key.to_owned(), value)));
    if config.merge > 1 {
        metadata.push(("clip.vision.spatial_merge_size".into(), number(config.merge)));
    }
    metadata
}

fn general(architecture: &str, kind: &str, name: &str, tensors: &[PlannedTensor]) -> Metadata {
    // One expert of each stack counts, and the label says how many there are.
    let experts = tensors.iter().map(|tensor| tensor.source.names.len()).max().unwrap_or(1);
    let values = tensors.iter().map(|tensor| {
        let values = tensor.entry.shape.iter().product::<usize>();
        (values / tensor.source.names.len()) as u64
    });
    let size = size_label(values.sum());
    let size = if experts > 1 { format!("{experts}x{size}") } else { size };
    [
        ("general.architecture", architecture.to_owned()),
        ("general.type", kind.to_owned()),
        ("general.name", title(name)),
        ("general.size_label", size),
    ]
    .map(|(key, value)| (key.to_owned(), Value::Text(value)))
    .into()
}

fn number(value: usize) -> Value {
    // Sizes of a configuration are below 2^20 (config.rs).
    Value::U32(value as u32)
}

/// `pixtral-12b-2409` -> `Pixtral 12b 2409`: lower-case words begin with a capital, versions stay.
fn title(name: &str) -> String {
    let words = name.split(|letter: char| letter == '-' || letter.is_whitespace()).filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .map(|word| {
            let mut letters = word.chars();
            let is_version = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '.');
            match letters.next() {
                Some(first)
                    if first.is_lowercase()
                        && !word.chars().any(char::is_uppercase)
                        && !(first == 'v' && is_version(letters.as_str())) =>
                {
                    first.to_uppercase().chain(letters).collect()
                }
                _ => word.to_owned(),
            }
        })
        .collect();
    words.join(" ")
}

/// `12B`, `341K`: at least two digits (llama.cpp, gguf-py/gguf/utility.py, `model_weight_count_rounded_notation`).
fn size_label(values: u64) -> String {
    let values = values as f64;
    let (scaled, suffix) = match values {
        v if v > 1e12 => (v * 1e-12, 'T'),
        v if v > 1e9 => (v * 1e-9, 'B'),
        v if v > 1e6 => (v * 1e-6, 'M'),
        v => (v * 1e-3, 'K'),
    };
    let rounded = scaled.round_ties_even();
    let digits = if rounded == 0.0 { 0 } else { format!("{rounded}").len() };
    format!("{scaled:.0$}{suffix}", 2_usize.saturating_sub(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_as_llama_cpp_writes_them() {
        assert_eq!(title("pixtral-12b-2409"), "Pixtral 12b 2409");
        assert_eq!(title("Mistral-7B-Instruct-v0.3"), "Mistral 7B Instruct v0.3");
        assert_eq!(title("mini"), "Mini");
        assert_eq!(size_label(12_250_000_000), "12B");
        assert_eq!(size_label(7_248_023_552), "7.2B");
        assert_eq!(size_label(341_000), "341K");
        assert_eq!(size_label(438_000_000), "438M");
    }
}
