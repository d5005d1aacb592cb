//! The model itself: normal numbers from a seed, the same on every machine.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use half::bf16;
use safetensors::{Dtype, tensor::TensorView};
use serde_json::{Value, json};

/// Many thin layers: a small file that takes its time for a token.
#[derive(Clone, Debug)]
pub struct Sizes {
    pub seed: u64,
    pub dim: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub hidden_dim: usize,
    pub max_position: usize,
    /// The longest side of a picture that it sees, in pixels.
    pub image_size: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            seed: 1,
            dim: 128,
            layers: 40,
            heads: 8,
            kv_heads: 2,
            head_dim: 16,
            hidden_dim: 256,
            max_position: 32_768,
            image_size: 128,
        }
    }
}

const VISION_WIDTH: usize = 64;
const VISION_HEADS: usize = 4;
const VISION_LAYERS: usize = 2;
const VISION_HIDDEN: usize = 128;
const PATCH: usize = 16;
/// Queries and keys are this much longer than usual, so that attention picks single positions and the answer wanders
/// instead of settling into a cycle.
const SHARPNESS: f32 = 2.0;

/// Writes `params.json`, `tekken.json` and `consolidated.safetensors`.
pub fn write(folder: &Path, sizes: &Sizes, tekken: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let tokenizer = fs::read(tekken).map_err(|error| format!("{}: {error}", tekken.display()))?;
    let words = words(&tokenizer)?;
    let params = json!({
        "dim": sizes.dim, "n_layers": sizes.layers, "head_dim": sizes.head_dim, "hidden_dim": sizes.hidden_dim,
        "n_heads": sizes.heads, "n_kv_heads": sizes.kv_heads, "norm_eps": 1e-5, "vocab_size": words.len(),
        "rope_theta": 10_000.0, "max_position_embeddings": sizes.max_position,
        "vision_encoder": {
            "hidden_size": VISION_WIDTH, "num_channels": 3, "image_size": sizes.image_size, "patch_size": PATCH,
            "rope_theta": 10_000.0, "intermediate_size": VISION_HIDDEN, "num_hidden_layers": VISION_LAYERS,
            "num_attention_heads": VISION_HEADS, "image_token_id": 10, "image_break_token_id": 12,
            "image_end_token_id": 13, "adapter_bias": false,
        },
    });
    fs::write(folder.join("params.json"), serde_json::to_vec_pretty(&params)?)?;
    fs::write(folder.join("tekken.json"), &tokenizer)?;
    let tensors = tensors(sizes, &words);
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|(name, (shape, bytes))| Ok((name, TensorView::new(Dtype::BF16, shape.clone(), bytes)?)))
        .collect::<Result<_, safetensors::SafeTensorError>>();
    safetensors::serialize_to_file(views?, None, &folder.join("consolidated.safetensors"))?;
    Ok(())
}

/// For every id, whether it shows plain letters: only these are ever said, never a control token or half a character.
fn words(tekken: &[u8]) -> Result<Vec<bool>, Box<dyn Error>> {
    let file: Value = serde_json::from_slice(tekken)?;
    let size = |name: &str| file["config"][name].as_u64().map(|size| size as usize).ok_or("no size in tekken.json");
    let (vocabulary, specials) = (size("default_vocab_size")?, size("default_num_special_tokens")?);
    let mut words = vec![false; vocabulary];
    for entry in file["vocab"].as_array().ok_or("no vocab in tekken.json")? {
        let bytes = BASE64_STANDARD.decode(entry["token_bytes"].as_str().unwrap_or_default())?;
        let id = entry["rank"].as_u64().unwrap_or(u64::MAX).saturating_add(specials as u64) as usize;
        let letters = bytes.strip_prefix(b" ").unwrap_or(&bytes);
        if let Some(word) = words.get_mut(id) {
            *word = letters.len() > 1 && letters.iter().all(u8::is_ascii_alphabetic);
        }
    }
    Ok(words)
}

type Tensors = BTreeMap<String, (Vec<usize>, Vec<u8>)>;

fn tensors(sizes: &Sizes, words: &[bool]) -> Tensors {
    let mut random = Random(sizes.seed);
    let mut tensors = Tensors::new();
    let dim = sizes.dim;
    add(&mut tensors, &mut random, "tok_embeddings.weight", &[words.len(), dim], (dim as f32).sqrt());
    add(&mut tensors, &mut random, "output.weight", &[words.len(), dim], 2.0);
    if let Some((_, output)) = tensors.get_mut("output.weight") {
        // A row of zeros scores 0, which the best of many random scores always beats: by so much, with scores as large as
        // these, that the end is not drawn at usual temperatures either.
        for (row, _) in output.chunks_exact_mut(dim * 2).zip(words).filter(|(_, is_word)| !**is_word) {
            row.fill(0);
        }
    }
    ones(&mut tensors, "norm.weight", dim);
    for layer in 0..sizes.layers {
        let (queries, keys) = (sizes.heads * sizes.head_dim, sizes.kv_heads * sizes.head_dim);
        block(&mut tensors, &mut random, &format!("layers.{layer}"), [dim, queries, keys, sizes.hidden_dim]);
    }
    ones(&mut tensors, "vision_encoder.ln_pre.weight", VISION_WIDTH);
    let patch_conv = [VISION_WIDTH, 3, PATCH, PATCH];
    add(&mut tensors, &mut random, "vision_encoder.patch_conv.weight", &patch_conv, 1.0);
    for layer in 0..VISION_LAYERS {
        let prefix = format!("vision_encoder.transformer.layers.{layer}");
        block(&mut tensors, &mut random, &prefix, [VISION_WIDTH, VISION_WIDTH, VISION_WIDTH, VISION_HIDDEN]);
    }
    add(&mut tensors, &mut random, "vision_language_adapter.w_in.weight", &[dim, VISION_WIDTH], 1.0);
    add(&mut tensors, &mut random, "vision_language_adapter.w_out.weight", &[dim, dim], 1.0);
    tensors
}

fn block(tensors: &mut Tensors, random: &mut Random, prefix: &str, [width, queries, keys, hidden]: [usize; 4]) {
    ones(tensors, &format!("{prefix}.attention_norm.weight"), width);
    ones(tensors, &format!("{prefix}.ffn_norm.weight"), width);
    for (name, shape, scale) in [
        ("attention.wq", [queries, width], SHARPNESS),
        ("attention.wk", [keys, width], SHARPNESS),
        ("attention.wv", [keys, width], 1.0),
        ("attention.wo", [width, queries], 1.0),
        ("feed_forward.w1", [hidden, width], 1.0),
        ("feed_forward.w2", [width, hidden], 1.0),
        ("feed_forward.w3", [hidden, width], 1.0),
    ] {
        add(tensors, random, &format!("{prefix}.{name}.weight"), &shape, scale);
    }
}

/// Normal numbers with the deviation `scale / sqrt(inputs)`.
fn add(tensors: &mut Tensors, random: &mut Random, name: &str, shape: &[usize], scale: f32) {
    let inputs: usize = shape[1..].iter().product();
    let deviation = scale / (inputs as f32).sqrt();
    let count: usize = shape.iter().product();
    let bytes = (0..count).flat_map(|_| bf16::from_f32(random.normal() * deviation).to_le_bytes()).collect();
    tensors.insert(name.to_owned(), (shape.to_vec(), bytes));
}

fn ones(tensors: &mut Tensors, name: &str, length: usize) {
    tensors.insert(name.to_owned(), (vec![length], bf16::ONE.to_le_bytes().repeat(length)));
}

/// SplitMix64.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) >> 40) as f32 / (1 << 24) as f32
    }

    /// Near enough to normal for weights: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }
}
