//! `config.json`, as transformers writes it: values equal to the class's default are left out. The defaults here are
//! those of `MistralConfig` and `PixtralVisionConfig` (transformers 5).

use serde_json::Value;

use super::{Config, Fields, TextConfig, VisionConfig};

/// `preprocessor`: `preprocessor_config.json`, where there is one. `query_rows`: rows of the first `q_proj`, which say
/// head_dim where the configuration does not. The reason says which field is wrong.
pub fn parse(json: &Value, preprocessor: Option<&Value>, query_rows: Option<usize>) -> Result<Config, String> {
    let model_type = json.get("model_type").and_then(Value::as_str).unwrap_or_default();
    let text_object = match (model_type, json.get("text_config")) {
        ("llava", Some(text)) => text,
        ("mistral", None) => json,
        _ => return Err(format!("its model_type is {model_type:?}, not \"llava\" (Pixtral) or \"mistral\"")),
    };
    let text_type = text_object.get("model_type").and_then(Value::as_str).unwrap_or("mistral");
    if text_type != "mistral" {
        return Err(format!("its text model is of type {text_type:?}, not \"mistral\""));
    }
    let text = Fields { object: text_object, prefix: "text_config." };
    let heads = text.size_or("num_attention_heads", 32)?;
    let width = text.size_or("hidden_size", 4096)?;
    let head_dim = match (text.optional_size("head_dim")?, query_rows) {
        (Some(head_dim), _) => head_dim,
        (None, Some(rows)) if rows.is_multiple_of(heads) => rows / heads,
        (None, _) => (width / heads).max(1),
    };
    let is_tied = |object: &Value| object.get("tie_word_embeddings").and_then(Value::as_bool);
    let config = TextConfig {
        width,
        layers: text.size_or("num_hidden_layers", 32)?,
        heads,
        kv_heads: text.size_or("num_key_value_heads", 8)?,
        head_dim,
        feed_forward: text.size_or("intermediate_size", 14336)?,
        vocabulary: text.size_or("vocab_size", 32000)?,
        norm_eps: text.number_or("rms_norm_eps", 1e-6)? as f32,
        rope_theta: rope_theta(&text)?,
        max_positions: Some(text.size_or("max_position_embeddings", 131_072)? as u32),
        tied_embeddings: is_tied(text_object).or(is_tied(json)).unwrap_or(false),
    };
    let vision = json.get("vision_config").map(|vision| self::vision(vision, json, preprocessor)).transpose()?;
    Config { text: config, vision }.checked()
}

fn vision(object: &Value, model: &Value, preprocessor: Option<&Value>) -> Result<VisionConfig, String> {
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
        longest_edge: size.size_or("longest_edge", image_size)? as u32,
        rope_theta: rope_theta(&vision)?,
        image_token,
        break_token: None,
        end_token: None,
    })
}

/// Newer files keep it in `rope_parameters`.
fn rope_theta(fields: &Fields) -> Result<f64, String> {
    let outer = fields.number_or("rope_theta", 10_000.0)?;
    let Some(object) = fields.get("rope_parameters") else { return Ok(outer) };
    match object.get("rope_type").and_then(Value::as_str) {
        None | Some("default" | "axial") => {}
        Some(other) => return Err(format!("{}rope_type {other:?} is not supported yet", fields.prefix)),
    }
    Fields { object, prefix: fields.prefix }.number_or("rope_theta", outer)
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
    fn names_the_field_that_is_wrong() {
        let json = json!({ "model_type": "mistral", "hidden_size": -3 });
        assert_eq!(parse(&json, None, None).unwrap_err(), "text_config.hidden_size is -3, not a size");
        assert!(parse(&json!({ "model_type": "bert" }), None, None).unwrap_err().contains("bert"));
    }
}
