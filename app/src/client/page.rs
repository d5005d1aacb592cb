//! Small things that the browser's window does.

use std::time::Duration;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::types::{LANGUAGE_COOKIE, Language, Preferences, THEME_COOKIE, Theme};

const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Runs `action` whenever the person comes back to the page.
pub fn on_return(action: impl Fn() + Clone + 'static) {
    let visible = action.clone();
    let handles = [
        window_event_listener(ev::focus, move |_| action()),
        window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() {
                visible();
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
}

pub fn reload() {
    let _ = window().location().reload();
}

/// Waits as long.
pub async fn sleep(duration: Duration) {
    let waited = js_sys::Promise::new(&mut |resolve, _| {
        let milliseconds = duration.as_millis() as i32;
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(waited).await;
}

/// Gives the keyboard to the element with this id, once the page has drawn what it draws now.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || focus(&id));
}

/// Gives the keyboard to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Gives the keyboard to the first of these that the page has.
pub fn focus_first(ids: &[&str]) {
    if let Some(id) = ids.iter().find(|id| document().get_element_by_id(id).is_some()) {
        focus(id);
    }
}

pub fn is_hydrated() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-hydrated"))
}

/// Says that the page is alive: until then forms work as plain forms.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// What the server wrote into `<html>`, so that both draw the same page.
pub fn preferences() -> Preferences {
    let attribute = |name| document().document_element().and_then(|root| root.get_attribute(name)).unwrap_or_default();
    Preferences {
        language: Language::from_code(&attribute("lang")).unwrap_or_default(),
        theme: Theme::from_code(&attribute("data-theme")).unwrap_or_default(),
    }
}

/// Applied at once, and kept for the next page.
pub fn choose_theme(theme: Theme) {
    keep(THEME_COOKIE, theme.code());
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme.code());
    }
}

/// The server draws the page anew.
pub fn choose_language(language: Language) {
    keep(LANGUAGE_COOKIE, language.code());
    reload();
}

fn keep(cookie: &str, value: &str) {
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&format!("{cookie}={value}; Path=/; SameSite=Strict; Max-Age={YEAR_SECONDS}"));
    }
}

/// What the server wrote into the page's head under `name`.
pub fn meta(name: &str) -> Option<String> {
    let tag = web_sys::window()?.document()?.query_selector(&format!("meta[name={name}]")).ok()??;
    tag.get_attribute("content")
}
