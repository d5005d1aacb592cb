//! Language and theme: two cookies, set by a plain form, and `Accept-Language` for who never chose.

use app::types::{LANGUAGE_COOKIE, Language, Preferences, THEME_COOKIE, Theme};
use axum::{
    Form,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::{HeaderMap, header};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct PreferencesForm {
    language: Option<String>,
    theme: Option<String>,
    return_to: Option<String>,
}

pub fn from_headers(headers: &HeaderMap) -> Preferences {
    let cookies = CookieJar::from_headers(headers);
    let chosen = |name| cookies.get(name).map(Cookie::value);
    let language = chosen(LANGUAGE_COOKIE).and_then(Language::from_code).or_else(|| accepted_language(headers));
    let theme = chosen(THEME_COOKIE).and_then(Theme::from_code);
    Preferences { language: language.unwrap_or_default(), theme: theme.unwrap_or_default() }
}

/// The first language we speak; browsers list theirs best first.
fn accepted_language(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    accepted.split(',').find_map(|range| Language::from_code(range.trim()))
}

/// `POST /settings`
pub async fn save(cookies: CookieJar, Form(form): Form<PreferencesForm>) -> Response {
    let language = form.language.as_deref().and_then(Language::from_code);
    let theme = form.theme.as_deref().and_then(Theme::from_code);
    let mut cookies = cookies;
    if let Some(language) = language {
        cookies = cookies.add(lasting(LANGUAGE_COOKIE, language.code()));
    }
    if let Some(theme) = theme {
        cookies = cookies.add(lasting(THEME_COOKIE, theme.code()));
    }
    (cookies, Redirect::to(own_path(form.return_to.as_deref()).unwrap_or("/settings"))).into_response()
}

fn lasting(name: &'static str, value: &'static str) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.set_path("/");
    cookie.set_same_site(SameSite::Strict);
    cookie.make_permanent();
    cookie
}

/// A path on this server; `//host` and `/\host` would lead elsewhere, and browsers leave tabs and line ends out.
pub fn own_path(wanted: Option<&str>) -> Option<&str> {
    wanted.filter(|path| {
        path.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']))
            && !path.contains(|letter: char| letter.is_ascii_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_for(accepted: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, http::HeaderValue::from_static(accepted));
        from_headers(&headers).language
    }

    #[test]
    fn the_browsers_first_language_that_we_speak_wins() {
        assert_eq!(asked_for("fr-CH, fr;q=0.9, en;q=0.8"), Language::French);
        assert_eq!(asked_for("de, fr;q=0.7, en;q=0.3"), Language::French);
        assert_eq!(asked_for("en-GB,en;q=0.5"), Language::English);
        assert_eq!(asked_for("de"), Language::English);
        assert_eq!(asked_for("*"), Language::English);
    }

    #[test]
    fn nobody_is_sent_away_from_this_server() {
        assert_eq!(own_path(Some("/c/1?at=2")), Some("/c/1?at=2"));
        for elsewhere in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/a\r\nSet-Cookie: x=y",
            "/\t/evil.example",
        ] {
            assert_eq!(own_path(Some(elsewhere)), None, "{elsewhere}");
        }
    }
}
