//! The files in the program, with entity tags: a browser asks whether its copy is current and mostly it is.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{AppState, routes::Routes};
use crate::assets;

/// Routes for every file of `public/` and the page's `pkg/`.
pub fn routes() -> Routes {
    assets::paths().into_iter().fold(Routes::default(), |routes, path| routes.get(&format!("/{path}"), file))
}

/// `GET /healthz`: the server answers.
pub async fn health() -> &'static str {
    "ok"
}

/// `GET /api/version`: what open pages compare themselves with.
pub async fn version(State(state): State<AppState>) -> String {
    state.settings.build_id.clone()
}

async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let Some(plain) = assets::find(path) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = entity_tag(&plain.metadata.sha256_hash());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if path.ends_with(".svg") {
        // A picture, but opened by itself it would be a page of this origin. The sprite is used by reference.
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    }
    if request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let compressed = if accepts_brotli(request.headers()) { assets::find_brotli(path) } else { None };
    if compressed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    (headers, compressed.unwrap_or(plain).data.into_owned()).into_response()
}

fn entity_tag(hash: &[u8; 32]) -> String {
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.trim() == "br" || coding.trim().starts_with("br;"))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
