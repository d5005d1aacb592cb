//! Everybody with an account, and what can be done with it.

use leptos::prelude::*;

use super::{
    Person,
    parts::{button, hidden, panel, role_options},
};
use crate::{standalone::words::DoorWords, types::TeamRole};

pub fn section(words: &'static DoorWords, people: &[Person]) -> AnyView {
    let entries = people.iter().map(|person| entry(words, person)).collect_view();
    let content = view! {
        <p class="hint">{words.roles_explained}</p>
        <ul class="entries">{entries}</ul>
    };
    panel("people", words.people, content.into_any())
}

/// Who was here before there were accounts has no name.
pub fn shown_name(words: &'static DoorWords, person: &Person) -> String {
    if person.name.is_empty() { words.from_before.to_owned() } else { person.name.clone() }
}

fn entry(words: &'static DoorWords, person: &Person) -> AnyView {
    let name = shown_name(words, person);
    let state = state(words, person);
    let you = person.is_you.then(|| view! { <span class="mark">{words.you}</span> });
    let buttons = buttons(words, person, &name);
    view! {
        <li class="entry">
            <div>
                <strong>{name}</strong> " " {you}
                <p class="hint">{state}</p>
            </div>
            <div class="entry-buttons">{buttons}</div>
        </li>
    }
    .into_any()
}

fn state(words: &'static DoorWords, person: &Person) -> String {
    if person.name.is_empty() {
        return words.from_before_hint.to_owned();
    }
    match (person.is_disabled, person.can_sign_in, person.used_days_ago) {
        (true, _, _) => words.is_disabled.to_owned(),
        (false, false, _) => words.never_signed_in.to_owned(),
        (false, true, None) => words.signed_out.to_owned(),
        (false, true, Some(days)) => (words.used_days_ago)(days),
    }
}

/// Only what makes sense for this person: nobody locks oneself out, a link to a disabled account would open nothing.
fn buttons(words: &'static DoorWords, person: &Person, name: &str) -> Vec<AnyView> {
    let has_account = !person.name.is_empty();
    let values = [("id", person.id.as_str())];
    let mut buttons = Vec::new();
    if has_account {
        buttons.push(role_form(words, person, name));
    }
    if !person.is_disabled {
        let label = (words.named)(words.new_link, name);
        buttons.push(button("/administration/people/link", &values, words.new_link, label));
    }
    if has_account && !person.is_you {
        let (action, text) = match person.is_disabled {
            true => ("/administration/people/enable", words.enable),
            false => ("/administration/people/disable", words.disable),
        };
        buttons.push(button(action, &values, text, format!("{text} {name}")));
    }
    if !person.is_you {
        buttons.push(delete_form(words, person, name));
    }
    buttons
}

fn role_form(words: &'static DoorWords, person: &Person, name: &str) -> AnyView {
    let id = hidden("id", &person.id);
    let (role_label, button_label) = ((words.named)(words.role, name), (words.named)(words.change_role, name));
    let options = role_options(words, &TeamRole::ALL, person.role);
    view! {
        <form action="/administration/people/role" method="post">
            {id}
            <select name="role" aria-label=role_label>{options}</select>
            <button class="plain-button" aria-label=button_label>{words.change}</button>
        </form>
    }
    .into_any()
}

/// Leads to a page that asks once more.
fn delete_form(words: &'static DoorWords, person: &Person, name: &str) -> AnyView {
    let id = hidden("id", &person.id);
    let label = format!("{} {name}", words.delete);
    view! {
        <form action="/administration/people/delete" method="get">
            {id}
            <button class="plain-button" aria-label=label>{words.delete}</button>
        </form>
    }
    .into_any()
}
