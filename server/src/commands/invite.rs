//! `chaton invite`: a link by which somebody joins the team.

use std::io::Write;

use anyhow::Result;
use storage::{InvitationKind, NewInvitation};

use super::{in_folder, users::role_of};
use crate::{cli::InviteArguments, secrets::random_token};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

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
            uses: arguments.uses,
            lifetime_ms: i64::from(arguments.link.days) * DAY_MS,
        };
        storage.become_team().await?;
        storage.invite(invitation).await?;
        writeln!(std::io::stdout(), "{}/join?token={token}", arguments.link.public_url)?;
        Ok(())
    })
}
