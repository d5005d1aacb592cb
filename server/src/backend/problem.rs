//! What a person is told of an error. The cause is logged here, once.

use std::io;

use app::types::Problem;
use engine::{RequestError, SubmitError};
use storage::StorageError;

pub fn from_storage(error: StorageError) -> Problem {
    match error {
        StorageError::NotFound => Problem::NotFound,
        error if error.is_disk_full() => {
            tracing::warn!("{error}");
            Problem::DiskFull
        }
        error => {
            tracing::error!("storage: {error}");
            Problem::Internal
        }
    }
}

pub fn from_io(error: io::Error) -> Problem {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tracing::warn!("{error}");
        return Problem::DiskFull;
    }
    tracing::error!("input or output: {error}");
    Problem::Internal
}

pub fn from_request(error: RequestError) -> Problem {
    match error {
        RequestError::TooLongForContext { tokens, limit_tokens } => Problem::TooLongForContext { tokens, limit_tokens },
        RequestError::NoVision => Problem::ModelCannotSee,
        error @ RequestError::NoMmproj { .. } => {
            tracing::warn!("{error}");
            Problem::PicturePartMissing
        }
        error => {
            tracing::warn!("the model refused a request: {error}");
            Problem::BadRequest
        }
    }
}

pub fn from_submit(error: SubmitError) -> Problem {
    match error {
        SubmitError::Request(error) => from_request(error),
        SubmitError::Busy => Problem::Busy,
    }
}
