//! Conversations: their titles, their order, and being deleted and restored. What is said in them is in `messages`.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};

use crate::error::{Result, StorageError, found};
use crate::ids::now_ms;
use crate::{PictureRecord, Storage};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationRow {
    pub id: String,
    pub title: String,
    /// When something was last sent in it.
    pub updated_at_ms: i64,
    /// On the branch last looked at or written to.
    pub current_message_id: Option<String>,
    pub first_picture: Option<PictureRecord>,
}

macro_rules! select_conversations {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.title, c.updated_at_ms, c.current_message_id, p.id AS picture_id, p.blob_sha256,
                    p.name AS picture_name, b.width, b.height, p.created_at_ms AS picture_created_at_ms
             FROM conversations c
             LEFT JOIN pictures p ON p.id = c.first_picture_id
             LEFT JOIN blobs b ON b.sha256 = p.blob_sha256
             WHERE c.owner_id = $1 AND c.deleted_at_ms IS NULL",
            $rest
        )
    };
}

impl FromRow<'_, SqliteRow> for ConversationRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<ConversationRow> {
        let first_picture = match row.try_get::<Option<String>, _>("picture_id")? {
            None => None,
            Some(id) => Some(PictureRecord {
                id,
                blob_hash: row.try_get("blob_sha256")?,
                name: row.try_get("picture_name")?,
                width: row.try_get("width")?,
                height: row.try_get("height")?,
                created_at_ms: row.try_get("picture_created_at_ms")?,
            }),
        };
        Ok(ConversationRow {
            id: row.try_get("id")?,
            title: row.try_get("title")?,
            updated_at_ms: row.try_get("updated_at_ms")?,
            current_message_id: row.try_get("current_message_id")?,
            first_picture,
        })
    }
}

impl Storage {
    /// Those not deleted, last used first.
    pub async fn conversations(&self, owner_id: &str) -> Result<Vec<ConversationRow>> {
        Ok(sqlx::query_as(select_conversations!(" ORDER BY c.updated_at_ms DESC, c.id DESC"))
            .bind(owner_id)
            .fetch_all(self.readers())
            .await?)
    }

    /// NotFound also where it is deleted.
    pub async fn conversation(&self, owner_id: &str, id: &str) -> Result<ConversationRow> {
        sqlx::query_as(select_conversations!(" AND c.id = $2"))
            .bind(owner_id)
            .bind(id)
            .fetch_optional(self.readers())
            .await?
            .ok_or(StorageError::NotFound)
    }

    /// Does not count as use: the conversation keeps its place in the list.
    pub async fn rename_conversation(&self, owner_id: &str, id: &str, title: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let renamed = sqlx::query(
            "UPDATE conversations SET title = $3 WHERE owner_id = $1 AND id = $2 AND deleted_at_ms IS NULL",
        )
        .bind(owner_id)
        .bind(id)
        .bind(title)
        .execute(&mut *transaction)
        .await?;
        found(renamed.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Hides a conversation. Once more changes nothing.
    pub async fn delete_conversation(&self, owner_id: &str, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let deleted = sqlx::query(
            "UPDATE conversations SET deleted_at_ms = COALESCE(deleted_at_ms, $3) WHERE owner_id = $1 AND id = $2",
        )
        .bind(owner_id)
        .bind(id)
        .bind(now_ms())
        .execute(&mut *transaction)
        .await?;
        found(deleted.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Brings a deleted conversation back as it was. Restoring one that is not deleted changes nothing.
    pub async fn restore_conversation(&self, owner_id: &str, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let restored = sqlx::query("UPDATE conversations SET deleted_at_ms = NULL WHERE owner_id = $1 AND id = $2")
            .bind(owner_id)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        found(restored.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Makes the branch through `message_id` the one that the conversation opens on.
    pub async fn set_current_message(&self, owner_id: &str, conversation_id: &str, message_id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let moved = sqlx::query(
            "UPDATE conversations SET current_message_id = $3
             WHERE owner_id = $1 AND id = $2 AND deleted_at_ms IS NULL
               AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = $2 AND m.id = $3)",
        )
        .bind(owner_id)
        .bind(conversation_id)
        .bind(message_id)
        .execute(&mut *transaction)
        .await?;
        found(moved.rows_affected())?;
        Ok(transaction.commit().await?)
    }
}

pub(crate) async fn insert(connection: &mut SqliteConnection, owner_id: &str, id: &str, title: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO conversations (id, owner_id, title, created_at_ms, updated_at_ms) VALUES ($1, $2, $3, $4, $4)",
    )
    .bind(id)
    .bind(owner_id)
    .bind(title)
    .bind(now_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// NotFound unless `owner_id` has it and it is not deleted.
pub(crate) async fn check_owned(connection: &mut SqliteConnection, owner_id: &str, id: &str) -> Result<()> {
    let owned: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM conversations WHERE owner_id = $1 AND id = $2 AND deleted_at_ms IS NULL")
            .bind(owner_id)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    owned.map(|_| ()).ok_or(StorageError::NotFound)
}

/// Something was sent: the conversation moves up in the list and opens on the new answer.
pub(crate) async fn note_use(
    connection: &mut SqliteConnection,
    id: &str,
    current_message_id: &str,
    picture_id: Option<&String>,
) -> Result<()> {
    sqlx::query(
        "UPDATE conversations SET updated_at_ms = $2, current_message_id = $3,
                                  first_picture_id = COALESCE(first_picture_id, $4)
         WHERE id = $1",
    )
    .bind(id)
    .bind(now_ms())
    .bind(current_message_id)
    .bind(picture_id)
    .execute(connection)
    .await?;
    Ok(())
}
