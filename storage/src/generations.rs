//! The making of answers: what is journalled before one starts, and how it ends.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};

use crate::Storage;
use crate::error::{Result, StorageError};
use crate::ids::{new_id, now_ms, tokens_from_bytes, tokens_to_bytes};

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum GenerationState {
    Running,
    /// The model ended it.
    Complete,
    /// The person stopped it.
    Stopped,
    /// It reached the length limit.
    Length,
    /// The model repeated itself without end.
    Repetition,
    /// Given up after restarts; it may be continued.
    Interrupted,
    /// The model failed.
    Failed,
}

/// All that is needed to make the same answer again, written down before the first token is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationJournal {
    pub model_name: String,
    pub model_hash: String,
    pub engine_version: String,
    pub template: String,
    /// The exact token ids of the whole prompt, pictures' placeholders included.
    pub prompt_tokens: Vec<u32>,
    /// In the order of the prompt.
    pub picture_ids: Vec<String>,
    /// The (width, height) in pixels that each picture was resized to for the model.
    pub picture_sizes: Vec<(u32, u32)>,
    /// All sampling values and the seed, as the server writes them.
    pub parameters_json: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationRow {
    pub id: String,
    pub owner_id: String,
    pub conversation_id: String,
    pub answer_id: String,
    pub state: GenerationState,
    pub journal: GenerationJournal,
    /// What was shown before a change of model replaced the journal; empty where none did. The tokens continue it.
    pub text_before: String,
    /// How often it was taken up again after a restart.
    pub resumes: u32,
    /// Another model or engine version began this answer.
    pub changed_model: bool,
    pub usage_json: Option<String>,
    pub timings_json: Option<String>,
    pub created_at_ms: i64,
    pub finished_at_ms: Option<i64>,
}

/// A generation without its journal: prompts grow with the conversation, and a list of messages needs none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationSummary {
    pub id: String,
    pub state: GenerationState,
    pub model_name: String,
    pub model_hash: String,
    pub engine_version: String,
    pub resumes: u32,
    pub changed_model: bool,
    pub usage_json: Option<String>,
    pub timings_json: Option<String>,
    pub created_at_ms: i64,
    pub finished_at_ms: Option<i64>,
}

/// How a generation ended.
#[derive(Clone, Debug)]
pub struct GenerationEnd {
    /// Anything but Running.
    pub state: GenerationState,
    /// The whole answer, as shown; becomes the message's text.
    pub text: String,
    pub usage_json: Option<String>,
    pub timings_json: Option<String>,
}

impl GenerationEnd {
    /// An end of which the model did not report usage and timings.
    pub fn without_report(state: GenerationState, text: String) -> GenerationEnd {
        GenerationEnd { state, text, usage_json: None, timings_json: None }
    }
}

macro_rules! select_generations {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner_id, conversation_id, answer_id, state, model_name, model_hash, engine_version, template,
                    prompt_tokens, picture_ids_json, picture_sizes_json, parameters_json, text_before, resumes,
                    changed_model, usage_json, timings_json, created_at_ms, finished_at_ms
             FROM generations ",
            $rest
        )
    };
}

impl FromRow<'_, SqliteRow> for GenerationRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<GenerationRow> {
        let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
        let picture_ids: String = row.try_get("picture_ids_json")?;
        let picture_sizes: String = row.try_get("picture_sizes_json")?;
        let prompt_tokens: &[u8] = row.try_get("prompt_tokens")?;
        Ok(GenerationRow {
            id: row.try_get("id")?,
            owner_id: row.try_get("owner_id")?,
            conversation_id: row.try_get("conversation_id")?,
            answer_id: row.try_get("answer_id")?,
            state: row.try_get("state")?,
            journal: GenerationJournal {
                model_name: row.try_get("model_name")?,
                model_hash: row.try_get("model_hash")?,
                engine_version: row.try_get("engine_version")?,
                template: row.try_get("template")?,
                prompt_tokens: tokens_from_bytes(prompt_tokens).map_err(|error| decode(error.into()))?,
                picture_ids: serde_json::from_str(&picture_ids).map_err(|error| decode(error.into()))?,
                picture_sizes: serde_json::from_str(&picture_sizes).map_err(|error| decode(error.into()))?,
                parameters_json: row.try_get("parameters_json")?,
            },
            text_before: row.try_get("text_before")?,
            resumes: row.try_get("resumes")?,
            changed_model: row.try_get("changed_model")?,
            usage_json: row.try_get("usage_json")?,
            timings_json: row.try_get("timings_json")?,
            created_at_ms: row.try_get("created_at_ms")?,
            finished_at_ms: row.try_get("finished_at_ms")?,
        })
    }
}

impl Storage {
    /// Also of a deleted conversation: its generation runs to the end, so that "Undo" brings a whole answer back.
    pub async fn generation(&self, owner_id: &str, id: &str) -> Result<GenerationRow> {
        sqlx::query_as(select_generations!("WHERE owner_id = $1 AND id = $2"))
            .bind(owner_id)
            .bind(id)
            .fetch_optional(self.readers())
            .await?
            .ok_or(StorageError::NotFound)
    }

    /// Everybody's, oldest first: what a server that starts has to take up again.
    pub async fn running_generations(&self) -> Result<Vec<GenerationRow>> {
        Ok(sqlx::query_as(select_generations!("WHERE state = $1 ORDER BY created_at_ms, id"))
            .bind(GenerationState::Running)
            .fetch_all(self.readers())
            .await?)
    }

    /// Ends a running generation and writes its answer, in one transaction. False, and nothing changed, where it had
    /// ended already: of two that want to end it, the first wins.
    pub async fn finish_generation(&self, id: &str, end: GenerationEnd) -> Result<bool> {
        if end.state == GenerationState::Running {
            return Err(StorageError::WrongState { id: id.to_owned(), state: end.state });
        }
        let mut transaction = self.write().await?;
        let answer_id: Option<String> = sqlx::query_scalar(
            "UPDATE generations SET state = $2, usage_json = $3, timings_json = $4, finished_at_ms = $5
             WHERE id = $1 AND state = $6 RETURNING answer_id",
        )
        .bind(id)
        .bind(end.state)
        .bind(end.usage_json)
        .bind(end.timings_json)
        .bind(now_ms())
        .bind(GenerationState::Running)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(answer_id) = answer_id else {
            state(&mut transaction, id).await?;
            return Ok(false);
        };
        sqlx::query("UPDATE messages SET text = $2 WHERE id = $1")
            .bind(answer_id)
            .bind(end.text)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Counts that a running generation is taken up after a restart, and says how often it was so far, this time
    /// included. Once `changed_model` is true it stays true.
    pub async fn note_resume(&self, id: &str, changed_model: bool) -> Result<u32> {
        let mut transaction = self.write().await?;
        let resumes: Option<u32> = sqlx::query_scalar(
            "UPDATE generations SET resumes = resumes + 1, changed_model = (changed_model OR $2)
             WHERE id = $1 AND state = $3 RETURNING resumes",
        )
        .bind(id)
        .bind(changed_model)
        .bind(GenerationState::Running)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(resumes) = resumes else {
            return Err(wrong_state(&mut transaction, id).await?);
        };
        transaction.commit().await?;
        Ok(resumes)
    }

    /// Takes one count of [`Storage::note_resume`] back: the server was asked to stop, the answer did not bring it down.
    pub async fn forgive_resume(&self, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE generations SET resumes = resumes - 1 WHERE id = $1 AND state = $2 AND resumes > 0")
            .bind(id)
            .bind(GenerationState::Running)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// "Continue": an interrupted generation runs again, with its failed resumes forgiven.
    pub async fn reset_for_continue(&self, owner_id: &str, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let reset = sqlx::query(
            "UPDATE generations SET state = $3, resumes = 0, finished_at_ms = NULL
             WHERE owner_id = $1 AND id = $2 AND state = $4",
        )
        .bind(owner_id)
        .bind(id)
        .bind(GenerationState::Running)
        .bind(GenerationState::Interrupted)
        .execute(&mut *transaction)
        .await?;
        if reset.rows_affected() == 0 {
            let state: GenerationState =
                sqlx::query_scalar("SELECT state FROM generations WHERE owner_id = $1 AND id = $2")
                    .bind(owner_id)
                    .bind(id)
                    .fetch_one(&mut *transaction)
                    .await?;
            return Err(StorageError::WrongState { id: id.to_owned(), state });
        }
        transaction.commit().await?;
        Ok(())
    }

    /// After a change of model: `journal` is the new model's, whose prompt holds what was shown so far
    /// (`text_before`, the whole answer until now), and the old model's tokens go. Only while it runs.
    pub async fn replace_journal(&self, id: &str, journal: GenerationJournal, text_before: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let replaced = sqlx::query(
            "UPDATE generations SET model_name = $2, model_hash = $3, engine_version = $4, template = $5,
                    prompt_tokens = $6, picture_ids_json = $7, picture_sizes_json = $8, parameters_json = $9,
                    text_before = $10
             WHERE id = $1 AND state = $11",
        )
        .bind(id)
        .bind(&journal.model_name)
        .bind(&journal.model_hash)
        .bind(&journal.engine_version)
        .bind(&journal.template)
        .bind(tokens_to_bytes(&journal.prompt_tokens))
        .bind(to_json(&journal.picture_ids)?)
        .bind(to_json(&journal.picture_sizes)?)
        .bind(&journal.parameters_json)
        .bind(text_before)
        .bind(GenerationState::Running)
        .execute(&mut *transaction)
        .await?;
        if replaced.rows_affected() == 0 {
            return Err(wrong_state(&mut transaction, id).await?);
        }
        sqlx::query("DELETE FROM generation_tokens WHERE generation_id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    owner_id: &str,
    key: &str,
    conversation_id: &str,
    answer_id: &str,
    journal: &GenerationJournal,
) -> Result<String> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO generations (id, owner_id, key, conversation_id, answer_id, state, model_name, model_hash,
                                  engine_version, template, prompt_tokens, picture_ids_json, picture_sizes_json,
                                  parameters_json, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&id)
    .bind(owner_id)
    .bind(key)
    .bind(conversation_id)
    .bind(answer_id)
    .bind(GenerationState::Running)
    .bind(&journal.model_name)
    .bind(&journal.model_hash)
    .bind(&journal.engine_version)
    .bind(&journal.template)
    .bind(tokens_to_bytes(&journal.prompt_tokens))
    .bind(to_json(&journal.picture_ids)?)
    .bind(to_json(&journal.picture_sizes)?)
    .bind(&journal.parameters_json)
    .bind(now_ms())
    .execute(connection)
    .await?;
    Ok(id)
}

pub(crate) async fn state(connection: &mut SqliteConnection, id: &str) -> Result<GenerationState> {
    sqlx::query_scalar("SELECT state FROM generations WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?
        .ok_or(StorageError::NotFound)
}

/// What to answer where `id` was not in the state that a change needs.
async fn wrong_state(connection: &mut SqliteConnection, id: &str) -> Result<StorageError> {
    Ok(StorageError::WrongState { id: id.to_owned(), state: state(connection, id).await? })
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| StorageError::Unreadable { what: "journal" })
}
