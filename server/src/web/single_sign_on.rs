//! Single sign-on by OpenID Connect: a provider that knows people already says who comes. A person is whom it says, by
//! its address and its own name for them (issuer and subject); a mail address may come to belong to somebody else.

mod claims;
mod http_client;
mod pending;
mod provider;

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use app::standalone::{
    self,
    doors::{self, DoorProblem, SignInPage},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, StatusCode};
use openidconnect::RedirectUrl;
use serde::Deserialize;
use storage::StorageError;

use super::{
    AppState,
    accounts::{let_in, status_of},
    personal_link::same,
    preferences, problem,
    session::page,
    site::{ClientAddress, Site},
};
use crate::{
    secrets::random_token,
    settings::{SsoSettings, Standing},
};
use pending::Pending;
use provider::{Identity, Provider};

/// Longer paths are not gone back to.
const MOST_PATH_BYTES: usize = 2_000;
/// Of what the provider says of an error, for the log.
const MOST_ERROR_LETTERS: usize = 200;

pub struct SingleSignOn {
    settings: SsoSettings,
    provider: Provider,
    pending: Pending,
}

impl SingleSignOn {
    pub fn new(settings: SsoSettings, site: &Site) -> Result<SingleSignOn> {
        let redirect_url = RedirectUrl::new(format!("{}/sign-on/callback", site.origin()))?;
        let provider = Provider::new(settings.clone(), redirect_url)?;
        Ok(SingleSignOn { settings, provider, pending: Pending::default() })
    }

    /// What people call the provider.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The address that somebody is sent to, and what their cookie says.
    async fn begin(&self, return_to: &str) -> Result<(String, String)> {
        let (url, begun) = self.provider.begin(return_to).await?;
        let id = random_token()?;
        self.pending.add(id.clone(), begun, Instant::now());
        Ok((url, id))
    }

    /// Who came back, and the path that they wanted.
    async fn end(&self, cookie: Option<&str>, query: Callback) -> Result<(Identity, String)> {
        let begun = cookie.and_then(|id| self.pending.take(id, Instant::now()));
        let begun = begun.context("this browser began none, or has ended it, or took too long")?;
        ensure!(same(begun.state.secret(), &query.state), "the state is not the one that was given along");
        if let Some(error) = query.error {
            let said = format!("{error}: {}", query.error_description.unwrap_or_default());
            // As `Debug`: it came with an address that anybody can write.
            bail!("the provider says {:?}", said.chars().take(MOST_ERROR_LETTERS).collect::<String>());
        }
        if let Some(issuer) = query.iss {
            ensure!(issuer == *self.settings.issuer, "the answer is another provider's");
        }
        let code = query.code.context("there is no code")?;
        let identity = self.provider.identity(code, &begun.nonce, begun.verifier).await?;
        Ok((identity, begun.return_to))
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct SignOnQuery {
    #[serde(default)]
    return_to: String,
}

/// What somebody comes back with. Never `Debug`: it holds secrets.
#[derive(Deserialize)]
pub struct Callback {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

/// `GET /sign-on`: on to the provider.
pub async fn begin(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    cookies: CookieJar,
    Query(query): Query<SignOnQuery>,
) -> Response {
    let Some(sign_on) = &state.sign_on else { return not_here(&headers) };
    let own_path = preferences::own_path(Some(&query.return_to)).filter(|path| path.len() <= MOST_PATH_BYTES);
    let return_to = own_path.unwrap_or("/");
    // The way back is not counted: it needs one that was begun.
    if let Err(seconds) = state.attempts.from_address(address) {
        return refused(&state, &headers, DoorProblem::TooManyAttempts { seconds }, return_to);
    }
    match sign_on.begin(return_to).await {
        Ok((url, id)) => (cookies.add(cookie(&state.site, id)), Redirect::to(&url)).into_response(),
        Err(error) => {
            tracing::warn!("single sign-on cannot begin: {error:#}");
            refused(&state, &headers, DoorProblem::SignOnFailed, return_to)
        }
    }
}

/// `GET /sign-on/callback`: back from the provider.
pub async fn end(
    State(state): State<AppState>,
    headers: HeaderMap,
    cookies: CookieJar,
    Query(query): Query<Callback>,
) -> Response {
    let Some(sign_on) = &state.sign_on else { return not_here(&headers) };
    let id = cookies.get(&cookie_name(&state.site)).map(|cookie| cookie.value().to_owned());
    let cookies = cookies.add(no_cookie(&state.site));
    let refuse = |problem| (cookies.clone(), refused(&state, &headers, problem, "/")).into_response();
    let (identity, return_to) = match sign_on.end(id.as_deref(), query).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::warn!("single sign-on failed: {error:#}");
            return refuse(DoorProblem::SignOnFailed);
        }
    };
    let role = match sign_on.settings.groups.standing(&identity.groups) {
        Standing::Unsaid => None,
        Standing::As(role) => Some(role),
        Standing::Nobody => return refuse(DoorProblem::SignOnRefused),
    };
    match state.storage.sign_on(&sign_on.settings.issuer, &identity.subject, &identity.name, role).await {
        Ok(user) => let_in(&state, &user, &headers, cookies, &return_to).await,
        Err(StorageError::NotFound) => refuse(DoorProblem::SignOnRefused),
        Err(error) => problem::storage(error),
    }
}

/// Without a provider.
fn not_here(headers: &HeaderMap) -> Response {
    page(StatusCode::NOT_FOUND, standalone::not_found(preferences::from_headers(headers)))
}

fn refused(state: &AppState, headers: &HeaderMap, problem: DoorProblem, return_to: &str) -> Response {
    let single_sign_on = state.sign_on_name();
    let shown = SignInPage { problem: Some(problem), return_to, single_sign_on, ..SignInPage::default() };
    page(status_of(problem), doors::sign_in(preferences::from_headers(headers), &shown))
}

fn cookie_name(site: &Site) -> String {
    site.name_of_cookie("sign_on")
}

/// Binds a sign-on to the browser that began it. `Lax`: it must come along from the provider's page.
fn cookie(site: &Site, id: String) -> Cookie<'static> {
    Cookie::build((cookie_name(site), id))
        .path("/")
        .http_only(true)
        .secure(site.is_https())
        .same_site(SameSite::Lax)
        .max_age(pending::LIFETIME.try_into().unwrap_or_default())
        .build()
}

fn no_cookie(site: &Site) -> Cookie<'static> {
    let mut cookie = cookie(site, String::new());
    cookie.make_removal();
    cookie
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn site(url: Option<&str>) -> Site {
        Site::team("127.0.0.1:3000".parse().unwrap(), url.map(|url| url.parse().unwrap()), Vec::new())
    }

    #[test]
    fn the_cookie_is_short_lived_and_out_of_reach() {
        let cookie = cookie(&site(None), "an-id".into()).to_string();
        for part in ["chaton_sign_on_3000=an-id", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "{cookie}");
        let by_tls = no_cookie(&site(Some("https://chat.example.org"))).to_string();
        for part in ["__Host-chaton_sign_on=;", "Secure", "Max-Age=0"] {
            assert!(by_tls.contains(part), "{by_tls}");
        }
    }
}
