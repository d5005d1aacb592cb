use leptos::prelude::*;

/// A symbol of the sprite `public/icons.svg`; the button around it carries the name.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}

/// The mark: a pixel-art kitten.
#[component]
pub fn Kitten() -> impl IntoView {
    view! {
        <svg class="kitten" viewBox="0 0 12 10" aria-hidden="true" focusable="false">
            <use href="/icons.svg#kitten"></use>
        </svg>
    }
}
