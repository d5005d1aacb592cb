use serde::{Deserialize, Serialize};

/// Everything that can go wrong for a person, without words: the page says it in the person's language
/// (`words::problem`). What caused it is in the server's log, never here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// No such thing, or somebody else's: both look the same.
    NotFound,
    SignedOut,
    EmptyMessage,
    /// The message (with what was said before) does not fit what the model can hold.
    TooLongForContext {
        tokens: u32,
        limit_tokens: u32,
    },
    TooManyPictures {
        limit: u32,
    },
    PictureUnreadable,
    PictureTooManyPixels {
        limit_megapixels: u32,
    },
    /// All pictures of the conversation together are more than the server decodes for one answer.
    PicturesTooManyPixels {
        limit_megapixels: u32,
    },
    PictureTooLarge {
        limit_bytes: u64,
    },
    /// The model reads text only.
    ModelCannotSee,
    /// The model's files lack the part that sees (mmproj).
    PicturePartMissing,
    /// The pictures were sent together and are, together, more than a request may hold.
    RequestTooLarge,
    DiskFull,
    /// Too many requests wait already.
    Busy,
    /// This person asks faster than the team shares.
    TooFast {
        seconds: u32,
    },
    /// The request makes no sense (a page older than the server, or a program's mistake).
    BadRequest,
    /// The server could not be reached.
    Offline,
    Internal,
}
