//! Rows as the page shows them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::types::{AnswerState, ConversationSummary, MessageView, PictureView, Role, TeamRole};
use storage::{ConversationRow, GenerationState, GenerationSummary, MessageRow, PictureRecord, UserRole};

use super::{ChatBackend, details, live::Live, tree};

pub fn role_view(role: UserRole) -> TeamRole {
    match role {
        UserRole::Administrator => TeamRole::Administrator,
        UserRole::Member => TeamRole::Member,
        UserRole::Guest => TeamRole::Guest,
    }
}

pub fn role_stored(role: TeamRole) -> UserRole {
    match role {
        TeamRole::Administrator => UserRole::Administrator,
        TeamRole::Member => UserRole::Member,
        TeamRole::Guest => UserRole::Guest,
    }
}

/// Rendered answers kept in memory; a few megabytes at most for answers of usual length.
const RENDERED_ANSWERS: usize = 4096;

/// An ended answer is rendered once while it is asked for. "Continue" may make it longer, and nothing else changes it.
#[derive(Default)]
pub struct RenderedAnswers {
    by_message_id: Mutex<HashMap<String, Rendered>>,
}

struct Rendered {
    /// Of the text that was rendered.
    text_bytes: usize,
    blocks: Arc<Vec<String>>,
}

impl RenderedAnswers {
    fn render(&self, message: &MessageRow) -> Vec<String> {
        let mut rendered = self.by_message_id.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = rendered.get(&message.id).filter(|known| known.text_bytes == message.text.len()) {
            return known.blocks.to_vec();
        }
        let blocks = markup::render(&message.text);
        if rendered.len() >= RENDERED_ANSWERS {
            rendered.clear();
        }
        let entry = Rendered { text_bytes: message.text.len(), blocks: Arc::new(blocks.clone()) };
        rendered.insert(message.id.clone(), entry);
        blocks
    }
}

pub fn picture_view(picture: &PictureRecord) -> PictureView {
    PictureView { id: picture.id.clone(), name: picture.name.clone(), width: picture.width, height: picture.height }
}

pub fn summary(row: ConversationRow) -> ConversationSummary {
    ConversationSummary {
        picture: row.first_picture.as_ref().map(picture_view),
        id: row.id,
        title: row.title,
        updated_at_ms: row.updated_at_ms,
    }
}

/// Answers in the making, by the id of their generation.
pub type LiveAnswers = HashMap<String, Arc<Live>>;

impl ChatBackend {
    /// `messages`: the whole tree, for the message's versions.
    pub(super) fn message_view(
        &self,
        message: &MessageRow,
        messages: &[MessageRow],
        live: &LiveAnswers,
    ) -> MessageView {
        let generation = message.generation.as_ref();
        let mut view = MessageView {
            id: message.id.clone(),
            parent_id: message.parent_id.clone(),
            role: match message.role {
                storage::Role::User => Role::User,
                storage::Role::Assistant => Role::Assistant,
            },
            text: message.text.clone(),
            blocks: Vec::new(),
            pictures: message.pictures.iter().map(picture_view).collect(),
            picture_detail: details::of_stored(message.picture_detail),
            versions: tree::versions(message, messages),
            state: generation.map_or(AnswerState::Complete, |generation| answer_state(generation.state)),
            generation_id: generation.map(|generation| generation.id.clone()),
            seq: 0,
            model: generation.map(|generation| generation.model_name.clone()),
            changed_model: generation.is_some_and(|generation| generation.changed_model),
            created_at_ms: message.created_at_ms,
        };
        if view.role == Role::Assistant {
            self.fill_answer(&mut view, message, generation, live);
        }
        view
    }

    fn fill_answer(
        &self,
        view: &mut MessageView,
        message: &MessageRow,
        generation: Option<&GenerationSummary>,
        live: &LiveAnswers,
    ) {
        let running = generation.filter(|generation| generation.state == GenerationState::Running);
        match running.and_then(|generation| live.get(&generation.id)) {
            Some(live) => (view.blocks, view.seq, view.text) = live.snapshot(),
            None if running.is_some() => {
                // The journal says that it runs, but nobody runs it: writing its end failed (a full disk).
                view.state = AnswerState::Interrupted;
                view.blocks = markup::render(&message.text);
            }
            None => view.blocks = self.rendered.render(message),
        }
    }
}

pub(super) fn answer_state(state: GenerationState) -> AnswerState {
    match state {
        GenerationState::Running => AnswerState::Running,
        GenerationState::Complete => AnswerState::Complete,
        GenerationState::Stopped => AnswerState::Stopped,
        GenerationState::Length => AnswerState::TooLong,
        GenerationState::Repetition => AnswerState::Repeating,
        GenerationState::Interrupted => AnswerState::Interrupted,
        GenerationState::Failed => AnswerState::Failed,
    }
}
