//! From cookie to `Caller`. Nobody passes without one, except in personal mode with the link's key, which is traded for a
//! cookie here.

use std::{collections::HashMap, io::Write};

use app::{
    backend::Backend,
    standalone::{self, doors::SignInPage},
    types::{Caller, Problem},
};
use axum::{
    Form,
    extract::{Extension, Query, Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::Deserialize;
use storage::{NewSession, SignedIn};

use super::{
    AppState,
    headers::SCRIPTLESS_PAGE_POLICY,
    personal_link::{PersonalLink, Redeemed},
    preferences, problem,
    site::Door,
};
use crate::{backend::views::role_view, secrets::random_token};

/// Puts the `Caller` into the request, or answers 401: a page that shows the way in, or a `Problem` for the page's own
/// calls.
pub async fn require_caller(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let cookies = CookieJar::from_headers(request.headers());
    let token = cookies.get(&state.site.cookie_name()).map(|cookie| cookie.value().to_owned());
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
            let (role, is_team) = (role_view(user.role), state.site.is_team());
            request.extensions_mut().insert(Caller { user_id: user.id, session_id, role, is_team });
            next.run(request).await
        }
        Ok(None) => match (&state.site.door, key_in(request.uri())) {
            (Door::Personal(link), Some(key)) if *request.method() == Method::GET => {
                trade(&state, link, &key, request.headers(), request.uri().path(), cookies).await
            }
            _ => signed_out(&state, request.method(), request.headers(), request.uri()),
        },
        Err(error) => problem::storage(error),
    }
}

fn key_in(uri: &Uri) -> Option<String> {
    let query = Query::<HashMap<String, String>>::try_from_uri(uri).ok()?;
    query.get("key").cloned()
}

async fn trade(
    state: &AppState,
    link: &PersonalLink,
    key: &str,
    headers: &HeaderMap,
    path: &str,
    cookies: CookieJar,
) -> Response {
    match link.redeem(key) {
        Ok(Redeemed::Wrong) => {
            page(StatusCode::UNAUTHORIZED, standalone::signed_out(preferences::from_headers(headers)))
        }
        Ok(redeemed) => {
            if let Redeemed::Once { next_link } = redeemed {
                // To the terminal, where the first link stood, and never to a log.
                let _ = writeln!(std::io::stdout(), "A browser signed in. For another one: {next_link}");
            }
            match open_session(state, &link.user_id, headers).await {
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

/// Signs a browser in; the cookie that says so.
pub async fn open_session(state: &AppState, user_id: &str, headers: &HeaderMap) -> Result<Cookie<'static>, Response> {
    let token = random_token().map_err(|error| problem::internal(&error))?;
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = NewSession { user_id, token: &token, browser, lifetime_ms: state.site.session_lifetime_ms() };
    state.storage.create_session(session).await.map_err(problem::storage)?;
    Ok(state.site.cookie(token))
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
            // Drafts, too. Not all cookies: language and theme may stay.
            let clear = [("clear-site-data", r#""cache", "storage""#)];
            (cookies.add(state.site.no_cookie()), clear, Redirect::to("/")).into_response()
        }
        Ok(()) => Redirect::to("/settings").into_response(),
        Err(problem) => problem::answer(problem),
    }
}

fn signed_out(state: &AppState, method: &Method, headers: &HeaderMap, uri: &Uri) -> Response {
    if uri.path().starts_with("/api/") {
        return problem::answer(Problem::SignedOut);
    }
    let preferences = preferences::from_headers(headers);
    page(
        StatusCode::UNAUTHORIZED,
        if state.site.is_team() {
            // What was asked for comes once somebody signed in; a form that was sent does not come again.
            let return_to = uri.path_and_query().filter(|_| *method == Method::GET).map_or("/", |path| path.as_str());
            let single_sign_on = state.sign_on_name();
            standalone::doors::sign_in(preferences, &SignInPage { return_to, single_sign_on, ..SignInPage::default() })
        } else {
            standalone::signed_out(preferences)
        },
    )
}

/// A page without a script.
pub fn page(status: StatusCode, html: String) -> Response {
    (status, [(header::CONTENT_SECURITY_POLICY, SCRIPTLESS_PAGE_POLICY)], Html(html)).into_response()
}
