//! `GET /settings/export`: everything of the person who asks, as one file.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use app::types::{Caller, Problem};
use axum::{
    body::Body,
    extract::{Extension, State},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use http::header;
use tokio_util::io::ReaderStream;

use super::{AppState, problem};
use crate::{backend::problem::from_io, export};

/// For who has not read the last one to its end.
const WAIT_SECONDS: u32 = 10;

/// Who is being sent everything of theirs.
#[derive(Default)]
pub struct OpenExports(Mutex<HashSet<String>>);

/// Holds a person's place until it is dropped.
struct OpenExport {
    exports: Arc<OpenExports>,
    user_id: String,
}

impl OpenExport {
    /// None: one is open.
    fn of(state: &AppState, user_id: &str) -> Option<OpenExport> {
        let exports = state.exports.clone();
        let is_first = exports.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user_id.to_owned());
        is_first.then(|| OpenExport { exports, user_id: user_id.to_owned() })
    }
}

impl Drop for OpenExport {
    fn drop(&mut self) {
        self.exports.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user_id);
    }
}

pub async fn everything(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    if let Err(problem) = state.backend.pace.question(&caller) {
        return problem::answer(problem);
    }
    // One copy of everything of a person, until it is sent; and of all people one that is being written.
    let Some(open) = OpenExport::of(&state, &caller.user_id) else {
        return problem::answer(Problem::TooFast { seconds: WAIT_SECONDS });
    };
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
            let pieces = ReaderStream::new(tokio::fs::File::from_std(file)).map(move |piece| {
                let _until_sent = &open;
                piece
            });
            (headers, Body::from_stream(pieces)).into_response()
        }
        Err(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => problem::answer(from_io(error)),
            Err(error) => problem::internal(&error),
        },
    }
}
