//! What a model reports while it answers.

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model ended it, or a stop string did.
    Stop,
    /// `max_tokens` or the context's end.
    Length,
    /// It was cancelled.
    Cancelled,
    /// The model repeats itself without end.
    Repetition,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    pub prompt_tokens: u32,
    /// Part of `prompt_tokens`.
    pub picture_tokens: u32,
    pub completion_tokens: u32,
}

/// How an answer was computed. What a journal held already took no time here.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Timings {
    pub queued_ms: f64,
    pub pictures_ms: f64,
    pub prefill_ms: f64,
    /// From the request to the first token that was made for it; `None`: there was none.
    pub first_token_ms: Option<f64>,
    /// From that token to the last one, with all that others needed meanwhile.
    pub decode_ms: f64,
    /// Tokens made in `decode_ms`: all but the first.
    pub decoded_tokens: u32,
    /// Prompt tokens that were read before and were not read again.
    pub cached_tokens: u32,
    /// Pictures that were encoded before and were not encoded again.
    pub cached_pictures: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `ahead`: how many requests come first; `seconds`: about how long that takes, once the speed is known. Sent again
    /// when that changes.
    Queued { ahead: u32, seconds: Option<u32> },
    /// Reading picture `picture` of `of` (from 1); `percent` of it done.
    Reading { picture: u32, of: u32, percent: u32 },
    /// Every sampled token, in order, also one that shows nothing (half a character, held back for a stop string,
    /// a control token). `text` is what became showable with it. `index` counts from 0; on a resumed answer the
    /// journalled ones come again first.
    Token { index: u32, id: u32, text: String },
    /// The last event of an answer that ended. `tail`: what was held back and is shown after all.
    Finished { reason: FinishReason, tail: String, usage: Usage, timings: Timings },
    /// The last event of an answer that failed.
    Failed(crate::GenerationError),
}
