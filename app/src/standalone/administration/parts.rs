//! What the parts of the page have in common: a title, buttons that send a few values, the choice of a role or a group.

use leptos::prelude::*;

use super::Group;
use crate::{components::escaped::escaped, standalone::words::DoorWords, types::TeamRole};

/// A part of the page under its title. `id`: of the title.
pub fn panel(id: &'static str, title: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class="panel" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}

/// A button that posts `values`. `label`: the text, and whom or what it is about.
pub fn button(action: &'static str, values: &[(&'static str, &str)], text: &'static str, label: String) -> AnyView {
    let values = values.iter().map(|&(name, value)| hidden(name, value)).collect_view();
    view! {
        <form action=action method="post">
            {values}
            <button class="plain-button" aria-label=label>{text}</button>
        </form>
    }
    .into_any()
}

pub fn hidden(name: &'static str, value: &str) -> AnyView {
    let value = value.to_owned();
    view! { <input type="hidden" name=name value=value/> }.into_any()
}

pub fn role_field(words: &'static DoorWords, roles: &[TeamRole]) -> AnyView {
    view! {
        <label class="field">
            <span>{words.role}</span>
            <select name="role">{role_options(words, roles, TeamRole::Member)}</select>
        </label>
    }
    .into_any()
}

pub fn role_options(words: &'static DoorWords, roles: &[TeamRole], chosen: TeamRole) -> Vec<AnyView> {
    roles.iter().map(|&role| option(role.code(), (words.role_name)(role), role == chosen)).collect_view()
}

pub fn group_field(words: &'static DoorWords, groups: &[Group]) -> AnyView {
    let options = groups.iter().map(|group| option(&group.id, &group.name, false)).collect_view();
    view! {
        <label class="field">
            <span>{words.group}</span>
            <select name="group_id">
                <option value="">{words.no_group}</option>
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// Where names are given, as a file or written.
pub fn list_fields(words: &'static DoorWords, typed: &str) -> AnyView {
    let typed = escaped(typed);
    view! {
        <label class="field whole-row">
            <span>{words.list_file}</span>
            <input type="file" name="file" accept=".csv,text/csv,text/plain"/>
        </label>
        <label class="field whole-row">
            <span>{words.list_text}</span>
            <textarea name="list" rows="5" autocomplete="off" spellcheck="false" inner_html=typed></textarea>
        </label>
    }
    .into_any()
}

pub fn option(value: &str, text: &str, is_chosen: bool) -> AnyView {
    let (value, text) = (value.to_owned(), text.to_owned());
    view! { <option value=value selected=is_chosen>{text}</option> }.into_any()
}
