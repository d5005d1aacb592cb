use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{caller_and_backend, problem::answer};
use crate::types::{ConversationSummary, ConversationView, Problem};

#[server(prefix = "/api/fn", endpoint = "list_conversations", input = Json)]
pub async fn list_conversations() -> Result<Vec<ConversationSummary>, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.list_conversations(&caller).await)
}

#[server(prefix = "/api/fn", endpoint = "get_conversation", input = Json)]
pub async fn get_conversation(id: String, at: Option<String>) -> Result<ConversationView, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.get_conversation(&caller, &id, at.as_deref()).await)
}

#[server(prefix = "/api/fn", endpoint = "rename_conversation", input = Json)]
pub async fn rename_conversation(id: String, title: String) -> Result<(), Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.rename_conversation(&caller, &id, &title).await)
}

#[server(prefix = "/api/fn", endpoint = "delete_conversation", input = Json)]
pub async fn delete_conversation(id: String) -> Result<(), Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.delete_conversation(&caller, &id).await)
}

#[server(prefix = "/api/fn", endpoint = "restore_conversation", input = Json)]
pub async fn restore_conversation(id: String) -> Result<(), Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.restore_conversation(&caller, &id).await)
}
