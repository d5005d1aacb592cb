//! The ways into a team: signing in, the first administrator's set-up, an invitation, a printed code.

mod account;
mod entry;

use leptos::prelude::*;

use super::words::DoorWords;

pub use account::{change_password, join, set_up};
pub use entry::{code, link_expired, sign_in, wait};

/// Why somebody is not let in, or an account is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorProblem {
    /// Name and password do not belong together, or the account is disabled; which of it is not said.
    WrongNameOrPassword,
    /// Too many attempts from here, or for this name.
    TooManyAttempts {
        seconds: u32,
    },
    NameMissing,
    NameTooLong {
        limit_letters: u32,
    },
    NameTaken,
    /// Easily guessed.
    PasswordTooWeak,
    PasswordTooLong {
        limit_letters: u32,
    },
    PasswordsDiffer,
    /// There is no such code, or no more.
    CodeUnknown,
    /// Not the one that is to be changed.
    WrongPassword,
    /// The provider of single sign-on did not say who it is.
    SignOnFailed,
    /// The provider knows them, but nobody let their groups in.
    SignOnRefused,
}

impl DoorProblem {
    /// Whether it is the password that must be another.
    pub const fn is_about_password(self) -> bool {
        matches!(self, Self::PasswordTooWeak | Self::PasswordTooLong { .. } | Self::PasswordsDiffer)
    }
}

/// What the sign-in page shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignInPage<'a> {
    /// Tried before.
    pub name: &'a str,
    pub problem: Option<DoorProblem>,
    /// Where to go then: a path on this server.
    pub return_to: &'a str,
    /// What the provider of single sign-on is called, where there is one.
    pub single_sign_on: Option<&'a str>,
}

/// What the page of the first administrator shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetUpPage<'a> {
    /// Of the link; goes back with the form.
    pub token: &'a str,
    pub name: &'a str,
    pub problem: Option<DoorProblem>,
    /// Conversations from before there were accounts: somebody's, who may be the one that asks.
    pub conversations: u64,
    /// Whether the box "they are mine" is ticked.
    pub takes_conversations: bool,
}

/// What the page of an invitation, or of an account that gets a password, shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct JoinPage<'a> {
    /// Of the link or the code; goes back with the form.
    pub token: &'a str,
    pub name: &'a str,
    /// The account is there already, with this name: only the password is chosen.
    pub has_account: bool,
    pub problem: Option<DoorProblem>,
}

/// The id of what [`alert`] draws: it describes the field to correct, where the keyboard is.
const PROBLEM_ID: &str = "problem";

fn alert(words: &'static DoorWords, problem: Option<DoorProblem>) -> Option<AnyView> {
    let sentence = (words.door_problem)(problem?);
    Some(view! { <p id=PROBLEM_ID class="problem" role="alert">{sentence}</p> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standalone::tests::{HOSTILE, in_both};

    #[test]
    fn signing_in_gives_back_the_name_and_says_what_was_wrong() {
        let problem = Some(DoorProblem::WrongNameOrPassword);
        let page = SignInPage { name: HOSTILE, problem, return_to: "/c/1?<script>", single_sign_on: Some(HOSTILE) };
        for page in in_both(|preferences| sign_in(preferences, &page)) {
            assert!(page.contains("role=\"alert\"") && page.contains("&lt;script&gt;"), "{page}");
            assert!(page.contains("name=\"return_to\"") && page.contains("href=\"/code\""), "{page}");
        }
        let first = in_both(|preferences| sign_in(preferences, &SignInPage::default()));
        assert!(!first[0].contains("role=\"alert\""), "{}", first[0]);
    }

    #[test]
    fn the_first_administrator_is_asked_about_conversations_only_if_there_are_some() {
        let none = SetUpPage { token: HOSTILE, name: HOSTILE, ..SetUpPage::default() };
        let some = SetUpPage { conversations: 3, takes_conversations: true, ..none };
        for page in in_both(|preferences| set_up(preferences, &none)) {
            assert!(!page.contains("takes_conversations"), "{page}");
        }
        for page in in_both(|preferences| set_up(preferences, &some)) {
            assert!(page.contains("name=\"takes_conversations\"") && page.contains(" checked"), "{page}");
        }
    }

    #[test]
    fn who_has_an_account_chooses_only_a_password() {
        let new = JoinPage { token: "t", name: HOSTILE, problem: Some(DoorProblem::NameTaken), has_account: false };
        let known = JoinPage { problem: Some(DoorProblem::PasswordTooWeak), has_account: true, ..new };
        for page in in_both(|preferences| join(preferences, &new)) {
            assert!(page.contains("name=\"name\""), "{page}");
        }
        for page in in_both(|preferences| join(preferences, &known)) {
            assert!(!page.contains("name=\"name\"") && page.contains("autocomplete=\"username\""), "{page}");
        }
    }

    #[test]
    fn a_code_and_an_old_link_have_their_pages() {
        in_both(|preferences| code(preferences, "", None));
        for page in in_both(|preferences| code(preferences, HOSTILE, Some(DoorProblem::CodeUnknown))) {
            assert!(page.contains("name=\"code\"") && page.contains("role=\"alert\""), "{page}");
        }
        in_both(link_expired);
        in_both(|preferences| wait(preferences, 3));
        for page in in_both(|preferences| change_password(preferences, Some(DoorProblem::WrongPassword))) {
            assert!(page.contains("name=\"current\"") && page.contains("name=\"repeated\""), "{page}");
        }
    }
}
