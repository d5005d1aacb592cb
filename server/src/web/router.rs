//! Every route and the whole middleware stack.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state, map_response},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};

use super::{
    AppState, events, guard, headers, leptos_pages, pictures, plain_form, preferences, problem, routes::Routes,
    session, static_files,
};

/// Server functions carry text only: a long message fits.
const FUNCTION_BODY_BYTES: usize = 4_000_000;

/// For people who are signed in. What is not listed is a page.
pub fn for_people() -> Routes {
    Routes::default()
        .functions(
            // Leptos reads the body itself, past axum's own limit.
            leptos_pages::server_function
                .layer(RequestBodyLimitLayer::new(FUNCTION_BODY_BYTES))
                .layer(map_response(problem::too_large)),
        )
        .post("/api/pictures", pictures::upload.layer(DefaultBodyLimit::disable()))
        .get("/api/pictures/{id}", pictures::full)
        .get("/api/pictures/{id}/thumbnail", pictures::thumbnail)
        .get("/api/generations/{id}/events", events::follow)
        .get("/api/version", static_files::version)
        .get("/messages", plain_form::look)
        .post("/messages", plain_form::send.layer(DefaultBodyLimit::disable()))
        .get("/settings", leptos_pages::page)
        .post("/settings", preferences::save)
        .post("/settings/sign-out", session::sign_out)
        .pages(leptos_pages::page)
}

/// For everybody who reaches the port.
pub fn for_everybody() -> Routes {
    static_files::routes().get("/healthz", static_files::health)
}

pub fn router(state: AppState) -> Router {
    // Leptos draws pages on this runtime. It can be told only once a process; later routers (in tests) find it told.
    let _ = any_spawner::Executor::init_tokio();

    let signed_in = for_people().router().layer(from_fn_with_state(state.clone(), session::require_caller));
    for_everybody()
        .router()
        .merge(signed_in)
        // From here on outwards: a request meets the last of these layers first.
        .layer(from_fn(guard::same_origin))
        .layer(from_fn(guard::loopback_host))
        .layer(from_fn(guard::no_forwarding))
        .layer(from_fn(headers::security))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}
