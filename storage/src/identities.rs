//! People whom a provider of single sign-on vouches for: known by its address and its own name for them, nothing else.

use sqlx::SqliteConnection;

use crate::error::{Result, StorageError};
use crate::ids::now_ms;
use crate::users::{self, MAX_NAME_LETTERS, forget_invitations, has_administrator, name_key, put_role};
use crate::{InvitationKind, Storage, User, UserRole};

impl Storage {
    /// The account of whom `issuer` calls `subject`. The first time it is a new one, named `name`, with a number where
    /// the name is taken. `role` is what the provider says; None: it says nothing, new ones are members.
    ///
    /// `NotFound` where the account is disabled, and for all but an administrator while there is none yet.
    pub async fn sign_on(&self, issuer: &str, subject: &str, name: &str, role: Option<UserRole>) -> Result<User> {
        let mut transaction = self.write().await?;
        let known: Option<(String, String, UserRole, Option<i64>)> = sqlx::query_as(
            "SELECT u.id, u.name, u.role, u.disabled_at_ms FROM identities i JOIN users u ON u.id = i.user_id
             WHERE i.issuer = $1 AND i.subject = $2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let user = match known {
            Some((_, _, _, Some(_))) => return Err(StorageError::NotFound),
            Some((id, name, role_before, None)) => {
                let role = match role {
                    Some(role) if role != role_before => change_role(&mut transaction, &id, role_before, role).await?,
                    _ => role_before,
                };
                User { id, name, role }
            }
            None => {
                let user = newcomer(&mut transaction, name, role.unwrap_or(UserRole::Member)).await?;
                sqlx::query("INSERT INTO identities (issuer, subject, user_id, created_at_ms) VALUES ($1, $2, $3, $4)")
                    .bind(issuer)
                    .bind(subject)
                    .bind(&user.id)
                    .bind(now_ms())
                    .execute(&mut *transaction)
                    .await?;
                user
            }
        };
        transaction.commit().await?;
        Ok(user)
    }
}

/// The role from now on: the last administrator stays one, whatever the provider says.
async fn change_role(
    connection: &mut SqliteConnection,
    user_id: &str,
    before: UserRole,
    role: UserRole,
) -> Result<UserRole> {
    put_role(connection, user_id, role).await?;
    if has_administrator(connection).await? {
        // Whoever holds an old link must not come in with the new role.
        forget_invitations(connection, user_id).await?;
        return Ok(role);
    }
    put_role(connection, user_id, before).await?;
    Ok(before)
}

async fn newcomer(connection: &mut SqliteConnection, name: &str, role: UserRole) -> Result<User> {
    if !has_administrator(connection).await? {
        if role != UserRole::Administrator {
            return Err(StorageError::NotFound);
        }
        set_up(connection).await?;
    }
    let name = free_name(connection, name).await?;
    users::insert(connection, &name, Some(name_key(&name)), None, role).await
}

/// The provider's administrator takes the place of the set-up: its link is used up.
async fn set_up(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("DELETE FROM invitations WHERE kind = $1").bind(InvitationKind::Setup).execute(connection).await?;
    Ok(())
}

/// `name`, or with the first number behind it that makes it nobody's.
async fn free_name(connection: &mut SqliteConnection, name: &str) -> Result<String> {
    let mut free = name.to_owned();
    let mut number = 1;
    while is_taken(connection, &free).await? {
        number += 1;
        // Never longer than names may be.
        let kept: String = name.chars().take(MAX_NAME_LETTERS - 4).collect();
        free = format!("{} {number}", kept.trim_end());
    }
    Ok(free)
}

async fn is_taken(connection: &mut SqliteConnection, name: &str) -> Result<bool> {
    let any: Option<i64> = sqlx::query_scalar("SELECT 1 FROM users WHERE name_key = $1")
        .bind(name_key(name))
        .fetch_optional(connection)
        .await?;
    Ok(any.is_some())
}
