//! For who has something to come in with: a name and a password, a printed code, or only an old link.

use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{DoorProblem, PROBLEM_ID, SignInPage, alert};
use crate::{
    standalone::{
        DOOR, document,
        words::{self, DoorWords},
    },
    types::Preferences,
};

pub fn sign_in(preferences: Preferences, page: &SignInPage<'_>) -> String {
    let words = words::of(preferences.language);
    let (name, return_to) = (page.name.to_owned(), page.return_to.to_owned());
    // Who gave a name before most likely mistyped the password.
    let has_name = !page.name.is_empty();
    let needs_name = !has_name;
    let described_by = page.problem.map(|_| PROBLEM_ID);
    let body = view! {
        {alert(words, page.problem)}
        <form class="door" action="/sign-in" method="post">
            <input type="hidden" name="return_to" value=return_to/>
            <label class="field">
                <span>{words.name}</span>
                <input
                    type="text" name="name" value=name required autocomplete="username" autocapitalize="none" spellcheck="false"
                    autofocus=needs_name aria-describedby=described_by.filter(|_| needs_name)
                />
            </label>
            <label class="field">
                <span>{words.password}</span>
                <input
                    type="password" name="password" required autocomplete="current-password"
                    autofocus=has_name aria-describedby=described_by.filter(|_| has_name)
                />
            </label>
            <button class="main-button">{words.sign_in}</button>
        </form>
        {single_sign_on(words, page)}
        <p><a href="/code">{words.have_code}</a></p>
        <p class="hint">{words.forgot_password}</p>
    };
    document(preferences, words.sign_in, DOOR, body.into_any())
}

/// The way by a provider that knows the people already.
fn single_sign_on(words: &'static DoorWords, page: &SignInPage<'_>) -> Option<AnyView> {
    let text = (words.sign_on)(page.single_sign_on?);
    let address = format!("/sign-on?return_to={}", utf8_percent_encode(page.return_to, NON_ALPHANUMERIC));
    // No form: the policy that keeps forms here would keep them from the provider, too.
    Some(view! { <p><a class="plain-button" href=address>{text}</a></p> }.into_any())
}

/// Where a printed code is typed in. `typed`: what was tried before.
pub fn code(preferences: Preferences, typed: &str, problem: Option<DoorProblem>) -> String {
    let words = words::of(preferences.language);
    let typed = typed.to_owned();
    let described_by = problem.map(|_| PROBLEM_ID);
    let body = view! {
        <p>{words.code_explained}</p>
        {alert(words, problem)}
        <form class="door" action="/code" method="post">
            <label class="field">
                <span>{words.code}</span>
                <input
                    class="code-field" type="text" name="code" value=typed required autofocus autocapitalize="characters" autocomplete="off"
                    spellcheck="false" aria-describedby=described_by
                />
            </label>
            <button class="main-button">{words.go_on}</button>
        </form>
        <p><a href="/sign-in">{words.to_sign_in}</a></p>
    };
    document(preferences, words.code_title, DOOR, body.into_any())
}

/// Too many links and codes were tried from one place.
pub fn wait(preferences: Preferences, seconds: u32) -> String {
    let words = words::of(preferences.language);
    let body = alert(words, Some(DoorProblem::TooManyAttempts { seconds }));
    document(preferences, words.wait_title, DOOR, body.into_any())
}

/// A link that was used, is too old, or never was one.
pub fn link_expired(preferences: Preferences) -> String {
    let words = words::of(preferences.language);
    let body = view! {
        <p>{words.expired}</p>
        <p>{words.expired_set_up}</p>
        <p><a href="/sign-in">{words.to_sign_in}</a></p>
    };
    document(preferences, words.expired_title, DOOR, body.into_any())
}
