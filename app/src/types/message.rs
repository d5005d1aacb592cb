use serde::{Deserialize, Serialize};

use super::{PictureDetail, PictureView};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    User,
    Assistant,
}

/// How an answer stands. Questions are always `Complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerState {
    /// Being made now; its events come from `/api/generations/{generation_id}/events?after={seq}`.
    Running,
    Complete,
    /// The person pressed Stop.
    Stopped,
    /// It reached the length limit.
    TooLong,
    /// The model repeated itself without end.
    Repeating,
    /// The server could not finish it after restarts; "Continue" tries again.
    Interrupted,
    /// The model failed; the text up to there is kept.
    Failed,
}

/// The other versions of a message: siblings made by editing or regenerating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Ids of all siblings, oldest first; holds the message itself.
    pub ids: Vec<String>,
    /// Where the message stands in `ids`, from 0.
    pub index: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    pub id: String,
    /// None for a first message.
    pub parent_id: Option<String>,
    pub role: Role,
    /// What was written, as written: for "Copy" and "Edit".
    pub text: String,
    /// The text as safe HTML, one entry a top-level block. Empty for questions (shown as plain text).
    pub blocks: Vec<String>,
    pub pictures: Vec<PictureView>,
    /// How large the model was shown them.
    pub picture_detail: PictureDetail,
    pub versions: Versions,
    pub state: AnswerState,
    /// The generation that writes this answer; None for questions.
    pub generation_id: Option<String>,
    /// The number of the last event that `blocks` includes.
    pub seq: i64,
    /// The name of the model that wrote it; None for questions.
    pub model: Option<String>,
    /// True where the answer was begun by another model or engine version than the one that ended it.
    pub changed_model: bool,
    pub created_at_ms: i64,
}

/// A question on its way to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMessage {
    /// Made by the client, once per message: a double click or a retry with the same key sends once.
    pub key: String,
    /// None begins a new conversation.
    pub conversation_id: Option<String>,
    /// The message it follows: the last one that the page shows. None (in an existing conversation) begins a new
    /// first message. A parent that has a follower already makes a branch, which is how "Edit" works: the edited
    /// message's own parent goes here.
    pub parent_id: Option<String>,
    pub text: String,
    pub picture_ids: Vec<String>,
    #[serde(default)]
    pub picture_detail: PictureDetail,
}

/// How an answer came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerDetails {
    pub model: String,
    /// None: it was stopped before all was read.
    pub read: Option<ReadDetails>,
    pub answer_tokens: u32,
    /// None: nothing was written, or all of it before a restart.
    pub first_token_ms: Option<u32>,
    /// Hundredths of a token a second, after the first; None where nothing came after it.
    pub tokens_per_100_s: Option<u32>,
}

/// What an answer had read before its first word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadDetails {
    pub prompt_tokens: u32,
    /// Part of `prompt_tokens`.
    pub picture_tokens: u32,
    /// Prompt tokens that were read before and were not read again.
    pub cached_tokens: u32,
    /// Width and height in pixels of what the model saw of each picture.
    pub pictures: Vec<(u32, u32)>,
    /// Pictures whose features were kept from before.
    pub cached_pictures: u32,
}
