//! One request while it is served, in small steps, so that others can take turns and a stop is heard soon: one layer of
//! the vision encoder, one chunk of the prompt, or one token.

use std::time::Instant;

use candle_core::Tensor;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    answer::Answer,
    decoder::{Session, chunk_end},
    error::GenerationError,
    event::{Event, FinishReason, Timings, Usage},
    generation::Canceller,
    model::Model,
    picture::preprocess,
    prompt::Prompt,
    reading::ReadingProgress,
    request::Parameters,
    sampler,
    vision::Encoding,
};

/// A request that was checked and may wait.
pub struct Job {
    pub prompt: Prompt,
    pub parameters: Parameters,
    pub fairness_key: String,
    /// Ids sampled before a restart.
    pub sampled: Vec<u32>,
    pub events: UnboundedSender<Event>,
    pub canceller: Canceller,
    pub submitted: Instant,
    /// The place in the queue that was last told.
    pub told_ahead: Option<u32>,
}

/// What comes next.
enum Phase {
    /// The prompt, and the pictures as it comes to them.
    Read,
    /// Feeding the ids sampled before a restart, from this one on.
    Feed { next: usize },
    /// Sampling from these logits.
    Sample(Tensor),
}

pub struct Task {
    job: Job,
    answer: Answer,
    phase: Phase,
    session: Session,
    encoding: Option<Encoding>,
    /// Pictures encoded.
    encoded: usize,
    /// Features of encoded pictures that the decoder has not read yet, `[tokens, width]`.
    features: Vec<f32>,
    progress: ReadingProgress,
    timings: Timings,
    /// Finished when this is set: nothing but the last event remains.
    ended: Option<FinishReason>,
}

impl Task {
    /// Begins; the journalled tokens are told at once.
    pub fn new(model: &Model, job: Job) -> Result<Self, GenerationError> {
        let mut answer = Answer::new(model, &job.parameters, job.prompt.tokens.len());
        let mut ended = None;
        for &id in &job.sampled {
            let index = answer.count();
            let (text, reason) = answer.push(model, id);
            // An asker who left is noticed by the canceller.
            let _ = job.events.send(Event::Token { index, id, text });
            ended = reason;
            if ended.is_some() {
                break;
            }
        }
        let timings = Timings { queued_ms: job.submitted.elapsed().as_secs_f64() * 1000.0, ..Timings::default() };
        let progress = ReadingProgress::new(model, &job.prompt);
        let session = model.session()?;
        let (features, encoding) = (Vec::new(), None);
        Ok(Self { job, answer, phase: Phase::Read, session, encoding, encoded: 0, features, progress, timings, ended })
    }

    pub fn fairness_key(&self) -> &str {
        &self.job.fairness_key
    }

    /// The way to tell of a failure when the task itself is lost.
    pub fn events(&self) -> UnboundedSender<Event> {
        self.job.events.clone()
    }

    /// One step; true when the answer has ended and its last event is sent.
    pub fn step(&mut self, model: &Model) -> Result<bool, GenerationError> {
        if self.job.canceller.is_cancelled() {
            self.ended.get_or_insert(FinishReason::Cancelled);
        }
        if let Some(reason) = self.ended {
            self.finish(reason);
            return Ok(true);
        }
        let began = Instant::now();
        match std::mem::replace(&mut self.phase, Phase::Read) {
            Phase::Read => self.read(model)?,
            Phase::Feed { next } => {
                let hidden = model.read(&mut self.session, &[self.job.sampled[next]], &[])?;
                self.phase = self.after_reading(model, next + 1, &hidden)?;
                self.timings.prefill_ms += milliseconds(began);
            }
            Phase::Sample(logits) => {
                self.sample(model, &logits)?;
                self.timings.decode_ms += milliseconds(began);
            }
        }
        Ok(false)
    }

    /// One layer of the picture that the next chunk needs, else the chunk.
    fn read(&mut self, model: &Model) -> Result<(), GenerationError> {
        let began = Instant::now();
        let prompt = &self.job.prompt;
        let start = self.session.position();
        let chunk = &prompt.tokens[start..chunk_end(start, prompt.tokens.len())];
        let needed = model.image_tokens(chunk) * model.config.text.width;
        if self.features.len() < needed {
            self.encode(model)?;
            self.timings.pictures_ms += milliseconds(began);
            return Ok(());
        }
        let hidden = model.read(&mut self.session, chunk, &self.features)?;
        self.features.drain(..needed);
        self.progress.read_to(self.session.position(), &self.job.events);
        if self.session.position() == prompt.tokens.len() {
            self.phase = self.after_reading(model, 0, &hidden)?;
        }
        self.timings.prefill_ms += milliseconds(began);
        Ok(())
    }

    fn encode(&mut self, model: &Model) -> Result<(), GenerationError> {
        let missing = || GenerationError::Internal("a picture is missing".into());
        let picture = self.job.prompt.pictures.get(self.encoded).ok_or_else(missing)?;
        let (Some(weights), Some(config)) = (&model.weights.vision, &model.config.vision) else {
            return Err(missing());
        };
        let encoding = match &mut self.encoding {
            Some(encoding) => encoding,
            None => {
                let pixels = preprocess(&picture.picture, (picture.width, picture.height));
                self.encoding.insert(Encoding::begin(weights, config, &pixels)?)
            }
        };
        let features = encoding.step(weights, config, model.config.text.norm_eps)?;
        self.progress.encoded(self.encoded, encoding.layer(), &self.job.events);
        if let Some(features) = features {
            self.features.extend(features);
            self.encoding = None;
            self.encoded += 1;
        }
        Ok(())
    }

    /// `fed`: journalled ids that were read. Logits are needed after the last of them only.
    fn after_reading(&self, model: &Model, fed: usize, hidden: &Tensor) -> Result<Phase, GenerationError> {
        if fed < self.job.sampled.len() {
            return Ok(Phase::Feed { next: fed });
        }
        Ok(Phase::Sample(model.last_logits(hidden)?))
    }

    fn sample(&mut self, model: &Model, logits: &Tensor) -> Result<(), GenerationError> {
        let index = self.answer.count();
        let id = sampler::sample(logits, &self.job.parameters.sampling, index)?;
        let (text, reason) = self.answer.push(model, id);
        if self.timings.first_token_ms == 0.0 {
            self.timings.first_token_ms = milliseconds(self.job.submitted);
        }
        let _ = self.job.events.send(Event::Token { index, id, text });
        self.ended = reason;
        if reason.is_none() {
            self.phase = Phase::Sample(model.decode(&mut self.session, id)?);
        }
        Ok(())
    }

    fn finish(&mut self, reason: FinishReason) {
        let prompt = &self.job.prompt;
        let picture_tokens: usize = prompt.pictures.iter().map(|picture| picture.tokens).sum();
        let usage = Usage {
            prompt_tokens: prompt.tokens.len() as u32,
            picture_tokens: picture_tokens as u32,
            completion_tokens: self.answer.count(),
        };
        let tail = self.answer.tail();
        let _ = self.job.events.send(Event::Finished { reason, tail, usage, timings: self.timings.clone() });
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
