//! The administrator's page: people, invitations, class lists, groups. Plain forms, no script.

mod class_list;
mod codes;
mod deletion;
mod groups;
mod invitations;
mod mail;
mod page;
pub(super) mod parts;
mod people;

pub use codes::printed_codes;
pub use deletion::confirm_deletion;
pub use mail::invitation_mail;
pub use page::administration;

use crate::types::TeamRole;

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    /// Empty: nobody's yet, who was here before there were accounts.
    pub name: String,
    pub role: TeamRole,
    pub is_disabled: bool,
    /// Whether a password was chosen; if not, a link or a code is still to be used.
    pub can_sign_in: bool,
    /// The one who looks at the page.
    pub is_you: bool,
    pub used_days_ago: Option<u32>,
}

/// An invitation that can still be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: String,
    pub role: TeamRole,
    pub group: Option<String>,
    /// For whom, as the administrator wrote it; or whose account it opens.
    pub note: String,
    pub uses_left: u32,
    pub expires_in_days: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub name: String,
    /// Conversations of its members are removed so long after their last use.
    pub retention_days: Option<u32>,
    pub members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user_id: String,
    pub name: String,
    pub is_leader: bool,
}

/// A link that is shown once, right after it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    pub link: String,
    /// For whom: of an account its name, else what was noted.
    pub note: String,
    pub expires_in_days: u32,
    /// The address to which it was sent.
    pub mailed_to: Option<String>,
}

/// A line of a class list with the code that is shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedCode {
    pub name: String,
    pub code: String,
}

/// What went wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdministrationProblem {
    /// Without this person nobody could administrate any more.
    LastAdministrator,
    NameMissing,
    NameTaken {
        name: String,
    },
    NameTooLong {
        limit_letters: u32,
    },
    GroupNameTaken {
        name: String,
    },
    /// No name in it, or more than so many.
    ListEmpty,
    ListTooLong {
        limit: u32,
    },
    /// It has several columns, and none is called "Name".
    ListColumns,
    /// What was named is no longer there.
    Gone,
    /// A number was none, or out of its bounds.
    Number,
    /// What was given as a mail address is none.
    MailAddress,
    /// The mail server did not take the mail; the link is there.
    MailNotSent,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdministrationPage {
    pub people: Vec<Person>,
    pub invitations: Vec<Invitation>,
    pub groups: Vec<Group>,
    pub new_link: Option<NewLink>,
    /// Names that were typed into a list that was refused.
    pub typed_list: String,
    /// Whether links can be sent by mail.
    pub can_mail: bool,
    pub problem: Option<AdministrationProblem>,
}

/// Codes of a class list, to be printed and cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodesPage {
    /// Where codes are typed in: `https://chat.example.org/code`.
    pub address: String,
    pub group: Option<String>,
    pub codes: Vec<PrintedCode>,
    pub expires_in_days: u32,
    /// A group's leader made them.
    pub is_leaders: bool,
}
