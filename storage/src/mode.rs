//! Whether the data folder is one person's or a team's. It never steps back by itself: a team's folder must not be open
//! to whoever starts the program without a flag.

use crate::error::Result;
use crate::{Storage, UserRole};

impl Storage {
    pub async fn is_team(&self) -> Result<bool> {
        let mode: Option<String> =
            sqlx::query_scalar("SELECT value FROM settings WHERE name = 'mode'").fetch_optional(self.readers()).await?;
        Ok(mode.as_deref() == Some("team"))
    }

    /// From now on a team's. Browsers that one person's link let in are signed out: they have no account. Whoever is given
    /// the conversations of before must not administrate by that.
    pub async fn become_team(&self) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ('mode', 'team') ON CONFLICT (name) DO NOTHING")
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE users SET role = $1 WHERE name_key IS NULL")
            .bind(UserRole::Member)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE name_key IS NULL)")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// What links begin with, as the server last had it: for commands, which are not told.
    pub async fn set_origin(&self, origin: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ('origin', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(origin)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    pub async fn origin(&self) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = 'origin'")
            .fetch_optional(self.readers())
            .await?)
    }

    /// Conversations of whoever was here before there were accounts.
    pub async fn conversations_without_account(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM conversations c JOIN users u ON u.id = c.owner_id
             WHERE u.name_key IS NULL AND c.deleted_at_ms IS NULL",
        )
        .fetch_one(self.readers())
        .await?;
        Ok(count as u64)
    }
}
