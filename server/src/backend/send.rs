//! A question becomes a journalled generation. Everything that can be refused is refused before anything is kept.

use app::types::{Caller, GenerationStarted, NewMessage, Problem};
use engine::{Message, Parameters, Request, Sampling};
use storage::{Begun, ExchangeTarget, GenerationJournal, GenerationState, NewAnswer, NewExchange, PictureRecord, Role};

use super::{
    ChatBackend, details,
    problem::{from_request, from_storage},
    prompt::{self, Question},
    title, tree,
};
use crate::{built_in, limits::Limits, settings::MAX_TEXT_BYTES};

/// The likeliest answer, always the same: what the demo model was measured with, and the most exact of any model.
const FIRST_ANSWER_TEMPERATURE: f64 = 0.0;
/// "Regenerate" is pressed to read something else.
const OTHER_ANSWER_TEMPERATURE: f64 = 0.7;

/// What `prepare` found out about a prompt.
struct PreparedAnswer {
    request: Request,
    journal: GenerationJournal,
}

impl ChatBackend {
    pub(super) async fn send(&self, caller: &Caller, message: NewMessage) -> Result<GenerationStarted, Problem> {
        let pictures = self.check(caller, &message).await?;
        self.pace.question(caller)?;
        let branch_rows = match &message.conversation_id {
            Some(id) => {
                self.storage.conversation(&caller.user_id, id).await.map_err(from_storage)?;
                self.storage.messages(&caller.user_id, id).await.map_err(from_storage)?
            }
            None => Vec::new(),
        };
        let branch = tree::path_to(&branch_rows, message.parent_id.as_deref()).ok_or(Problem::NotFound)?;
        let detail = details::to_stored(message.picture_detail);
        let question = Question { text: &message.text, pictures: &pictures, detail };
        let info = self.engine.info();
        let messages = prompt::messages(&self.storage, &info.model_hash, &branch, Some(question)).await?;
        let earlier = branch.iter().flat_map(|message| &message.pictures);
        let picture_ids = earlier.chain(&pictures).map(|picture| picture.id.clone()).collect();
        let prepared = self.prepare(caller, messages, picture_ids, FIRST_ANSWER_TEMPERATURE)?;

        let target = match message.conversation_id {
            Some(id) => ExchangeTarget::Existing { id, parent_id: message.parent_id },
            None => ExchangeTarget::New {
                title: title::from_question(&message.text, pictures.first().map(|picture| picture.name.as_str())),
            },
        };
        let begun = self
            .storage
            .begin_exchange(NewExchange {
                owner_id: caller.user_id.clone(),
                key: message.key,
                conversation: target,
                text: message.text,
                picture_ids: message.picture_ids,
                picture_detail: detail,
                journal: prepared.journal,
            })
            .await
            .map_err(from_storage)?;
        Ok(self.begin(begun, prepared.request))
    }

    pub(super) async fn answer_again(
        &self,
        caller: &Caller,
        key: &str,
        answer_id: &str,
    ) -> Result<GenerationStarted, Problem> {
        if key.is_empty() {
            return Err(Problem::BadRequest);
        }
        self.check_room()?;
        self.pace.question(caller)?;
        let answer = self.storage.message(&caller.user_id, answer_id).await.map_err(from_storage)?;
        let question_id = match (answer.role, answer.parent_id) {
            (Role::Assistant, Some(question_id)) => question_id,
            _ => return Err(Problem::NotFound),
        };
        let rows = self.storage.messages(&caller.user_id, &answer.conversation_id).await.map_err(from_storage)?;
        let branch = tree::path_to(&rows, Some(&question_id)).ok_or(Problem::NotFound)?;
        let info = self.engine.info();
        let messages = prompt::messages(&self.storage, &info.model_hash, &branch, None).await?;
        let picture_ids =
            branch.iter().flat_map(|message| &message.pictures).map(|picture| picture.id.clone()).collect();
        let temperature = if info.name == built_in::NAME { FIRST_ANSWER_TEMPERATURE } else { OTHER_ANSWER_TEMPERATURE };
        let prepared = self.prepare(caller, messages, picture_ids, temperature)?;
        let begun = self
            .storage
            .begin_answer(NewAnswer {
                owner_id: caller.user_id.clone(),
                key: key.to_owned(),
                question_id,
                journal: prepared.journal,
            })
            .await
            .map_err(from_storage)?;
        Ok(self.begin(begun, prepared.request))
    }

    /// "Continue" on an interrupted answer.
    pub(super) async fn take_up(&self, caller: &Caller, answer_id: &str) -> Result<GenerationStarted, Problem> {
        self.check_room()?;
        self.pace.question(caller)?;
        // Two clicks at once must not start two tasks for one journal.
        let _one_at_a_time = self.taking_up.lock().await;
        let answer = self.storage.message(&caller.user_id, answer_id).await.map_err(from_storage)?;
        let generation = answer.generation.ok_or(Problem::NotFound)?;
        let started = GenerationStarted {
            conversation_id: answer.conversation_id,
            answer_id: answer.id,
            generation_id: generation.id.clone(),
        };
        if self.generations.live(&generation.id).is_some() {
            return Ok(started);
        }
        match generation.state {
            GenerationState::Interrupted => {
                self.storage.reset_for_continue(&caller.user_id, &generation.id).await.map_err(from_storage)?;
            }
            // Its end could not be written; the journal has all that was shown.
            GenerationState::Running => {}
            _ => return Err(Problem::BadRequest),
        }
        let generation = self.storage.generation(&caller.user_id, &generation.id).await.map_err(from_storage)?;
        self.generations.clone().resume(generation).await?;
        Ok(started)
    }

    /// Refuses what can be seen to be wrong without the model; gives the message's pictures.
    async fn check(&self, caller: &Caller, message: &NewMessage) -> Result<Vec<PictureRecord>, Problem> {
        if message.key.is_empty() {
            return Err(Problem::BadRequest);
        }
        if message.text.len() > MAX_TEXT_BYTES {
            return Err(Problem::RequestTooLarge);
        }
        if message.text.trim().is_empty() && message.picture_ids.is_empty() {
            return Err(Problem::EmptyMessage);
        }
        let limit = self.limits(caller).pictures;
        if message.picture_ids.len() > limit {
            return Err(Problem::TooManyPictures { limit: limit as u32 });
        }
        self.check_room()?;
        let mut pictures = Vec::new();
        for id in &message.picture_ids {
            pictures.push(self.storage.picture(&caller.user_id, id).await.map_err(from_storage)?);
        }
        Ok(pictures)
    }

    fn limits(&self, caller: &Caller) -> Limits {
        Limits::of(caller, &self.settings)
    }

    fn check_room(&self) -> Result<(), Problem> {
        if self.storage.has_room() { Ok(()) } else { Err(Problem::DiskFull) }
    }

    /// Builds the prompt and all that the journal must know of it.
    fn prepare(
        &self,
        caller: &Caller,
        messages: Vec<Message>,
        picture_ids: Vec<String>,
        temperature: f64,
    ) -> Result<PreparedAnswer, Problem> {
        let parameters = Parameters {
            sampling: Sampling { temperature, top_p: 1.0, top_k: 0, seed: random_seed()? },
            max_tokens: Some(self.limits(caller).answer_tokens),
            stop: Vec::new(),
        };
        let prepared = self.engine.prepare(&messages, &parameters).map_err(from_request)?;
        let info = self.engine.info();
        let journal = GenerationJournal {
            model_name: info.name.clone(),
            model_hash: info.model_hash.clone(),
            engine_version: info.engine_version.clone(),
            template: info.template.clone(),
            prompt_tokens: prepared.tokens,
            picture_ids,
            picture_sizes: prepared.picture_sizes,
            parameters_json: serde_json::to_string(&parameters).map_err(|error| {
                tracing::error!("parameters: {error}");
                Problem::Internal
            })?,
        };
        let request = Request {
            messages,
            parameters,
            fairness_key: caller.user_id.clone(),
            cache_scope: caller.user_id.clone(),
            resume: None,
        };
        Ok(PreparedAnswer { request, journal })
    }

    /// Starts what was begun, unless the same key had begun it before.
    fn begin(&self, begun: Begun, request: Request) -> GenerationStarted {
        if begun.fresh {
            self.generations.clone().start(begun.generation_id.clone(), request, 0, "");
        }
        GenerationStarted {
            conversation_id: begun.conversation_id,
            answer_id: begun.answer_id,
            generation_id: begun.generation_id,
        }
    }
}

fn random_seed() -> Result<u64, Problem> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!("the system has no random numbers: {error}");
        Problem::Internal
    })?;
    Ok(u64::from_le_bytes(bytes))
}
