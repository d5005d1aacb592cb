//! What an answer cost and what a picture will: figures for people.

use app::types::{AnswerDetails, Caller, PictureDetail, Problem, ReadingCost};
use engine::{Detail, Timings, Usage};

use super::{ChatBackend, problem::from_storage};
use crate::settings::MAX_PICTURES;

pub fn to_stored(detail: PictureDetail) -> storage::PictureDetail {
    match detail {
        PictureDetail::Low => storage::PictureDetail::Low,
        PictureDetail::Auto => storage::PictureDetail::Auto,
        PictureDetail::High => storage::PictureDetail::High,
    }
}

pub fn of_stored(detail: storage::PictureDetail) -> PictureDetail {
    match detail {
        storage::PictureDetail::Low => PictureDetail::Low,
        storage::PictureDetail::Auto => PictureDetail::Auto,
        storage::PictureDetail::High => PictureDetail::High,
    }
}

pub fn to_engine(detail: storage::PictureDetail) -> Detail {
    match detail {
        storage::PictureDetail::Low => Detail::Low,
        storage::PictureDetail::Auto => Detail::Auto,
        storage::PictureDetail::High => Detail::High,
    }
}

impl ChatBackend {
    pub(super) async fn details_of(&self, caller: &Caller, answer_id: &str) -> Result<Option<AnswerDetails>, Problem> {
        let answer = self.storage.message(&caller.user_id, answer_id).await.map_err(from_storage)?;
        let summary = answer.generation.ok_or(Problem::NotFound)?;
        let (Some(usage), Some(timings)) = (&summary.usage_json, &summary.timings_json) else { return Ok(None) };
        let damaged = |error: serde_json::Error| {
            tracing::error!("the figures of answer {answer_id} are damaged: {error}");
            Problem::Internal
        };
        let usage: Usage = serde_json::from_str(usage).map_err(damaged)?;
        let timings: Timings = serde_json::from_str(timings).map_err(damaged)?;
        let journal = self.storage.generation(&caller.user_id, &summary.id).await.map_err(from_storage)?.journal;
        let later_tokens = usage.completion_tokens.saturating_sub(1);
        let has_speed = later_tokens > 0 && timings.decode_ms > 0.0;
        Ok(Some(AnswerDetails {
            model: journal.model_name,
            prompt_tokens: usage.prompt_tokens,
            picture_tokens: usage.picture_tokens,
            answer_tokens: usage.completion_tokens,
            cached_tokens: timings.cached_tokens,
            pictures: journal.picture_sizes,
            cached_pictures: timings.cached_pictures,
            first_token_ms: timings.first_token_ms as u32,
            tokens_per_100_s: has_speed.then(|| (f64::from(later_tokens) / timings.decode_ms * 100_000.0) as u32),
        }))
    }

    pub(super) async fn costs_of(&self, caller: &Caller, picture_ids: &[String]) -> Result<[ReadingCost; 3], Problem> {
        if picture_ids.len() > MAX_PICTURES {
            return Err(Problem::TooManyPictures { limit: MAX_PICTURES as u32 });
        }
        let mut pictures = Vec::new();
        for id in picture_ids {
            pictures.push(self.storage.picture(&caller.user_id, id).await.map_err(from_storage)?);
        }
        let cost = |detail: Detail| {
            let costs =
                pictures.iter().filter_map(|picture| self.engine.picture_cost(picture.width, picture.height, detail));
            let (tokens, seconds) = costs.fold((0, Some(0.0)), |(tokens, seconds), cost| {
                (tokens + cost.tokens, seconds.zip(cost.seconds).map(|(sum, seconds)| sum + seconds))
            });
            ReadingCost { tokens, seconds: seconds.map(|seconds| seconds.ceil() as u32) }
        };
        Ok([Detail::Low, Detail::Auto, Detail::High].map(cost))
    }
}
