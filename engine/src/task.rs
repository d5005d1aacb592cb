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
    prompt::{Prompt, PromptPicture},
    reading::ReadingProgress,
    request::Parameters,
    sampler,
    speed::{Work, patch_work},
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
    /// It is there to learn the machine's speed: nothing of it is taken from caches or kept.
    pub is_warm_up: bool,
    /// Of its beginning, when that was last looked up.
    pub cached_tokens: Option<usize>,
    /// The place in the queue and the seconds that were last told.
    pub told: Option<(u32, Option<u32>)>,
}

impl Job {
    /// What it costs, as far as that can be told before it begins.
    pub fn work(&self, model: &Model) -> Work {
        let cached = self.cached_tokens.unwrap_or(0);
        Work {
            prompt_tokens: self.prompt.tokens.len() + self.sampled.len() - cached,
            patch_work: work_of(model, self.prompt.pictures.iter().filter(|picture| picture.first_token >= cached)),
            answered_tokens: self.sampled.len() as u32,
            max_tokens: self.max_tokens(model),
        }
    }

    fn max_tokens(&self, model: &Model) -> u32 {
        let room = model.info.context_tokens.saturating_sub(self.prompt.tokens.len() as u32);
        self.parameters.max_tokens.unwrap_or(room).min(room)
    }

    /// Positions that it may come to hold.
    pub fn most_positions(&self, model: &Model) -> u64 {
        self.prompt.tokens.len() as u64 + u64::from(self.max_tokens(model))
    }

    /// Names of what it reads, for the cache.
    pub fn chain(&self) -> Chain {
        let starts = self.prompt.pictures.iter().map(|picture| (picture.first_token, picture.hash)).collect();
        Chain::new(&self.cache_scope, starts)
    }
}

fn work_of<'a>(model: &Model, pictures: impl Iterator<Item = &'a PromptPicture>) -> f64 {
    pictures.map(|picture| patch_work(model.patches(picture.width, picture.height))).sum()
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
    /// Of the pictures that were encoded, see [`patch_work`].
    encoded_work: f64,
    /// Embeddings of the part that is read.
    inputs: Vec<f32>,
    /// Of the next token, once everything is read; else empty.
    logits: Vec<f32>,
    progress: ReadingProgress,
    timings: Timings,
    /// When the first and the last token of this run were sampled.
    first_token: Option<Instant>,
    last_token: Option<Instant>,
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
        let mut chain = job.chain();
        // The last token is always read: its logits are not kept.
        let keys = &chain.keys(&tokens)[..(tokens.len() - 1) / BLOCK_TOKENS];
        let session = model.session_after(if job.is_warm_up { Vec::new() } else { caches.prefixes.find(keys) })?;
        let cached = session.position();
        let is_cached = |picture: &&PromptPicture| picture.first_token + picture.tokens <= cached;
        let timings = Timings {
            queued_ms: job.submitted.elapsed().as_secs_f64() * 1000.0,
            cached_tokens: cached.min(job.prompt.tokens.len()) as u32,
            cached_pictures: job.prompt.pictures.iter().filter(is_cached).count() as u32,
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
            encoded_work: 0.0,
            inputs: Vec::new(),
            logits: Vec::new(),
            progress: ReadingProgress::new(model, &job.prompt),
            timings,
            first_token: None,
            last_token: None,
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

    /// Positions that it may come to hold.
    pub fn most_positions(&self, model: &Model) -> u64 {
        self.job.most_positions(model)
    }

    /// What it still costs.
    pub fn work(&self, model: &Model) -> Work {
        let position = self.session.position();
        let pictures = self.job.prompt.pictures.iter().zip(&self.features);
        let unseen = pictures.filter(|(picture, features)| features.is_none() && picture.first_token >= position);
        Work {
            prompt_tokens: self.known.saturating_sub(position),
            patch_work: work_of(model, unseen.map(|(picture, _)| picture)),
            answered_tokens: self.answer.count(),
            max_tokens: self.job.max_tokens(model),
        }
    }

    /// Tokens of the answer, if nobody cut it off.
    pub fn whole_answer(&self) -> Option<u32> {
        let is_whole = !self.job.is_warm_up && self.ended.is_some_and(|reason| reason != FinishReason::Cancelled);
        is_whole.then(|| self.answer.count())
    }

    /// The work of pictures that were encoded, and how long that took.
    pub fn picture_speed(&self) -> Option<(f64, f64)> {
        (self.encoded_work > 0.0).then_some((self.encoded_work, self.timings.pictures_ms))
    }

    /// Tokens of the next chunk where chunks depend on the position alone; an answer that is taken up again is read token
    /// by token, as it was made.
    pub fn fixed_chunk(&self) -> usize {
        let (position, prompt) = (self.session.position(), self.job.prompt.tokens.len());
        if position < prompt { chunk_end(position, prompt) - position } else { 1 }
    }

    /// Whether there is something to sample from.
    pub fn has_logits(&self) -> bool {
        !self.logits.is_empty()
    }

    /// Samples if there is something to sample from, and says what is needed then.
    pub fn advance(&mut self, model: &Model) -> Result<Need, GenerationError> {
        if self.is_cancelled() {
            self.ended.get_or_insert(FinishReason::Cancelled);
        }
        if self.ended.is_none() && self.has_logits() {
            self.sample(model)?;
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
                if !self.job.is_warm_up
                    && let Some(features) = caches.pictures.find(&self.job.cache_scope, &picture.hash, numbers)
                {
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
            if !self.job.is_warm_up {
                caches.pictures.keep(&self.job.cache_scope, &picture.hash, features.clone());
            }
            self.features[index] = Some(features);
            self.encoded_work += work_of(model, std::iter::once(picture));
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
        model.embed(&self.tokens[position..end], &features, &mut self.inputs)?;
        let wanted = if end == self.tokens.len() { Wanted::Last } else { Wanted::Nothing };
        Ok(Part { session: &mut self.session, inputs: &self.inputs, wanted, logits: &mut self.logits })
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

    /// A part was read; `ms`: how long the step took.
    pub fn was_read(&mut self, need: Need, ms: f64, caches: &mut Caches) {
        if need != Need::Token {
            self.timings.prefill_ms += ms;
        }
        self.progress.read_to(self.session.position(), &self.job.events);
        let position = self.session.position();
        if let Session::Cpu(sequence) = &self.session
            && !self.job.is_warm_up
            && (need != Need::Token || position.is_multiple_of(BLOCK_TOKENS))
        {
            caches.prefixes.keep(self.chain.keys(&self.tokens[..position]), sequence.full_blocks());
        }
    }

    fn sample(&mut self, model: &Model) -> Result<(), GenerationError> {
        let index = self.answer.count();
        let id = sampler::sample(&self.logits, &self.job.parameters.sampling, index)?;
        self.logits.clear();
        let (text, reason) = self.answer.push(model, id);
        let now = Instant::now();
        match self.first_token {
            Some(_) => self.timings.decoded_tokens += 1,
            None => self.first_token = Some(now),
        }
        self.last_token = Some(now);
        let _ = self.job.events.send(Event::Token { index, id, text });
        self.tokens.push(id);
        self.ended = reason;
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
        if let (Some(first), Some(last)) = (self.first_token, self.last_token) {
            self.timings.first_token_ms = Some((first - self.job.submitted).as_secs_f64() * 1000.0);
            self.timings.decode_ms = (last - first).as_secs_f64() * 1000.0;
        }
        let reason = self.ended.unwrap_or(FinishReason::Cancelled);
        let tail = self.answer.tail();
        let _ = self.job.events.send(Event::Finished { reason, tail, usage, timings: self.timings.clone() });
    }
}

pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
