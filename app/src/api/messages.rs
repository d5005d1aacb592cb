use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{caller_and_backend, problem::answer};
use crate::types::{AnswerDetails, GenerationStarted, NewMessage, Problem, ReadingCost};

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

/// How an answer came about; None while it is not known (it is still being made, or its server was stopped).
#[server(prefix = "/api/fn", endpoint = "get_answer_details", input = Json)]
pub async fn get_answer_details(answer_id: String) -> Result<Option<AnswerDetails>, Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.answer_details(&caller, &answer_id).await)
}

/// What reading these pictures takes in low, automatic and high detail.
#[server(prefix = "/api/fn", endpoint = "get_reading_costs", input = Json)]
pub async fn get_reading_costs(picture_ids: Vec<String>) -> Result<[ReadingCost; 3], Problem> {
    let (caller, backend) = caller_and_backend()?;
    answer(backend.reading_costs(&caller, &picture_ids).await)
}
