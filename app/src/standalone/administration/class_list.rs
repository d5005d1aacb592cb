//! Accounts for many at once, each with a code on paper.

use leptos::prelude::*;

use super::{
    Group,
    parts::{group_field, list_fields, panel, role_field},
};
use crate::{standalone::words::DoorWords, types::TeamRole};

pub fn section(words: &'static DoorWords, groups: &[Group], typed: &str) -> AnyView {
    let content = view! {
        <p class="hint">{words.class_list_explained}</p>
        <form class="fields" action="/administration/class-list" method="post" enctype="multipart/form-data">
            {list_fields(words, typed)}
            {group_field(words, groups)}
            {role_field(words, &[TeamRole::Member, TeamRole::Guest])}
            <button class="main-button">{words.make_codes}</button>
        </form>
    };
    panel("class-list", words.class_list, content.into_any())
}
