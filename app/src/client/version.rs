//! Whether this page is older than the server.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::page;

/// Asks the server now, whenever the page is looked at again, and when a lost connection is back; `is_old` follows.
pub fn watch(is_old: RwSignal<bool>, connection_lost: RwSignal<bool>) {
    let check = move || {
        leptos::task::spawn_local(async move {
            // No answer means nothing: the server may just be starting.
            if let Some(current) = current().await {
                is_old.set(page::meta("chaton-build").is_some_and(|own| own != current));
            }
        });
    };
    page::on_return(check);
    Effect::new(move || {
        if !connection_lost.get() {
            check();
        }
    });
}

async fn current() -> Option<String> {
    let window = web_sys::window()?;
    let response: web_sys::Response =
        JsFuture::from(window.fetch_with_str("/api/version")).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
