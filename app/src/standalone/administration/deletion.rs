//! Asks once more before an account goes for good.

use leptos::prelude::*;

use super::{Person, parts::hidden, people::shown_name};
use crate::{
    standalone::{DOOR, document, words},
    types::Preferences,
};

pub fn confirm_deletion(preferences: Preferences, person: &Person) -> String {
    let words = words::of(preferences.language);
    let has_account = !person.name.is_empty();
    let name = shown_name(words, person);
    let id = hidden("id", &person.id);
    let explained = if has_account { words.delete_explained } else { words.delete_from_before };
    // Nobody can sign in with what is no account.
    let instead = (has_account && !person.is_disabled).then(|| view! { <p>{words.disable_instead}</p> });
    let body = view! {
        <p><strong>{name}</strong></p>
        <p>{explained} " " {words.delete_backups}</p>
        {instead}
        <form class="decision" action="/administration/people/delete" method="post">
            {id}
            <button class="main-button">{words.delete_for_good}</button>
            <a class="plain-button" href="/administration">{words.cancel}</a>
        </form>
    };
    document(preferences, words.delete_title, DOOR, body.into_any())
}
