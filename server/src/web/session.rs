//! From cookie to `Caller`. Nobody passes without one, except with the link's key, which is traded for a cookie here.

use std::{collections::HashMap, io::Write};

use app::{
    standalone,
    types::{Caller, Problem},
};
use axum::{
    extract::{Query, Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, Method, StatusCode, Uri, header};

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
    let user = match token {
        Some(token) => state.storage.session_user(&token).await,
        None => Ok(None),
    };
    match user {
        Ok(Some(user)) => {
            if key_in(request.uri()).is_some() {
                // Signed in already: the key must not stay in the address bar, nor be used up.
                return Redirect::to(preferences::own_path(Some(request.uri().path())).unwrap_or("/")).into_response();
            }
            request.extensions_mut().insert(Caller { user_id: user.id });
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
            match open_session(state).await {
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

async fn open_session(state: &AppState) -> Result<Cookie<'static>, Response> {
    let token = random_token().map_err(|error| problem::internal(&error))?;
    state.storage.create_session(&state.sign_in.user_id, &token, LIFETIME_MS).await.map_err(problem::storage)?;
    let mut cookie = Cookie::new(state.sign_in.cookie_name(), token);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    // As long as browsers allow; the session in the database ends it.
    cookie.make_permanent();
    Ok(cookie)
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
