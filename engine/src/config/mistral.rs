//! `params.json`, as mistral-inference writes it.

use serde_json::Value;

use super::{Config, Fields, TextConfig, VisionConfig};

/// The reason says which field is wrong.
pub fn parse(json: &Value) -> Result<Config, String> {
    let text = Fields { object: json, prefix: "" };
    if text.get("dim").is_none() || text.get("n_layers").is_none() {
        return Err("it has no dim or n_layers".into());
    }
    if text.get("moe").is_some() {
        return Err("mixtures of experts are not supported yet".into());
    }
    if text.get("yarn").is_some() || text.get("llama_4_scaling").is_some() {
        return Err("YaRN scaling is not supported yet".into());
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
        vocabulary: text.size("vocab_size")?,
        norm_eps: text.number_or("norm_eps", 1e-5)? as f32,
        rope_theta: text.number_or("rope_theta", 10_000.0)?,
        max_positions: max_positions.map(|positions| positions as u32),
        tied_embeddings: json.get("tied_embeddings").and_then(Value::as_bool).unwrap_or(false),
    };
    let vision = text.get("vision_encoder").map(vision).transpose()?;
    Config { text: config, vision }.checked()
}

fn vision(json: &Value) -> Result<VisionConfig, String> {
    let vision = Fields { object: json, prefix: "vision_encoder." };
    if vision.size_or("spatial_merge_size", 1)? != 1 {
        return Err("merging of patches is not supported yet".into());
    }
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
        longest_edge: vision.size_or("max_image_size", image_size)? as u32,
        rope_theta: vision.number_or("rope_theta", 10_000.0)?,
        image_token: vision.token("image_token_id")?,
        break_token: vision.token("image_break_token_id")?,
        end_token: vision.token("image_end_token_id")?,
    })
}
