//! Generations are owned by the server: each has a task of its own, from the queue to its stored end. The browser may
//! leave. Every sampled token is committed to the journal before anybody sees what it shows.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use app::types::{AnswerState, Phase, Problem};
use engine::{Engine, Event, FinishReason, Prepared, Request, Resume, SubmitError};
use futures_util::FutureExt;
use storage::{GenerationEnd, GenerationJournal, GenerationRow, GenerationState, Storage, StorageError};
use tokio::{sync::watch, time::sleep};
use tokio_util::task::TaskTracker;

use super::{
    live::Live,
    problem::{from_request, from_storage},
    prompt, tree,
    views::answer_state,
};

/// One commit for all tokens of this time: a fast model would otherwise wait for the disk at every token.
const JOURNAL_INTERVAL: Duration = Duration::from_millis(40);
/// How often a full queue is asked again.
const BUSY_INTERVAL: Duration = Duration::from_millis(300);
/// After this many starts of the server that an answer did not survive it waits for a person: a request that brings
/// the server down must not do so for ever.
const MAX_RESUMES: u32 = 2;

pub struct Generations {
    storage: Storage,
    engine: Engine,
    /// Those that run, by id. An entry goes when its end is stored.
    live: Mutex<HashMap<String, Arc<Live>>>,
    tasks: TaskTracker,
    stopping: watch::Receiver<bool>,
}

/// Tokens that are sampled but not yet committed.
#[derive(Default)]
struct Batch {
    first_index: u32,
    ids: Vec<u32>,
    text: String,
}

impl Generations {
    pub fn new(storage: Storage, engine: Engine, stopping: watch::Receiver<bool>) -> Generations {
        Generations { storage, engine, live: Mutex::default(), tasks: TaskTracker::new(), stopping }
    }

    pub fn live(&self, id: &str) -> Option<Arc<Live>> {
        self.live_map().get(id).cloned()
    }

    fn live_map(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a generation in a task of its own. `journalled`: how many of its tokens the journal has already;
    /// `shown_before`: what another model had written before those.
    pub fn start(self: Arc<Self>, id: String, request: Request, journalled: u32, shown_before: &str) {
        let live = Live::new(shown_before);
        self.live_map().insert(id.clone(), live.clone());
        let tasks = self.tasks.clone();
        tasks.spawn(async move {
            let mut stopping = self.stopping.clone();
            let stop = async move { stopping.wait_for(|stop| *stop).await.map(|_| ()) };
            tokio::select! {
                () = self.run_to_an_end(&id, &live, request, journalled) => { self.live_map().remove(&id); }
                // The journal keeps it for the next start, which is then no failure of this answer.
                _ = stop => {
                    if let Err(error) = self.storage.forgive_resume(&id).await {
                        tracing::error!("answer {id}: {error}");
                    }
                }
            }
        });
    }

    /// Waits for all tasks; they end by themselves once the server was asked to stop.
    pub async fn at_rest(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// A defect that brings a task down ends the one answer, not the waiting for it.
    async fn run_to_an_end(&self, id: &str, live: &Live, request: Request, journalled: u32) {
        if AssertUnwindSafe(self.run(id, live, request, journalled)).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!("answer {id} failed: its task panicked");
        let end = GenerationEnd::without_report(GenerationState::Failed, live.text());
        if let Err(error) = self.storage.finish_generation(id, end).await {
            tracing::error!("the end of answer {id} cannot be written down: {error}");
        }
        live.end(AnswerState::Failed);
    }

    pub async fn resume_unfinished(self: &Arc<Self>) -> Result<(), StorageError> {
        for generation in self.storage.running_generations().await? {
            let id = generation.id.clone();
            if generation.resumes >= MAX_RESUMES {
                tracing::warn!("answer {id} was interrupted {MAX_RESUMES} times and waits for \"Continue\"");
                self.interrupt(&id).await?;
                continue;
            }
            tracing::info!("answer {id} goes on where it was interrupted");
            if let Err(problem) = self.clone().resume(generation).await {
                tracing::error!("answer {id} cannot go on: {problem:?}");
                self.interrupt(&id).await?;
            }
        }
        Ok(())
    }

    /// Leaves an answer for "Continue", with all that it showed.
    async fn interrupt(&self, id: &str) -> Result<(), StorageError> {
        let text = self.storage.generation_text(id).await?;
        self.storage.finish_generation(id, GenerationEnd::without_report(GenerationState::Interrupted, text)).await?;
        Ok(())
    }

    /// Takes an unfinished generation up from its journal.
    pub async fn resume(self: Arc<Self>, generation: GenerationRow) -> Result<(), Problem> {
        let rows =
            self.storage.messages(&generation.owner_id, &generation.conversation_id).await.map_err(from_storage)?;
        let path = tree::path_to(&rows, Some(&generation.answer_id)).ok_or(Problem::NotFound)?;
        let question = &path[..path.len().saturating_sub(1)];
        let info = self.engine.info();
        let messages = prompt::messages(&self.storage, &info.model_hash, question, None).await?;
        let parameters = serde_json::from_str(&generation.journal.parameters_json).map_err(|error| {
            tracing::error!("the journal of {} is damaged: {error}", generation.id);
            Problem::Internal
        })?;
        let sampled = self.storage.generation_tokens(&generation.id).await.map_err(from_storage)?;

        let prepared = self.engine.prepare(&messages, &parameters).map_err(from_request)?;
        // The automatic size of pictures follows the device: the journal's tokens may not fit even where the model is the
        // same.
        let journal_fits = generation.journal.model_hash == info.model_hash
            && generation.journal.picture_sizes == prepared.picture_sizes;
        let changed = !journal_fits || generation.journal.engine_version != info.engine_version;
        let (resume, shown_before) = if journal_fits {
            let prompt_tokens = generation.journal.prompt_tokens.clone();
            (Resume { prompt_tokens, sampled }, generation.text_before.clone())
        } else {
            let shown = self.storage.generation_text(&generation.id).await.map_err(from_storage)?;
            let prompt_tokens = self.hand_over(&generation, prepared, &shown).await?;
            (Resume { prompt_tokens, sampled: Vec::new() }, shown)
        };
        self.storage.note_resume(&generation.id, changed).await.map_err(from_storage)?;
        let journalled = resume.sampled.len() as u32;
        let request = Request {
            messages,
            parameters,
            fairness_key: generation.owner_id.clone(),
            cache_scope: generation.owner_id.clone(),
            resume: Some(resume),
        };
        self.start(generation.id, request, journalled, &shown_before);
        Ok(())
    }

    /// Makes the model that runs now the one that goes on: what was shown becomes the end of its prompt, as if it had
    /// written it. Gives that prompt; `prepared` is its beginning.
    async fn hand_over(
        &self,
        generation: &GenerationRow,
        prepared: Prepared,
        shown: &str,
    ) -> Result<Vec<u32>, Problem> {
        let info = self.engine.info();
        let mut prompt_tokens = prepared.tokens;
        prompt_tokens.extend(self.engine.tokenize(shown));
        let journal = GenerationJournal {
            model_name: info.name.clone(),
            model_hash: info.model_hash.clone(),
            engine_version: info.engine_version.clone(),
            template: info.template.clone(),
            prompt_tokens: prompt_tokens.clone(),
            picture_ids: generation.journal.picture_ids.clone(),
            picture_sizes: prepared.picture_sizes,
            parameters_json: generation.journal.parameters_json.clone(),
        };
        self.storage.replace_journal(&generation.id, journal, shown).await.map_err(from_storage)?;
        Ok(prompt_tokens)
    }

    async fn run(&self, id: &str, live: &Live, request: Request, journalled: u32) {
        let end = match self.generate(id, live, request, journalled).await {
            Ok(end) => end,
            Err(error) => {
                // What was committed stays; "Continue" takes it up again when there is room.
                tracing::error!("answer {id} cannot be written down: {error}");
                GenerationEnd::without_report(GenerationState::Interrupted, live.finish_text(""))
            }
        };
        let state = end.state;
        if let Err(error) = self.storage.finish_generation(id, end).await {
            tracing::error!("the end of answer {id} cannot be written down: {error}");
            live.end(AnswerState::Interrupted);
            return;
        }
        live.end(answer_state(state));
    }

    async fn generate(
        &self,
        id: &str,
        live: &Live,
        request: Request,
        journalled: u32,
    ) -> Result<GenerationEnd, StorageError> {
        let mut generation = match self.submit(live, request).await {
            Ok(generation) => generation,
            Err(state) => return Ok(GenerationEnd::without_report(state, live.finish_text(""))),
        };
        live.started(generation.canceller());
        let mut batch = Batch { first_index: journalled, ..Batch::default() };
        let mut committed_at = Instant::now();
        loop {
            let event = match generation.next().now_or_never() {
                Some(event) => event,
                // Nothing more for now: write down what there is, then wait.
                None => {
                    sleep(JOURNAL_INTERVAL.saturating_sub(committed_at.elapsed())).await;
                    if let Some(event) = generation.next().now_or_never() {
                        event
                    } else {
                        self.commit(id, live, &mut batch).await?;
                        committed_at = Instant::now();
                        generation.next().await
                    }
                }
            };
            match event {
                Some(Event::Queued { ahead, seconds }) => live.set_phase(Phase::Queued { ahead, seconds }),
                Some(Event::Reading { picture, of, percent }) => {
                    live.set_phase(Phase::Reading { picture, of, percent });
                }
                Some(Event::Token { index, text, .. }) if index < journalled => live.push(1, &text),
                Some(Event::Token { id: token, text, .. }) => {
                    batch.ids.push(token);
                    batch.text.push_str(&text);
                    if committed_at.elapsed() >= JOURNAL_INTERVAL {
                        self.commit(id, live, &mut batch).await?;
                        committed_at = Instant::now();
                    }
                }
                Some(Event::Finished { reason, tail, usage, timings }) => {
                    self.commit(id, live, &mut batch).await?;
                    let state = match reason {
                        FinishReason::Stop => GenerationState::Complete,
                        FinishReason::Length => GenerationState::Length,
                        FinishReason::Cancelled => GenerationState::Stopped,
                        FinishReason::Repetition => GenerationState::Repetition,
                    };
                    return Ok(GenerationEnd {
                        state,
                        text: live.finish_text(&tail),
                        usage_json: serde_json::to_string(&usage).ok(),
                        timings_json: serde_json::to_string(&timings).ok(),
                    });
                }
                Some(Event::Failed(error)) => {
                    self.commit(id, live, &mut batch).await?;
                    tracing::error!("answer {id} failed: {error}");
                    return Ok(GenerationEnd::without_report(GenerationState::Failed, live.finish_text("")));
                }
                None => {
                    self.commit(id, live, &mut batch).await?;
                    tracing::error!("answer {id} failed: the model ended without a word");
                    return Ok(GenerationEnd::without_report(GenerationState::Failed, live.finish_text("")));
                }
            }
        }
    }

    /// Waits for a place in the model's queue; else the state in which the answer ends.
    async fn submit(&self, live: &Live, request: Request) -> Result<engine::Generation, GenerationState> {
        loop {
            match self.engine.submit(request.clone()) {
                Ok(generation) => return Ok(generation),
                Err(SubmitError::Busy) if live.stop_wanted() => return Err(GenerationState::Stopped),
                Err(SubmitError::Busy) => {
                    live.set_phase(Phase::Queued { ahead: self.engine.waiting(), seconds: None });
                    sleep(BUSY_INTERVAL).await;
                }
                Err(SubmitError::Request(error)) => {
                    tracing::error!("the model refuses what it prepared: {error}");
                    return Err(GenerationState::Failed);
                }
            }
        }
    }

    /// Commit, then show.
    async fn commit(&self, id: &str, live: &Live, batch: &mut Batch) -> Result<(), StorageError> {
        if batch.ids.is_empty() {
            return Ok(());
        }
        self.storage.append_tokens(id, batch.first_index, &batch.ids, &batch.text).await?;
        let count = batch.ids.len() as u32;
        live.push(count, &batch.text);
        *batch = Batch { first_index: batch.first_index + count, ..Batch::default() };
        Ok(())
    }
}
