use clap::{Args, Subcommand};

use super::FolderArguments;

#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    /// All groups with their members
    List(FolderArguments),
    /// Add a group
    Add(AddGroupArguments),
    /// Change after how many days its members' conversations are removed
    Retention(ChangeGroupArguments),
    /// Remove a group; its people and their conversations stay
    Delete(GroupArguments),
    /// Make somebody a member of a group, also who led it
    Join(MemberArguments),
    /// Make somebody a leader: who sees the members, and lets in those who have not come yet
    Lead(MemberArguments),
    /// Take somebody out of a group
    Leave(MemberArguments),
}

#[derive(Args, Debug)]
pub struct AddGroupArguments {
    #[command(flatten)]
    pub group: GroupArguments,
    /// Remove conversations of its members so many days after their last use [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub retention_days: Option<u32>,
}

#[derive(Args, Debug)]
pub struct ChangeGroupArguments {
    #[command(flatten)]
    pub group: GroupArguments,
    /// So many days after their last use; leave it out for never
    #[arg(value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: Option<u32>,
}

#[derive(Args, Debug)]
pub struct GroupArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    /// The name of the group
    pub name: String,
}

#[derive(Args, Debug)]
pub struct MemberArguments {
    #[command(flatten)]
    pub group: GroupArguments,
    /// The name of the person
    pub person: String,
}
