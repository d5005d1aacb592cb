//! The one place that makes errors into HTTP answers. What a person reads is a `Problem`; the cause goes to the log.

use app::{api::status_of, types::Problem};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use storage::StorageError;

pub fn answer(problem: Problem) -> Response {
    (status_of(&problem), Json(problem)).into_response()
}

pub fn storage(error: StorageError) -> Response {
    answer(crate::backend::problem::from_storage(error))
}

/// A layer refused a body without saying so in our words.
pub async fn too_large(response: Response) -> Response {
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE { answer(Problem::RequestTooLarge) } else { response }
}

pub fn internal(error: &anyhow::Error) -> Response {
    tracing::error!("{error:#}");
    answer(Problem::Internal)
}
