//! Groups of people, with leaders, and with a time after which their members' conversations go.

use leptos::prelude::*;

use super::{
    Group, Member, Person,
    parts::{button, hidden, option, panel},
};
use crate::standalone::words::DoorWords;

pub fn section(words: &'static DoorWords, groups: &[Group], people: &[Person]) -> AnyView {
    let entries = groups.iter().map(|group| entry(words, group, people)).collect_view();
    let content = view! {
        <p class="hint">{words.groups_explained}</p>
        <p class="hint">{words.retention_hint}</p>
        {entries}
        <form class="fields" action="/administration/groups" method="post">
            {fields(words, None)}
            <button class="main-button">{words.add_group}</button>
        </form>
    };
    panel("groups", words.groups, content.into_any())
}

fn entry(words: &'static DoorWords, group: &Group, people: &[Person]) -> AnyView {
    let name = group.name.clone();
    let count = (words.members)(group.members.len());
    let members = group.members.iter().map(|member| member_entry(words, group, member)).collect_view();
    let label = (words.named)(words.delete_group, &group.name);
    let values = [("id", group.id.as_str())];
    let delete = button("/administration/groups/delete", &values, words.delete_group, label);
    view! {
        <details class="group">
            <summary><strong>{name}</strong> " " <span class="hint">{count}</span></summary>
            <ul class="entries">{members}</ul>
            {add_form(words, group, people)}
            {change_form(words, group)}
            <div class="entry-buttons">{delete} <span class="hint">{words.delete_group_hint}</span></div>
        </details>
    }
    .into_any()
}

fn member_entry(words: &'static DoorWords, group: &Group, member: &Member) -> AnyView {
    let name = member.name.clone();
    let mark = member.is_leader.then(|| view! { <span class="mark">{words.leader}</span> });
    // The same person may be in several groups.
    let whom = format!("{}, {}", member.name, group.name);
    let (group_id, user_id) = (("group_id", group.id.as_str()), ("user_id", member.user_id.as_str()));
    let (text, is_leader) = match member.is_leader {
        true => (words.make_member, "false"),
        false => (words.make_leader, "true"),
    };
    let values = [group_id, user_id, ("is_leader", is_leader)];
    let lead = button("/administration/groups/leader", &values, text, (words.named)(text, &whom));
    let label = (words.named)(words.remove, &whom);
    let remove = button("/administration/groups/remove", &[group_id, user_id], words.remove, label);
    view! {
        <li class="entry">
            <div><strong>{name}</strong> " " {mark}</div>
            <div class="entry-buttons">{lead} {remove}</div>
        </li>
    }
    .into_any()
}

/// Nothing where everybody is in the group.
fn add_form(words: &'static DoorWords, group: &Group, people: &[Person]) -> Option<AnyView> {
    let is_member = |person: &Person| group.members.iter().any(|member| member.user_id == person.id);
    let others = people.iter().filter(|&person| !person.name.is_empty() && !is_member(person));
    let options = others.map(|person| option(&person.id, &person.name, false)).collect_view();
    if options.is_empty() {
        return None;
    }
    let group_id = hidden("group_id", &group.id);
    let label = (words.named)(words.add_person, &group.name);
    let form = view! {
        <form class="fields" action="/administration/groups/add" method="post">
            {group_id}
            <label class="field">
                <span>{words.person}</span>
                <select name="user_id">{options}</select>
            </label>
            <button class="plain-button" aria-label=label>{words.add_person}</button>
        </form>
    };
    Some(form.into_any())
}

fn change_form(words: &'static DoorWords, group: &Group) -> AnyView {
    let id = hidden("id", &group.id);
    let label = (words.named)(words.save, &group.name);
    view! {
        <form class="fields" action="/administration/groups/change" method="post">
            {id}
            {fields(words, Some(group))}
            <button class="plain-button" aria-label=label>{words.save}</button>
        </form>
    }
    .into_any()
}

/// Name and time, of a group or of a new one.
fn fields(words: &'static DoorWords, group: Option<&Group>) -> AnyView {
    let name = group.map(|group| group.name.clone());
    let days = group.and_then(|group| group.retention_days).map(|days| days.to_string());
    view! {
        <label class="field">
            <span>{words.group_name}</span>
            <input type="text" name="name" value=name required autocomplete="off"/>
        </label>
        <label class="field">
            <span>{words.retention_days}</span>
            <input type="number" name="retention_days" value=days min="1" max="3650"/>
        </label>
    }
    .into_any()
}
