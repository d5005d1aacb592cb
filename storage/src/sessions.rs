//! Who is signed in, and with which browsers. The token itself is only in the person's cookie.

use crate::error::{Result, found};
use crate::ids::{new_id, now_ms, sha256_hex};
use crate::{Storage, User, UserRole};

/// How exactly the last use is remembered: a change for every request would be too much.
const USE_INTERVAL_MS: i64 = 10 * 60 * 1000;
/// More of what a browser says of itself is not kept.
const MAX_BROWSER_LETTERS: usize = 400;

/// A session that is to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub user_id: &'a str,
    /// Long and random: it is hashed without salt.
    pub token: &'a str,
    /// What the browser says of itself.
    pub browser: &'a str,
    pub lifetime_ms: i64,
}

/// Whom a token signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub user: User,
    pub session_id: String,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    pub id: String,
    pub browser: String,
    pub created_at_ms: i64,
    pub last_used_at_ms: i64,
}

#[derive(sqlx::FromRow)]
struct Found {
    session_id: String,
    last_used_at_ms: i64,
    id: String,
    name: String,
    role: UserRole,
}

impl Storage {
    /// Signs a person in.
    pub async fn create_session(&self, session: NewSession<'_>) -> Result<()> {
        let now_ms = now_ms();
        let browser: String = session.browser.chars().take(MAX_BROWSER_LETTERS).collect();
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at_ms <= $1").bind(now_ms).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO sessions (id, token_sha256, user_id, browser, created_at_ms, last_used_at_ms, expires_at_ms)
             VALUES ($1, $2, $3, $4, $5, $5, $6)",
        )
        .bind(new_id())
        .bind(sha256_hex(session.token.as_bytes()))
        .bind(session.user_id)
        .bind(browser)
        .bind(now_ms)
        .bind(now_ms.saturating_add(session.lifetime_ms))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whom `token` signs in; None where it is unknown, expired or ended. Remembers that it was used.
    pub async fn signed_in(&self, token: &str) -> Result<Option<SignedIn>> {
        let now_ms = now_ms();
        let found: Option<Found> = sqlx::query_as(
            "SELECT s.id AS session_id, s.last_used_at_ms, u.id, u.name, u.role
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_sha256 = $1 AND s.expires_at_ms > $2 AND u.disabled_at_ms IS NULL",
        )
        .bind(sha256_hex(token.as_bytes()))
        .bind(now_ms)
        .fetch_optional(self.readers())
        .await?;
        let Some(found) = found else { return Ok(None) };
        if now_ms - found.last_used_at_ms >= USE_INTERVAL_MS {
            self.note_use(&found.session_id, now_ms).await?;
        }
        let user = User { id: found.id, name: found.name, role: found.role };
        Ok(Some(SignedIn { user, session_id: found.session_id }))
    }

    /// Whether a session still holds: for what outlives the request that began it.
    pub async fn is_session_open(&self, id: &str) -> Result<bool> {
        let open: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.id = $1 AND s.expires_at_ms > $2 AND u.disabled_at_ms IS NULL",
        )
        .bind(id)
        .bind(now_ms())
        .fetch_optional(self.readers())
        .await?;
        Ok(open.is_some())
    }

    async fn note_use(&self, session_id: &str, now_ms: i64) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE sessions SET last_used_at_ms = $2 WHERE id = $1")
            .bind(session_id)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The browsers that are signed in as `user_id`, last used first.
    pub async fn sessions(&self, user_id: &str) -> Result<Vec<SessionRow>> {
        Ok(sqlx::query_as(
            "SELECT id, browser, created_at_ms, last_used_at_ms FROM sessions
             WHERE user_id = $1 AND expires_at_ms > $2 ORDER BY last_used_at_ms DESC, created_at_ms DESC, id DESC",
        )
        .bind(user_id)
        .bind(now_ms())
        .fetch_all(self.readers())
        .await?)
    }

    /// Signs all browsers of `user_id` out.
    pub async fn end_sessions(&self, user_id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user_id).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Signs one browser of `user_id` out.
    pub async fn end_session(&self, user_id: &str, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id = $2")
            .bind(user_id)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        found(ended.rows_affected())?;
        transaction.commit().await?;
        Ok(())
    }
}
