//! `chaton invite`: a link by which somebody joins the team.

use std::io::Write;

use anyhow::Result;
use storage::{InvitationKind, NewInvitation};

use super::{in_folder, origin, users::role_of};
use crate::{
    cli::{CommandRole, InviteArguments},
    secrets::random_token,
    time::DAY_MS,
};

pub fn run(arguments: &InviteArguments) -> Result<()> {
    in_folder(&arguments.link.folder, async |storage| {
        let token = random_token()?;
        let invitation = NewInvitation {
            token: &token,
            kind: InvitationKind::Join,
            role: role_of(arguments.role),
            user_id: None,
            group_id: None,
            note: &arguments.note,
            // Whoever passes such a link on hands out everything.
            uses: if arguments.role == CommandRole::Administrator { 1 } else { arguments.uses },
            lifetime_ms: i64::from(arguments.link.days) * DAY_MS,
        };
        storage.invite(invitation).await?;
        writeln!(std::io::stdout(), "{}/join?token={token}", origin(&storage, &arguments.link).await?)?;
        Ok(())
    })
}
