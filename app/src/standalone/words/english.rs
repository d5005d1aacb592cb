use super::DoorWords;
use crate::{
    standalone::{administration::AdministrationProblem, doors::DoorProblem},
    types::TeamRole,
};

pub const ENGLISH: DoorWords = DoorWords {
    sign_in: "Sign in",
    name: "Name",
    password: "Password",
    have_code: "I have a code on paper",
    forgot_password: "Forgot your password? Ask an administrator for a new link.",
    code_title: "Enter your code",
    code_explained: "It is on the paper that you were given.",
    code: "Code",
    go_on: "Continue",
    to_sign_in: "I have a name and a password",
    wait_title: "One moment",
    expired_title: "This link no longer works",
    expired: "It was used already, or it is too old. Ask an administrator for another one.",
    expired_set_up: "Was it the link that sets Chaton up? Start Chaton again: it prints a new one on its terminal.",

    set_up_title: "Set up Chaton",
    set_up_explained: "You are the first one here. This account will be the administrator: it invites the others.",
    name_hint: "You will sign in with it.",
    password_hint: "Several words in a row are easy to remember and hard to guess.",
    password_again: "Password again",
    takes_conversations: |count| match count {
        1 => "The conversation on this computer is mine".into(),
        count => format!("The {count} conversations on this computer are mine"),
    },
    takes_conversations_hint: |count| match count {
        1 => "If you leave this empty, it stays hidden until it is given to someone.",
        _ => "If you leave this empty, they stay hidden until they are given to someone.",
    },
    join_title: "Welcome to Chaton",
    join_explained: "Choose a name and a password. You will sign in with them.",
    choose_password: "Choose the password of your account.",
    create_account: "Create the account",
    set_password: "Set the password",
    change_title: "Change the password",
    change_explained: "Your other browsers are signed out then.",
    current_password: "Current password",
    sign_on: |name| format!("Sign in with {name}"),
    refused_address: "This is not the address of this Chaton. Ask your administrator for the right one.",
    back_to_settings: "Back to the settings",
    refused_proxy: "This request came through a proxy that Chaton does not know. Start it with --public-url and --trusted-proxy.",
    door_problem,

    administration: "Administration",
    back_to_chat: "Back to the chat",
    sections: "On this page",
    named: |what, whom| format!("{what}: {whom}"),
    new_link: "New link",
    link: "Link",
    link_shown_once: |count| format!("It is shown only now. It works for {}.", days(count)),
    administration_problem,

    people: "People",
    roles_explained: "Administrators see this page. Guests have lower limits than members.",
    from_before: "Conversations from before the team",
    from_before_hint: "Make a new link for the person they belong to: whoever opens it gets them.",
    you: "You",
    role: "Role",
    role_name: |role| match role {
        TeamRole::Administrator => "Administrator",
        TeamRole::Member => "Member",
        TeamRole::Guest => "Guest",
    },
    change: "Change",
    change_role: "Change role",
    is_disabled: "Disabled",
    never_signed_in: "Has not signed in yet",
    signed_out: "Signed in nowhere at the moment",
    used_days_ago: |days| match days {
        0 => "Used today".into(),
        1 => "Used yesterday".into(),
        days => format!("Used {days} days ago"),
    },
    disable: "Disable",
    enable: "Enable",
    delete: "Delete",
    delete_title: "Delete for good?",
    delete_explained: "The account goes, with all its conversations, its pictures and its signed-in browsers. Nobody can bring them back.",
    delete_from_before: "These conversations and their pictures go. Nobody can bring them back.",
    delete_backups: "Backups that were made before still hold them.",
    disable_instead: "To lose nothing, disable the account instead: then nobody can sign in with it.",
    delete_for_good: "Delete for good",
    cancel: "Cancel",

    invitations: "Invitations",
    invitations_explained: "Whoever opens the link makes an account of their own.",
    invitations_passed_on: "Pass it on yourself: Chaton sends no mail.",
    invitations_by_mail: "Chaton can send it by mail, or you pass it on yourself.",
    mail_to: "Send it by mail to (or leave empty)",
    mailed_to: |address| format!("Sent to {address}."),
    mail_subject: "Your invitation to Chaton",
    mail_text: |link, count| {
        format!(
            "Hello,\n\nyou are invited to Chaton, a chat for talking about pictures. Open this link to choose a name and a \
             password; it works for {}:\n\n{link}\n\nIf you did not expect this mail, leave it be.\n",
            days(count)
        )
    },
    group: "Group",
    no_group: "No group",
    uses: "How many people may use it",
    valid_days: "Valid for (days)",
    for_whom: "For whom (only you see this)",
    make_link: "Make a link",
    open_invitations: "Open invitations",
    no_invitations: "There is none.",
    no_note: "For somebody",
    uses_left: |people| match people {
        1 => "1 person may still use it".into(),
        people => format!("{people} people may still use it"),
    },
    expires_in_days: |days| match days {
        0 => "ends today".into(),
        1 => "ends tomorrow".into(),
        days => format!("ends in {days} days"),
    },
    revoke: "Revoke",

    class_list: "Class list",
    class_list_explained: "Everybody on the list gets a code on paper: for people without mail. The codes come on a page to print, once.",
    list_file: "List as a file (CSV): one name a line, or a column called Name",
    list_text: "Or write the names here, one a line",
    make_codes: "Make codes",
    codes_title: "Codes to print",
    print_now: "Print this page now: codes are shown only once.",
    back_to_administration: "Back to administration",
    card_address: "Open this address",
    card_code: "and type this code",
    card_expires: |count| format!("It works once, for {}.", days(count)),

    groups: "Groups",
    groups_explained: "A leader sees who is in the group, adds others, and gives codes to those who have not signed in yet, but never sees conversations.",
    group_name: "Name of the group",
    retention_days: "Remove conversations after (days)",
    retention_hint: "The conversations of its members can be removed some days after their last use. Without a number they stay.",
    add_group: "Add a group",
    members: |count| match count {
        0 => "no members".into(),
        1 => "1 member".into(),
        count => format!("{count} members"),
    },
    leader: "Leader",
    led_groups: "Your groups",
    led_groups_explained: "You see who is in your groups, never what they write. For a forgotten password ask an administrator.",
    new_code: "New code",
    make_leader: "Make leader",
    make_member: "Make member",
    remove: "Remove",
    person: "Person",
    add_person: "Add to the group",
    save: "Save",
    delete_group: "Delete the group",
    delete_group_hint: "Its people and their conversations stay.",
};

fn days(count: u32) -> String {
    match count {
        0 => "less than a day".into(),
        1 => "1 day".into(),
        count => format!("{count} days"),
    }
}

fn time(seconds: u32) -> String {
    match seconds {
        0 | 1 => "1 second".into(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn door_problem(problem: DoorProblem) -> String {
    match problem {
        DoorProblem::WrongNameOrPassword => {
            "This name and this password open nothing here. Check both, or ask an administrator.".into()
        }
        DoorProblem::TooManyAttempts { seconds } => {
            format!("Too many tries. Wait {} and try again.", time(seconds))
        }
        DoorProblem::NameMissing => "The name is missing. Write it and try again.".into(),
        DoorProblem::NameTooLong { limit_letters } => {
            format!("The name is too long: {limit_letters} letters at most. Shorten it.")
        }
        DoorProblem::NameTaken => "Somebody here has this name already. Choose another.".into(),
        DoorProblem::PasswordTooWeak => "This password is easy to guess. Take several words, or a longer one.".into(),
        DoorProblem::PasswordTooLong { limit_letters } => {
            format!("The password is too long: {limit_letters} letters at most. Shorten it.")
        }
        DoorProblem::PasswordsDiffer => "The two passwords are not the same. Write them again.".into(),
        DoorProblem::WrongPassword => "That is not your current password. Write it again.".into(),
        DoorProblem::SignOnFailed => "Signing in elsewhere did not work. Try again, or ask an administrator.".into(),
        DoorProblem::SignOnRefused => {
            "You are known there, but in no group that may come in here. Ask an administrator.".into()
        }
        DoorProblem::CodeUnknown => "This code is unknown, or was used already. Check it, or ask for another.".into(),
    }
}

fn administration_problem(problem: &AdministrationProblem) -> String {
    match problem {
        AdministrationProblem::LastAdministrator => {
            "Nothing was changed: without this person there would be no administrator. Make somebody else one first."
                .into()
        }
        AdministrationProblem::NameMissing => "A name is missing. Write one and try again.".into(),
        AdministrationProblem::NameTaken { name } => {
            format!("The name {name} is taken. Nothing was changed: choose another.")
        }
        AdministrationProblem::NameTooLong { limit_letters } => {
            format!("A name is too long: {limit_letters} letters at most. Shorten it and try again.")
        }
        AdministrationProblem::GroupNameTaken { name } => {
            format!("There is a group {name} already. Nothing was changed: choose another name.")
        }
        AdministrationProblem::ListEmpty => {
            "There is no name in the list. Write one a line, or choose a file with names.".into()
        }
        AdministrationProblem::ListTooLong { limit } => {
            format!("The list is too long: {limit} names at most. Split it, then send one part after the other.")
        }
        AdministrationProblem::ListColumns => {
            "The list has several columns, and none is called Name. Add a first line that names them, then send it again."
                .into()
        }
        AdministrationProblem::Gone => {
            "This is no longer there: it was removed, or has run out. Below is what there is now.".into()
        }
        AdministrationProblem::MailAddress => {
            "This mail address cannot be right. Nothing was changed: correct it and try again.".into()
        }
        AdministrationProblem::MailNotSent => {
            "The mail could not be sent. The link is made: pass it on yourself.".into()
        }
        AdministrationProblem::Number => {
            "A number is missing, too small or too large. Nothing was changed: correct it and try again.".into()
        }
    }
}
