//! An account is made, or gets its password.

use leptos::prelude::*;

use super::{DoorProblem, JoinPage, PROBLEM_ID, SetUpPage, alert};
use crate::{
    standalone::{
        DOOR, document,
        words::{self, DoorWords},
    },
    types::Preferences,
};

/// The first administrator's.
pub fn set_up(preferences: Preferences, page: &SetUpPage<'_>) -> String {
    let words = words::of(preferences.language);
    let token = page.token.to_owned();
    let body = view! {
        <p>{words.set_up_explained}</p>
        {alert(words, page.problem)}
        <form class="door" action="/set-up" method="post">
            <input type="hidden" name="token" value=token/>
            {name_field(words, page.name, page.problem)}
            {new_password(words, page.problem, false)}
            {conversations(words, page)}
            <button class="main-button">{words.create_account}</button>
        </form>
    };
    document(preferences, words.set_up_title, DOOR, body.into_any())
}

/// An invited person's, or one that was made for somebody and gets a password.
pub fn join(preferences: Preferences, page: &JoinPage<'_>) -> String {
    let words = words::of(preferences.language);
    let token = page.token.to_owned();
    let (explained, name, button) = if page.has_account {
        (words.choose_password, known_name(words, page.name), words.set_password)
    } else {
        (words.join_explained, name_field(words, page.name, page.problem), words.create_account)
    };
    let body = view! {
        <p>{explained}</p>
        {alert(words, page.problem)}
        <form class="door" action="/join" method="post">
            <input type="hidden" name="token" value=token/>
            {name}
            {new_password(words, page.problem, page.has_account)}
            <button class="main-button">{button}</button>
        </form>
    };
    document(preferences, words.join_title, DOOR, body.into_any())
}

/// Of who is signed in.
pub fn change_password(preferences: Preferences, problem: Option<DoorProblem>) -> String {
    let words = words::of(preferences.language);
    let is_here = !problem.is_some_and(DoorProblem::is_about_password);
    let described_by = problem.filter(|_| is_here).map(|_| PROBLEM_ID);
    let body = view! {
        <p>{words.change_explained}</p>
        {alert(words, problem)}
        <form class="door" action="/password" method="post">
            <label class="field">
                <span>{words.current_password}</span>
                <input
                    type="password" name="current" required autocomplete="current-password"
                    autofocus=is_here aria-describedby=described_by
                />
            </label>
            {new_password(words, problem, false)}
            <button class="main-button">{words.set_password}</button>
        </form>
        <p><a href="/settings">{words.back_to_settings}</a></p>
    };
    document(preferences, words.change_title, DOOR, body.into_any())
}

/// Has the keyboard unless the password is what must be corrected.
fn name_field(words: &'static DoorWords, name: &str, problem: Option<DoorProblem>) -> AnyView {
    let is_here = !problem.is_some_and(DoorProblem::is_about_password);
    let described_by = if is_here && problem.is_some() { "problem name-hint" } else { "name-hint" };
    let name = name.to_owned();
    view! {
        <label class="field">
            <span>{words.name}</span>
            <input
                type="text" name="name" value=name required autocomplete="username" spellcheck="false"
                autofocus=is_here aria-describedby=described_by
            />
        </label>
        <p id="name-hint" class="hint">{words.name_hint}</p>
    }
    .into_any()
}

/// A name that stays as it is; password managers find it in a field that is not sent.
fn known_name(words: &'static DoorWords, name: &str) -> AnyView {
    let (shown, kept) = (name.to_owned(), name.to_owned());
    view! {
        <p class="known-name"><span>{words.name}</span> " " <strong>{shown}</strong></p>
        <input class="visually-hidden" type="text" value=kept readonly autocomplete="username" tabindex="-1" aria-hidden="true"/>
    }
    .into_any()
}

/// `is_first`: no other field comes before.
fn new_password(words: &'static DoorWords, problem: Option<DoorProblem>, is_first: bool) -> AnyView {
    let is_wrong = problem.is_some_and(DoorProblem::is_about_password);
    let is_here = is_first || is_wrong;
    let described_by = if is_here && problem.is_some() { "problem password-hint" } else { "password-hint" };
    view! {
        <label class="field">
            <span>{words.password}</span>
            <input
                type="password" name="password" required autocomplete="new-password"
                autofocus=is_here aria-describedby=described_by
            />
        </label>
        <p id="password-hint" class="hint">{words.password_hint}</p>
        <label class="field">
            <span>{words.password_again}</span>
            <input type="password" name="repeated" required autocomplete="new-password"/>
        </label>
    }
    .into_any()
}

/// Whether those that are there are the first administrator's; nothing where there are none.
fn conversations(words: &'static DoorWords, page: &SetUpPage<'_>) -> Option<AnyView> {
    if page.conversations == 0 {
        return None;
    }
    let mine = (words.takes_conversations)(page.conversations);
    let hint = (words.takes_conversations_hint)(page.conversations);
    let takes_them = page.takes_conversations;
    let choice = view! {
        <label class="choice">
            <input type="checkbox" name="takes_conversations" value="yes" checked=takes_them aria-describedby="takes-hint"/>
            <span>{mine}</span>
        </label>
        <p id="takes-hint" class="hint">{hint}</p>
    };
    Some(choice.into_any())
}
