//! Which requests are listened to at all: those that name this server, from pages that came from it, and without
//! accounts only from browsers on this machine.

use std::time::Duration;

use app::standalone::{Refusal, refused};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower_http::timeout::TimeoutBody;

use super::{AppState, headers::SCRIPTLESS_PAGE_POLICY, preferences, site::Site};

/// How long a body may stand still.
const BODY_STANDSTILL: Duration = Duration::from_secs(30);

/// What proxies add. A default proxy sends a loopback `Host`, so the host alone proves nothing.
const FORWARDING_HEADERS: [&str; 7] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-server", "x-real-ip"];

/// HTTP/2 names the server in the address of a request; everything here reads it where HTTP/1 has it.
pub async fn host_of_http2(mut request: Request, next: Next) -> Response {
    if !request.headers().contains_key(header::HOST)
        && let Some(name) = request.uri().authority().and_then(|name| HeaderValue::from_str(name.as_str()).ok())
    {
        request.headers_mut().insert(header::HOST, name);
    }
    next.run(request).await
}

/// Refuses what came through a proxy, unless a team has a public address: behind one, "this machine only" no longer holds.
pub async fn no_forwarding(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !state.site.may_be_forwarded() && FORWARDING_HEADERS.iter().any(|name| request.headers().contains_key(*name)) {
        let refusal = if state.site.is_team() { Refusal::Proxy } else { Refusal::Forwarded };
        return refuse(request.headers(), refusal);
    }
    next.run(request).await
}

/// Refuses a `Host` that is no name of this server: a foreign page that made its own name point here (DNS rebinding).
pub async fn own_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !host(request.headers()).is_some_and(|host| state.site.is_our_host(host)) {
        let refusal = if state.site.is_team() { Refusal::Address } else { Refusal::Host };
        return refuse(request.headers(), refusal);
    }
    next.run(request).await
}

/// Refuses changes that another origin's page asked for. Browsers say where a change comes from (`Origin`, or at
/// least `Sec-Fetch-Site`); programs that say neither carry no browser's cookie by accident.
pub async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if changes_something(request.method()) && !comes_from_here(&state.site, request.headers()) {
        return refuse(request.headers(), Refusal::Origin);
    }
    next.run(request).await
}

/// Ends a request whose body stands still: whoever sends a byte now and then must not hold places for ever.
pub async fn patient_body(request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(TimeoutBody::new(BODY_STANDSTILL, body)))).await
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn comes_from_here(site: &Site, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(header::ORIGIN.as_str()), text("sec-fetch-site")) {
        (Some(origin), _) => host(headers).is_some_and(|host| site.is_our_origin(origin, host)),
        (None, Some(site)) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
    }
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

fn refuse(headers: &HeaderMap, refusal: Refusal) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, SCRIPTLESS_PAGE_POLICY)];
    (StatusCode::FORBIDDEN, policy, Html(refused(preferences::from_headers(headers), refusal))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::team(([127, 0, 0, 1], 3000).into(), None, Vec::new())
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).parse().expect("a name"), http::HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_origin_must_match_to_the_port() {
        let host = ("host", "localhost:3000");
        assert!(comes_from_here(&site(), &headers(&[host, ("origin", "http://localhost:3000")])));
        for origin in
            ["http://localhost:3001", "http://localhost", "https://localhost:3000", "null", "http://evil.example"]
        {
            let foreign = [host, ("origin", origin), ("sec-fetch-site", "same-origin")];
            let foreign: Vec<_> = foreign.to_vec();
            assert!(!comes_from_here(&site(), &headers(&foreign)), "{origin}");
        }
    }

    #[test]
    fn without_an_origin_the_browser_says_where_a_change_comes_from() {
        let host = ("host", "localhost:3000");
        assert!(comes_from_here(&site(), &headers(&[host])));
        assert!(comes_from_here(&site(), &headers(&[host, ("sec-fetch-site", "same-origin")])));
        assert!(!comes_from_here(&site(), &headers(&[host, ("sec-fetch-site", "cross-site")])));
        assert!(!comes_from_here(&site(), &headers(&[host, ("sec-fetch-site", "same-site")])));
    }
}
