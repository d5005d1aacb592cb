//! `chaton groups`: the groups of a team, from the terminal, also while the server runs.

use std::io::Write;

use anyhow::{Result, anyhow};
use storage::{GroupRow, Storage, StorageError, name_key};

use super::{
    in_folder,
    users::{clean, find},
};
use crate::cli::{GroupsCommand, MemberArguments};

pub fn run(command: GroupsCommand) -> Result<()> {
    match command {
        GroupsCommand::List(folder) => in_folder(&folder, async |storage| list(&storage).await),
        GroupsCommand::Add(arguments) => in_folder(&arguments.group.folder, async |storage| {
            let name = clean(&arguments.group.name)?;
            storage.add_group(&name, arguments.retention_days).await.map_err(|error| taken(error, &name))?;
            say(&format!("{name} is added."))
        }),
        GroupsCommand::Retention(arguments) => in_folder(&arguments.group.folder, async |storage| {
            let group = find_group(&storage, &arguments.group.name).await?;
            storage.change_group(&group.id, &group.name, arguments.days).await?;
            say(&match arguments.days {
                Some(days) => {
                    format!(
                        "Conversations of {} go {days} days after their last use; a change counts after a day.",
                        group.name
                    )
                }
                None => format!("Conversations of {} stay.", group.name),
            })
        }),
        GroupsCommand::Delete(arguments) => in_folder(&arguments.folder, async |storage| {
            let group = find_group(&storage, &arguments.name).await?;
            storage.delete_group(&group.id).await?;
            say(&format!("{} is removed; its people stay.", group.name))
        }),
        GroupsCommand::Join(arguments) => put(&arguments, false),
        GroupsCommand::Lead(arguments) => put(&arguments, true),
        GroupsCommand::Leave(arguments) => in_folder(&arguments.group.folder, async |storage| {
            let group = find_group(&storage, &arguments.group.name).await?;
            let person = find(&storage, &arguments.person).await?;
            storage.remove_group_member(&group.id, &person.id).await.map_err(|error| match error {
                StorageError::NotFound => anyhow!("{} is not in {}", person.name, group.name),
                error => error.into(),
            })?;
            say(&format!("{} is not in {} any more.", person.name, group.name))
        }),
    }
}

async fn list(storage: &Storage) -> Result<()> {
    let members = storage.group_members().await?;
    for group in storage.groups().await? {
        let kept = group
            .retention_days
            .map_or("conversations stay".into(), |days| format!("conversations go after {days} days"));
        say(&format!("{} ({kept})", group.name))?;
        for member in members.iter().filter(|member| member.group_id == group.id) {
            say(&format!("    {}{}", member.name, if member.is_leader { " (leader)" } else { "" }))?;
        }
    }
    Ok(())
}

fn put(arguments: &MemberArguments, is_leader: bool) -> Result<()> {
    in_folder(&arguments.group.folder, async |storage| {
        let group = find_group(&storage, &arguments.group.name).await?;
        let person = find(&storage, &arguments.person).await?;
        storage.set_group_member(&group.id, &person.id, is_leader).await?;
        let what = if is_leader { "leads" } else { "is a member of" };
        say(&format!("{} {what} {} now.", person.name, group.name))
    })
}

async fn find_group(storage: &Storage, name: &str) -> Result<GroupRow> {
    let found = group_named(storage, name).await?;
    found.ok_or_else(|| anyhow!("no group is named {name}; `chaton groups list` shows all of them"))
}

pub(super) async fn group_named(storage: &Storage, name: &str) -> Result<Option<GroupRow>> {
    let groups = storage.groups().await?;
    Ok(groups.into_iter().find(|group| name_key(&group.name) == name_key(name)))
}

fn taken(error: StorageError, name: &str) -> anyhow::Error {
    match error {
        StorageError::NameTaken => anyhow!("there is a group named {name} already; choose another name"),
        error => error.into(),
    }
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
