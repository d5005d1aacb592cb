use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{caller_and_backend, problem::answer};
use crate::types::{Problem, SessionView};

#[server(prefix = "/api/fn", endpoint = "list_sessions", input = Json)]
pub async fn list_sessions() -> Result<Vec<SessionView>, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.list_sessions(&caller).await)
}
