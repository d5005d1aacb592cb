use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::{
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
