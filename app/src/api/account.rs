use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{caller_and_backend, problem::answer};
use crate::types::{AccountView, Problem};

/// Who looks at the page; None where there is one person alone.
#[server(prefix = "/api/fn", endpoint = "get_account", input = Json)]
pub async fn get_account() -> Result<Option<AccountView>, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.account(&caller).await)
}
