use leptos::prelude::*;

use crate::{
    api::list_sessions,
    types::SessionView,
    words::{Words, words},
};

/// The browsers that are signed in, each with a button that signs it out: plain forms, with or without JavaScript.
#[component]
pub fn Sessions() -> impl IntoView {
    let sessions = Resource::new(|| (), |()| list_sessions());
    view! {
        <section class="settings" aria-labelledby="browsers">
            <h2 id="browsers">{words().browsers}</h2>
            <p>{words().browsers_explained}</p>
            <Suspense>
                {move || Suspend::new(async move {
                    match sessions.await {
                        Ok(sessions) => view! {
                            <ul class="sessions">{sessions.into_iter().map(|session| view! { <SessionRow session/> }).collect_view()}</ul>
                        }.into_any(),
                        Err(problem) => view! { <p role="alert">{(words().problem)(&problem)}</p> }.into_any(),
                    }
                })}
            </Suspense>
        </section>
    }
}

#[component]
fn SessionRow(session: SessionView) -> impl IntoView {
    let name = name_of(&session, words());
    let this = session.is_this.then(|| view! { <span class="this">{words().this_browser}</span> });
    view! {
        <li>
            <span><strong>{name.clone()}</strong> " " {this}</span>
            <span class="when">{(words().used_days_ago)(session.used_days_ago)}</span>
            <form action="/settings/sign-out" method="post">
                <input type="hidden" name="session" value=session.id/>
                <button class="plain-button" aria-label=(words().sign_out_browser)(&name)>{words().sign_out}</button>
            </form>
        </li>
    }
}

fn name_of(session: &SessionView, words: &Words) -> String {
    match (&session.browser, &session.system) {
        (Some(browser), Some(system)) => (words.browser_on)(browser, system),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => words.unknown_browser.to_owned(),
    }
}
