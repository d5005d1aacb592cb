//! The people who may use this server. Personal mode is a team of one, without a name or a password.

use sqlx::SqliteConnection;
use unicode_normalization::UnicodeNormalization;

use crate::Storage;
use crate::error::{Result, StorageError, found};
use crate::ids::{new_id, now_ms};

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum UserRole {
    Administrator,
    Member,
    /// With lower limits.
    Guest,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    pub id: String,
    pub name: String,
    pub role: UserRole,
}

/// Somebody as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UserRow {
    pub id: String,
    /// Empty: who was here before there were accounts.
    pub name: String,
    pub role: UserRole,
    pub disabled_at_ms: Option<i64>,
    /// Whether there is a way to sign in: a password was chosen, or a provider vouches for them.
    pub has_password: bool,
    /// Of any browser that is signed in.
    pub last_used_at_ms: Option<i64>,
}

/// An account that a name belongs to. Never `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub user: User,
    /// None: no password was chosen yet, or the account is disabled.
    pub password_hash: Option<String>,
}

/// A name and the hash of a password, to begin with. Never `Debug`.
#[derive(Clone, Copy)]
pub struct NewAccount<'a> {
    pub name: &'a str,
    pub password_hash: &'a str,
}

type AccountColumns = (String, String, UserRole, Option<String>);

impl From<AccountColumns> for Account {
    fn from((id, name, role, password_hash): AccountColumns) -> Self {
        Self { user: User { id, name, role }, password_hash }
    }
}

/// What [`AccountColumns`] are read from.
macro_rules! select_account {
    ($which:literal) => {
        concat!(
            "SELECT id, name, role, CASE WHEN disabled_at_ms IS NULL THEN password_hash END FROM users WHERE ",
            $which
        )
    };
}

/// Whether the user `u` of a query has a way to sign in.
macro_rules! can_sign_in {
    () => {
        "(u.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id))"
    };
}
pub(crate) use can_sign_in;

/// Of the names of people and groups.
pub const MAX_NAME_LETTERS: usize = 80;

/// Names are compared so: whoever types "anna  müller" is Anna Müller, and a composed letter equals one of two parts.
pub fn name_key(name: &str) -> String {
    let composed: String = name.nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Storage {
    /// The one person of personal mode: the oldest user, made at the first call.
    pub async fn personal_user(&self) -> Result<User> {
        let mut transaction = self.write().await?;
        let existing: Option<User> =
            sqlx::query_as("SELECT id, name, role FROM users ORDER BY created_at_ms, id LIMIT 1")
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some(user) = existing {
            return Ok(user);
        }
        let user = insert(&mut transaction, "", None, None, UserRole::Administrator).await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// Everybody, by name; who was here before there were accounts only if there is something of theirs.
    pub async fn users(&self) -> Result<Vec<UserRow>> {
        Ok(sqlx::query_as(concat!(
            "SELECT u.id, u.name, u.role, u.disabled_at_ms, ",
            can_sign_in!(),
            " AS has_password,
                    (SELECT MAX(s.last_used_at_ms) FROM sessions s WHERE s.user_id = u.id) AS last_used_at_ms
             FROM users u
             WHERE u.name_key IS NOT NULL
                OR EXISTS (SELECT 1 FROM conversations c WHERE c.owner_id = u.id AND c.deleted_at_ms IS NULL)
             ORDER BY u.name_key IS NULL, u.name_key, u.id"
        ))
        .fetch_all(self.readers())
        .await?)
    }

    pub async fn user(&self, id: &str) -> Result<User> {
        sqlx::query_as("SELECT id, name, role FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(self.readers())
            .await?
            .ok_or(StorageError::NotFound)
    }

    /// The account that `name` belongs to, however it is spaced and capitalised.
    pub async fn account(&self, name: &str) -> Result<Option<Account>> {
        let found: Option<AccountColumns> = sqlx::query_as(select_account!("name_key = $1"))
            .bind(name_key(name))
            .fetch_optional(self.readers())
            .await?;
        Ok(found.map(Account::from))
    }

    /// The same of somebody whose id is known.
    pub async fn account_of(&self, id: &str) -> Result<Account> {
        let found: Option<AccountColumns> =
            sqlx::query_as(select_account!("id = $1")).bind(id).fetch_optional(self.readers()).await?;
        found.map(Account::from).ok_or(StorageError::NotFound)
    }

    /// An account without a password; an invitation opens it.
    pub async fn add_user(&self, name: &str, role: UserRole) -> Result<User> {
        let mut transaction = self.write().await?;
        let user = insert(&mut transaction, name, Some(name_key(name)), None, role).await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// Another password: every other browser than `but_session` is signed out.
    pub async fn set_password(&self, id: &str, password_hash: &str, but_session: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let changed = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(id)
            .bind(password_hash)
            .execute(&mut *transaction)
            .await?;
        found(changed.rows_affected())?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
            .bind(id)
            .bind(but_session)
            .execute(&mut *transaction)
            .await?;
        forget_invitations(&mut transaction, id).await?;
        Ok(transaction.commit().await?)
    }

    pub async fn set_role(&self, id: &str, role: UserRole) -> Result<()> {
        let mut transaction = self.write().await?;
        let had_one = has_administrator(&mut transaction).await?;
        put_role(&mut transaction, id, role).await?;
        check_administrators(&mut transaction, had_one).await?;
        // Whoever holds an old link or code must not come in with the new role.
        forget_invitations(&mut transaction, id).await?;
        Ok(transaction.commit().await?)
    }

    /// Nobody signs in with the account until it is enabled; every browser is signed out. Nothing of it is lost.
    pub async fn disable_user(&self, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let had_one = has_administrator(&mut transaction).await?;
        let changed = sqlx::query("UPDATE users SET disabled_at_ms = COALESCE(disabled_at_ms, $2) WHERE id = $1")
            .bind(id)
            .bind(now_ms())
            .execute(&mut *transaction)
            .await?;
        found(changed.rows_affected())?;
        check_administrators(&mut transaction, had_one).await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(id).execute(&mut *transaction).await?;
        forget_invitations(&mut transaction, id).await?;
        Ok(transaction.commit().await?)
    }

    /// Groups that let conversations go count from now on: what is old is not gone at once.
    pub async fn enable_user(&self, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "UPDATE group_members SET since_ms = $2
             WHERE user_id = $1 AND EXISTS (SELECT 1 FROM users u WHERE u.id = $1 AND u.disabled_at_ms IS NOT NULL)",
        )
        .bind(id)
        .bind(now_ms())
        .execute(&mut *transaction)
        .await?;
        let changed = sqlx::query("UPDATE users SET disabled_at_ms = NULL WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        found(changed.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Removes an account with everything that belongs to it, for good. Files of pictures go with the next purge.
    pub async fn delete_user(&self, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let had_one = has_administrator(&mut transaction).await?;
        let deleted = sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        found(deleted.rows_affected())?;
        check_administrators(&mut transaction, had_one).await?;
        Ok(transaction.commit().await?)
    }
}

/// Refuses a change after which nobody could administrate, where somebody could before.
async fn check_administrators(connection: &mut SqliteConnection, had_one: bool) -> Result<()> {
    if !had_one || has_administrator(connection).await? { Ok(()) } else { Err(StorageError::LastAdministrator) }
}

/// Old links and codes for an account.
pub(crate) async fn forget_invitations(connection: &mut SqliteConnection, user_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM invitations WHERE user_id = $1").bind(user_id).execute(connection).await?;
    Ok(())
}

/// Whether anybody can sign in and administrate.
pub(crate) async fn has_administrator(connection: &mut SqliteConnection) -> Result<bool> {
    let any: Option<i64> = sqlx::query_scalar(concat!(
        "SELECT 1 FROM users u WHERE u.role = $1 AND u.disabled_at_ms IS NULL AND ",
        can_sign_in!(),
        " LIMIT 1"
    ))
    .bind(UserRole::Administrator)
    .fetch_optional(connection)
    .await?;
    Ok(any.is_some())
}

/// Whether anybody administrates then is for the caller to see.
pub(crate) async fn put_role(connection: &mut SqliteConnection, id: &str, role: UserRole) -> Result<()> {
    let changed =
        sqlx::query("UPDATE users SET role = $2 WHERE id = $1").bind(id).bind(role).execute(connection).await?;
    found(changed.rows_affected())
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    name: &str,
    name_key: Option<String>,
    password_hash: Option<&str>,
    role: UserRole,
) -> Result<User> {
    sqlx::query_as(
        "INSERT INTO users (id, name, name_key, password_hash, role, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING id, name, role",
    )
    .bind(new_id())
    .bind(name)
    .bind(name_key)
    .bind(password_hash)
    .bind(role)
    .bind(now_ms())
    .fetch_one(connection)
    .await
    .map_err(name_taken)
}

/// The database's word for a name that somebody has.
pub(crate) fn name_taken(error: sqlx::Error) -> StorageError {
    match error.as_database_error().is_some_and(|error| error.is_unique_violation()) {
        true => StorageError::NameTaken,
        false => error.into(),
    }
}
