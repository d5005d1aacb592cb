//! Bars at the top for what concerns the whole page.

use leptos::prelude::*;

use crate::{client::page, state::page_state, words::words};

#[component]
pub fn Notices() -> impl IntoView {
    let state = page_state();
    view! {
        <div class="notices" role="status">
            <Show when=move || state.connection_lost.get()>
                <p class="notice">{words().connection_lost}</p>
            </Show>
            <Show when=move || state.is_old.get()>
                <p class="notice">
                    {words().updated} " "
                    <button class="notice-button" on:click=move |_| page::reload()>{words().reload}</button>
                </p>
            </Show>
        </div>
    }
}
