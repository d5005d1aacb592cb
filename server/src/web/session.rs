//! From cookie to `Caller`. Nobody passes without one, except with the link's key, which is traded for a cookie here.

use std::{collections::HashMap, io::Write};

use app::{
    backend::Backend,
    standalone,
    types::{Caller, Problem},
};
use axum::{
    Form,
    extract::{Extension, Query, Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::Deserialize;
use storage::{NewSession, SignedIn};

use super::{
    AppState,
    headers::SCRIPTLESS_PAGE_POLICY,
    preferences, problem,
    sign_in::{Redeemed, random_token},
};

/// A browser stays signed in for a year on the person's own machine.
const LIFETIME_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// Puts the `Caller` into the request, or answers 401: a page that says where the link is, or a `Problem` for the
/// page's own calls.
pub async fn require_caller(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let cookies = CookieJar::from_headers(request.headers());
    let token = cookies.get(&state.sign_in.cookie_name()).map(|cookie| cookie.value().to_owned());
    let signed_in = match token {
        Some(token) => state.storage.signed_in(&token).await,
        None => Ok(None),
    };
    match signed_in {
        Ok(Some(SignedIn { user, session_id })) => {
            if key_in(request.uri()).is_some() {
                // Signed in already: the key must not stay in the address bar, nor be used up.
                return Redirect::to(preferences::own_path(Some(request.uri().path())).unwrap_or("/")).into_response();
            }
            request.extensions_mut().insert(Caller { user_id: user.id, session_id });
            next.run(request).await
        }
        Ok(None) => match key_in(request.uri()) {
            Some(key) if *request.method() == Method::GET => {
                trade(&state, &key, request.headers(), request.uri().path(), cookies).await
            }
            _ => signed_out(request.headers(), request.uri()),
        },
        Err(error) => problem::storage(error),
    }
}

fn key_in(uri: &Uri) -> Option<String> {
    let query = Query::<HashMap<String, String>>::try_from_uri(uri).ok()?;
    query.get("key").cloned()
}

async fn trade(state: &AppState, key: &str, headers: &HeaderMap, path: &str, cookies: CookieJar) -> Response {
    match state.sign_in.redeem(key) {
        Ok(Redeemed::Wrong) => signed_out_page(headers),
        Ok(redeemed) => {
            if let Redeemed::Once { next_link } = redeemed {
                // To the terminal, where the first link stood, and never to a log.
                let _ = writeln!(std::io::stdout(), "A browser signed in. For another one: {next_link}");
            }
            match open_session(state, headers).await {
                Ok(cookie) => {
                    let page = preferences::own_path(Some(path)).unwrap_or("/");
                    (cookies.add(cookie), Redirect::to(page)).into_response()
                }
                Err(response) => response,
            }
        }
        Err(error) => problem::internal(&error),
    }
}

async fn open_session(state: &AppState, headers: &HeaderMap) -> Result<Cookie<'static>, Response> {
    let token = random_token().map_err(|error| problem::internal(&error))?;
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let user_id = state.sign_in.user_id.as_str();
    let session = NewSession { user_id, token: &token, browser, lifetime_ms: LIFETIME_MS };
    state.storage.create_session(session).await.map_err(problem::storage)?;
    let mut cookie = Cookie::new(state.sign_in.cookie_name(), token);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    // As long as browsers allow; the session in the database ends it.
    cookie.make_permanent();
    Ok(cookie)
}

#[derive(Debug, Deserialize)]
pub struct SignOutForm {
    /// Which of the person's own.
    session: String,
}

/// `POST /settings/sign-out`: one of the person's browsers, this one perhaps.
pub async fn sign_out(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    cookies: CookieJar,
    Form(form): Form<SignOutForm>,
) -> Response {
    match state.backend.end_session(&caller, &form.session).await {
        Ok(()) if form.session == caller.session_id => {
            let cookie = Cookie::build(state.sign_in.cookie_name()).path("/").build();
            // Drafts, too. Not all cookies: language and theme may stay.
            let clear = [("clear-site-data", r#""cache", "storage""#)];
            (cookies.remove(cookie), clear, Redirect::to("/")).into_response()
        }
        Ok(()) => Redirect::to("/settings").into_response(),
        Err(problem) => problem::answer(problem),
    }
}

fn signed_out(headers: &HeaderMap, uri: &Uri) -> Response {
    if uri.path().starts_with("/api/") {
        return problem::answer(Problem::SignedOut);
    }
    signed_out_page(headers)
}

fn signed_out_page(headers: &HeaderMap) -> Response {
    let page = standalone::signed_out(preferences::from_headers(headers));
    let policy = [(header::CONTENT_SECURITY_POLICY, SCRIPTLESS_PAGE_POLICY)];
    (StatusCode::UNAUTHORIZED, policy, Html(page)).into_response()
}
