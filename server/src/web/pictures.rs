//! Pictures in and out. What is served is always our own re-encoded copy, to its owner only.

use app::types::{Caller, Problem};
use axum::{
    Json,
    extract::{Extension, Multipart, Path, State},
    response::{IntoResponse, Response},
};
use http::header;

use super::{
    AppState,
    problem::{self, answer},
    upload,
};

/// `POST /api/pictures`: one picture in the field `picture`.
pub async fn upload(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    mut form: Multipart,
) -> Response {
    loop {
        match form.next_field().await {
            Ok(Some(field)) if field.name() == Some("picture") => {
                return match upload::take(&state, &caller, field).await {
                    Ok(picture) => Json(picture).into_response(),
                    Err(problem) => answer(problem),
                };
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return answer(Problem::BadRequest),
        }
    }
}

/// `GET /api/pictures/{id}`
pub async fn full(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    match state.storage.picture(&caller.user_id, &id).await {
        Ok(picture) => send(state.storage.picture_path(&picture)).await,
        Err(error) => problem::storage(error),
    }
}

/// `GET /api/pictures/{id}/thumbnail`
pub async fn thumbnail(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    match state.storage.picture(&caller.user_id, &id).await {
        Ok(picture) => send(state.storage.thumbnail_path(&picture)).await,
        Err(error) => problem::storage(error),
    }
}

async fn send(path: std::path::PathBuf) -> Response {
    match tokio::fs::read(&path).await {
        // An id's content never changes.
        Ok(png) => (
            [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")],
            png,
        )
            .into_response(),
        Err(error) => {
            tracing::error!("cannot read {}: {error}", path.display());
            answer(Problem::NotFound)
        }
    }
}
