//! The tokens that a generation has drawn, in batches. They stay after its end: a follow-up question feeds these ids
//! to the model, since the text might be cut into tokens in another way.

use crate::Storage;
use crate::error::{Result, StorageError};
use crate::generations::{self, GenerationState};
use crate::ids::{tokens_from_bytes, tokens_to_bytes};

impl Storage {
    /// Journals the tokens from `first_index` (counted from 0) on and what they showed; both are on the disk when this
    /// returns. Only while the generation runs, and only without a gap: a batch that is there already, or that comes too early, is a
    /// [`StorageError::JournalGap`].
    pub async fn append_tokens(
        &self,
        generation_id: &str,
        first_index: u32,
        tokens: &[u32],
        shown_text: &str,
    ) -> Result<()> {
        if tokens.is_empty() {
            return Ok(());
        }
        let mut transaction = self.write().await?;
        let state = generations::state(&mut transaction, generation_id).await?;
        if state != GenerationState::Running {
            return Err(StorageError::WrongState { id: generation_id.to_owned(), state });
        }
        let journalled: Option<u32> = sqlx::query_scalar(
            "SELECT first_index + token_count FROM generation_tokens
             WHERE generation_id = $1 ORDER BY first_index DESC LIMIT 1",
        )
        .bind(generation_id)
        .fetch_optional(&mut *transaction)
        .await?;
        let expected = journalled.unwrap_or(0);
        if first_index != expected {
            return Err(StorageError::JournalGap { id: generation_id.to_owned(), expected, got: first_index });
        }
        sqlx::query(
            "INSERT INTO generation_tokens (generation_id, owner_id, first_index, token_count, tokens, shown_text)
             SELECT id, owner_id, $2, $3, $4, $5 FROM generations WHERE id = $1",
        )
        .bind(generation_id)
        .bind(first_index)
        .bind(tokens.len() as i64)
        .bind(tokens_to_bytes(tokens))
        .bind(shown_text)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// All journalled tokens, in order; none where the generation has drawn none (or is unknown).
    pub async fn generation_tokens(&self, generation_id: &str) -> Result<Vec<u32>> {
        let batches: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT tokens FROM generation_tokens WHERE generation_id = $1 ORDER BY first_index")
                .bind(generation_id)
                .fetch_all(self.readers())
                .await?;
        tokens_from_bytes(&batches.concat())
    }

    /// What a generation has shown so far, also what was shown before a change of model.
    pub async fn generation_text(&self, generation_id: &str) -> Result<String> {
        let before: String = sqlx::query_scalar("SELECT text_before FROM generations WHERE id = $1")
            .bind(generation_id)
            .fetch_one(self.readers())
            .await?;
        let batches: Vec<String> = sqlx::query_scalar(
            "SELECT shown_text FROM generation_tokens WHERE generation_id = $1 ORDER BY first_index",
        )
        .bind(generation_id)
        .fetch_all(self.readers())
        .await?;
        Ok(before + &batches.concat())
    }
}
