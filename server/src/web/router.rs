//! Every route and the whole middleware stack.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state, map_response},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};

use super::{
    AppState, accounts, administration, events, export, guard, headers, led_groups, leptos_pages, pictures, plain_form,
    preferences, problem, routes::Routes, session, single_sign_on, static_files,
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
        .get("/settings/export", export::everything)
        .pages(leptos_pages::page)
}

/// For a team's administrators; they answer 404 to all others. Plain pages and forms.
pub fn for_administrators() -> Routes {
    Routes::default()
        .get("/administration", administration::look)
        .post("/administration/invitations", administration::invitations::invite)
        .get("/administration/invitations", administration::home)
        .post("/administration/invitations/revoke", administration::invitations::revoke)
        .get("/administration/invitations/revoke", administration::home)
        .post("/administration/class-list", administration::invitations::class_list)
        .get("/administration/class-list", administration::home)
        .post("/administration/people/role", administration::people::role)
        .get("/administration/people/role", administration::home)
        .post("/administration/people/disable", administration::people::disable)
        .get("/administration/people/disable", administration::home)
        .post("/administration/people/enable", administration::people::enable)
        .get("/administration/people/enable", administration::home)
        .post("/administration/people/link", administration::people::link)
        .get("/administration/people/link", administration::home)
        .get("/administration/people/delete", administration::people::ask_to_delete)
        .post("/administration/people/delete", administration::people::delete)
        .post("/administration/groups", administration::groups::add)
        .get("/administration/groups", administration::home)
        .post("/administration/groups/change", administration::groups::change)
        .get("/administration/groups/change", administration::home)
        .post("/administration/groups/delete", administration::groups::delete)
        .get("/administration/groups/delete", administration::home)
        .post("/administration/groups/add", administration::groups::add_member)
        .get("/administration/groups/add", administration::home)
        .post("/administration/groups/leader", administration::groups::leader)
        .get("/administration/groups/leader", administration::home)
        .post("/administration/groups/remove", administration::groups::remove_member)
        .get("/administration/groups/remove", administration::home)
}

/// For a team's people with an account of their own.
pub fn for_members() -> Routes {
    Routes::default().get("/password", accounts::password_page).post("/password", accounts::change_password)
}

/// For leaders of groups; they answer 404 to all others.
pub fn for_leaders() -> Routes {
    Routes::default()
        .get("/groups", led_groups::look)
        .post("/groups/code", led_groups::code)
        .post("/groups/class-list", led_groups::class_list)
}

/// The ways into a team.
pub fn for_newcomers() -> Routes {
    Routes::default()
        .get("/sign-in", accounts::sign_in_page)
        .post("/sign-in", accounts::sign_in)
        .get("/set-up", accounts::set_up_page)
        .post("/set-up", accounts::set_up)
        .get("/join", accounts::join_page)
        .post("/join", accounts::join)
        .get("/code", accounts::code_page)
        .post("/code", accounts::code)
        .get("/sign-on", single_sign_on::begin)
        .get("/sign-on/callback", single_sign_on::end)
}

/// For everybody who reaches the port.
pub fn for_everybody() -> Routes {
    static_files::routes().get("/healthz", static_files::health)
}

pub fn router(state: AppState) -> Router {
    // Leptos draws pages on this runtime. It can be told only once a process; later routers (in tests) find it told.
    let _ = any_spawner::Executor::init_tokio();

    let mut signed_in = for_people().router();
    let mut open = for_everybody().router();
    if state.site.is_team() {
        let administrators = for_administrators().router();
        signed_in = signed_in
            .merge(for_members().router())
            .merge(for_leaders().router().route_layer(from_fn_with_state(state.clone(), led_groups::only_leaders)))
            .merge(administrators.route_layer(from_fn(administration::only_administrators)));
        open = open.merge(for_newcomers().router());
    }
    let signed_in = signed_in.layer(from_fn_with_state(state.clone(), session::require_caller));
    open.merge(signed_in)
        // From here on outwards: a request meets the last of these layers first.
        .layer(from_fn(guard::patient_body))
        .layer(from_fn_with_state(state.clone(), guard::same_origin))
        .layer(from_fn_with_state(state.clone(), guard::own_host))
        .layer(from_fn_with_state(state.clone(), guard::no_forwarding))
        .layer(from_fn(guard::host_of_http2))
        .layer(from_fn_with_state(state.clone(), headers::security))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}
