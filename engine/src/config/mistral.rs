//! `params.json`, as mistral-inference writes it.

use serde_json::Value;

use super::{Config, Experts, Fields, QueryScaling, TextConfig, VisionConfig, Yarn};

/// The reason says which field is wrong.
pub fn parse(json: &Value) -> Result<Config, String> {
    let text = Fields { object: json, prefix: "" };
    if text.get("dim").is_none() || text.get("n_layers").is_none() {
        return Err("it has no dim or n_layers".into());
    }
    if text.get("q_lora_rank").is_some() || text.get("kv_lora_rank").is_some() {
        return Err("its attention is latent (Mistral Large 3), which Chaton does not run".into());
    }
    let width = text.size("dim")?;
    let heads = text.size("n_heads")?;
    let max_positions = match text.optional_size("max_position_embeddings")? {
        None => text.optional_size("max_seq_len")?,
        some => some,
    };
    let config = TextConfig {
        width,
        layers: text.size("n_layers")?,
        heads,
        kv_heads: text.size_or("n_kv_heads", heads)?,
        head_dim: text.size_or("head_dim", (width / heads).max(1))?,
        feed_forward: text.size("hidden_dim")?,
        experts: text.get("moe").map(experts).transpose()?,
        vocabulary: text.size("vocab_size")?,
        norm_eps: text.number_or("norm_eps", 1e-5)? as f32,
        rope_theta: text.number_or("rope_theta", 10_000.0)?,
        yarn: text.get("yarn").map(yarn).transpose()?,
        query_scaling: text.get("llama_4_scaling").map(query_scaling).transpose()?,
        sliding_window: text.optional_size("sliding_window")?,
        max_positions: max_positions.map(|positions| positions as u32),
        tied_embeddings: json.get("tied_embeddings").and_then(Value::as_bool).unwrap_or(false),
    };
    let vision = text.get("vision_encoder").map(vision).transpose()?;
    Config { text: config, vision }.checked()
}

fn experts(json: &Value) -> Result<Experts, String> {
    let fields = Fields { object: json, prefix: "moe." };
    if fields.optional_size("expert_hidden_dim")?.is_some() {
        return Err("its experts are not those of Mixtral (moe.expert_hidden_dim)".into());
    }
    Ok(Experts { count: fields.size("num_experts")?, used: fields.size_or("num_experts_per_tok", 2)? })
}

fn yarn(json: &Value) -> Result<Yarn, String> {
    let fields = Fields { object: json, prefix: "yarn." };
    let factor = fields.number("factor")?;
    let scales = json.get("apply_scale").and_then(Value::as_bool).unwrap_or(true);
    Ok(Yarn {
        factor,
        original_positions: fields.size("original_max_position_embeddings")? as u32,
        beta_fast: fields.number_or("beta", 32.0)?,
        beta_slow: fields.number_or("alpha", 1.0)?,
        amplitude: if scales { Yarn::usual_amplitude(factor, 1.0) } else { 1.0 },
    })
}

fn query_scaling(json: &Value) -> Result<QueryScaling, String> {
    let fields = Fields { object: json, prefix: "llama_4_scaling." };
    Ok(QueryScaling {
        beta: fields.number("beta")?,
        original_positions: fields.size("original_max_position_embeddings")? as u32,
    })
}

fn vision(json: &Value) -> Result<VisionConfig, String> {
    let vision = Fields { object: json, prefix: "vision_encoder." };
    if vision.size_or("num_channels", 3)? != 3 {
        return Err("vision_encoder.num_channels is not 3".into());
    }
    let width = vision.size("hidden_size")?;
    let heads = vision.size("num_attention_heads")?;
    let image_size = vision.size_or("image_size", 1024)?;
    Ok(VisionConfig {
        width,
        layers: vision.size("num_hidden_layers")?,
        heads,
        head_dim: vision.size_or("head_dim", (width / heads).max(1))?,
        feed_forward: vision.size("intermediate_size")?,
        patch: vision.size("patch_size")?,
        merge: vision.size_or("spatial_merge_size", 1)?,
        longest_edge: vision.size_or("max_image_size", image_size)? as u32,
        rope_theta: vision.number_or("rope_theta", 10_000.0)?,
        image_token: vision.token("image_token_id")?,
        break_token: vision.token("image_break_token_id")?,
        end_token: vision.token("image_end_token_id")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    /// The published values of Mistral 7B 0.1.
    fn mistral_7b() -> Value {
        json!({ "dim": 4096, "n_layers": 32, "head_dim": 128, "hidden_dim": 14336, "n_heads": 32, "n_kv_heads": 8,
                "norm_eps": 1e-5, "vocab_size": 32000, "sliding_window": 4096 })
    }

    fn with(mut json: Value, changes: Value) -> Value {
        for (key, value) in changes.as_object().unwrap() {
            json[key] = value.clone();
        }
        json
    }

    #[test]
    fn text_models() {
        let text = parse(&mistral_7b()).unwrap().text;
        assert_eq!((text.head_dim, text.rope_theta, text.sliding_window), (128, 1e4, Some(4096)));
        let nemo = json!({ "dim": 5120, "n_layers": 40, "head_dim": 128, "hidden_dim": 14336, "n_heads": 32,
            "n_kv_heads": 8, "norm_eps": 1e-5, "vocab_size": 131072, "rope_theta": 1000000.0,
            "max_position_embeddings": 128000 });
        let text = parse(&nemo).unwrap().text;
        assert_eq!((text.head_dim, text.rope_theta, text.max_positions), (128, 1e6, Some(128_000)));
        let mixtral = with(
            mistral_7b(),
            json!({ "sliding_window": null, "rope_theta": 1000000.0,
            "moe": { "num_experts_per_tok": 2, "num_experts": 8 } }),
        );
        let text = parse(&mixtral).unwrap().text;
        assert_eq!((text.experts, text.sliding_window), (Some(Experts { count: 8, used: 2 }), None));
    }

    #[test]
    fn pixtral_large() {
        let json = json!({ "dim": 12288, "n_layers": 88, "head_dim": 128, "hidden_dim": 28672, "n_heads": 96,
            "n_kv_heads": 8, "rope_theta": 1000000000.0, "norm_eps": 1e-5, "vocab_size": 32768,
            "vision_encoder": { "hidden_size": 1408, "num_channels": 3, "max_image_size": 1024, "patch_size": 16,
                "rope_theta": 10000.0, "intermediate_size": 6144, "num_hidden_layers": 40, "num_attention_heads": 16,
                "adapter_bias": false, "image_token_id": 10, "image_break_token_id": 14, "image_end_token_id": 15,
                "image_size": 1024 } });
        let config = parse(&json).unwrap();
        let vision = config.vision.unwrap();
        assert_eq!((config.text.heads, config.text.kv_heads, config.text.vocabulary), (96, 8, 32768));
        assert_eq!(
            (vision.width, vision.head_dim, vision.break_token, vision.end_token),
            (1408, 88, Some(14), Some(15))
        );
        assert_eq!(vision.token_side(), 16);
    }

    #[test]
    fn patches_are_merged_and_positions_stretched() {
        let ministral = json!({ "dim": 4096, "n_layers": 34, "head_dim": 128, "hidden_dim": 14336, "n_heads": 32,
            "n_kv_heads": 8, "rope_theta": 1000000.0, "norm_eps": 1e-5, "vocab_size": 131072, "tied_embeddings": false,
            "max_position_embeddings": 262144,
            "llama_4_scaling": { "original_max_position_embeddings": 16384, "beta": 0.1 },
            "yarn": { "original_max_position_embeddings": 16384, "factor": 16, "apply_scale": false, "beta": 32, "alpha": 1 },
            "vision_encoder": { "image_token_id": 10, "image_break_token_id": 12, "image_end_token_id": 13,
                "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
                "mm_projector_id": "patch_merge", "spatial_merge_size": 2, "hidden_size": 1024, "num_channels": 3,
                "image_size": 1540, "max_image_size": 1540, "patch_size": 14, "rope_theta": 10000.0,
                "add_pre_mm_projector_layer_norm": true, "adapter_bias": false } });
        let config = parse(&ministral).unwrap();
        let yarn = Yarn { factor: 16.0, original_positions: 16384, beta_fast: 32.0, beta_slow: 1.0, amplitude: 1.0 };
        assert_eq!(config.text.yarn, Some(yarn));
        assert_eq!(config.text.query_scaling, Some(QueryScaling { beta: 0.1, original_positions: 16384 }));
        let vision = config.vision.unwrap();
        assert_eq!((vision.token_side(), vision.longest_edge), (28, 1540));
        let mut scaled = ministral;
        scaled["yarn"]["apply_scale"] = json!(true);
        let amplitude = parse(&scaled).unwrap().text.yarn.unwrap().amplitude;
        assert!((amplitude - 1.277_258_872_223_978).abs() < 1e-12);
    }

    #[test]
    fn names_what_it_cannot_run() {
        for (changes, expected) in [
            (json!({ "moe": { "num_experts": 2, "num_experts_per_tok": 3 } }), "of 2 experts it cannot use 3"),
            (json!({ "moe": { "num_experts": 128, "expert_hidden_dim": 2048 } }), "not those of Mixtral"),
            (json!({ "kv_lora_rank": 512 }), "latent"),
            (json!({ "yarn": { "factor": 0 } }), "yarn.factor is 0, not a positive number"),
            (json!({ "sliding_window": "4k" }), "sliding_window is \"4k\", not a size"),
        ] {
            let reason = parse(&with(mistral_7b(), changes)).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
    }
}
