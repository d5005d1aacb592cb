//! The people who may use this server. Personal mode is a team of one.

use crate::Storage;
use crate::error::Result;
use crate::ids::{new_id, now_ms};

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum UserRole {
    Administrator,
    Member,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    pub id: String,
    pub name: String,
    pub role: UserRole,
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
        let user = sqlx::query_as(
            "INSERT INTO users (id, name, role, created_at_ms) VALUES ($1, $2, $3, $4) RETURNING id, name, role",
        )
        .bind(new_id())
        .bind("")
        .bind(UserRole::Administrator)
        .bind(now_ms())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(user)
    }
}
