//! Every route and the whole middleware stack.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_response},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};

use super::{
    AppState, events, guard, headers, leptos_pages, pictures, plain_form, preferences, problem, session, static_files,
};

/// Server functions carry text only: a long message fits.
const FUNCTION_BODY_BYTES: usize = 4_000_000;

pub fn router(state: AppState) -> Router {
    // Leptos draws pages on this runtime. It can be told only once a process; later routers (in tests) find it told.
    let _ = any_spawner::Executor::init_tokio();

    // For people who are signed in. What is not listed is a page.
    let signed_in = Router::new()
        .route(
            "/api/fn/{*function}",
            // Leptos reads the body itself, past axum's own limit.
            post(leptos_pages::server_function)
                .layer(RequestBodyLimitLayer::new(FUNCTION_BODY_BYTES))
                .layer(map_response(problem::too_large)),
        )
        .route("/api/pictures", post(pictures::upload).layer(DefaultBodyLimit::disable()))
        .route("/api/pictures/{id}", get(pictures::full))
        .route("/api/pictures/{id}/thumbnail", get(pictures::thumbnail))
        .route("/api/generations/{id}/events", get(events::follow))
        .route("/api/version", get(static_files::version))
        .route("/messages", get(plain_form::look).post(plain_form::send).layer(DefaultBodyLimit::disable()))
        .route("/settings", get(leptos_pages::page).post(preferences::save))
        .fallback(leptos_pages::page)
        .layer(from_fn_with_state(state.clone(), session::require_caller));

    // For everybody who reaches the port.
    static_files::routes()
        .route("/healthz", get(static_files::health))
        .merge(signed_in)
        // From here on outwards: a request meets the last of these layers first.
        .layer(from_fn(guard::same_origin))
        .layer(from_fn(guard::loopback_host))
        .layer(from_fn(guard::no_forwarding))
        .layer(from_fn(headers::security))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}
