//! What the pages need done, as a trait that the server implements. Reached through Leptos context as
//! `Arc<dyn Backend>`; the caller as `Caller`.

use async_trait::async_trait;

use crate::types::{
    AccountView, AnswerDetails, Caller, ConversationSummary, ConversationView, GenerationStarted, ModelCard,
    NewMessage, Problem, ReadingCost, SessionView,
};

/// Every method checks that what is named belongs to the caller; what is foreign or missing is `Problem::NotFound`.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// The caller's conversations, last used first.
    async fn list_conversations(&self, caller: &Caller) -> Result<Vec<ConversationSummary>, Problem>;

    /// One conversation on the branch that runs through message `at`; without `at`, the branch last looked at or
    /// written to. Asking for `at` makes that branch the current one.
    async fn get_conversation(&self, caller: &Caller, id: &str, at: Option<&str>) -> Result<ConversationView, Problem>;

    /// Keeps a question and begins its answer. The same key again gives the same answer and changes nothing.
    async fn send_message(&self, caller: &Caller, message: NewMessage) -> Result<GenerationStarted, Problem>;

    /// Begins another version of an answer, beside the old one. `key` as in [`NewMessage`].
    async fn regenerate(&self, caller: &Caller, key: &str, answer_id: &str) -> Result<GenerationStarted, Problem>;

    /// Takes an interrupted answer up again where it ended.
    async fn continue_answer(&self, caller: &Caller, answer_id: &str) -> Result<GenerationStarted, Problem>;

    /// Stops an answer within one token. Stopping an ended one changes nothing.
    async fn stop_generation(&self, caller: &Caller, generation_id: &str) -> Result<(), Problem>;

    /// How an answer came about; None while that is not known.
    async fn answer_details(&self, caller: &Caller, answer_id: &str) -> Result<Option<AnswerDetails>, Problem>;

    /// What reading pictures takes in low, automatic and high detail.
    async fn reading_costs(&self, caller: &Caller, picture_ids: &[String]) -> Result<[ReadingCost; 3], Problem>;

    async fn rename_conversation(&self, caller: &Caller, id: &str, title: &str) -> Result<(), Problem>;

    /// Hides a conversation; `restore_conversation` brings it back.
    async fn delete_conversation(&self, caller: &Caller, id: &str) -> Result<(), Problem>;

    async fn restore_conversation(&self, caller: &Caller, id: &str) -> Result<(), Problem>;

    /// The model that answers.
    async fn model_card(&self, caller: &Caller) -> Result<ModelCard, Problem>;

    /// The caller's account; None where there is one person alone.
    async fn account(&self, caller: &Caller) -> Result<Option<AccountView>, Problem>;

    /// The browsers that are signed in as the caller, last used first.
    async fn list_sessions(&self, caller: &Caller) -> Result<Vec<SessionView>, Problem>;

    /// Signs one of them out.
    async fn end_session(&self, caller: &Caller, id: &str) -> Result<(), Problem>;

    /// Changes with every build of the server: a page with another value offers to reload.
    fn build_id(&self) -> &str;
}
