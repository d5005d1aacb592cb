//! What these pages say. As in [`crate::words`] every text is a field: a language that lacks one does not compile.

mod english;
mod french;

use super::{administration::AdministrationProblem, doors::DoorProblem};
use crate::types::{Language, TeamRole};

pub fn of(language: Language) -> &'static DoorWords {
    match language {
        Language::English => &english::ENGLISH,
        Language::French => &french::FRENCH,
    }
}

pub struct DoorWords {
    // signing in
    pub sign_in: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    pub have_code: &'static str,
    pub forgot_password: &'static str,
    pub code_title: &'static str,
    pub code_explained: &'static str,
    pub code: &'static str,
    pub go_on: &'static str,
    pub to_sign_in: &'static str,
    pub wait_title: &'static str,
    pub expired_title: &'static str,
    pub expired: &'static str,
    pub expired_set_up: &'static str,

    // an account is made
    pub set_up_title: &'static str,
    pub set_up_explained: &'static str,
    pub name_hint: &'static str,
    pub password_hint: &'static str,
    pub password_again: &'static str,
    /// How many conversations there are.
    pub takes_conversations: fn(u64) -> String,
    pub takes_conversations_hint: fn(u64) -> &'static str,
    pub join_title: &'static str,
    pub join_explained: &'static str,
    pub choose_password: &'static str,
    pub create_account: &'static str,
    pub set_password: &'static str,
    pub change_title: &'static str,
    pub change_explained: &'static str,
    pub current_password: &'static str,
    /// Names the provider.
    pub sign_on: fn(&str) -> String,
    pub refused_address: &'static str,
    pub back_to_settings: &'static str,
    pub refused_proxy: &'static str,
    pub door_problem: fn(DoorProblem) -> String,

    // administration
    pub administration: &'static str,
    pub back_to_chat: &'static str,
    pub sections: &'static str,
    /// What a button or a field does, and to whom or what.
    pub named: fn(&str, &str) -> String,
    pub new_link: &'static str,
    pub link: &'static str,
    /// For how many days it works.
    pub link_shown_once: fn(u32) -> String,
    pub administration_problem: fn(&AdministrationProblem) -> String,

    // people
    pub people: &'static str,
    pub roles_explained: &'static str,
    pub from_before: &'static str,
    pub from_before_hint: &'static str,
    pub you: &'static str,
    pub role: &'static str,
    pub role_name: fn(TeamRole) -> &'static str,
    pub change: &'static str,
    pub change_role: &'static str,
    pub is_disabled: &'static str,
    pub never_signed_in: &'static str,
    pub signed_out: &'static str,
    pub used_days_ago: fn(u32) -> String,
    pub disable: &'static str,
    pub enable: &'static str,
    pub delete: &'static str,
    pub delete_title: &'static str,
    pub delete_explained: &'static str,
    pub delete_from_before: &'static str,
    pub delete_backups: &'static str,
    pub disable_instead: &'static str,
    pub delete_for_good: &'static str,
    pub cancel: &'static str,

    // invitations
    pub invitations: &'static str,
    pub invitations_explained: &'static str,
    pub invitations_passed_on: &'static str,
    pub invitations_by_mail: &'static str,
    pub mail_to: &'static str,
    pub mailed_to: fn(&str) -> String,
    pub mail_subject: &'static str,
    /// Link, days.
    pub mail_text: fn(&str, u32) -> String,
    pub group: &'static str,
    pub no_group: &'static str,
    pub uses: &'static str,
    pub valid_days: &'static str,
    pub for_whom: &'static str,
    pub make_link: &'static str,
    pub open_invitations: &'static str,
    pub no_invitations: &'static str,
    pub no_note: &'static str,
    pub uses_left: fn(u32) -> String,
    pub expires_in_days: fn(u32) -> String,
    pub revoke: &'static str,

    // class list
    pub class_list: &'static str,
    pub class_list_explained: &'static str,
    pub list_file: &'static str,
    pub list_text: &'static str,
    pub make_codes: &'static str,
    pub codes_title: &'static str,
    pub print_now: &'static str,
    pub back_to_administration: &'static str,
    pub card_address: &'static str,
    pub card_code: &'static str,
    /// For how many days it works.
    pub card_expires: fn(u32) -> String,

    // groups
    pub groups: &'static str,
    pub groups_explained: &'static str,
    pub group_name: &'static str,
    pub retention_days: &'static str,
    pub retention_hint: &'static str,
    pub add_group: &'static str,
    pub members: fn(usize) -> String,
    pub leader: &'static str,
    pub led_groups: &'static str,
    pub led_groups_explained: &'static str,
    pub new_code: &'static str,
    pub make_leader: &'static str,
    pub make_member: &'static str,
    pub remove: &'static str,
    pub person: &'static str,
    pub add_person: &'static str,
    pub save: &'static str,
    pub delete_group: &'static str,
    pub delete_group_hint: &'static str,
}

#[cfg(test)]
mod tests {
    use super::{english::ENGLISH, french::FRENCH, *};

    fn both(english: String, french: String) -> [String; 2] {
        for (at, _) in french.match_indices([':', ';', '?', '!']) {
            assert!(french[..at].ends_with('\u{202f}'), "{french}");
        }
        [english, french]
    }

    fn at_the_door(problem: DoorProblem) -> [String; 2] {
        both((ENGLISH.door_problem)(problem), (FRENCH.door_problem)(problem))
    }

    fn to_administrators(problem: AdministrationProblem) -> [String; 2] {
        both((ENGLISH.administration_problem)(&problem), (FRENCH.administration_problem)(&problem))
    }

    #[test]
    fn every_problem_is_told_in_both_languages() {
        let doors = [
            DoorProblem::WrongNameOrPassword,
            DoorProblem::TooManyAttempts { seconds: 30 },
            DoorProblem::NameMissing,
            DoorProblem::NameTooLong { limit_letters: 80 },
            DoorProblem::NameTaken,
            DoorProblem::PasswordTooWeak,
            DoorProblem::PasswordTooLong { limit_letters: 200 },
            DoorProblem::PasswordsDiffer,
            DoorProblem::CodeUnknown,
            DoorProblem::WrongPassword,
            DoorProblem::SignOnFailed,
            DoorProblem::SignOnRefused,
        ];
        let administration = [
            AdministrationProblem::LastAdministrator,
            AdministrationProblem::NameMissing,
            AdministrationProblem::NameTaken { name: "Anna".into() },
            AdministrationProblem::NameTooLong { limit_letters: 80 },
            AdministrationProblem::GroupNameTaken { name: "5b".into() },
            AdministrationProblem::ListEmpty,
            AdministrationProblem::ListTooLong { limit: 500 },
            AdministrationProblem::Gone,
            AdministrationProblem::ListColumns,
            AdministrationProblem::Number,
            AdministrationProblem::MailAddress,
            AdministrationProblem::MailNotSent,
        ];
        let count = doors.len() + administration.len();
        let told = doors.into_iter().flat_map(at_the_door);
        let told = told.chain(administration.into_iter().flat_map(to_administrators));
        let different: std::collections::HashSet<String> = told.collect();
        assert_eq!(different.len(), 2 * count, "{different:?}");
    }

    #[test]
    fn one_is_not_many() {
        assert!((ENGLISH.takes_conversations)(1).contains("conversation on"));
        assert!((ENGLISH.takes_conversations)(3).contains("3 conversations on"));
        assert!((FRENCH.takes_conversations)(1).starts_with("La conversation"));
        assert!((FRENCH.takes_conversations)(3).starts_with("Les 3 conversations"));
        assert!((ENGLISH.link_shown_once)(1).ends_with("for 1 day."));
        assert!((FRENCH.link_shown_once)(7).ends_with("7 jours."));
        assert_eq!((ENGLISH.members)(1), "1 member");
        assert_eq!((FRENCH.members)(0), "aucun membre");
        let [english, french] = at_the_door(DoorProblem::TooManyAttempts { seconds: 1 });
        assert!(english.contains("1 second ") && french.contains("1 seconde "), "{english} {french}");
        let [english, french] = at_the_door(DoorProblem::TooManyAttempts { seconds: 91 });
        assert!(english.contains("2 minutes") && french.contains("2 minutes"), "{english} {french}");
    }
}
