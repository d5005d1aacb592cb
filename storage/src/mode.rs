//! Whether the data folder is one person's or a team's. It never steps back by itself: a team's folder must not be open
//! to whoever starts the program without a flag.

use crate::Storage;
use crate::error::Result;

impl Storage {
    pub async fn is_team(&self) -> Result<bool> {
        let mode: Option<String> =
            sqlx::query_scalar("SELECT value FROM settings WHERE name = 'mode'").fetch_optional(self.readers()).await?;
        Ok(mode.as_deref() == Some("team"))
    }

    /// From now on a team's. Browsers that one person's link let in are signed out: they have no account.
    pub async fn become_team(&self) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("INSERT INTO settings (name, value) VALUES ('mode', 'team') ON CONFLICT (name) DO NOTHING")
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE name_key IS NULL)")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
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
