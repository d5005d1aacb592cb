//! `GET /settings/export`: everything of the person who asks, as one file.

use app::types::{Caller, Problem};
use axum::{
    body::Body,
    extract::{Extension, State},
    response::{IntoResponse, Response},
};
use http::header;
use tokio_util::io::ReaderStream;

use super::{AppState, problem};
use crate::{backend::problem::from_io, export};

pub async fn everything(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    if let Err(problem) = state.backend.pace.question(&caller) {
        return problem::answer(problem);
    }
    // One at a time: each is a copy of all pictures of somebody.
    let _turn = state.exporting.acquire().await;
    if !state.storage.has_room() {
        return problem::answer(Problem::DiskFull);
    }
    let file = match tempfile::tempfile_in(&state.settings.data_dir) {
        Ok(file) => file,
        Err(error) => return problem::answer(from_io(error)),
    };
    match export::write(&state.storage, &caller.user_id, file).await {
        Ok(file) => {
            let headers = [
                (header::CONTENT_TYPE, "application/zip"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"chaton.zip\""),
            ];
            (headers, Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)))).into_response()
        }
        Err(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => problem::answer(from_io(error)),
            Err(error) => problem::internal(&error),
        },
    }
}
