//! Sending: a question, its empty answer and the answer's generation come into being together or not at all.

use sqlx::SqliteConnection;

use crate::error::{Result, StorageError};
use crate::generations::{self, GenerationJournal};
use crate::ids::new_id;
use crate::messages::{self, NewMessage, PictureDetail, Role};
use crate::{Storage, conversations, pictures};

/// Where a question goes.
#[derive(Clone, Debug)]
pub enum ExchangeTarget {
    New {
        title: String,
    },
    /// `parent_id`: the answer that the question follows; None begins another first message.
    Existing {
        id: String,
        parent_id: Option<String>,
    },
}

/// A question, and how its answer will be made.
#[derive(Clone, Debug)]
pub struct NewExchange {
    pub owner_id: String,
    /// Made by the client, once per message.
    pub key: String,
    pub conversation: ExchangeTarget,
    pub text: String,
    pub picture_ids: Vec<String>,
    pub picture_detail: PictureDetail,
    pub journal: GenerationJournal,
}

/// Another answer to a question.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    pub owner_id: String,
    /// Made by the client, once per answer.
    pub key: String,
    pub question_id: String,
    pub journal: GenerationJournal,
}

/// What was begun, now or by an earlier call with the same key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Begun {
    pub conversation_id: String,
    pub question_id: String,
    pub answer_id: String,
    pub generation_id: String,
    /// False where an earlier call did it and this one changed nothing: the generation runs already, or has ended.
    #[sqlx(default)]
    pub fresh: bool,
}

impl Storage {
    /// Keeps a question with its pictures, an empty answer and a running generation, in one transaction. The same
    /// (owner, key) again gives the first result and changes nothing.
    pub async fn begin_exchange(&self, new: NewExchange) -> Result<Begun> {
        let mut transaction = self.write().await?;
        if let Some(begun) = begun_before(&mut transaction, &new.owner_id, &new.key).await? {
            return Ok(begun);
        }
        let owner_id = new.owner_id.as_str();
        pictures::check_owned(&mut transaction, owner_id, &new.picture_ids).await?;
        let (conversation_id, parent_id) = match new.conversation {
            ExchangeTarget::New { title } => {
                let id = new_id();
                conversations::insert(&mut transaction, owner_id, &id, &title).await?;
                (id, None)
            }
            ExchangeTarget::Existing { id, parent_id } => {
                conversations::check_owned(&mut transaction, owner_id, &id).await?;
                if let Some(parent_id) = &parent_id {
                    let of_parent =
                        messages::conversation_of(&mut transaction, owner_id, parent_id, Role::Assistant).await?;
                    if of_parent != id {
                        return Err(StorageError::NotFound);
                    }
                }
                (id, parent_id)
            }
        };
        let question = NewMessage {
            owner_id,
            conversation_id: &conversation_id,
            parent_id: parent_id.as_deref(),
            role: Role::User,
            text: &new.text,
            picture_ids: &new.picture_ids,
            picture_detail: new.picture_detail,
        };
        let question_id = messages::insert(&mut transaction, question).await?;
        let begun = begin(&mut transaction, owner_id, &new.key, conversation_id, question_id, &new.journal).await?;
        conversations::note_use(&mut transaction, &begun.conversation_id, &begun.answer_id, new.picture_ids.first())
            .await?;
        transaction.commit().await?;
        Ok(begun)
    }

    /// Begins another answer beside those that a question has. The same (owner, key) again gives the first result.
    pub async fn begin_answer(&self, new: NewAnswer) -> Result<Begun> {
        let mut transaction = self.write().await?;
        if let Some(begun) = begun_before(&mut transaction, &new.owner_id, &new.key).await? {
            return Ok(begun);
        }
        let owner_id = new.owner_id.as_str();
        let conversation_id =
            messages::conversation_of(&mut transaction, owner_id, &new.question_id, Role::User).await?;
        let begun = begin(&mut transaction, owner_id, &new.key, conversation_id, new.question_id, &new.journal).await?;
        conversations::note_use(&mut transaction, &begun.conversation_id, &begun.answer_id, None).await?;
        transaction.commit().await?;
        Ok(begun)
    }
}

async fn begun_before(connection: &mut SqliteConnection, owner_id: &str, key: &str) -> Result<Option<Begun>> {
    Ok(sqlx::query_as(
        "SELECT g.conversation_id, m.parent_id AS question_id, g.answer_id, g.id AS generation_id
         FROM generations g JOIN messages m ON m.id = g.answer_id WHERE g.owner_id = $1 AND g.key = $2",
    )
    .bind(owner_id)
    .bind(key)
    .fetch_optional(connection)
    .await?)
}

/// The empty answer and its generation.
async fn begin(
    connection: &mut SqliteConnection,
    owner_id: &str,
    key: &str,
    conversation_id: String,
    question_id: String,
    journal: &GenerationJournal,
) -> Result<Begun> {
    pictures::check_owned(connection, owner_id, &journal.picture_ids).await?;
    let answer = NewMessage {
        owner_id,
        conversation_id: &conversation_id,
        parent_id: Some(&question_id),
        role: Role::Assistant,
        text: "",
        picture_ids: &[],
        picture_detail: PictureDetail::default(),
    };
    let answer_id = messages::insert(connection, answer).await?;
    let generation_id = generations::insert(connection, owner_id, key, &conversation_id, &answer_id, journal).await?;
    Ok(Begun { conversation_id, question_id, answer_id, generation_id, fresh: true })
}
