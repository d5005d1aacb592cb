//! A loaded model: what every request shares, and what is computed with it.

use candle_core::{Result, Tensor};

use crate::{
    config::Config,
    decoder::{self, Session},
    error::RequestError,
    load::ModelInfo,
    prompt::{self, ControlTokens, Prompt, Template},
    request::Message,
    tokenizer::Tokenizer,
    weights::Weights,
};

pub struct Model {
    pub config: Config,
    pub weights: Weights,
    pub tokenizer: Tokenizer,
    pub control: ControlTokens,
    pub info: ModelInfo,
    /// The text file that could see with a vision part which is not there.
    pub lacks_mmproj: Option<String>,
    /// Requests whose caches fit into the machine's memory together.
    pub max_active: usize,
}

impl Model {
    pub fn session(&self) -> Result<Session> {
        Session::new(&self.config.text, self.weights.norm.device())
    }

    /// The prompt of `messages`, which must leave room for one token of answer.
    pub fn prompt(&self, messages: &[Message], template: Template) -> std::result::Result<Prompt, RequestError> {
        let prompt = prompt::build(messages, template, &self.tokenizer, &self.control).map_err(|error| {
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

    /// Reads `tokens`; `[IMG]` positions take their embedding from `features` (`[tokens, width]`, those that come
    /// next). Hidden states `[n, width]`.
    pub fn read(&self, session: &mut Session, tokens: &[u32], features: &[f32]) -> Result<Tensor> {
        let width = self.config.text.width;
        let mut inputs = self.weights.embeddings.gather(tokens)?;
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
        decoder::read(&self.weights, &self.config.text, session, inputs)
    }

    /// Reads one sampled token; logits `[vocabulary]` of the next.
    pub fn decode(&self, session: &mut Session, token: u32) -> Result<Tensor> {
        let hidden = self.read(session, &[token], &[])?;
        self.last_logits(&hidden)
    }

    pub fn last_logits(&self, hidden: &Tensor) -> Result<Tensor> {
        decoder::last_logits(&self.weights, &self.config.text, hidden)
    }

    /// `[IMG]` tokens among `tokens`.
    pub fn image_tokens(&self, tokens: &[u32]) -> usize {
        let Some(image) = &self.control.image else { return 0 };
        tokens.iter().filter(|&&token| token == image.image).count()
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
