use serde::{Deserialize, Serialize};

use super::AnswerState;

/// What the server answers as soon as a message is kept: the answer itself comes as events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationStarted {
    pub conversation_id: String,
    pub answer_id: String,
    pub generation_id: String,
}

/// What happens before the first word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// `ahead`: how many requests come first; `seconds`: about how long that takes, once that is known.
    Queued { ahead: u32, seconds: Option<u32> },
    /// Reading picture `picture` of `of` (from 1), `percent` of it done.
    Reading { picture: u32, of: u32, percent: u32 },
    /// The prompt is read; the first word comes next.
    Thinking,
}

/// The `data:` of one server-sent event, as JSON. Events of kind `Text` carry their `seq` as the event's id too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GenerationEvent {
    Phase(Phase),
    /// Keep the first `keep` blocks, replace all after them by `blocks` (safe HTML). Finished blocks never change,
    /// so only the open one is sent again.
    Text {
        seq: i64,
        keep: u32,
        blocks: Vec<String>,
    },
    /// The answer has ended; the client closes the stream. `text` is the whole answer, as written.
    Done {
        state: AnswerState,
        text: String,
    },
}
