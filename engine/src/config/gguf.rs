//! The metadata of a GGUF text file and its mmproj, as llama.cpp's converter writes them (`gguf-py/gguf/constants.py`,
//! `tools/mtmd/clip-impl.h`).

use serde_json::Value;

use super::{Config, Experts, Fields, QueryScaling, TextConfig, VisionConfig, Yarn};

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
    if tensors.has_rope_factors {
        return Err("its positions are scaled by a tensor (rope_freqs), which Pixtral's family does not".into());
    }
    let yarn = match text.get(key("rope.scaling.type")).and_then(Value::as_str) {
        None | Some("none") => None,
        Some("yarn") => Some(yarn(&fields, architecture)?),
        Some(kind) => return Err(format!("its positions are scaled in the way {kind:?}; Chaton knows \"yarn\"")),
    };
    let query_scaling = match (fields.optional_nonzero(&key("attention.temperature_scale"))?, yarn) {
        (None, _) => None,
        (Some(beta), Some(yarn)) => Some(QueryScaling { beta, original_positions: yarn.original_positions }),
        (Some(_), None) => return Err(format!("{} needs YaRN", key("attention.temperature_scale"))),
    };
    let experts = match fields.get(&key("expert_count")).and_then(Value::as_u64) {
        None | Some(0) => None,
        Some(_) => {
            let (count, used) = (fields.size(&key("expert_count"))?, fields.size(&key("expert_used_count"))?);
            Some(Experts { count, used })
        }
    };
    let config = TextConfig {
        width,
        layers: fields.size(&key("block_count"))?,
        heads,
        kv_heads: fields.size_or(&key("attention.head_count_kv"), heads)?,
        head_dim,
        feed_forward: fields.size(&key("feed_forward_length"))?,
        experts,
        vocabulary: tensors.vocabulary,
        norm_eps: fields.number_or(&key("attention.layer_norm_rms_epsilon"), 1e-5)? as f32,
        rope_theta: fields.number_or(&key("rope.freq_base"), 10_000.0)?,
        yarn,
        query_scaling,
        // Files of Mistral 7B 0.1 do not carry its window; llama.cpp runs them without, too.
        sliding_window: None,
        max_positions: fields.optional_size(&key("context_length"))?.map(|positions| positions as u32),
        tied_embeddings: !tensors.has_output,
    };
    Config { text: config, vision: None }.checked()
}

fn yarn(fields: &Fields, architecture: &str) -> Result<Yarn, String> {
    let key = |name: &str| format!("{architecture}.rope.scaling.{name}");
    let factor = fields.number(&key("factor"))?;
    // llama.cpp, llama-context.cpp: a multiplier takes back what YaRN does to the amplitude.
    let taken_back = fields.optional_nonzero(&key("yarn_log_multiplier"))?.unwrap_or(0.0);
    let more = fields.number_or(&key("attn_factor"), 1.0)?;
    Ok(Yarn {
        factor,
        original_positions: fields.size(&key("original_context_length"))? as u32,
        beta_fast: fields.number_or(&key("yarn_beta_fast"), 32.0)?,
        beta_slow: fields.number_or(&key("yarn_beta_slow"), 1.0)?,
        amplitude: more * Yarn::usual_amplitude(factor, 1.0) / Yarn::usual_amplitude(factor, taken_back),
    })
}

/// `mmproj`: the vision file's metadata.
pub fn parse_vision(mmproj: &Value) -> Result<VisionConfig, String> {
    let projector = ["clip.projector_type", "clip.vision.projector_type"];
    let projector = projector.iter().find_map(|key| mmproj.get(*key)?.as_str()).unwrap_or("none");
    if projector != "pixtral" {
        return Err(format!("its projector is of the kind {projector:?}, not \"pixtral\""));
    }
    let fields = Fields { object: mmproj, prefix: "" };
    let width = fields.size("clip.vision.embedding_length")?;
    let heads = fields.size("clip.vision.attention.head_count")?;
    Ok(VisionConfig {
        width,
        layers: fields.size("clip.vision.block_count")?,
        heads,
        head_dim: fields.size_or("clip.vision.attention.head_dim", (width / heads).max(1))?,
        feed_forward: fields.size("clip.vision.feed_forward_length")?,
        patch: fields.size("clip.vision.patch_size")?,
        merge: fields.size_or("clip.vision.spatial_merge_size", 1)?,
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
    fn reads_ministral_and_mixtral() {
        let mut ministral = json!({ "general.architecture": "mistral3" });
        for (key, value) in pixtral().as_object().unwrap() {
            if let Some(name) = key.strip_prefix("llama.") {
                ministral[format!("mistral3.{name}")] = value.clone();
            }
        }
        for (name, value) in [
            ("rope.scaling.type", json!("yarn")),
            ("rope.scaling.factor", json!(16.0)),
            ("rope.scaling.original_context_length", json!(16384)),
            ("rope.scaling.yarn_log_multiplier", json!(1.0)),
            ("attention.temperature_scale", json!(0.1)),
        ] {
            ministral[format!("mistral3.{name}")] = value;
        }
        let text = parse_text(&ministral, &TENSORS).unwrap().text;
        let yarn = Yarn { factor: 16.0, original_positions: 16384, beta_fast: 32.0, beta_slow: 1.0, amplitude: 1.0 };
        assert_eq!(text.yarn, Some(yarn));
        assert_eq!(text.query_scaling, Some(QueryScaling { beta: 0.1, original_positions: 16384 }));
        ministral["mistral3.rope.scaling.yarn_log_multiplier"] = json!(0.0);
        let amplitude = parse_text(&ministral, &TENSORS).unwrap().text.yarn.unwrap().amplitude;
        assert!((amplitude - 1.277_258_872_223_978).abs() < 1e-12);
        let mut mixtral = pixtral();
        mixtral["llama.expert_count"] = json!(8);
        assert!(parse_text(&mixtral, &TENSORS).unwrap_err().contains("llama.expert_used_count is missing"));
        mixtral["llama.expert_used_count"] = json!(2);
        assert_eq!(parse_text(&mixtral, &TENSORS).unwrap().text.experts, Some(Experts { count: 8, used: 2 }));
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
