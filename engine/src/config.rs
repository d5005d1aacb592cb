//! The configuration of a model of the Pixtral family: one structure, read from any layout.

pub mod gguf;
pub mod huggingface;
pub mod mistral;

use serde_json::Value;

/// Norm epsilon of the vision encoder; no file names it (transformers' and mistral-inference's source do).
pub const VISION_NORM_EPS: f32 = 1e-5;
/// Sides above this are a damaged file, not a model.
const MAX_SIDE: u64 = 1 << 20;
/// Mixtral has 8 experts; above this the file is no model of the family.
const MAX_EXPERTS: usize = 1024;
/// The side of what becomes one token, in pixels; the family's are 16 and 28.
const MAX_TOKEN_SIDE: usize = 1024;

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
    /// Of each expert, where there are several.
    pub feed_forward: usize,
    /// A mixture of experts (Mixtral).
    pub experts: Option<Experts>,
    pub vocabulary: usize,
    pub norm_eps: f32,
    pub rope_theta: f64,
    /// Positions stretched beyond those of the training (Ministral 3).
    pub yarn: Option<Yarn>,
    /// Queries far into the context weigh more (Ministral 3).
    pub query_scaling: Option<QueryScaling>,
    /// A position sees itself and those just before it, so many in all (Mistral 7B 0.1).
    pub sliding_window: Option<usize>,
    /// Longest context the files speak of.
    pub max_positions: Option<u32>,
    /// The output matrix is the embeddings.
    pub tied_embeddings: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experts {
    pub count: usize,
    /// Experts that a position uses.
    pub used: usize,
}

/// YaRN (arxiv.org/abs/2309.00071) with transformers' names for its constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Yarn {
    /// How many times longer the context is than that of the training.
    pub factor: f64,
    /// Context of the training, in tokens.
    pub original_positions: u32,
    pub beta_fast: f64,
    pub beta_slow: f64,
    /// Cosines and sines are multiplied by this.
    pub amplitude: f64,
}

/// Llama 4's: the query at `position` is multiplied by 1 + beta * ln(1 + floor(position / original_positions)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueryScaling {
    pub beta: f64,
    pub original_positions: u32,
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
    /// Side of the squares of patches that become one token each; 1: every patch is a token.
    pub merge: usize,
    /// Longest side of a resized picture in pixels.
    pub longest_edge: u32,
    pub rope_theta: f64,
    /// Ids of `[IMG]`, `[IMG_BREAK]`, `[IMG_END]`; `None`: as the tokenizer names them.
    pub image_token: Option<u32>,
    pub break_token: Option<u32>,
    pub end_token: Option<u32>,
}

impl Yarn {
    /// What YaRN multiplies cosines and sines by for a longer context.
    fn usual_amplitude(factor: f64, scale: f64) -> f64 {
        if factor <= 1.0 { 1.0 } else { 0.1 * scale * factor.ln() + 1.0 }
    }

    /// What llama.cpp calls the scale that takes back the usual amplitude.
    pub fn log_multiplier(&self) -> f64 {
        if self.factor <= 1.0 {
            return 1.0;
        }
        (Self::usual_amplitude(self.factor, 1.0) / self.amplitude - 1.0) / (0.1 * self.factor.ln())
    }
}

impl VisionConfig {
    /// Side in pixels of what becomes one token.
    pub fn token_side(&self) -> usize {
        self.patch * self.merge
    }
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
        if let Some(Experts { count, used }) = text.experts
            && (used > count || count > MAX_EXPERTS)
        {
            return Err(format!("of {count} experts it cannot use {used}"));
        }
        if let Some(vision) = &self.vision {
            if !vision.head_dim.is_multiple_of(4) {
                return Err(format!("the vision encoder's head_dim {} is not a multiple of 4", vision.head_dim));
            }
            let VisionConfig { patch, merge, .. } = vision;
            if patch.saturating_mul(*merge) > MAX_TOKEN_SIDE {
                return Err(format!(
                    "patches of {patch} pixels, {merge} x {merge} at a time, are no picture encoder's"
                ));
            }
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

    /// 0 is as if it were not there.
    fn optional_nonzero(&self, name: &str) -> Result<Option<f64>, String> {
        if self.get(name).and_then(Value::as_f64) == Some(0.0) { Ok(None) } else { self.optional_number(name) }
    }

    fn number(&self, name: &str) -> Result<f64, String> {
        self.optional_number(name)?.ok_or_else(|| format!("{}{name} is missing", self.prefix))
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
