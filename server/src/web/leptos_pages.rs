//! Pages drawn by Leptos, and the server functions that pages call.

use std::{sync::Arc, time::Duration};

use app::{
    ComposerState,
    backend::Backend,
    shell,
    types::{Caller, Preferences, Problem},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Extension, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use uuid::Uuid;

use super::{AppState, headers::page_policy, preferences, problem};

/// Drawing takes milliseconds, on a machine that answers many perhaps a second.
const PAGE_TIME: Duration = Duration::from_secs(5);
const TRIES: usize = 3;

/// No problem takes more to tell.
const MAX_PROBLEM_BYTES: usize = 10_000;

/// Any page, by `GET`. Everything it awaits is awaited, so that it can be read without JavaScript.
pub async fn page(State(state): State<AppState>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    let composer = ComposerState { key: Uuid::now_v7().to_string(), ..ComposerState::default() };
    render(state, caller, composer, request).await
}

/// A page whose composer holds what somebody tried to send.
pub async fn render(state: AppState, caller: Caller, composer: ComposerState, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let page = tried_again(PAGE_TIME, || {
        draw(&state, caller.clone(), composer.clone(), Request::from_parts(parts.clone(), Body::empty()))
    });
    page.await.unwrap_or_else(|| problem::answer(Problem::Busy))
}

/// Leptos (reactive_graph 0.2.16, `AsyncDerivedFuture::poll`) forgets to wake a page that asks for a value in the very
/// moment in which it is written: about one in a thousand on a busy machine would never come. Drawing changes nothing, so
/// it is done again.
async fn tried_again<Page: Future>(time: Duration, draw: impl Fn() -> Page) -> Option<Page::Output> {
    for _ in 0..TRIES {
        match tokio::time::timeout(time, draw()).await {
            Ok(page) => return Some(page),
            Err(_) => tracing::warn!("a page was not drawn in {} s; once more", time.as_secs()),
        }
    }
    None
}

/// The page with all of its body.
async fn draw(state: &AppState, caller: Caller, composer: ComposerState, request: Request) -> Response {
    let context = context(state, caller, preferences::from_headers(request.headers()));
    let provide = move || {
        context();
        provide_context(composer.clone());
    };
    let app = move || {
        set_policy();
        shell()
    };
    let (parts, body) = leptos_axum::render_app_async_with_context(provide, app)(request).await.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(body) => Response::from_parts(parts, Body::from(body)),
        Err(_) => problem::answer(Problem::Internal),
    }
}

/// `POST /api/fn/...`
pub async fn server_function(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    request: Request<Body>,
) -> Response {
    let context = context(&state, caller, preferences::from_headers(request.headers()));
    told_by_its_problem(leptos_axum::handle_server_fns_with_context(context, request).await.into_response()).await
}

/// Leptos answers 500 to what it cannot read, before a function of ours can say better; the problem itself is right.
async fn told_by_its_problem(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_PROBLEM_BYTES).await else { return problem::answer(Problem::Internal) };
    match serde_json::from_slice::<Problem>(&body) {
        Ok(told) => problem::answer(told),
        Err(_) => Response::from_parts(parts, Body::from(body)),
    }
}

/// What the page and its functions reach through Leptos context.
fn context(state: &AppState, caller: Caller, preferences: Preferences) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend: Arc<dyn Backend> = state.backend.clone();
    move || {
        provide_context(backend.clone());
        provide_context(caller.clone());
        provide_context(preferences);
    }
}

/// The page's scripts carry the nonce that Leptos made for this answer; the policy lets no other run.
fn set_policy() {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_page_that_never_comes_is_drawn_again() {
        let tries = AtomicUsize::new(0);
        let draw = |lost: usize| {
            let number = tries.fetch_add(1, Ordering::Relaxed);
            async move {
                if number < lost {
                    std::future::pending::<()>().await;
                }
                number
            }
        };
        assert_eq!(tried_again(Duration::from_millis(50), || draw(1)).await, Some(1));
        tries.store(0, Ordering::Relaxed);
        assert_eq!(tried_again(Duration::from_millis(50), || draw(usize::MAX)).await, None, "not for ever");
        assert_eq!(tries.load(Ordering::Relaxed), TRIES);
    }
}
