//! A branch of messages as the model wants it.

use std::{path::PathBuf, sync::Arc};

use app::types::Problem;
use engine::{
    Message, Part,
    picture::{self, DecodeLimits},
};
use storage::{MessageRow, PictureDetail, PictureRecord, Role, Storage};
use tokio::sync::Semaphore;

use super::{details, problem::from_io};
use crate::settings::MAX_PROMPT_PIXELS;

/// Branches whose pictures are decoded at the same time.
static DECODERS: Semaphore = Semaphore::const_new(2);

/// A question that is not yet stored.
pub struct Question<'a> {
    pub text: &'a str,
    pub pictures: &'a [PictureRecord],
    pub detail: PictureDetail,
}

/// The messages of `branch`, then `question`. Answers come with the ids that the same model (`model_hash`) sampled.
pub async fn messages(
    storage: &Storage,
    model_hash: &str,
    branch: &[&MessageRow],
    question: Option<Question<'_>>,
) -> Result<Vec<Message>, Problem> {
    let of_question = question.iter().flat_map(|question| question.pictures);
    check_pixels(branch.iter().flat_map(|message| &message.pictures).chain(of_question))?;
    let _decoding = DECODERS.acquire().await.map_err(|error| {
        tracing::error!("decoding stored pictures: {error}");
        Problem::Internal
    })?;
    let mut messages = Vec::new();
    for message in branch {
        messages.push(match message.role {
            Role::User => user_message(storage, &message.text, &message.pictures, message.picture_detail).await?,
            Role::Assistant => answer(storage, model_hash, message).await?,
        });
    }
    if let Some(question) = question {
        messages.push(user_message(storage, question.text, question.pictures, question.detail).await?);
    }
    Ok(messages)
}

/// Refuses a branch whose decoded pictures would fill the memory.
fn check_pixels<'a>(pictures: impl Iterator<Item = &'a PictureRecord>) -> Result<(), Problem> {
    let pixels: u64 = pictures.map(|picture| u64::from(picture.width) * u64::from(picture.height)).sum();
    if pixels <= MAX_PROMPT_PIXELS {
        return Ok(());
    }
    Err(Problem::PicturesTooManyPixels { limit_megapixels: (MAX_PROMPT_PIXELS / 1_000_000) as u32 })
}

async fn answer(storage: &Storage, model_hash: &str, message: &MessageRow) -> Result<Message, Problem> {
    let own = message
        .generation
        .as_ref()
        .filter(|generation| generation.model_hash == model_hash && !generation.changed_model);
    let tokens = match own {
        Some(generation) => {
            Some(storage.generation_tokens(&generation.id).await.map_err(super::problem::from_storage)?)
        }
        None => None,
    };
    Ok(Message::Assistant { text: message.text.clone(), tokens })
}

/// Pictures first, as the model was taught, then the words.
async fn user_message(
    storage: &Storage,
    text: &str,
    pictures: &[PictureRecord],
    detail: PictureDetail,
) -> Result<Message, Problem> {
    let mut parts = Vec::new();
    for record in pictures {
        parts.push(Part::Picture(
            Arc::new(load_picture(storage.picture_path(record)).await?),
            details::to_engine(detail),
        ));
    }
    if !text.trim().is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(Message::User(parts))
}

/// Our own copy: cleaned when it was taken, so it is decoded here without a child process.
async fn load_picture(path: PathBuf) -> Result<picture::Picture, Problem> {
    let decoded = tokio::task::spawn_blocking(move || {
        let png = std::fs::read(&path).map_err(from_io)?;
        picture::decode(&png, &DecodeLimits::default()).map_err(|error| {
            tracing::error!("{}: {error}", path.display());
            Problem::PictureUnreadable
        })
    });
    decoded.await.map_err(|error| {
        tracing::error!("decoding a stored picture: {error}");
        Problem::Internal
    })?
}
