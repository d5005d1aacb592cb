//! Links with which people make accounts of their own.

use leptos::prelude::*;

use super::{
    Group, Invitation,
    parts::{button, group_field, panel, role_field},
};
use crate::{standalone::words::DoorWords, types::TeamRole};

pub fn section(words: &'static DoorWords, invitations: &[Invitation], groups: &[Group], can_mail: bool) -> AnyView {
    let entries = invitations.iter().map(|invitation| entry(words, invitation)).collect_view();
    let none = invitations.is_empty().then(|| view! { <p class="hint">{words.no_invitations}</p> });
    let pass_on = if can_mail { words.invitations_by_mail } else { words.invitations_passed_on };
    let content = view! {
        <p class="hint">{words.invitations_explained} " " {pass_on}</p>
        <form class="fields" action="/administration/invitations" method="post">
            {role_field(words, &TeamRole::ALL)}
            {group_field(words, groups)}
            <label class="field">
                <span>{words.uses}</span>
                <input type="number" name="uses" value="1" required min="1" max="1000"/>
            </label>
            <label class="field">
                <span>{words.valid_days}</span>
                <input type="number" name="days" value="7" required min="1" max="90"/>
            </label>
            <label class="field">
                <span>{words.for_whom}</span>
                <input type="text" name="note" autocomplete="off" maxlength="200"/>
            </label>
            {can_mail.then(|| mail_field(words))}
            <button class="main-button">{words.make_link}</button>
        </form>
        <h3>{words.open_invitations}</h3>
        {none}
        <ul class="entries">{entries}</ul>
    };
    panel("invitations", words.invitations, content.into_any())
}

fn mail_field(words: &'static DoorWords) -> AnyView {
    view! {
        <label class="field">
            <span>{words.mail_to}</span>
            <input type="email" name="mail" autocomplete="off"/>
        </label>
    }
    .into_any()
}

fn entry(words: &'static DoorWords, invitation: &Invitation) -> AnyView {
    let title = if invitation.note.is_empty() { words.no_note.to_owned() } else { invitation.note.clone() };
    let mut facts = vec![(words.role_name)(invitation.role).to_owned()];
    facts.extend(invitation.group.clone());
    facts.push((words.uses_left)(invitation.uses_left));
    facts.push((words.expires_in_days)(invitation.expires_in_days));
    let facts = facts.join(" · ");
    let label = (words.named)(words.revoke, &title);
    let revoke = button("/administration/invitations/revoke", &[("id", invitation.id.as_str())], words.revoke, label);
    view! {
        <li class="entry">
            <div>
                <strong>{title}</strong>
                <p class="hint">{facts}</p>
            </div>
            <div class="entry-buttons">{revoke}</div>
        </li>
    }
    .into_any()
}
