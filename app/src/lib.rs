//! The chat's pages, for the browser and the server. Knows neither the database nor the model: what must be done is
//! asked of [`backend::Backend`] through the server functions in [`api`].

pub mod api;
pub mod backend;
mod client;
mod components;
mod pages;
#[cfg(feature = "ssr")]
pub mod standalone;
mod state;
pub mod types;
pub mod words;

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    NavigateOptions,
    components::{Route, Router, Routes},
    hooks::use_navigate,
    path,
};

use components::{notices::Notices, side_bar::SideBar, toast::ToastArea, viewer::PictureDialog};
use pages::{
    conversation::ConversationPage, home::HomePage, models::ModelsPage, not_found::NotFoundPage, settings::SettingsPage,
};
use state::PageState;
use types::{PictureDetail, PictureView, Preferences, Problem};
use words::words;

/// What the composer's plain form begins with: after a refusal what somebody tried to send, and what was wrong.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ComposerState {
    /// Of the message that the plain form sends: posting it twice sends it once.
    pub key: String,
    pub text: String,
    pub problem: Option<Problem>,
    pub pictures: Vec<PictureView>,
    pub picture_detail: PictureDetail,
}

/// The whole HTML document; drawn on the server only.
pub fn shell() -> impl IntoView {
    let nonce = leptos::nonce::use_nonce();
    let preferences = use_context::<Preferences>().unwrap_or_default();
    let build_id = use_context::<std::sync::Arc<dyn backend::Backend>>().map(|backend| backend.build_id().to_owned());
    // Whose drafts are shown: in a team others may have used this browser before.
    let person = use_context::<types::Caller>().filter(|caller| caller.is_team).map(|caller| caller.user_id);
    let gives_back = use_context::<ComposerState>().is_some_and(|composer| composer.problem.is_some());
    view! {
        <!DOCTYPE html>
        <html lang=preferences.language.code() data-theme=preferences.theme.code()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="chaton-build" content=build_id/>
                <meta name="chaton-person" content=person/>
                <title>"Chaton"</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href="/pkg/chaton.css"/>
                // A page that gives a refused plain form back stands at an address of its own: it stays a plain page.
                {(!gives_back).then(|| view! { <script nonce=nonce>{include_str!("start.js")}</script> })}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    if use_context::<Preferences>().is_none() {
        provide_context(client::page::preferences());
    }
    let state = PageState::new();
    provide_context(state);
    Effect::new(move || {
        client::version::watch(state.is_old, state.connection_lost);
        // After the effects of all parts.
        request_animation_frame(client::page::mark_hydrated);
    });

    view! {
        <Router>
            <a class="skip" href="#main" on:click=move |event| {
                event.prevent_default();
                client::page::focus_first(&["message", "main"]);
            }>{words().skip_to_content}</a>
            <div class="app">
                <SideBar/>
                <main id="main" class="main" tabindex="-1">
                    <Routes fallback=NotFoundPage>
                        <Route path=path!("/") view=HomePage/>
                        <Route path=path!("/c/:id") view=ConversationPage/>
                        <Route path=path!("/settings") view=SettingsPage/>
                        <Route path=path!("/models") view=ModelsPage/>
                    </Routes>
                </main>
            </div>
            <Navigator/>
            <Notices/>
            <ToastArea/>
            <PictureDialog/>
        </Router>
    }
}

/// Goes where the page's state says.
#[component]
fn Navigator() -> impl IntoView {
    let go_to = state::page_state().go_to;
    Effect::new(move || {
        if let Some(path) = go_to.get() {
            go_to.set(None);
            use_navigate()(&path, NavigateOptions::default());
        }
    });
}
