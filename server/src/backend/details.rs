//! What an answer cost and what a picture will: figures for people.

use app::types::{AnswerDetails, Caller, PictureDetail, Problem, ReadDetails, ReadingCost};
use engine::{Detail, Timings, Usage};
use storage::GenerationJournal;

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
        Ok(Some(details(journal, usage, timings)))
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

fn details(journal: GenerationJournal, usage: Usage, timings: Timings) -> AnswerDetails {
    // No token comes before all of the prompt is read.
    let was_read = usage.completion_tokens > 0;
    let has_speed = timings.decoded_tokens > 0 && timings.decode_ms > 0.0;
    AnswerDetails {
        model: journal.model_name,
        read: was_read.then_some(ReadDetails {
            prompt_tokens: usage.prompt_tokens,
            picture_tokens: usage.picture_tokens,
            cached_tokens: timings.cached_tokens,
            pictures: journal.picture_sizes,
            cached_pictures: timings.cached_pictures,
        }),
        answer_tokens: usage.completion_tokens,
        // Answers of the first version have 0 there for none.
        first_token_ms: timings.first_token_ms.filter(|&ms| ms > 0.0).map(|ms| ms.round() as u32),
        tokens_per_100_s: has_speed
            .then(|| (f64::from(timings.decoded_tokens) / timings.decode_ms * 100_000.0).round() as u32),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn journal() -> GenerationJournal {
        GenerationJournal {
            model_name: "mini".into(),
            model_hash: String::new(),
            engine_version: String::new(),
            template: String::new(),
            prompt_tokens: Vec::new(),
            picture_ids: vec!["one".into()],
            picture_sizes: vec![(128, 96)],
            parameters_json: String::new(),
        }
    }

    const USAGE: Usage = Usage { prompt_tokens: 90, picture_tokens: 72, completion_tokens: 11 };

    #[test]
    fn the_speed_is_that_of_the_tokens_that_were_timed() {
        let timings = Timings {
            first_token_ms: Some(40.0),
            decode_ms: 500.0,
            decoded_tokens: 4,
            cached_pictures: 1,
            ..Timings::default()
        };
        let told = details(journal(), USAGE, timings);
        assert_eq!((told.first_token_ms, told.tokens_per_100_s, told.answer_tokens), (Some(40), Some(800), 11));
        let read = told.read.unwrap();
        assert_eq!((read.prompt_tokens, read.pictures, read.cached_pictures), (90, vec![(128, 96)], 1));
    }

    #[test]
    fn what_a_journal_held_already_has_neither_first_word_nor_speed() {
        let told = details(journal(), USAGE, Timings { decode_ms: 3.0, ..Timings::default() });
        assert_eq!((told.first_token_ms, told.tokens_per_100_s), (None, None));
        assert!(told.read.is_some());
    }

    #[test]
    fn an_answer_stopped_before_its_first_word_read_nothing_to_tell_of() {
        let told = details(journal(), Usage { completion_tokens: 0, ..USAGE }, Timings::default());
        let nothing = AnswerDetails {
            model: "mini".into(),
            read: None,
            answer_tokens: 0,
            first_token_ms: None,
            tokens_per_100_s: None,
        };
        assert_eq!(told, nothing);
    }

    #[test]
    fn timings_of_the_first_version_are_understood() {
        let stored = r#"{"queued_ms":0.1,"pictures_ms":0.0,"prefill_ms":0.0,"first_token_ms":0.0,"decode_ms":0.0}"#;
        let told = details(journal(), USAGE, serde_json::from_str(stored).unwrap());
        assert_eq!((told.first_token_ms, told.tokens_per_100_s), (None, None));
    }
}
