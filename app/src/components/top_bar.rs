use leptos::prelude::*;

use super::icon::Icon;
use crate::{api::current_model, state::page_state, words::words};

/// The title (unless the page has its own), the model, and on a narrow screen the way to the side bar.
#[component]
pub fn TopBar(#[prop(optional, into)] title: Option<Signal<String>>) -> impl IntoView {
    let state = page_state();
    let model = Resource::new(|| (), |()| current_model());
    view! {
        <header class="top-bar">
            <button
                type="button" id="show-conversations" class="round menu-button" aria-label=words().show_conversations aria-controls="side-bar"
                aria-expanded=move || state.side_bar_open.get().to_string()
                on:click=move |_| state.side_bar_open.set(true)
            ><Icon name="menu"/></button>
            {title.map(|title| view! { <h1 class="title">{title}</h1> })}
            <Suspense>
                {move || Suspend::new(async move {
                    model.await.ok().map(|card| {
                        let name = if card.is_demo { words().demo_model.to_owned() } else { card.name };
                        view! {
                            <span class="model" class:demo=card.is_demo>
                                <select aria-label=words().model><option selected=true>{name}</option></select>
                            </span>
                        }
                    })
                })}
            </Suspense>
        </header>
    }
}
