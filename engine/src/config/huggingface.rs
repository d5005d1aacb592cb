//! `config.json`, as transformers writes it: values equal to the class's default are left out. The defaults here are
//! those of `MistralConfig`, `MixtralConfig`, `Ministral3Config` and `PixtralVisionConfig` (transformers 5).

use serde_json::Value;

use super::{Config, Experts, Fields, QueryScaling, TextConfig, VisionConfig, Yarn};

/// A text model by its model_type, with the defaults of its configuration class.
struct Kind {
    layers: usize,
    vocabulary: usize,
    norm_eps: f64,
    rope_theta: f64,
    sliding_window: Option<usize>,
}

const MISTRAL: Kind =
    Kind { layers: 32, vocabulary: 32_000, norm_eps: 1e-6, rope_theta: 10_000.0, sliding_window: Some(4096) };
const MIXTRAL: Kind =
    Kind { layers: 32, vocabulary: 32_000, norm_eps: 1e-5, rope_theta: 1_000_000.0, sliding_window: None };
const MINISTRAL: Kind =
    Kind { layers: 34, vocabulary: 131_072, norm_eps: 1e-5, rope_theta: 1_000_000.0, sliding_window: None };

/// `preprocessor`: `preprocessor_config.json`, where there is one. `query_rows`: rows of the first `q_proj`, which say
/// head_dim where the configuration does not. The reason says which field is wrong.
pub fn parse(json: &Value, preprocessor: Option<&Value>, query_rows: Option<usize>) -> Result<Config, String> {
    let model_type = json.get("model_type").and_then(Value::as_str).unwrap_or_default();
    let (text_object, merge) = match (model_type, json.get("text_config")) {
        ("llava", Some(text)) => (text, 1),
        ("mistral3", Some(text)) => (text, Fields { object: json, prefix: "" }.size_or("spatial_merge_size", 2)?),
        ("mistral" | "ministral3" | "mixtral", None) => (json, 1),
        _ => {
            return Err(format!(
                "its model_type is {model_type:?}, not \"llava\" (Pixtral), \"mistral3\", \"mistral\", \"ministral3\" \
                 or \"mixtral\""
            ));
        }
    };
    let text_type = text_object.get("model_type").and_then(Value::as_str).unwrap_or("mistral");
    let kind = match text_type {
        "mistral" => MISTRAL,
        "mixtral" => MIXTRAL,
        "ministral3" => MINISTRAL,
        other => {
            return Err(format!("its text model is of type {other:?}, not \"mistral\", \"ministral3\" or \"mixtral\""));
        }
    };
    let text = Fields { object: text_object, prefix: "text_config." };
    let heads = text.size_or("num_attention_heads", 32)?;
    let width = text.size_or("hidden_size", 4096)?;
    let head_dim = match (text.optional_size("head_dim")?, query_rows) {
        (Some(head_dim), _) => head_dim,
        (None, Some(rows)) if rows.is_multiple_of(heads) => rows / heads,
        (None, _) => (width / heads).max(1),
    };
    let is_tied = |object: &Value| object.get("tie_word_embeddings").and_then(Value::as_bool) == Some(true);
    let config = TextConfig {
        width,
        layers: text.size_or("num_hidden_layers", kind.layers)?,
        heads,
        kv_heads: text.size_or("num_key_value_heads", 8)?,
        head_dim,
        feed_forward: text.size_or("intermediate_size", 14336)?,
        experts: if text_type == "mixtral" { Some(experts(&text)?) } else { None },
        vocabulary: text.size_or("vocab_size", kind.vocabulary)?,
        norm_eps: text.number_or("rms_norm_eps", kind.norm_eps)? as f32,
        rope_theta: rope_theta(&text, kind.rope_theta)?,
        yarn: yarn(&text)?,
        query_scaling: if text_type == "ministral3" { query_scaling(&text)? } else { None },
        // Left out, it has the class's value; null is none.
        sliding_window: match text_object.get("sliding_window") {
            None => kind.sliding_window,
            Some(_) => text.optional_size("sliding_window")?,
        },
        max_positions: Some(text.size_or("max_position_embeddings", 131_072)? as u32),
        tied_embeddings: is_tied(text_object) || is_tied(json),
    };
    let vision = json.get("vision_config").map(|vision| self::vision(vision, json, preprocessor, merge)).transpose()?;
    Config { text: config, vision }.checked()
}

fn vision(object: &Value, model: &Value, preprocessor: Option<&Value>, merge: usize) -> Result<VisionConfig, String> {
    let vision = Fields { object, prefix: "vision_config." };
    let width = vision.size_or("hidden_size", 1024)?;
    let heads = vision.size_or("num_attention_heads", 16)?;
    let image_size = vision.size_or("image_size", 1024)?;
    let size = Fields {
        object: preprocessor.and_then(|file| file.get("size")).unwrap_or(&Value::Null),
        prefix: "preprocessor_config.json size.",
    };
    let tokens = Fields { object: model, prefix: "" };
    let image_token = match tokens.token("image_token_index")? {
        None => tokens.token("image_token_id")?,
        some => some,
    };
    Ok(VisionConfig {
        width,
        layers: vision.size_or("num_hidden_layers", 24)?,
        heads,
        head_dim: vision.size_or("head_dim", (width / heads).max(1))?,
        feed_forward: vision.size_or("intermediate_size", 4096)?,
        patch: vision.size_or("patch_size", 16)?,
        merge,
        longest_edge: size.size_or("longest_edge", image_size)? as u32,
        rope_theta: rope_theta(&vision, 10_000.0)?,
        image_token,
        break_token: None,
        end_token: None,
    })
}

/// Newer files keep everything about positions in `rope_parameters`, older ones some of it in `rope_scaling`.
fn rope<'a>(fields: &Fields<'a>) -> Fields<'a> {
    let object = fields.get("rope_parameters").or(fields.get("rope_scaling")).unwrap_or(&Value::Null);
    Fields { object, prefix: "rope_parameters." }
}

fn rope_theta(fields: &Fields, default: f64) -> Result<f64, String> {
    match rope(fields).optional_number("rope_theta")? {
        Some(theta) => Ok(theta),
        None => fields.number_or("rope_theta", default),
    }
}

/// transformers, `modeling_rope_utils.py`, `_compute_yarn_parameters`.
fn yarn(text: &Fields) -> Result<Option<Yarn>, String> {
    let rope = rope(text);
    match rope.get("rope_type").or(rope.get("type")).and_then(Value::as_str) {
        None | Some("default") => return Ok(None),
        Some("yarn") => {}
        Some(kind) => return Err(format!("its positions are scaled in the way {kind:?}; Chaton knows \"yarn\"")),
    }
    let factor = rope.number("factor")?;
    let scales = (rope.optional_nonzero("mscale")?, rope.optional_nonzero("mscale_all_dim")?);
    let amplitude = match (rope.optional_number("attention_factor")?, scales) {
        (Some(amplitude), _) => amplitude,
        (None, (Some(scale), Some(all))) => Yarn::usual_amplitude(factor, scale) / Yarn::usual_amplitude(factor, all),
        (None, _) => Yarn::usual_amplitude(factor, 1.0),
    };
    Ok(Some(Yarn {
        factor,
        original_positions: rope.size("original_max_position_embeddings")? as u32,
        beta_fast: rope.number_or("beta_fast", 32.0)?,
        beta_slow: rope.number_or("beta_slow", 1.0)?,
        amplitude,
    }))
}

fn query_scaling(text: &Fields) -> Result<Option<QueryScaling>, String> {
    let rope = rope(text);
    let Some(beta) = rope.optional_nonzero("llama_4_scaling_beta")? else { return Ok(None) };
    Ok(Some(QueryScaling { beta, original_positions: rope.size("original_max_position_embeddings")? as u32 }))
}

fn experts(text: &Fields) -> Result<Experts, String> {
    Ok(Experts { count: text.size_or("num_local_experts", 8)?, used: text.size_or("num_experts_per_tok", 2)? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn fills_in_what_transformers_leaves_out() {
        let json = json!({ "model_type": "llava", "image_token_index": 10,
            "text_config": { "model_type": "mistral", "hidden_size": 5120, "num_hidden_layers": 40, "rope_theta": 1e9,
                             "rms_norm_eps": 1e-5, "vocab_size": 131072 },
            "vision_config": { "hidden_act": "gelu", "model_type": "pixtral" } });
        let config = parse(&json, None, Some(4096)).unwrap();
        assert_eq!((config.text.heads, config.text.kv_heads, config.text.head_dim), (32, 8, 128));
        assert_eq!((config.text.feed_forward, config.text.rope_theta), (14336, 1e9));
        let vision = config.vision.unwrap();
        assert_eq!((vision.width, vision.layers, vision.heads, vision.head_dim), (1024, 24, 16, 64));
        assert_eq!((vision.longest_edge, vision.rope_theta), (1024, 1e4));
    }

    #[test]
    fn mistral_small_3_1() {
        let json = json!({ "model_type": "mistral3", "image_token_index": 10, "spatial_merge_size": 2,
            "multimodal_projector_bias": false,
            "text_config": { "model_type": "mistral", "head_dim": 128, "hidden_size": 5120, "intermediate_size": 32768,
                "max_position_embeddings": 131072, "num_attention_heads": 32, "num_hidden_layers": 40,
                "num_key_value_heads": 8, "rms_norm_eps": 1e-5, "rope_theta": 1e9, "sliding_window": null,
                "vocab_size": 131072 },
            "vision_config": { "model_type": "pixtral", "head_dim": 64, "hidden_size": 1024, "image_size": 1540,
                "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14,
                "rope_theta": 10000.0 } });
        let config = parse(&json, None, None).unwrap();
        assert_eq!((config.text.sliding_window, config.text.yarn), (None, None));
        let vision = config.vision.unwrap();
        assert_eq!((vision.patch, vision.token_side(), vision.longest_edge), (14, 28, 1540));
    }

    #[test]
    fn text_models() {
        let first = parse(&json!({ "model_type": "mistral", "rms_norm_eps": 1e-5 }), None, Some(4096)).unwrap().text;
        assert_eq!((first.head_dim, first.sliding_window, first.rope_theta), (128, Some(4096), 1e4));
        let third = json!({ "model_type": "mistral", "sliding_window": null, "rope_theta": 1e6, "vocab_size": 32768 });
        assert_eq!(parse(&third, None, Some(4096)).unwrap().text.sliding_window, None);
        let mixtral = json!({ "model_type": "mixtral", "hidden_size": 6144, "intermediate_size": 16384,
            "num_attention_heads": 48, "num_hidden_layers": 56, "num_local_experts": 8, "num_experts_per_tok": 2,
            "vocab_size": 32768 });
        let text = parse(&mixtral, None, Some(6144)).unwrap().text;
        assert_eq!(text.experts, Some(Experts { count: 8, used: 2 }));
        assert_eq!((text.head_dim, text.rope_theta, text.norm_eps), (128, 1e6, 1e-5));
    }

    #[test]
    fn ministral_3() {
        let json = json!({ "model_type": "ministral3", "head_dim": 128, "hidden_size": 3072, "num_hidden_layers": 26,
            "intermediate_size": 9216, "tie_word_embeddings": true, "max_position_embeddings": 262144,
            "rope_parameters": { "beta_fast": 32.0, "beta_slow": 1.0, "factor": 16.0, "llama_4_scaling_beta": 0.1,
                "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 16384, "rope_theta": 1e6,
                "rope_type": "yarn", "type": "yarn" } });
        let text = parse(&json, None, None).unwrap().text;
        let yarn = Yarn { factor: 16.0, original_positions: 16384, beta_fast: 32.0, beta_slow: 1.0, amplitude: 1.0 };
        assert_eq!((text.yarn, text.tied_embeddings, text.vocabulary), (Some(yarn), true, 131_072));
        assert_eq!(text.query_scaling, Some(QueryScaling { beta: 0.1, original_positions: 16384 }));
        let mut other = json;
        other["rope_parameters"]["rope_type"] = json!("longrope");
        assert!(parse(&other, None, None).unwrap_err().contains("\"longrope\""));
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        let json = json!({ "model_type": "mistral", "hidden_size": -3 });
        assert_eq!(parse(&json, None, None).unwrap_err(), "text_config.hidden_size is -3, not a size");
        assert!(parse(&json!({ "model_type": "bert" }), None, None).unwrap_err().contains("bert"));
    }
}
