//! What is said: a tree by `parent_id`. Editing and regenerating add siblings; nothing is overwritten.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};

use crate::error::{Result, StorageError};
use crate::generations::GenerationSummary;
use crate::ids::{new_id, now_ms};
use crate::pictures::picture_columns;
use crate::{PictureRecord, Storage, conversations};

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Role {
    User,
    Assistant,
}

/// How large the pictures of a question are shown to the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum PictureDetail {
    Low,
    #[default]
    Auto,
    High,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    pub id: String,
    pub conversation_id: String,
    /// None for a first message.
    pub parent_id: Option<String>,
    pub role: Role,
    /// As written. An answer's stays empty until its generation has ended.
    pub text: String,
    pub created_at_ms: i64,
    /// The model that wrote an answer; None for questions.
    pub model_name: Option<String>,
    /// In the order they were given.
    pub pictures: Vec<PictureRecord>,
    pub picture_detail: PictureDetail,
    /// Of an answer; None for questions.
    pub generation: Option<GenerationSummary>,
}

/// Messages that are not in a deleted conversation. Parameter 1 is the owner.
macro_rules! select_messages {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.conversation_id, m.parent_id, m.role, m.text, m.created_at_ms, m.picture_detail, g.id AS generation_id,
                    g.state, g.model_name, g.model_hash, g.engine_version, g.resumes, g.changed_model, g.usage_json, g.timings_json,
                    g.created_at_ms AS started_at_ms, g.finished_at_ms
             FROM messages m
             JOIN conversations c ON c.id = m.conversation_id AND c.deleted_at_ms IS NULL
             LEFT JOIN generations g ON g.answer_id = m.id
             WHERE m.owner_id = $1",
            $rest
        )
    };
}

impl FromRow<'_, SqliteRow> for MessageRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<MessageRow> {
        let generation = match row.try_get::<Option<String>, _>("generation_id")? {
            None => None,
            Some(id) => Some(GenerationSummary {
                id,
                state: row.try_get("state")?,
                model_name: row.try_get("model_name")?,
                model_hash: row.try_get("model_hash")?,
                engine_version: row.try_get("engine_version")?,
                resumes: row.try_get("resumes")?,
                changed_model: row.try_get("changed_model")?,
                usage_json: row.try_get("usage_json")?,
                timings_json: row.try_get("timings_json")?,
                created_at_ms: row.try_get("started_at_ms")?,
                finished_at_ms: row.try_get("finished_at_ms")?,
            }),
        };
        Ok(MessageRow {
            id: row.try_get("id")?,
            conversation_id: row.try_get("conversation_id")?,
            parent_id: row.try_get("parent_id")?,
            role: row.try_get("role")?,
            text: row.try_get("text")?,
            created_at_ms: row.try_get("created_at_ms")?,
            model_name: row.try_get("model_name")?,
            pictures: Vec::new(),
            picture_detail: row.try_get("picture_detail")?,
            generation,
        })
    }
}

#[derive(FromRow)]
struct AttachedPicture {
    message_id: String,
    #[sqlx(flatten)]
    picture: PictureRecord,
}

impl Storage {
    pub async fn message(&self, owner_id: &str, id: &str) -> Result<MessageRow> {
        let mut snapshot = self.readers().begin().await?;
        let mut message: MessageRow = sqlx::query_as(select_messages!(" AND m.id = $2"))
            .bind(owner_id)
            .bind(id)
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or(StorageError::NotFound)?;
        message.pictures = sqlx::query_as(concat!(
            "SELECT ",
            picture_columns!(),
            " FROM message_pictures mp JOIN pictures p ON p.id = mp.picture_id JOIN blobs b ON b.sha256 = p.blob_sha256
             WHERE mp.message_id = $1 ORDER BY mp.position"
        ))
        .bind(id)
        .fetch_all(&mut *snapshot)
        .await?;
        Ok(message)
    }

    /// All messages of the tree, oldest first.
    pub async fn messages(&self, owner_id: &str, conversation_id: &str) -> Result<Vec<MessageRow>> {
        let mut snapshot = self.readers().begin().await?;
        conversations::check_owned(&mut snapshot, owner_id, conversation_id).await?;
        let mut messages: Vec<MessageRow> =
            sqlx::query_as(select_messages!(" AND m.conversation_id = $2 ORDER BY m.id"))
                .bind(owner_id)
                .bind(conversation_id)
                .fetch_all(&mut *snapshot)
                .await?;
        let attached: Vec<AttachedPicture> = sqlx::query_as(concat!(
            "SELECT mp.message_id, ",
            picture_columns!(),
            " FROM messages m
             JOIN message_pictures mp ON mp.message_id = m.id
             JOIN pictures p ON p.id = mp.picture_id
             JOIN blobs b ON b.sha256 = p.blob_sha256
             WHERE m.conversation_id = $1 ORDER BY mp.message_id, mp.position"
        ))
        .bind(conversation_id)
        .fetch_all(&mut *snapshot)
        .await?;
        let mut by_message: HashMap<String, Vec<PictureRecord>> = HashMap::new();
        for AttachedPicture { message_id, picture } in attached {
            by_message.entry(message_id).or_default().push(picture);
        }
        for message in &mut messages {
            message.pictures = by_message.remove(&message.id).unwrap_or_default();
        }
        Ok(messages)
    }
}

/// A message to be added; what it names has been checked.
pub(crate) struct NewMessage<'a> {
    pub(crate) owner_id: &'a str,
    pub(crate) conversation_id: &'a str,
    pub(crate) parent_id: Option<&'a str>,
    pub(crate) role: Role,
    pub(crate) text: &'a str,
    pub(crate) picture_ids: &'a [String],
    pub(crate) picture_detail: PictureDetail,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, message: NewMessage<'_>) -> Result<String> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO messages (id, owner_id, conversation_id, parent_id, role, text, created_at_ms, picture_detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(message.owner_id)
    .bind(message.conversation_id)
    .bind(message.parent_id)
    .bind(message.role)
    .bind(message.text)
    .bind(now_ms())
    .bind(message.picture_detail)
    .execute(&mut *connection)
    .await?;
    for (position, picture_id) in message.picture_ids.iter().enumerate() {
        sqlx::query(
            "INSERT INTO message_pictures (message_id, position, owner_id, picture_id) VALUES ($1, $2, $3, $4)",
        )
        .bind(&id)
        .bind(position as i64)
        .bind(message.owner_id)
        .bind(picture_id)
        .execute(&mut *connection)
        .await?;
    }
    Ok(id)
}

/// The conversation of `id`; NotFound unless it is a message of `role` that `owner_id` may see.
pub(crate) async fn conversation_of(
    connection: &mut SqliteConnection,
    owner_id: &str,
    id: &str,
    role: Role,
) -> Result<String> {
    sqlx::query_scalar(
        "SELECT m.conversation_id FROM messages m
         JOIN conversations c ON c.id = m.conversation_id AND c.deleted_at_ms IS NULL
         WHERE m.owner_id = $1 AND m.id = $2 AND m.role = $3",
    )
    .bind(owner_id)
    .bind(id)
    .bind(role)
    .fetch_optional(connection)
    .await?
    .ok_or(StorageError::NotFound)
}
