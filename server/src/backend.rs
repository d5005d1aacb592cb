//! Where page, storage and model meet: [`ChatBackend`] does what the pages ask for (`app::backend::Backend`).
//!
//! - `send`: a question becomes a journalled generation · `generations`: each one's own task, from queue to end
//! - `live`: what readers of a running answer see · `prompt`: a branch of messages as the model wants it
//! - `details`: what an answer cost and a picture will · `sessions`: the browsers that are signed in
//! - `tree`: branches and versions · `views`: rows as the page shows them · `title`: a title from a question
//! - `problem`: the one place that maps errors to what a person is told

mod details;
mod generations;
pub mod live;
pub mod problem;
mod prompt;
mod send;
mod sessions;
mod title;
mod tree;
pub mod views;

use std::sync::Arc;

use app::{
    backend::Backend,
    types::{
        AccountView, AnswerDetails, Caller, ConversationSummary, ConversationView, GenerationStarted, ModelCard,
        NewMessage, Problem, ReadingCost, SessionView,
    },
};
use async_trait::async_trait;
use engine::Engine;
use storage::{GenerationState, GenerationSummary, MessageRow, Storage, StorageError};
use tokio::sync::watch;

use crate::{built_in, limits::Pace, settings::ServeSettings};
use generations::Generations;
use live::Subscription;
use problem::from_storage;
use views::LiveAnswers;

/// The longest title a person may give.
const MAX_TITLE_LETTERS: usize = 200;

pub struct ChatBackend {
    storage: Storage,
    engine: Engine,
    settings: ServeSettings,
    generations: Arc<Generations>,
    rendered: views::RenderedAnswers,
    /// How often people of a team ask.
    pub pace: Pace,
    /// Held while an interrupted answer is taken up.
    taking_up: tokio::sync::Mutex<()>,
}

impl ChatBackend {
    /// `stopping` becomes true when the server is about to stop: answers in the making then rest in the journal.
    pub fn new(
        storage: Storage,
        engine: Engine,
        settings: ServeSettings,
        stopping: watch::Receiver<bool>,
    ) -> ChatBackend {
        ChatBackend {
            generations: Arc::new(Generations::new(storage.clone(), engine.clone(), stopping)),
            storage,
            engine,
            settings,
            rendered: views::RenderedAnswers::default(),
            pace: Pace::default(),
            taking_up: tokio::sync::Mutex::default(),
        }
    }

    /// Takes up every answer that an earlier server left unfinished.
    pub async fn resume_unfinished(&self) -> Result<(), StorageError> {
        self.generations.resume_unfinished().await
    }

    /// Waits, once the server was asked to stop, until every answer in the making rests in the journal.
    pub async fn at_rest(&self) {
        self.generations.at_rest().await;
    }

    /// All messages of a conversation, and of its answers in the making those that somebody runs: looked up once, or one
    /// that ends meanwhile is taken for interrupted. One that ran when it was read and runs no more is read again: a
    /// generation leaves the live ones only after its end is stored.
    async fn settled_messages(
        &self,
        caller: &Caller,
        conversation_id: &str,
    ) -> Result<(Vec<MessageRow>, LiveAnswers), Problem> {
        let messages = self.storage.messages(&caller.user_id, conversation_id).await.map_err(from_storage)?;
        let live = self.live_answers(&messages);
        if running(&messages).all(|generation| live.contains_key(&generation.id)) {
            return Ok((messages, live));
        }
        let mut messages = self.storage.messages(&caller.user_id, conversation_id).await.map_err(from_storage)?;
        let live = self.live_answers(&messages);
        for message in &mut messages {
            if let Some(generation) = &message.generation
                && generation.state == GenerationState::Running
                && !live.contains_key(&generation.id)
            {
                // Nobody runs it, though the journal says so: its end could not be written. What it showed is there.
                message.text = self.storage.generation_text(&generation.id).await.map_err(from_storage)?;
            }
        }
        Ok((messages, live))
    }

    fn live_answers(&self, messages: &[MessageRow]) -> LiveAnswers {
        running(messages)
            .filter_map(|generation| Some((generation.id.clone(), self.generations.live(&generation.id)?)))
            .collect()
    }

    /// Follows a running generation from event `after` on; None if it has ended. The caller's right to it is checked
    /// by whoever asks.
    pub fn subscribe(&self, generation_id: &str, after: i64) -> Option<Subscription> {
        self.generations.live(generation_id).map(|live| Subscription::new(live, after))
    }
}

fn running(messages: &[MessageRow]) -> impl Iterator<Item = &GenerationSummary> {
    let generations = messages.iter().filter_map(|message| message.generation.as_ref());
    generations.filter(|generation| generation.state == GenerationState::Running)
}

#[async_trait]
impl Backend for ChatBackend {
    async fn list_conversations(&self, caller: &Caller) -> Result<Vec<ConversationSummary>, Problem> {
        let rows = self.storage.conversations(&caller.user_id).await.map_err(from_storage)?;
        Ok(rows.into_iter().map(views::summary).collect())
    }

    async fn get_conversation(&self, caller: &Caller, id: &str, at: Option<&str>) -> Result<ConversationView, Problem> {
        let conversation = self.storage.conversation(&caller.user_id, id).await.map_err(from_storage)?;
        let (messages, live) = self.settled_messages(caller, id).await?;
        let looked_at = at.or(conversation.current_message_id.as_deref());
        let branch = tree::branch(&messages, looked_at).ok_or(Problem::NotFound)?;
        if at.is_some()
            && let Some(leaf) = branch.last()
        {
            self.storage.set_current_message(&caller.user_id, id, &leaf.id).await.map_err(from_storage)?;
        }
        Ok(ConversationView {
            id: conversation.id,
            title: conversation.title,
            messages: branch.into_iter().map(|message| self.message_view(message, &messages, &live)).collect(),
        })
    }

    async fn send_message(&self, caller: &Caller, message: NewMessage) -> Result<GenerationStarted, Problem> {
        self.send(caller, message).await
    }

    async fn regenerate(&self, caller: &Caller, key: &str, answer_id: &str) -> Result<GenerationStarted, Problem> {
        self.answer_again(caller, key, answer_id).await
    }

    async fn continue_answer(&self, caller: &Caller, answer_id: &str) -> Result<GenerationStarted, Problem> {
        self.take_up(caller, answer_id).await
    }

    async fn stop_generation(&self, caller: &Caller, generation_id: &str) -> Result<(), Problem> {
        self.storage.generation(&caller.user_id, generation_id).await.map_err(from_storage)?;
        if let Some(live) = self.generations.live(generation_id) {
            live.stop();
        }
        Ok(())
    }

    async fn answer_details(&self, caller: &Caller, answer_id: &str) -> Result<Option<AnswerDetails>, Problem> {
        self.details_of(caller, answer_id).await
    }

    async fn reading_costs(&self, caller: &Caller, picture_ids: &[String]) -> Result<[ReadingCost; 3], Problem> {
        self.costs_of(caller, picture_ids).await
    }

    async fn rename_conversation(&self, caller: &Caller, id: &str, title: &str) -> Result<(), Problem> {
        let title: String =
            title.trim().chars().filter(|letter| !letter.is_control()).take(MAX_TITLE_LETTERS).collect();
        if title.is_empty() {
            return Err(Problem::BadRequest);
        }
        self.storage.rename_conversation(&caller.user_id, id, &title).await.map_err(from_storage)
    }

    async fn delete_conversation(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        self.storage.delete_conversation(&caller.user_id, id).await.map_err(from_storage)
    }

    async fn restore_conversation(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        self.storage.restore_conversation(&caller.user_id, id).await.map_err(from_storage)
    }

    async fn list_sessions(&self, caller: &Caller) -> Result<Vec<SessionView>, Problem> {
        self.sessions_of(caller).await
    }

    async fn end_session(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        self.storage.end_session(&caller.user_id, id).await.map_err(from_storage)
    }

    async fn account(&self, caller: &Caller) -> Result<Option<AccountView>, Problem> {
        if !caller.is_team {
            return Ok(None);
        }
        let account = self.storage.account_of(&caller.user_id).await.map_err(from_storage)?;
        let leads_groups = !self.storage.groups_led_by(&caller.user_id).await.map_err(from_storage)?.is_empty();
        let has_password = account.password_hash.is_some();
        Ok(Some(AccountView { name: account.user.name, role: caller.role, leads_groups, has_password }))
    }

    async fn model_card(&self, _caller: &Caller) -> Result<ModelCard, Problem> {
        let info = self.engine.info();
        Ok(ModelCard {
            name: info.name.clone(),
            is_demo: info.name == built_in::NAME,
            sees_pictures: info.sees_pictures,
            context_tokens: info.context_tokens,
        })
    }

    fn build_id(&self) -> &str {
        &self.settings.build_id
    }
}
