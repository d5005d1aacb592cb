//! A loaded model: what every request shares, and what is computed with it.

use std::sync::Arc;

use candle_core::Result;

use crate::{
    config::Config,
    cpu::kv_cache::Block,
    decoding::{Part, Runner, Session, Wanted},
    error::RequestError,
    load::ModelInfo,
    matrix::input::Precision,
    prompt::{self, ControlTokens, PictureSize, Prompt, Template},
    request::Message,
    tokenizer::Tokenizer,
};

pub struct Model {
    pub config: Config,
    pub runner: Runner,
    pub tokenizer: Tokenizer,
    pub control: ControlTokens,
    pub info: ModelInfo,
    /// The text file that could see with a vision part which is not there.
    pub lacks_mmproj: Option<String>,
    /// Tokens whose keys and values fit into the machine's memory, of all who are served at once.
    pub active_tokens: u64,
    /// Of answers.
    pub precision: Precision,
    /// Memory for what was read, to be used again.
    pub kept_bytes: u64,
}

impl Model {
    pub fn session(&self, precision: Precision) -> Result<Session> {
        self.runner.session(&self.config.text, precision)
    }

    /// A session that goes on after `blocks`.
    pub fn session_after(&self, blocks: Vec<Arc<Block>>) -> Result<Session> {
        self.runner.session_after(&self.config.text, blocks)
    }

    /// The prompt of `messages`, which must leave room for one token of answer.
    pub fn prompt(&self, messages: &[Message], template: Template) -> std::result::Result<Prompt, RequestError> {
        let size = match template {
            Template::Reference => PictureSize::Full,
            Template::Chat => PictureSize::Detail { on_gpu: matches!(self.runner, Runner::Gpu(_)) },
        };
        let prompt =
            prompt::build(messages, template, size, &self.tokenizer, &self.control).map_err(|error| {
                match (error, &self.lacks_mmproj) {
                    (RequestError::NoVision, Some(file)) => RequestError::NoMmproj { file: file.clone() },
                    (error, _) => error,
                }
            })?;
        self.check_room(prompt.tokens.len())?;
        Ok(prompt)
    }

    pub fn check_room(&self, tokens: usize) -> std::result::Result<(), RequestError> {
        let limit_tokens = self.info.context_tokens - 1;
        if tokens > limit_tokens as usize {
            let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
            return Err(RequestError::TooLongForContext { tokens, limit_tokens });
        }
        Ok(())
    }

    /// Embeddings `[tokens, width]` take the place of what `inputs` held; `[IMG]` positions take theirs from `features`
    /// (`[tokens, width]`, those that come next).
    pub fn embed(&self, tokens: &[u32], features: &[f32], inputs: &mut Vec<f32>) -> Result<()> {
        let width = self.config.text.width;
        self.runner.embed(tokens, inputs)?;
        if let Some(image) = &self.control.image {
            let mut features = features.chunks_exact(width);
            for (input, &token) in inputs.chunks_exact_mut(width).zip(tokens) {
                if token == image.image
                    && let Some(feature) = features.next()
                {
                    input.copy_from_slice(feature);
                }
            }
        }
        Ok(())
    }

    /// Reads all parts together: see [`Runner::read`].
    pub fn read(&self, parts: &mut [Part<'_>]) -> Result<()> {
        self.runner.read(&self.config.text, parts, self.precision)
    }

    /// Reads `inputs` alone, for comparison with other implementations: also with quantised weights no input is rounded.
    /// The wanted logits, `[wanted, vocabulary]`.
    pub fn read_exactly(&self, session: &mut Session, inputs: &[f32], wanted: Wanted) -> Result<Vec<f32>> {
        let mut logits = Vec::new();
        let parts = &mut [Part { session, inputs, wanted, logits: &mut logits }];
        self.runner.read(&self.config.text, parts, Precision::Exact)?;
        Ok(logits)
    }

    /// What the numbers of a picture's features depend on, beside the picture. Products of bf16 are rounded otherwise than
    /// those of f32, and by a GPU in its own way.
    pub fn pictures_computed_by(&self) -> String {
        let products = match &self.runner {
            Runner::Cpu(model) if self.precision == Precision::CodesAndBf16 && model.processor.has_bf16() => "bf16",
            Runner::Cpu(_) => "f32",
            Runner::Gpu(_) => self.info.computes_with.as_str(),
        };
        format!("{} {} {products}", self.info.model_hash, self.info.engine_version)
    }

    /// Memory of sixteen positions' keys and values.
    pub fn block_bytes(&self) -> u64 {
        match &self.runner {
            Runner::Cpu(model) => model.dims(&self.config.text).block_bytes() as u64,
            Runner::Gpu(_) => 1,
        }
    }

    /// `[IMG]` tokens among `tokens`.
    pub fn image_tokens(&self, tokens: &[u32]) -> usize {
        let Some(image) = &self.control.image else { return 0 };
        tokens.iter().filter(|&&token| token == image.image).count()
    }

    /// Patches of a picture that is shown in this size.
    pub fn patches(&self, width: u32, height: u32) -> usize {
        let patch = self.config.vision.as_ref().map_or(1, |vision| vision.patch);
        (width as usize / patch) * (height as usize / patch)
    }

    /// The ids of plain text.
    pub fn tokenize(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text)
    }

    /// What `tokens` show; control tokens are left out.
    pub fn detokenize(&self, tokens: &[u32]) -> String {
        let mut detokenizer = self.tokenizer.detokenizer();
        let mut text = String::new();
        for bytes in tokens.iter().filter_map(|&token| self.tokenizer.token_bytes(token)) {
            text.push_str(&detokenizer.push(bytes));
        }
        text + &detokenizer.finish()
    }
}
