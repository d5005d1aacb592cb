//! What a leader sees: who is in the group, and a code for those who have not come in yet. Nothing of what they write.

use leptos::prelude::*;

use super::{
    WIDE,
    administration::{AdministrationProblem, parts},
    document,
    words::{self, DoorWords},
};
use crate::types::Preferences;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedGroup {
    pub id: String,
    pub name: String,
    pub members: Vec<LedMember>,
}

/// What went wrong with a form, and what was typed into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedProblem {
    pub problem: AdministrationProblem,
    pub group_id: String,
    pub typed_list: String,
}

impl From<AdministrationProblem> for LedProblem {
    fn from(problem: AdministrationProblem) -> Self {
        Self { problem, group_id: String::new(), typed_list: String::new() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedMember {
    pub user_id: String,
    pub name: String,
    pub is_leader: bool,
    pub is_disabled: bool,
    /// Has not chosen a password yet: a code can be given. With one for an account in use a leader could read in it.
    pub can_get_code: bool,
}

/// `problem`: what was wrong with a form, for which group, and the names that were typed into it.
pub fn led_groups(preferences: Preferences, groups: &[LedGroup], problem: Option<&LedProblem>) -> String {
    let words = words::of(preferences.language);
    let typed = |group: &LedGroup| {
        problem.filter(|problem| problem.group_id == group.id).map_or("", |problem| &problem.typed_list)
    };
    let sections = groups.iter().map(|group| section(words, group, typed(group))).collect_view();
    let problem = problem.map(|problem| (words.administration_problem)(&problem.problem));
    let body = view! {
        <p><a href="/">{words.back_to_chat}</a></p>
        {problem.map(|problem| view! { <p class="problem" role="alert">{problem}</p> })}
        <p class="hint">{words.led_groups_explained}</p>
        {sections}
    };
    document(preferences, words.led_groups, WIDE, body.into_any())
}

fn section(words: &'static DoorWords, group: &LedGroup, typed: &str) -> AnyView {
    let (name, id) = (group.name.clone(), format!("group-{}", group.id));
    let labelled_by = id.clone();
    let members = group.members.iter().map(|member| entry(words, group, member)).collect_view();
    let group_id = parts::hidden("group_id", &group.id);
    let label = (words.named)(words.make_codes, &group.name);
    view! {
        <section class="panel" aria-labelledby=labelled_by>
            <h2 id=id>{name}</h2>
            <ul class="entries">{members}</ul>
            <h3>{words.class_list}</h3>
            <form class="fields" action="/groups/class-list" method="post" enctype="multipart/form-data">
                {group_id}
                {parts::list_fields(words, typed)}
                <button class="main-button" aria-label=label>{words.make_codes}</button>
            </form>
        </section>
    }
    .into_any()
}

fn entry(words: &'static DoorWords, group: &LedGroup, member: &LedMember) -> AnyView {
    let name = member.name.clone();
    let mark = member.is_leader.then(|| view! { <span class="mark">{words.leader}</span> });
    let state = match (member.is_disabled, member.can_get_code) {
        (true, _) => words.is_disabled,
        (false, true) => words.never_signed_in,
        (false, false) => "",
    };
    let code = member.can_get_code.then(|| {
        let values = [("group_id", group.id.as_str()), ("user_id", member.user_id.as_str())];
        let label = (words.named)(words.new_code, &member.name);
        parts::button("/groups/code", &values, words.new_code, label)
    });
    view! {
        <li class="entry">
            <div><strong>{name}</strong> " " {mark} <p class="hint">{state}</p></div>
            <div class="entry-buttons">{code}</div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standalone::tests::{HOSTILE, in_both};

    #[test]
    fn a_leader_gives_codes_to_who_has_not_come_in() {
        let member = |can_get_code| LedMember {
            user_id: "u".into(),
            name: HOSTILE.into(),
            is_leader: false,
            is_disabled: false,
            can_get_code,
        };
        for can_get_code in [true, false] {
            let problem = LedProblem {
                problem: AdministrationProblem::Gone,
                group_id: "g".into(),
                typed_list: "</textarea><script>".into(),
            };
            let group = LedGroup { id: "g".into(), name: HOSTILE.into(), members: vec![member(can_get_code)] };
            for page in in_both(|preferences| led_groups(preferences, std::slice::from_ref(&group), Some(&problem))) {
                assert_eq!(page.contains(" action=\"/groups/code\""), can_get_code, "{page}");
                assert!(page.contains("&lt;script&gt;") && page.contains("role=\"alert\""), "{page}");
            }
        }
    }
}
