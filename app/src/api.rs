//! Server functions, one an action: who asks, then call the backend, then answer. On the server they reach it through
//! Leptos context; in the browser each is a request under `/api/fn`.

mod account;
mod conversations;
mod messages;
mod page;
mod problem;
mod sessions;

pub use account::get_account;
pub use conversations::{
    delete_conversation, get_conversation, list_conversations, rename_conversation, restore_conversation,
};
pub use messages::{continue_answer, get_answer_details, get_reading_costs, regenerate, send_message, stop_generation};
pub use page::current_model;
#[cfg(feature = "ssr")]
pub use problem::status_of;
pub use sessions::list_sessions;

/// Who asks, and who does it. The server puts both into every request's context.
#[cfg(feature = "ssr")]
fn caller_and_backend()
-> Result<(crate::types::Caller, std::sync::Arc<dyn crate::backend::Backend>), crate::types::Problem> {
    use leptos::prelude::use_context;
    use_context().zip(use_context()).ok_or(crate::types::Problem::SignedOut)
}
