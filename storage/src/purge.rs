//! What nobody can reach any more is removed for good: conversations deleted a while ago, pictures in no message,
//! files that no picture owns.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::error::Result;
use crate::ids::now_ms;
use crate::{GenerationState, Storage, blobs};

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub conversations: u64,
    pub pictures: u64,
    pub files: u64,
}

impl Storage {
    /// Removes what was deleted, or uploaded and never sent, longer than `kept_for` ago. Only before anything is
    /// stored (at the start): a file that is being taken into use has no row yet.
    pub async fn purge(&self, kept_for: Duration) -> Result<Purged> {
        let before_ms = now_ms() - kept_for.as_millis() as i64;
        let mut transaction = self.write().await?;
        let conversations = sqlx::query(
            "DELETE FROM conversations WHERE deleted_at_ms <= $1
             AND NOT EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = conversations.id AND g.state = $2)",
        )
        .bind(before_ms)
        .bind(GenerationState::Running)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        let pictures = sqlx::query(
            "DELETE FROM pictures WHERE created_at_ms <= $1
             AND NOT EXISTS (SELECT 1 FROM message_pictures m WHERE m.picture_id = pictures.id)
             AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.first_picture_id = pictures.id)",
        )
        .bind(before_ms)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        sqlx::query("DELETE FROM blobs WHERE NOT EXISTS (SELECT 1 FROM pictures p WHERE p.blob_sha256 = blobs.sha256)")
            .execute(&mut *transaction)
            .await?;
        let kept: HashSet<String> =
            sqlx::query_scalar("SELECT sha256 FROM blobs").fetch_all(&mut *transaction).await?.into_iter().collect();
        // Rows first: a file without a row is only some wasted space, until the next purge.
        transaction.commit().await?;
        let data_dir = self.data_dir().to_owned();
        let removed = tokio::task::spawn_blocking(move || remove_files_but(&data_dir, &kept)).await;
        let files = removed.map_err(io::Error::other)??;
        Ok(Purged { conversations, pictures, files })
    }
}

fn remove_files_but(data_dir: &Path, kept: &HashSet<String>) -> io::Result<u64> {
    let mut removed = 0;
    for (path, hash) in blobs::files(data_dir)? {
        if !kept.contains(&hash) {
            fs::remove_file(path)?;
            removed += 1;
        }
    }
    Ok(removed)
}
