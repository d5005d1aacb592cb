use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{caller_and_backend, problem::answer};
use crate::types::{GenerationStarted, NewMessage, Problem};

#[server(prefix = "/api/fn", endpoint = "send_message", input = Json)]
pub async fn send_message(message: NewMessage) -> Result<GenerationStarted, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.send_message(&caller, message).await)
}

#[server(prefix = "/api/fn", endpoint = "regenerate", input = Json)]
pub async fn regenerate(key: String, answer_id: String) -> Result<GenerationStarted, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.regenerate(&caller, &key, &answer_id).await)
}

#[server(prefix = "/api/fn", endpoint = "continue_answer", input = Json)]
pub async fn continue_answer(answer_id: String) -> Result<GenerationStarted, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.continue_answer(&caller, &answer_id).await)
}

#[server(prefix = "/api/fn", endpoint = "stop_generation", input = Json)]
pub async fn stop_generation(generation_id: String) -> Result<(), Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.stop_generation(&caller, &generation_id).await)
}
