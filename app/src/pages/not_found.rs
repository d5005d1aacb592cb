use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::{
    client::page,
    components::{icon::Kitten, top_bar::TopBar},
    words::words,
};

/// No such page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! { <NotFound text=words().not_found.to_owned()/> }
}

/// Says in `text` why there is nothing, and leads to a new chat.
#[component]
pub fn NotFound(text: String) -> impl IntoView {
    view! {
        <Title text="Chaton"/>
        <TopBar title=words().not_found_title/>
        <div class="scroll" tabindex="0">
            <div class="column page-text">
                <Kitten/>
                <p>{text}</p>
                <p><A href="/">{words().new_chat}</A></p>
            </div>
        </div>
    }
}

/// What should be here could not be had: it may well be there at the next try.
#[component]
pub fn NotShown() -> impl IntoView {
    view! {
        <Title text="Chaton"/>
        <TopBar/>
        <div class="scroll" tabindex="0">
            <div class="column page-text">
                <Kitten/>
                <p role="alert">{words().not_shown}</p>
                <p><button type="button" class="main-button js-only" on:click=move |_| page::reload()>{words().reload}</button></p>
            </div>
        </div>
    }
}
