//! How a `Problem` travels as the error of a server function, and its HTTP status.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

use crate::types::Problem;

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Problem {
        match error {
            ServerFnErrorErr::Request(_) => Problem::Offline,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Problem::BadRequest
            }
            _ => Problem::Internal,
        }
    }
}

/// The one table of HTTP statuses.
#[cfg(feature = "ssr")]
pub fn status_of(problem: &Problem) -> http::StatusCode {
    use http::StatusCode;
    match problem {
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::SignedOut => StatusCode::UNAUTHORIZED,
        Problem::EmptyMessage
        | Problem::TooLongForContext { .. }
        | Problem::TooManyPictures { .. }
        | Problem::PictureUnreadable
        | Problem::PictureTooManyPixels { .. }
        | Problem::PicturesTooManyPixels { .. }
        | Problem::ModelCannotSee
        | Problem::PicturePartMissing => StatusCode::UNPROCESSABLE_ENTITY,
        Problem::PictureTooLarge { .. } | Problem::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Problem::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        Problem::Busy | Problem::Offline => StatusCode::SERVICE_UNAVAILABLE,
        Problem::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::BadRequest => StatusCode::BAD_REQUEST,
        Problem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Gives a result on with the answer's status set, also where a page is drawn.
#[cfg(feature = "ssr")]
pub(super) fn answer<T>(result: Result<T, Problem>) -> Result<T, Problem> {
    if let Err(problem) = &result
        && let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>()
    {
        response.set_status(status_of(problem));
    }
    result
}
