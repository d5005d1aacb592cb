//! Who is signed in. The token itself is only in the person's cookie.

use crate::error::Result;
use crate::ids::{now_ms, sha256_hex};
use crate::{Storage, User};

impl Storage {
    /// Remembers that `token` (long and random: it is hashed without salt) signs `user_id` in for `lifetime_ms`.
    pub async fn create_session(&self, user_id: &str, token: &str, lifetime_ms: i64) -> Result<()> {
        let now_ms = now_ms();
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at_ms <= $1").bind(now_ms).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO sessions (token_sha256, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)",
        )
        .bind(sha256_hex(token.as_bytes()))
        .bind(user_id)
        .bind(now_ms)
        .bind(now_ms.saturating_add(lifetime_ms))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whom `token` signs in; None where it is unknown or expired.
    pub async fn session_user(&self, token: &str) -> Result<Option<User>> {
        Ok(sqlx::query_as(
            "SELECT u.id, u.name, u.role FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_sha256 = $1 AND s.expires_at_ms > $2",
        )
        .bind(sha256_hex(token.as_bytes()))
        .bind(now_ms())
        .fetch_optional(self.readers())
        .await?)
    }
}
