use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{caller_and_backend, problem::answer};
use crate::types::{ModelCard, Problem};

#[server(prefix = "/api/fn", endpoint = "current_model", input = Json)]
pub async fn current_model() -> Result<ModelCard, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.model_card(&caller).await)
}
