//! The metadata of a GGUF text file and its mmproj, as llama.cpp's converter writes them (`gguf-py/gguf/constants.py`,
//! `tools/mtmd/clip-impl.h`).

use serde_json::Value;

use super::{Config, Fields, TextConfig, VisionConfig};

/// Architectures that this decoder is.
const ARCHITECTURES: [&str; 2] = ["llama", "mistral3"];

/// What the tensors say rather than the metadata.
pub struct Tensors {
    /// Rows of the embeddings.
    pub vocabulary: usize,
    /// There is an output matrix beside the embeddings.
    pub has_output: bool,
    /// Positions are scaled by factors from a tensor.
    pub has_rope_factors: bool,
}

/// `text`: the text file's metadata, keys with dots. The reason says which is wrong.
pub fn parse_text(text: &Value, tensors: &Tensors) -> Result<Config, String> {
    let architecture = text.get("general.architecture").and_then(Value::as_str).unwrap_or_default();
    if !ARCHITECTURES.contains(&architecture) {
        return Err(format!(
            "its architecture is {architecture:?}, and Chaton runs \"llama\" (Pixtral, Mistral, Mixtral) and \"mistral3\""
        ));
    }
    let fields = Fields { object: text, prefix: "" };
    let key = |name: &str| format!("{architecture}.{name}");
    let width = fields.size(&key("embedding_length"))?;
    let heads = fields.size(&key("attention.head_count"))?;
    let head_dim = fields.size_or(&key("attention.key_length"), (width / heads).max(1))?;
    for other in ["attention.value_length", "rope.dimension_count"] {
        let size = fields.size_or(&key(other), head_dim)?;
        if size != head_dim {
            return Err(format!("{} is {size} and the heads have {head_dim}", key(other)));
        }
    }
    if fields.get(&key("expert_count")).is_some_and(|count| count.as_u64() != Some(0)) {
        return Err("mixtures of experts are not supported yet".into());
    }
    match text.get(key("rope.scaling.type")).and_then(Value::as_str) {
        None | Some("none") if !tensors.has_rope_factors => {}
        Some(kind) => return Err(format!("rope scaling of the kind {kind:?} is not supported yet")),
        None => return Err("its positions are scaled by a tensor (rope_freqs), which Pixtral's family does not".into()),
    }
    let config = TextConfig {
        width,
        layers: fields.size(&key("block_count"))?,
        heads,
        kv_heads: fields.size_or(&key("attention.head_count_kv"), heads)?,
        head_dim,
        feed_forward: fields.size(&key("feed_forward_length"))?,
        vocabulary: tensors.vocabulary,
        norm_eps: fields.number_or(&key("attention.layer_norm_rms_epsilon"), 1e-5)? as f32,
        rope_theta: fields.number_or(&key("rope.freq_base"), 10_000.0)?,
        max_positions: fields.optional_size(&key("context_length"))?.map(|positions| positions as u32),
        tied_embeddings: !tensors.has_output,
    };
    Config { text: config, vision: None }.checked()
}

/// `mmproj`: the vision file's metadata.
pub fn parse_vision(mmproj: &Value) -> Result<VisionConfig, String> {
    let projector = ["clip.projector_type", "clip.vision.projector_type"];
    let projector = projector.iter().find_map(|key| mmproj.get(*key)?.as_str()).unwrap_or("none");
    if projector != "pixtral" {
        return Err(format!("its projector is of the kind {projector:?}, not \"pixtral\""));
    }
    let fields = Fields { object: mmproj, prefix: "" };
    if fields.size_or("clip.vision.spatial_merge_size", 1)? != 1 {
        return Err("merging of patches is not supported yet".into());
    }
    let width = fields.size("clip.vision.embedding_length")?;
    let heads = fields.size("clip.vision.attention.head_count")?;
    Ok(VisionConfig {
        width,
        layers: fields.size("clip.vision.block_count")?,
        heads,
        head_dim: fields.size_or("clip.vision.attention.head_dim", (width / heads).max(1))?,
        feed_forward: fields.size("clip.vision.feed_forward_length")?,
        patch: fields.size("clip.vision.patch_size")?,
        longest_edge: fields.size("clip.vision.image_size")? as u32,
        // llama.cpp always takes 10000, whatever the file says.
        rope_theta: fields.number_or("clip.rope.freq_base", 10_000.0)?,
        image_token: None,
        break_token: None,
        end_token: None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    const TENSORS: Tensors = Tensors { vocabulary: 131_072, has_output: true, has_rope_factors: false };

    fn pixtral() -> Value {
        json!({
            "general.architecture": "llama", "llama.block_count": 40, "llama.embedding_length": 5120,
            "llama.feed_forward_length": 14336, "llama.attention.head_count": 32, "llama.attention.head_count_kv": 8,
            "llama.attention.key_length": 128, "llama.attention.value_length": 128, "llama.rope.freq_base": 1e9,
            "llama.rope.dimension_count": 128, "llama.attention.layer_norm_rms_epsilon": 1e-5,
            "llama.context_length": 131_072,
        })
    }

    #[test]
    fn reads_pixtral() {
        let mmproj = json!({
            "clip.projector_type": "pixtral", "clip.vision.embedding_length": 1024, "clip.vision.block_count": 24,
            "clip.vision.attention.head_count": 16, "clip.vision.feed_forward_length": 4096,
            "clip.vision.patch_size": 16, "clip.vision.image_size": 1024,
        });
        let config = parse_text(&pixtral(), &TENSORS).unwrap();
        assert_eq!((config.text.head_dim, config.text.kv_heads, config.text.rope_theta), (128, 8, 1e9));
        assert_eq!(config.vision, None);
        assert_eq!((config.text.max_positions, config.text.tied_embeddings), (Some(131_072), false));
        let vision = config.with_vision(parse_vision(&mmproj).unwrap()).unwrap().vision.unwrap();
        assert_eq!((vision.head_dim, vision.longest_edge, vision.rope_theta), (64, 1024, 1e4));
    }

    #[test]
    fn names_what_it_cannot_run() {
        for (key, value, expected) in [
            ("general.architecture", json!("qwen2vl"), "its architecture is \"qwen2vl\""),
            ("general.architecture", json!(7), "its architecture is \"\""),
            ("llama.attention.value_length", json!(64), "llama.attention.value_length is 64 and the heads have 128"),
            ("llama.rope.scaling.type", json!("longrope"), "\"longrope\""),
            ("llama.block_count", json!(0), "llama.block_count is 0, not a size"),
            ("llama.attention.head_count_kv", json!("a list"), "llama.attention.head_count_kv is \"a list\""),
            ("llama.embedding_length", json!(u64::MAX), "not a size"),
        ] {
            let mut text = pixtral();
            text[key] = value;
            let reason = parse_text(&text, &TENSORS).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
        let projector = json!({ "clip.projector_type": "ldp" });
        assert!(parse_vision(&projector).unwrap_err().contains("\"ldp\""));
        let factors = Tensors { has_rope_factors: true, ..TENSORS };
        assert!(parse_text(&pixtral(), &factors).unwrap_err().contains("rope_freqs"));
    }
}
