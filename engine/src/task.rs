//! One request while it is served: what it needs next, and what it does with it. Steps are small, so that others take
//! their turns and a stop is heard soon: one layer of the vision encoder, one chunk of what is to be read, one token.

use std::{sync::Arc, time::Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    answer::Answer,
    cpu::kv_cache::BLOCK_TOKENS,
    decoding::{Encoding, Part, Session, Wanted, chunk_end},
    error::GenerationError,
    event::{Event, FinishReason, Timings, Usage},
    generation::Canceller,
    model::Model,
    picture::preprocess,
    picture_cache::PictureCache,
    prefix_cache::{Chain, PrefixCache},
    prompt::Prompt,
    reading::ReadingProgress,
    request::Parameters,
    sampler,
    speed::Work,
};

/// A request that was checked and may wait.
pub struct Job {
    pub prompt: Prompt,
    pub parameters: Parameters,
    pub fairness_key: String,
    pub cache_scope: String,
    /// Ids sampled before a restart.
    pub sampled: Vec<u32>,
    pub events: UnboundedSender<Event>,
    pub canceller: Canceller,
    pub submitted: Instant,
    /// The place in the queue that was last told.
    pub told_ahead: Option<u32>,
}

impl Job {
    /// What it costs, as far as that can be told before it begins.
    pub fn work(&self) -> Work {
        Work {
            prompt_tokens: self.prompt.tokens.len() + self.sampled.len(),
            picture_tokens: self.prompt.pictures.iter().map(|picture| picture.image_tokens).sum(),
            answered_tokens: None,
        }
    }
}

/// What was read before and need not be read again.
pub struct Caches {
    pub prefixes: PrefixCache,
    pub pictures: PictureCache,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing but the last event.
    End,
    /// A layer of the picture that comes next.
    Picture,
    /// Prompt, or an answer that is taken up again, is to be read in chunks.
    Prompt,
    /// The token that was sampled last is to be read.
    Token,
}

pub struct Task {
    job: Job,
    answer: Answer,
    session: Session,
    /// The prompt and all that was sampled.
    tokens: Vec<u32>,
    /// Tokens that are read in chunks, before the answer goes on one by one.
    known: usize,
    chain: Chain,
    /// Features of every picture, once they are there.
    features: Vec<Option<Arc<Vec<f32>>>>,
    encoding: Option<Encoding>,
    encoded_tokens: usize,
    /// Of the next token, once everything is read.
    logits: Option<Vec<f32>>,
    progress: ReadingProgress,
    timings: Timings,
    ended: Option<FinishReason>,
}

impl Task {
    /// Begins; the journalled tokens are told at once. What was read before is taken from the caches.
    pub fn new(model: &Model, job: Job, caches: &mut Caches) -> Result<Self, GenerationError> {
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
        let tokens = [job.prompt.tokens.as_slice(), &job.sampled].concat();
        let starts = job.prompt.pictures.iter().map(|picture| (picture.first_token, picture.hash)).collect();
        let mut chain = Chain::new(&job.cache_scope, starts);
        // The last token is always read: its logits are not kept.
        let keys = &chain.keys(&tokens)[..(tokens.len() - 1) / BLOCK_TOKENS];
        let session = model.session_after(caches.prefixes.find(keys))?;
        let timings = Timings {
            queued_ms: job.submitted.elapsed().as_secs_f64() * 1000.0,
            cached_tokens: session.position().min(job.prompt.tokens.len()) as u32,
            ..Timings::default()
        };
        Ok(Self {
            answer,
            session,
            known: tokens.len(),
            tokens,
            chain,
            features: vec![None; job.prompt.pictures.len()],
            encoding: None,
            encoded_tokens: 0,
            logits: None,
            progress: ReadingProgress::new(model, &job.prompt),
            timings,
            ended,
            job,
        })
    }

    pub fn fairness_key(&self) -> &str {
        &self.job.fairness_key
    }

    /// The way to tell of a failure when the task itself is lost.
    pub fn events(&self) -> UnboundedSender<Event> {
        self.job.events.clone()
    }

    pub fn is_cancelled(&self) -> bool {
        self.job.canceller.is_cancelled()
    }

    /// What it still costs.
    pub fn work(&self) -> Work {
        let position = self.session.position();
        let pictures = self.job.prompt.pictures.iter().zip(&self.features);
        let unseen = pictures.filter(|(picture, features)| features.is_none() && picture.first_token >= position);
        Work {
            prompt_tokens: self.known.saturating_sub(position),
            picture_tokens: unseen.map(|(picture, _)| picture.image_tokens).sum(),
            answered_tokens: Some(self.answer.count()),
        }
    }

    /// Tokens of the answer.
    pub fn answered(&self) -> u32 {
        self.answer.count()
    }

    /// Picture tokens that were encoded, and how long that took.
    pub fn picture_speed(&self) -> Option<(usize, f64)> {
        (self.encoded_tokens > 0).then_some((self.encoded_tokens, self.timings.pictures_ms))
    }

    /// Tokens of the next chunk where chunks depend on the position alone; an answer that is taken up again is read token
    /// by token, as it was made.
    pub fn fixed_chunk(&self) -> usize {
        let (position, prompt) = (self.session.position(), self.job.prompt.tokens.len());
        if position < prompt { chunk_end(position, prompt) - position } else { 1 }
    }

    /// Samples if there is something to sample from, and says what is needed then.
    pub fn advance(&mut self, model: &Model) -> Result<Need, GenerationError> {
        if self.is_cancelled() {
            self.ended.get_or_insert(FinishReason::Cancelled);
        }
        if self.ended.is_none()
            && let Some(logits) = self.logits.take()
        {
            self.sample(model, &logits)?;
        }
        if self.ended.is_some() {
            return Ok(Need::End);
        }
        let position = self.session.position();
        if position >= self.known {
            return Ok(Need::Token);
        }
        if self.next_picture(position + 1).is_some() {
            return Ok(Need::Picture);
        }
        Ok(Need::Prompt)
    }

    /// The first picture whose features are needed to read up to `end` and are not there.
    fn next_picture(&self, end: usize) -> Option<usize> {
        let position = self.session.position();
        let pictures = self.job.prompt.pictures.iter().zip(&self.features);
        pictures.enumerate().find_map(|(index, (picture, features))| {
            let span = picture.first_token..picture.first_token + picture.tokens;
            (features.is_none() && span.start < end && span.end > position).then_some(index)
        })
    }

    /// One layer of the picture that comes next, or all of it from the cache.
    pub fn encode(&mut self, model: &Model, caches: &mut Caches) -> Result<(), GenerationError> {
        let began = Instant::now();
        let missing = || GenerationError::Internal("a picture is missing".into());
        let index = self.next_picture(self.session.position() + 1).ok_or_else(missing)?;
        let picture = &self.job.prompt.pictures[index];
        let encoding = match &mut self.encoding {
            Some(encoding) => encoding,
            None => {
                let numbers = picture.image_tokens * model.config.text.width;
                if let Some(features) = caches.pictures.find(&self.job.cache_scope, &picture.hash, numbers) {
                    self.features[index] = Some(features);
                    self.timings.cached_pictures += 1;
                    return Ok(());
                }
                let pixels = preprocess(&picture.picture, (picture.width, picture.height));
                let begun = model.runner.begin_picture(&model.config, &pixels, model.precision)?.ok_or_else(missing)?;
                self.encoding.insert(begun)
            }
        };
        let features = model.runner.encode(&model.config, encoding)?;
        self.progress.encoded(index, encoding.layer(), &self.job.events);
        if let Some(features) = features {
            let features = Arc::new(features);
            caches.pictures.keep(&self.job.cache_scope, &picture.hash, features.clone());
            self.features[index] = Some(features);
            self.encoded_tokens += picture.image_tokens;
            self.encoding = None;
        }
        self.timings.pictures_ms += milliseconds(began);
        Ok(())
    }

    /// How many tokens can be read now, `most` at most: up to the next picture that is not encoded.
    pub fn readable(&self, most: usize) -> usize {
        let position = self.session.position();
        let end = (position + most).min(self.tokens.len());
        match self.next_picture(end) {
            Some(index) => self.job.prompt.pictures[index].first_token.max(position + 1) - position,
            None => end - position,
        }
    }

    /// The next `count` tokens, to be read.
    pub fn part(&mut self, model: &Model, count: usize) -> Result<Part<'_>, GenerationError> {
        let position = self.session.position();
        let end = position + count;
        let features = self.features_of(model, position, end);
        let inputs = model.embed(&self.tokens[position..end], &features)?;
        let wanted = if end == self.tokens.len() { Wanted::Last } else { Wanted::Nothing };
        Ok(Part { session: &mut self.session, inputs, wanted })
    }

    /// Features of the picture tokens between two positions.
    fn features_of(&self, model: &Model, start: usize, end: usize) -> Vec<f32> {
        let width = model.config.text.width;
        let mut chosen = Vec::new();
        for (picture, features) in self.job.prompt.pictures.iter().zip(&self.features) {
            let Some(features) = features else { continue };
            let first = picture.first_token.max(start);
            let last = (picture.first_token + picture.tokens).min(end);
            if first < last {
                let before = model.image_tokens(&self.tokens[picture.first_token..first]);
                let count = model.image_tokens(&self.tokens[first..last]);
                chosen.extend_from_slice(&features[before * width..(before + count) * width]);
            }
        }
        chosen
    }

    /// What came of a part; `ms`: how long the step took.
    pub fn was_read(&mut self, need: Need, logits: Vec<f32>, ms: f64, caches: &mut Caches) {
        match need {
            Need::Token => self.timings.decode_ms += ms,
            Need::End | Need::Picture | Need::Prompt => self.timings.prefill_ms += ms,
        }
        self.progress.read_to(self.session.position(), &self.job.events);
        if !logits.is_empty() {
            self.logits = Some(logits);
        }
        let position = self.session.position();
        if let Session::Cpu(sequence) = &self.session
            && (need != Need::Token || position.is_multiple_of(BLOCK_TOKENS))
        {
            caches.prefixes.keep(self.chain.keys(&self.tokens[..position]), sequence.full_blocks());
        }
    }

    fn sample(&mut self, model: &Model, logits: &[f32]) -> Result<(), GenerationError> {
        let began = Instant::now();
        let index = self.answer.count();
        let id = sampler::sample(logits, &self.job.parameters.sampling, index)?;
        let (text, reason) = self.answer.push(model, id);
        if self.timings.first_token_ms == 0.0 {
            self.timings.first_token_ms = milliseconds(self.job.submitted);
        }
        let _ = self.job.events.send(Event::Token { index, id, text });
        self.tokens.push(id);
        self.ended = reason;
        self.timings.decode_ms += milliseconds(began);
        Ok(())
    }

    /// Sends the last event.
    pub fn finish(mut self) {
        let prompt = &self.job.prompt;
        let picture_tokens: usize = prompt.pictures.iter().map(|picture| picture.tokens).sum();
        let usage = Usage {
            prompt_tokens: prompt.tokens.len() as u32,
            picture_tokens: picture_tokens as u32,
            completion_tokens: self.answer.count(),
        };
        let reason = self.ended.unwrap_or(FinishReason::Cancelled);
        let tail = self.answer.tail();
        let _ = self.job.events.send(Event::Finished { reason, tail, usage, timings: self.timings.clone() });
    }
}

pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
