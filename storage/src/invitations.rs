//! Links and codes that let somebody in: the first administrator's set-up, invitations, accounts that get a password.
//! Every claim is one transaction: of any number that come at once, as many succeed as there are uses.

use sqlx::SqliteConnection;

use crate::error::{Result, StorageError, found};
use crate::ids::{new_id, now_ms, sha256_hex};
use crate::users::{self, can_sign_in, has_administrator, name_key, name_taken};
use crate::{NewAccount, Storage, User, UserRole};

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum InvitationKind {
    /// Makes the first administrator, while there is no account.
    Setup,
    /// Makes an account.
    Join,
    /// Gives an account that is there a password.
    Account,
}

/// An invitation that is to be made. Never `Debug`: it holds a secret.
#[derive(Clone, Copy)]
pub struct NewInvitation<'a> {
    /// Long and random: it is hashed without salt.
    pub token: &'a str,
    pub kind: InvitationKind,
    pub role: UserRole,
    /// Whose account it opens.
    pub user_id: Option<&'a str>,
    pub group_id: Option<&'a str>,
    /// For whom.
    pub note: &'a str,
    pub uses: u32,
    pub lifetime_ms: i64,
}

impl<'a> NewInvitation<'a> {
    /// By which the owner of an account chooses a password, once.
    pub fn of_account(user: &'a User, token: &'a str, lifetime_ms: i64) -> Self {
        Self {
            token,
            kind: InvitationKind::Account,
            role: user.role,
            user_id: Some(&user.id),
            group_id: None,
            note: "",
            uses: 1,
            lifetime_ms,
        }
    }
}

/// An invitation that can still be used.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InvitationRow {
    pub id: String,
    pub kind: InvitationKind,
    pub role: UserRole,
    pub user_id: Option<String>,
    /// Of the account that it opens.
    pub user_name: Option<String>,
    pub group_name: Option<String>,
    pub note: String,
    pub uses_left: u32,
    pub expires_at_ms: i64,
}

/// What every query of open invitations begins with; $1 is the time now.
macro_rules! select_open {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.kind, i.role, i.user_id, u.name AS user_name, g.name AS group_name, i.note, i.uses_left,
                    i.expires_at_ms
             FROM invitations i LEFT JOIN users u ON u.id = i.user_id LEFT JOIN groups g ON g.id = i.group_id
             WHERE i.expires_at_ms > $1 AND i.uses_left > 0",
            $rest
        )
    };
}

impl Storage {
    /// A new link or code. One for an account takes the place of those before, one for the set-up too.
    pub async fn invite(&self, invitation: NewInvitation<'_>) -> Result<()> {
        let mut transaction = self.write().await?;
        if invitation.kind == InvitationKind::Setup && has_administrator(&mut transaction).await? {
            return Err(StorageError::NotFound);
        }
        insert(&mut transaction, &invitation).await?;
        Ok(transaction.commit().await?)
    }

    /// A code for a member of a group, by who leads it: only for who has not chosen a password yet and administrates
    /// nothing. With one for an account in use a leader could read in it. The member's name.
    pub async fn invite_member(&self, group_id: &str, user_id: &str, token: &str, lifetime_ms: i64) -> Result<String> {
        let mut transaction = self.write().await?;
        let member: Option<User> = sqlx::query_as(concat!(
            "SELECT u.id, u.name, u.role FROM users u JOIN group_members m ON m.user_id = u.id
             WHERE m.group_id = $1 AND u.id = $2 AND u.role <> $3 AND u.disabled_at_ms IS NULL AND NOT ",
            can_sign_in!()
        ))
        .bind(group_id)
        .bind(user_id)
        .bind(UserRole::Administrator)
        .fetch_optional(&mut *transaction)
        .await?;
        let member = member.ok_or(StorageError::NotFound)?;
        insert(&mut transaction, &NewInvitation::of_account(&member, token, lifetime_ms)).await?;
        transaction.commit().await?;
        Ok(member.name)
    }

    /// Accounts with a code each, all or none: the names and tokens of a class list.
    pub async fn invite_list(
        &self,
        people: &[(String, String)],
        role: UserRole,
        group_id: Option<&str>,
        lifetime_ms: i64,
    ) -> Result<()> {
        let mut transaction = self.write().await?;
        for (name, token) in people {
            let user = users::insert(&mut transaction, name, Some(name_key(name)), None, role).await?;
            if let Some(group_id) = group_id {
                crate::groups::set_member(&mut transaction, group_id, &user.id, false).await?;
            }
            insert(&mut transaction, &NewInvitation::of_account(&user, token, lifetime_ms)).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// What `token` is good for; `NotFound` where it is unknown, used up or too old.
    pub async fn invitation(&self, token: &str) -> Result<InvitationRow> {
        sqlx::query_as(select_open!(" AND i.token_sha256 = $2"))
            .bind(now_ms())
            .bind(sha256_hex(token.as_bytes()))
            .fetch_optional(self.readers())
            .await?
            .ok_or(StorageError::NotFound)
    }

    /// Those that can still be used, the set-up's not among them, soonest to end first.
    pub async fn invitations(&self) -> Result<Vec<InvitationRow>> {
        Ok(sqlx::query_as(select_open!(" AND i.kind <> $2 ORDER BY i.expires_at_ms, i.id"))
            .bind(now_ms())
            .bind(InvitationKind::Setup)
            .fetch_all(self.readers())
            .await?)
    }

    pub async fn revoke_invitation(&self, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let revoked = sqlx::query("DELETE FROM invitations WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        found(revoked.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Makes the first administrator; `takes_conversations`: of the person who was here before there were accounts. Their
    /// conversations otherwise stay with nobody until somebody is given them.
    pub async fn claim_setup(&self, token: &str, account: NewAccount<'_>, takes_conversations: bool) -> Result<User> {
        let mut transaction = self.write().await?;
        use_up(&mut transaction, token, InvitationKind::Setup).await?;
        if has_administrator(&mut transaction).await? {
            return Err(StorageError::NotFound);
        }
        let before: Option<String> =
            sqlx::query_scalar("SELECT id FROM users WHERE name_key IS NULL ORDER BY created_at_ms, id LIMIT 1")
                .fetch_optional(&mut *transaction)
                .await?;
        let user = match before.filter(|_| takes_conversations) {
            Some(id) => fill(&mut transaction, &id, account, UserRole::Administrator).await?,
            None => {
                let (key, hash) = (Some(name_key(account.name)), Some(account.password_hash));
                users::insert(&mut transaction, account.name, key, hash, UserRole::Administrator).await?
            }
        };
        sqlx::query("DELETE FROM invitations WHERE kind = $1")
            .bind(InvitationKind::Setup)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// Makes an account as an invitation allows.
    pub async fn claim_invitation(&self, token: &str, account: NewAccount<'_>) -> Result<User> {
        let mut transaction = self.write().await?;
        let used = use_up(&mut transaction, token, InvitationKind::Join).await?;
        let (key, hash) = (Some(name_key(account.name)), Some(account.password_hash));
        let user = users::insert(&mut transaction, account.name, key, hash, used.role).await?;
        if let Some(group_id) = used.group_id {
            crate::groups::set_member(&mut transaction, &group_id, &user.id, false).await?;
        }
        transaction.commit().await?;
        Ok(user)
    }

    /// Gives the account that a link or a code belongs to a password (and a name, where it has none); every browser that
    /// was signed in with it is signed out.
    pub async fn claim_account(&self, token: &str, account: NewAccount<'_>) -> Result<User> {
        let mut transaction = self.write().await?;
        let used = use_up(&mut transaction, token, InvitationKind::Account).await?;
        let user_id = used.user_id.ok_or(StorageError::NotFound)?;
        let before: User = sqlx::query_as("SELECT id, name, role FROM users WHERE id = $1")
            .bind(&user_id)
            .fetch_one(&mut *transaction)
            .await?;
        let name = if before.name.is_empty() { account.name } else { &before.name };
        let user = fill(&mut transaction, &user_id, NewAccount { name, ..account }, before.role).await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(&user_id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(user)
    }
}

async fn insert(connection: &mut SqliteConnection, invitation: &NewInvitation<'_>) -> Result<()> {
    let now_ms = now_ms();
    sqlx::query("DELETE FROM invitations WHERE expires_at_ms <= $1 OR uses_left <= 0 OR user_id = $2 OR (kind = $3 AND kind = $4)")
        .bind(now_ms)
        .bind(invitation.user_id)
        .bind(invitation.kind)
        .bind(InvitationKind::Setup)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO invitations (id, token_sha256, kind, role, user_id, group_id, note, uses_left, created_at_ms, expires_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new_id())
    .bind(sha256_hex(invitation.token.as_bytes()))
    .bind(invitation.kind)
    .bind(invitation.role)
    .bind(invitation.user_id)
    .bind(invitation.group_id)
    .bind(invitation.note)
    .bind(invitation.uses)
    .bind(now_ms)
    .bind(now_ms.saturating_add(invitation.lifetime_ms))
    .execute(connection)
    .await
    // Somebody or a group that is no longer there.
    .map_err(|error| match error.as_database_error().is_some_and(|error| error.is_foreign_key_violation()) {
        true => StorageError::NotFound,
        false => error.into(),
    })?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Used {
    role: UserRole,
    user_id: Option<String>,
    group_id: Option<String>,
}

async fn use_up(connection: &mut SqliteConnection, token: &str, kind: InvitationKind) -> Result<Used> {
    sqlx::query_as(
        "UPDATE invitations SET uses_left = uses_left - 1
         WHERE token_sha256 = $1 AND kind = $2 AND expires_at_ms > $3 AND uses_left > 0
         RETURNING role, user_id, group_id",
    )
    .bind(sha256_hex(token.as_bytes()))
    .bind(kind)
    .bind(now_ms())
    .fetch_optional(connection)
    .await?
    .ok_or(StorageError::NotFound)
}

/// Name and password of somebody who is there.
async fn fill(
    connection: &mut SqliteConnection,
    user_id: &str,
    account: NewAccount<'_>,
    role: UserRole,
) -> Result<User> {
    sqlx::query_as(
        "UPDATE users SET name = $2, name_key = $3, password_hash = $4, role = $5 WHERE id = $1 AND disabled_at_ms IS NULL
         RETURNING id, name, role",
    )
    .bind(user_id)
    .bind(account.name)
    .bind(name_key(account.name))
    .bind(account.password_hash)
    .bind(role)
    .fetch_optional(connection)
    .await
    .map_err(name_taken)?
    .ok_or(StorageError::NotFound)
}
