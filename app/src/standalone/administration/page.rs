//! The page as a whole.

use leptos::prelude::*;

use super::{AdministrationPage, NewLink, class_list, groups, invitations, people};
use crate::{
    standalone::{
        WIDE, document,
        words::{self, DoorWords},
    },
    types::Preferences,
};

pub fn administration(preferences: Preferences, page: &AdministrationPage) -> String {
    let words = words::of(preferences.language);
    let problem = page.problem.as_ref().map(|problem| (words.administration_problem)(problem));
    let body = view! {
        <p><a href="/">{words.back_to_chat}</a></p>
        {problem.map(|problem| view! { <p class="problem" role="alert">{problem}</p> })}
        {page.new_link.as_ref().map(|link| fresh_link(words, link))}
        <nav class="sections" aria-label=words.sections>
            <a href="#people">{words.people}</a>
            <a href="#invitations">{words.invitations}</a>
            <a href="#class-list">{words.class_list}</a>
            <a href="#groups">{words.groups}</a>
        </nav>
        {people::section(words, &page.people)}
        {invitations::section(words, &page.invitations, &page.groups, page.can_mail)}
        {class_list::section(words, &page.groups, &page.typed_list)}
        {groups::section(words, &page.groups, &page.people)}
    };
    document(preferences, words.administration, WIDE, body.into_any())
}

fn fresh_link(words: &'static DoorWords, new: &NewLink) -> AnyView {
    let title = match new.note.as_str() {
        "" => words.new_link.to_owned(),
        note => (words.named)(words.new_link, note),
    };
    let address = new.link.clone();
    let explained = (words.link_shown_once)(new.expires_in_days);
    let mailed = new.mailed_to.as_ref().map(|address| (words.mailed_to)(address));
    view! {
        <div class="fresh-link" role="status">
            <p><strong>{title}</strong></p>
            {mailed.map(|mailed| view! { <p>{mailed}</p> })}
            <label class="field">
                <span>{words.link}</span>
                <input type="text" value=address readonly spellcheck="false"/>
            </label>
            <p class="hint">{explained}</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use crate::standalone::{
        administration::*,
        tests::{HOSTILE, in_both},
    };

    const LINK: &str = "https://chat.example.org/join?token=abc";

    fn person(id: &str, name: &str) -> Person {
        Person {
            id: id.into(),
            name: name.into(),
            role: TeamRole::Member,
            is_disabled: false,
            can_sign_in: true,
            is_you: false,
            used_days_ago: Some(2),
        }
    }

    fn full_page() -> AdministrationPage {
        let you = Person { is_you: true, ..person("1", "Anna") };
        let disabled = Person { is_disabled: true, ..person("2", "Ben") };
        let member = Member { user_id: "3".into(), name: HOSTILE.into(), is_leader: true };
        let invitation = Invitation {
            id: "7".into(),
            role: TeamRole::Guest,
            group: Some(HOSTILE.into()),
            note: HOSTILE.into(),
            uses_left: 1,
            expires_in_days: 3,
        };
        let group = Group { id: "9".into(), name: HOSTILE.into(), retention_days: Some(30), members: vec![member] };
        AdministrationPage {
            people: vec![you, disabled, person("3", HOSTILE), person("4", "")],
            invitations: vec![invitation],
            groups: vec![group],
            new_link: Some(NewLink {
                link: LINK.into(),
                note: HOSTILE.into(),
                expires_in_days: 7,
                mailed_to: Some(HOSTILE.into()),
            }),
            can_mail: true,
            typed_list: HOSTILE.into(),
            problem: Some(AdministrationProblem::NameTaken { name: HOSTILE.into() }),
        }
    }

    #[test]
    fn what_people_wrote_stays_text() {
        let page = full_page();
        for page in in_both(|preferences| administration(preferences, &page)) {
            assert!(page.contains("&lt;script&gt;") && page.contains("role=\"alert\""), "{page}");
            assert!(page.contains(&format!("value=\"{LINK}\" readonly")), "{page}");
        }
        in_both(|preferences| administration(preferences, &AdministrationPage::default()));
    }

    #[test]
    fn buttons_name_the_person_and_spare_oneself() {
        let page = full_page();
        let [page, _] = in_both(|preferences| administration(preferences, &page));
        for label in ["Enable Ben", "Delete Ben", "New link: Anna", "Change role: Ben", "Add to the group: "] {
            assert!(page.contains(&format!("aria-label=\"{label}")), "{label}: {page}");
        }
        for label in ["Disable Anna", "Delete Anna", "Disable Ben", "New link: Ben"] {
            assert!(!page.contains(&format!("aria-label=\"{label}")), "{label}: {page}");
        }
        assert!(page.contains("Conversations from before the team"), "{page}");
    }

    #[test]
    fn printed_codes_and_a_deletion_are_pages_of_their_own() {
        let codes = CodesPage {
            address: "https://chat.example.org/code".into(),
            group: Some(HOSTILE.into()),
            codes: vec![PrintedCode { name: HOSTILE.into(), code: "ABCD-EFGH".into() }],
            expires_in_days: 14,
            is_leaders: false,
        };
        for page in in_both(|preferences| printed_codes(preferences, &codes)) {
            assert!(page.contains("ABCD-EFGH") && page.contains(&codes.address), "{page}");
        }
        for person in [person("3", HOSTILE), person("4", "")] {
            for page in in_both(|preferences| confirm_deletion(preferences, &person)) {
                assert!(page.contains(" action=\"/administration/people/delete\" method=\"post\""), "{page}");
            }
        }
    }

    #[test]
    fn roles_come_back_as_they_were_sent() {
        for role in TeamRole::ALL {
            assert_eq!(TeamRole::from_code(role.code()), Some(role));
        }
        assert_eq!(TeamRole::from_code("owner"), None);
    }
}
