//! `chaton users`: the accounts of a team, from the terminal, also while the server runs.

use std::{fs::OpenOptions, io::Write, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use storage::{NewInvitation, Storage, StorageError, User, UserRole, UserRow, now_ms};

use super::{groups::group_named, in_folder, origin};
use crate::{
    class_list,
    cli::{
        AddUserArguments, ClassListArguments, CommandRole, DeleteUserArguments, LinkArguments, RoleArguments,
        UserArguments, UsersCommand,
    },
    export,
    names::{self, NameProblem},
    secrets::{printed_code, random_code, random_token},
    time::DAY_MS,
};

pub fn run(command: UsersCommand) -> Result<()> {
    match command {
        UsersCommand::List(folder) => in_folder(&folder, async |storage| list(&storage).await),
        UsersCommand::Add(arguments) => {
            in_folder(&arguments.link.folder, async |storage| add(&storage, &arguments).await)
        }
        UsersCommand::ResetPassword(arguments) => in_folder(&arguments.link.folder, async |storage| {
            let user = find(&storage, &arguments.name).await?;
            print_link(&storage, &arguments.link, &user).await
        }),
        UsersCommand::Disable(arguments) => change(arguments, "is disabled", Storage::disable_user),
        UsersCommand::SignOut(arguments) => change(arguments, "is signed out everywhere", Storage::end_sessions),
        UsersCommand::Invitations(folder) => in_folder(&folder, async |storage| invitations(&storage).await),
        UsersCommand::Revoke(arguments) => in_folder(&arguments.folder, async |storage| {
            storage.revoke_invitation(&arguments.id).await.map_err(|error| match error {
                StorageError::NotFound => {
                    anyhow!("there is no invitation {}; `chaton users invitations` shows all of them", arguments.id)
                }
                error => error.into(),
            })?;
            Ok(writeln!(std::io::stdout(), "It opens nothing any more.")?)
        }),
        UsersCommand::Enable(arguments) => change(arguments, "can sign in again", Storage::enable_user),
        UsersCommand::Role(arguments) => in_folder(&arguments.folder, async |storage| role(&storage, &arguments).await),
        UsersCommand::Export(arguments) => in_folder(&arguments.folder, async |storage| {
            let user = find(&storage, &arguments.name).await?;
            export_to(&storage, &user, &arguments.file).await
        }),
        UsersCommand::ClassList(arguments) => {
            in_folder(&arguments.link.folder, async |storage| class_list(&storage, &arguments).await)
        }
        UsersCommand::Delete(arguments) => {
            in_folder(&arguments.folder, async |storage| delete(&storage, &arguments).await)
        }
    }
}

pub(super) fn role_of(role: CommandRole) -> UserRole {
    match role {
        CommandRole::Administrator => UserRole::Administrator,
        CommandRole::Member => UserRole::Member,
        CommandRole::Guest => UserRole::Guest,
    }
}

async fn list(storage: &Storage) -> Result<()> {
    let people = storage.users().await?;
    let mut terminal = std::io::stdout().lock();
    for person in &people {
        writeln!(terminal, "{}", line(person))?;
    }
    if people.is_empty() {
        writeln!(
            terminal,
            "There is no account yet; the first is made by the link that `chaton serve --team` prints."
        )?;
    }
    Ok(())
}

async fn invitations(storage: &Storage) -> Result<()> {
    let mut terminal = std::io::stdout().lock();
    let invitations = storage.invitations().await?;
    for invitation in &invitations {
        let whom = invitation.user_name.as_deref().unwrap_or(&invitation.note);
        let (role, group) = (role_name(invitation.role), invitation.group_name.as_deref().unwrap_or_default());
        // The nearest: a link of seven days that was just made ends in seven.
        let days = (invitation.expires_at_ms - now_ms() + DAY_MS / 2) / DAY_MS;
        let (id, uses) = (&invitation.id, invitation.uses_left);
        writeln!(terminal, "{id}  {role:<14} {uses} uses, {days} days left  {whom} {group}")?;
    }
    if invitations.is_empty() {
        writeln!(terminal, "No link and no code opens anything.")?;
    }
    Ok(())
}

fn role_name(role: UserRole) -> &'static str {
    match role {
        UserRole::Administrator => "administrator",
        UserRole::Member => "member",
        UserRole::Guest => "guest",
    }
}

fn line(person: &UserRow) -> String {
    let name = if person.name.is_empty() { "(conversations from before the team)" } else { &person.name };
    let role = role_name(person.role);
    let state = match (person.disabled_at_ms, person.has_password, person.last_used_at_ms) {
        (Some(_), _, _) => "disabled".to_owned(),
        (None, false, _) => "has not signed in yet".to_owned(),
        (None, true, None) => "signed out".to_owned(),
        (None, true, Some(used_at_ms)) => format!("used {} days ago", (now_ms() - used_at_ms) / DAY_MS),
    };
    format!("{name:<32} {role:<14} {state}")
}

async fn add(storage: &Storage, arguments: &AddUserArguments) -> Result<()> {
    let name = clean(&arguments.name)?;
    let user = storage.add_user(&name, role_of(arguments.role)).await.map_err(|error| match error {
        StorageError::NameTaken => anyhow!("there is an account named {name} already; choose another name"),
        error => error.into(),
    })?;
    print_link(storage, &arguments.link, &user).await
}

async fn print_link(storage: &Storage, arguments: &LinkArguments, user: &User) -> Result<()> {
    let token = random_token()?;
    storage.invite(NewInvitation::of_account(user, &token, i64::from(arguments.days) * DAY_MS)).await?;
    let (origin, days, name) = (origin(storage, arguments).await?, arguments.days, &user.name);
    writeln!(
        std::io::stdout(),
        "{name} chooses a password here (once, within {days} days): {origin}/join?token={token}"
    )?;
    Ok(())
}

fn change(
    arguments: UserArguments,
    done: &str,
    change: impl AsyncFnOnce(&Storage, &str) -> storage::Result<()>,
) -> Result<()> {
    in_folder(&arguments.folder, async |storage| {
        let user = find(&storage, &arguments.name).await?;
        change(&storage, &user.id).await.map_err(|error| refused(error, &user))?;
        writeln!(std::io::stdout(), "{} {done}.", user.name)?;
        Ok(())
    })
}

async fn role(storage: &Storage, arguments: &RoleArguments) -> Result<()> {
    let user = find(storage, &arguments.name).await?;
    storage.set_role(&user.id, role_of(arguments.role)).await.map_err(|error| refused(error, &user))?;
    writeln!(std::io::stdout(), "{} is {:?} now.", user.name, arguments.role)?;
    Ok(())
}

async fn delete(storage: &Storage, arguments: &DeleteUserArguments) -> Result<()> {
    let user = find(storage, &arguments.name).await?;
    if !arguments.yes {
        bail!("this removes {} with all conversations and pictures, for good; add --yes to do it", user.name);
    }
    if let Some(file) = &arguments.export {
        export_to(storage, &user, file).await?;
    }
    storage.delete_user(&user.id).await.map_err(|error| refused(error, &user))?;
    writeln!(std::io::stdout(), "{} is removed.", user.name)?;
    Ok(())
}

async fn export_to(storage: &Storage, user: &User, path: &Path) -> Result<()> {
    // Never over a file that is there.
    let mut options = OpenOptions::new();
    options.write(true).read(true).create_new(true);
    // Only for whoever runs the command, as the data folder is.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    let file = file.with_context(|| format!("{} cannot be written; choose a new file", path.display()))?;
    if let Err(error) = export::write(storage, &user.id, file).await {
        // Half of it would look like all of it.
        let _ = std::fs::remove_file(path);
        return Err(error);
    }
    writeln!(std::io::stdout(), "Everything of {} is in {}.", user.name, path.display())?;
    Ok(())
}

async fn class_list(storage: &Storage, arguments: &ClassListArguments) -> Result<()> {
    let path = arguments.file.display();
    let text = std::fs::read(&arguments.file).with_context(|| format!("{path} cannot be read"))?;
    let names = class_list::names(&class_list::decoded(&text));
    let names =
        names.with_context(|| format!("no column of {path} is called Name; add a first line that names them"))?;
    if names.is_empty() {
        bail!("there is no name in {path}; write one a line");
    }
    if names.len() > class_list::MAX_NAMES {
        bail!("{path} has more than {} names; split it", class_list::MAX_NAMES);
    }
    if arguments.role == CommandRole::Administrator {
        bail!("a class of administrators cannot be meant; choose member or guest");
    }
    let mut people = Vec::new();
    for name in names {
        people.push((clean(&name)?, random_code()?));
    }
    let group_id = match &arguments.group {
        Some(name) => Some(group(storage, name).await?),
        None => None,
    };
    let lifetime_ms = i64::from(arguments.link.days) * DAY_MS;
    let made = storage.invite_list(&people, role_of(arguments.role), group_id.as_deref(), lifetime_ms).await;
    made.map_err(|error| match error {
        StorageError::NameTaken => anyhow!("one of the names is there already or twice in {path}; nobody was added"),
        error => error.into(),
    })?;
    let origin = origin(storage, &arguments.link).await?;
    let mut terminal = std::io::stdout().lock();
    writeln!(terminal, "Codes work once, for {} days, at {origin}/code", arguments.link.days)?;
    for (name, code) in &people {
        writeln!(terminal, "{name:<32} {}", printed_code(code))?;
    }
    Ok(())
}

/// The id of the group `name`, which is made where it is not there.
async fn group(storage: &Storage, name: &str) -> Result<String> {
    match group_named(storage, name).await? {
        Some(group) => Ok(group.id),
        None => Ok(storage.add_group(&clean(name)?, None).await?),
    }
}

pub(super) fn clean(name: &str) -> Result<String> {
    names::clean(name).map_err(|problem| match problem {
        NameProblem::Missing => anyhow!("the name is empty; give one"),
        NameProblem::TooLong => anyhow!("the name is too long; at most {} letters", storage::MAX_NAME_LETTERS),
    })
}

pub(super) async fn find(storage: &Storage, name: &str) -> Result<User> {
    let account = storage.account(name).await?;
    account
        .map(|account| account.user)
        .ok_or_else(|| anyhow!("nobody is named {name}; `chaton users list` shows all names"))
}

fn refused(error: StorageError, user: &User) -> anyhow::Error {
    match error {
        StorageError::LastAdministrator => {
            anyhow!("without {} nobody could administrate; make somebody else administrator first", user.name)
        }
        error => error.into(),
    }
}
