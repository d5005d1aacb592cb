//! The handle: requests in, streams of events out.

use std::{sync::Arc, time::Instant};

use tokio::sync::mpsc;

use crate::{
    compute_pool::ComputePool,
    decoding::Runner,
    error::{LoadError, RequestError, SubmitError, TraceError},
    generation::{Canceller, Generation},
    load::{self, LoadOptions, ModelInfo, ModelSource},
    model::Model,
    picture::{Picture, target_size},
    picture_cache::PictureCache,
    prefix_cache::PrefixCache,
    prompt::{Prompt, Template},
    read_rate,
    request::{Detail, Message, Parameters, Part, Request, Resume, Sampling},
    sampler, scheduler,
    scheduler::Inbox,
    speed::SharedSpeed,
    task::{Caches, Job},
    trace::Trace,
};

/// A loaded model with the thread that serves it. Clones share it; when the last is dropped, the thread ends and
/// what was still being answered fails with [`crate::GenerationError::Stopped`].
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    model: Arc<Model>,
    pool: Arc<ComputePool>,
    inbox: Arc<Inbox>,
    speed: Arc<SharedSpeed>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.inbox.close();
    }
}

/// What reading a picture takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureCost {
    pub tokens: u32,
    /// On this machine, if nobody else asks; `None` while its speed is not known.
    pub seconds: Option<f64>,
}

const WARM_UP: &str = "warm-up";
const WARM_UP_SIDE: u32 = 256;

/// What a prompt will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub tokens: Vec<u32>,
    /// Width and height in pixels of what the model sees of each picture, in their order.
    pub picture_sizes: Vec<(u32, u32)>,
}

impl Engine {
    /// Loads a model and starts its thread.
    ///
    /// # Errors
    /// [`LoadError`]: one sentence that names the file, what is wrong and what to do.
    pub fn load(source: &ModelSource, options: &LoadOptions) -> Result<Self, LoadError> {
        let start = |error: &dyn std::fmt::Display| LoadError::Start(error.to_string());
        let pool = ComputePool::new(options.threads.unwrap_or(0)).map_err(|error| start(&error))?;
        let model = Arc::new(load::load(source, options)?);
        let caches = Caches {
            prefixes: PrefixCache::new(model.block_bytes(), model.kept_bytes),
            pictures: PictureCache::new(options.picture_cache.clone(), model.pictures_computed_by()),
        };
        let pool = Arc::new(pool);
        let inbox = Arc::new(Inbox::new(options.max_waiting, options.max_active));
        let speed = Arc::new(SharedSpeed::default());
        let shared = Shared { model: model.clone(), pool: pool.clone(), inbox: inbox.clone(), speed: speed.clone() };
        std::thread::Builder::new()
            .name("model".into())
            .spawn(move || scheduler::run(&model, &pool, &inbox, caches, &speed))
            .map_err(|error| start(&error))?;
        Ok(Self { shared: Arc::new(shared) })
    }

    pub fn info(&self) -> &ModelInfo {
        &self.shared.model.info
    }

    /// Bytes a second that the threads of the model can read from memory, measured now (a second or two): each token of an
    /// answer reads [`ModelInfo::read_bytes_per_token`] of them.
    pub fn memory_read_bytes_per_second(&self) -> f64 {
        self.shared.pool.run(read_rate::measure)
    }

    /// Requests that wait in the queue.
    pub fn waiting(&self) -> u32 {
        self.shared.inbox.waiting() as u32
    }

    /// What a picture of this size costs; `None`: the model sees no pictures.
    pub fn picture_cost(&self, width: u32, height: u32, detail: Detail) -> Option<PictureCost> {
        let model = &self.shared.model;
        let image = model.control.image.as_ref()?;
        let longest_edge = detail.longest_edge(image.longest_edge, matches!(model.runner, Runner::Gpu(_)));
        let (width, height) = target_size(width, height, image.token_side, longest_edge);
        let (columns, rows) = (width / image.token_side, height / image.token_side);
        let tokens = (columns + 1) * rows;
        let seconds = self.shared.speed.get().reading_seconds(tokens as usize, model.patches(width, height));
        Some(PictureCost { tokens, seconds })
    }

    /// Reads a few words and a picture, so that the weights are in memory and the machine's speed is known when the first
    /// person asks.
    ///
    /// # Errors
    /// [`SubmitError`], as [`Self::submit`].
    pub fn warm_up(&self) -> Result<Generation, SubmitError> {
        let mut parts = vec![Part::Text("one two three four five six seven eight nine ten ".repeat(6))];
        if self.info().sees_pictures {
            let picture = Picture {
                width: WARM_UP_SIDE,
                height: WARM_UP_SIDE,
                rgb: vec![127; (WARM_UP_SIDE * WARM_UP_SIDE * 3) as usize],
            };
            parts.push(Part::Picture(Arc::new(picture), Detail::Low));
        }
        let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
        let request = Request {
            messages: vec![Message::User(parts)],
            parameters: Parameters { sampling, max_tokens: Some(4), stop: Vec::new() },
            fairness_key: WARM_UP.into(),
            cache_scope: WARM_UP.into(),
            resume: None,
        };
        self.queue(request, true)
    }

    /// Tokenises and checks a request without computing anything.
    ///
    /// # Errors
    /// The same [`RequestError`]s as [`Self::submit`].
    pub fn prepare(&self, messages: &[Message], parameters: &Parameters) -> Result<Prepared, RequestError> {
        let prompt = self.check(messages, parameters)?;
        let picture_sizes = prompt.pictures.iter().map(|picture| (picture.width, picture.height)).collect();
        Ok(Prepared { tokens: prompt.tokens, picture_sizes })
    }

    /// Takes a request; its events come through the returned stream.
    ///
    /// # Errors
    /// [`SubmitError::Request`] for what cannot be served, [`SubmitError::Busy`] when too many wait.
    pub fn submit(&self, request: Request) -> Result<Generation, SubmitError> {
        self.queue(request, false)
    }

    fn queue(&self, request: Request, is_warm_up: bool) -> Result<Generation, SubmitError> {
        let mut prompt = self.check(&request.messages, &request.parameters)?;
        let sampled = match request.resume {
            Some(resume) => self.resume(&mut prompt, resume)?,
            None => Vec::new(),
        };
        let (sender, events) = mpsc::unbounded_channel();
        let canceller = Canceller::default();
        self.shared.inbox.push(Job {
            prompt,
            parameters: request.parameters,
            fairness_key: request.fairness_key,
            cache_scope: request.cache_scope,
            sampled,
            events: sender,
            canceller: canceller.clone(),
            submitted: Instant::now(),
            is_warm_up,
            cached_tokens: None,
            told: None,
        })?;
        Ok(Generation { events, canceller })
    }

    /// The ids of plain text, control tokens never among them: for going on with an answer that another model began.
    pub fn tokenize(&self, text: &str) -> Vec<u32> {
        self.shared.model.tokenize(text)
    }

    /// The text that `tokens` show; control tokens and half characters at the end are left out or become U+FFFD.
    pub fn detokenize(&self, tokens: &[u32]) -> String {
        self.shared.model.detokenize(tokens)
    }

    /// What the model computes, by the reference template and with pictures in full size. On the caller's thread.
    ///
    /// # Errors
    /// [`TraceError`]
    pub fn trace(&self, messages: &[Message], greedy: u32) -> Result<Trace, TraceError> {
        self.shared.pool.run(|| Trace::compute(&self.shared.model, messages, greedy))
    }

    fn check(&self, messages: &[Message], parameters: &Parameters) -> Result<Prompt, RequestError> {
        sampler::check(&parameters.sampling)?;
        if parameters.max_tokens == Some(0) {
            return Err(RequestError::Parameter("max_tokens must be at least 1".into()));
        }
        self.shared.model.prompt(messages, Template::Chat)
    }

    /// Puts the journalled prompt in place of the one just built; returns the sampled ids.
    fn resume(&self, prompt: &mut Prompt, resume: Resume) -> Result<Vec<u32>, RequestError> {
        let model = &self.shared.model;
        let vocabulary = model.config.text.vocabulary;
        if resume.prompt_tokens.iter().chain(&resume.sampled).any(|&token| token as usize >= vocabulary) {
            return Err(RequestError::Resume("its journal has tokens that this model does not know".into()));
        }
        let image_tokens: usize = prompt.pictures.iter().map(|picture| picture.image_tokens).sum();
        if resume.prompt_tokens.is_empty() || model.image_tokens(&resume.prompt_tokens) != image_tokens {
            return Err(RequestError::Resume("its journal and its pictures do not match".into()));
        }
        model.check_room(resume.prompt_tokens.len())?;
        prompt.replace_tokens(resume.prompt_tokens, model.control.image.as_ref().map(|image| image.image));
        Ok(resume.sampled)
    }
}
