//! The configuration of a model of the Pixtral family: one structure, read from any layout.

pub mod gguf;
pub mod huggingface;
pub mod mistral;

use serde_json::Value;

/// Norm epsilon of the vision encoder; no file names it (transformers' and mistral-inference's source do).
pub const VISION_NORM_EPS: f32 = 1e-5;
/// Sides above this are a damaged file, not a model.
const MAX_SIDE: u64 = 1 << 20;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub text: TextConfig,
    pub vision: Option<VisionConfig>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TextConfig {
    pub width: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub feed_forward: usize,
    pub vocabulary: usize,
    pub norm_eps: f32,
    pub rope_theta: f64,
    /// Longest context the files speak of.
    pub max_positions: Option<u32>,
    /// The output matrix is the embeddings.
    pub tied_embeddings: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct VisionConfig {
    pub width: usize,
    pub layers: usize,
    pub heads: usize,
    pub head_dim: usize,
    pub feed_forward: usize,
    /// Side of a patch in pixels.
    pub patch: usize,
    /// Longest side of a resized picture in pixels.
    pub longest_edge: u32,
    pub rope_theta: f64,
    /// Ids of `[IMG]`, `[IMG_BREAK]`, `[IMG_END]`; `None`: as the tokenizer names them.
    pub image_token: Option<u32>,
    pub break_token: Option<u32>,
    pub end_token: Option<u32>,
}

impl Config {
    /// The same decoder with a vision encoder from a file of its own.
    pub fn with_vision(self, vision: VisionConfig) -> Result<Self, String> {
        Self { vision: Some(vision), ..self }.checked()
    }

    /// Refuses what the model code could not compute.
    fn checked(self) -> Result<Self, String> {
        let text = &self.text;
        if !text.heads.is_multiple_of(text.kv_heads) {
            return Err(format!("{} heads cannot share {} key-value heads", text.heads, text.kv_heads));
        }
        if !text.head_dim.is_multiple_of(2) {
            return Err(format!("head_dim {} is odd", text.head_dim));
        }
        if let Some(vision) = &self.vision
            && !vision.head_dim.is_multiple_of(4)
        {
            return Err(format!("the vision encoder's head_dim {} is not a multiple of 4", vision.head_dim));
        }
        Ok(self)
    }
}

/// One JSON object of a configuration, with errors that name the field.
struct Fields<'a> {
    object: &'a Value,
    prefix: &'static str,
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn optional_size(&self, name: &str) -> Result<Option<usize>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_u64() {
            Some(size @ 1..=MAX_SIDE) => Ok(Some(size as usize)),
            _ => Err(format!("{}{name} is {value}, not a size", self.prefix)),
        }
    }

    fn size(&self, name: &str) -> Result<usize, String> {
        self.optional_size(name)?.ok_or_else(|| format!("{}{name} is missing", self.prefix))
    }

    fn size_or(&self, name: &str, default: usize) -> Result<usize, String> {
        Ok(self.optional_size(name)?.unwrap_or(default))
    }

    fn optional_number(&self, name: &str) -> Result<Option<f64>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64() {
            Some(number) if number.is_finite() && number > 0.0 => Ok(Some(number)),
            _ => Err(format!("{}{name} is {value}, not a positive number", self.prefix)),
        }
    }

    fn number_or(&self, name: &str, default: f64) -> Result<f64, String> {
        Ok(self.optional_number(name)?.unwrap_or(default))
    }

    fn token(&self, name: &str) -> Result<Option<u32>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let id = value.as_u64().and_then(|id| u32::try_from(id).ok());
        id.map(Some).ok_or_else(|| format!("{}{name} is {value}, not a token id", self.prefix))
    }
}
