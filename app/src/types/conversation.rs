use serde::{Deserialize, Serialize};

use super::{MessageView, PictureView};

/// A row of the side bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    pub id: String,
    /// Made from the first question, or what the person called it. Never empty.
    pub title: String,
    pub updated_at_ms: i64,
    /// The conversation's first picture, for the row's miniature.
    pub picture: Option<PictureView>,
}

/// One conversation, as the branch that is looked at: a path from the first message to one leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationView {
    pub id: String,
    pub title: String,
    /// First message first.
    pub messages: Vec<MessageView>,
}
