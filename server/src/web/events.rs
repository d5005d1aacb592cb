//! `GET /api/generations/{id}/events?after=N`: an answer as it is written, from wherever the browser stopped reading.

use std::{convert::Infallible, time::Duration};

use app::types::{Caller, GenerationEvent};
use axum::{
    extract::{Extension, Path, Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream::{self, StreamExt};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use storage::Storage;

use super::{AppState, problem};
use crate::backend::live::Subscription;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How soon the end of a session ends its streams.
const SESSION_CHECK: Duration = Duration::from_secs(3);

#[derive(Debug, Deserialize)]
pub struct After {
    #[serde(default)]
    after: i64,
}

/// Replays what came after `after` (`Last-Event-ID` wins where a browser reconnects by itself), then follows. An ended
/// generation answers 204: the conversation then has the whole answer.
pub async fn follow(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = state.storage.generation(&caller.user_id, &id).await {
        return problem::storage(error);
    }
    let last_event_id = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let Some(subscription) = state.backend.subscribe(&id, last_event_id.unwrap_or(after.after)) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let mut stopping = state.stopping.clone();
    let events = stream::unfold(subscription, next_events).flat_map(stream::iter).take_until(async move {
        tokio::select! {
            // The server stops: browsers come back when it is up again.
            _ = stopping.wait_for(|stop| *stop) => {}
            () = signed_out(&state.storage, &caller.session_id) => {}
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// Waits for the end of a session: an answer is not read on by who is signed out.
async fn signed_out(storage: &Storage, session_id: &str) {
    loop {
        tokio::time::sleep(SESSION_CHECK).await;
        if matches!(storage.is_session_open(session_id).await, Ok(false)) {
            return;
        }
    }
}

async fn next_events(mut subscription: Subscription) -> Option<(Vec<Result<Event, Infallible>>, Subscription)> {
    let events = subscription.next().await?;
    Some((events.into_iter().map(|event| Ok(as_sse(&event))).collect(), subscription))
}

fn as_sse(event: &GenerationEvent) -> Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    match event {
        GenerationEvent::Text { seq, .. } => Event::default().id(seq.to_string()).data(data),
        GenerationEvent::Phase(_) | GenerationEvent::Done { .. } => Event::default().data(data),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use storage::NewSession;

    use super::*;

    #[tokio::test]
    async fn a_stream_ends_with_its_session_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).await.unwrap();
        let user_id = storage.personal_user().await.unwrap().id;
        let session = NewSession { user_id: &user_id, token: "token", browser: "", lifetime_ms: 60_000 };
        storage.create_session(session).await.unwrap();
        let id = storage.signed_in("token").await.unwrap().unwrap().session_id;
        let ended = signed_out(&storage, &id);
        tokio::pin!(ended);
        let still_open = tokio::time::timeout(SESSION_CHECK + Duration::from_secs(1), &mut ended).await;
        assert!(still_open.is_err(), "the session holds");
        storage.end_session(&user_id, &id).await.unwrap();
        tokio::time::timeout(2 * SESSION_CHECK, ended).await.unwrap();
    }
}
