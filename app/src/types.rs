//! Plain data that crosses the wire between browser and server: fixed-width integers, no `usize`, no behaviour
//! beyond what both sides need. Every time is in milliseconds since 1970 (UTC), every id an opaque string.

mod caller;
mod conversation;
mod generation;
mod message;
mod model;
mod picture;
mod preferences;
mod problem;
mod session;

pub use caller::{AccountView, Caller, TeamRole};
pub use conversation::{ConversationSummary, ConversationView};
pub use generation::{GenerationEvent, GenerationStarted, Phase};
pub use message::{AnswerDetails, AnswerState, MessageView, NewMessage, ReadDetails, Role, Versions};
pub use model::ModelCard;
pub use picture::{PictureDetail, PictureView, ReadingCost};
pub use preferences::{LANGUAGE_COOKIE, Language, Preferences, THEME_COOKIE, Theme};
pub use problem::Problem;
pub use session::SessionView;
