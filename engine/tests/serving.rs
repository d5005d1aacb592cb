//! Requests as they are served: events, ends, resuming.
#![allow(clippy::unwrap_used)]

mod served;

use std::{path::Path, sync::Arc};

use engine::{
    Detail, Engine, Event, FinishReason, GenerationError, LoadOptions, ModelSource, Part, Request, RequestError,
    Resume, SubmitError, picture::Picture,
};
use served::{
    TEKKEN, engine,
    generate::{self, Sizes},
    load, load_sized, long_request, request, small, text, told,
};

#[test]
fn an_answer_taken_up_again_is_the_same_to_the_token() {
    let engine = engine();
    for temperature in [0.0, 1.0] {
        let request = long_request(temperature, 300);
        let prepared = engine.prepare(&request.messages, &request.parameters).unwrap();
        assert!(prepared.tokens.len() > 256, "more than one chunk");
        let whole = told(&engine, request.clone());
        assert_eq!((whole.ids.len(), whole.reason), (300, FinishReason::Length));
        for cut in [0, 1, 17, 150, 299, 300] {
            let resume = Resume { prompt_tokens: prepared.tokens.clone(), sampled: whole.ids[..cut].to_vec() };
            let again = told(&engine, Request { resume: Some(resume), ..request.clone() });
            assert_eq!(again, whole, "cut at {cut}, temperature {temperature}");
        }
    }
}

#[test]
fn a_resume_that_does_not_fit_is_refused() {
    let engine = engine();
    let request = long_request(0.0, 10);
    let prepared = engine.prepare(&request.messages, &request.parameters).unwrap();
    let refused = |prompt_tokens: Vec<u32>, sampled: Vec<u32>| {
        let resume = Some(Resume { prompt_tokens, sampled });
        engine.submit(Request { resume, ..request.clone() }).unwrap_err()
    };
    let is_resume_error = |error| matches!(error, SubmitError::Request(RequestError::Resume(_)));
    assert!(is_resume_error(refused(vec![], vec![])));
    assert!(is_resume_error(refused(vec![1, 3, 70, 4], vec![])), "the pictures are missing");
    assert!(is_resume_error(refused(prepared.tokens, vec![999_999])));
}

#[test]
fn pictures_tell_how_far_they_are_read() {
    let engine = engine();
    let mut generation = engine.submit(long_request(0.0, 3)).unwrap();
    let mut seen = vec![];
    let mut queued = false;
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Queued { ahead, .. } => {
                assert_eq!(ahead, 0);
                queued = true;
            }
            Event::Reading { picture, of, percent } => {
                assert_eq!(of, 2);
                seen.push((picture, percent));
            }
            Event::Finished { usage, timings, .. } => {
                // Grids of 8 x 6 and 3 x 8 patches, a break or an end a row.
                assert_eq!(usage.picture_tokens, 9 * 6 + 4 * 8);
                assert_eq!(usage.completion_tokens, 3);
                assert!(timings.pictures_ms > 0.0 && timings.prefill_ms > 0.0 && timings.first_token_ms > Some(0.0));
            }
            Event::Token { .. } | Event::Failed(_) => {}
        }
    }
    assert!(queued);
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen.iter().any(|&(picture, percent)| picture == 1 && percent > 0 && percent < 100));
    assert_eq!(seen.last(), Some(&(2, 100)));
}

#[test]
fn stop_strings_end_it_and_are_not_shown() {
    let engine = engine();
    let whole = told(&engine, request(vec![text("hi")], 0.0, 60));
    // A piece from the middle, which lies over several tokens.
    let stop = whole.text[40..52].to_owned();
    let mut stopped = request(vec![text("hi")], 0.0, 60);
    stopped.parameters.stop = vec!["never said 123".into(), stop.clone()];
    let stopped = told(&engine, stopped);
    assert_eq!(stopped.reason, FinishReason::Stop);
    assert_eq!(stopped.text, whole.text[..whole.text.find(&stop).unwrap()]);
    assert_eq!(stopped.ids, whole.ids[..stopped.ids.len()]);
    // The beginning of a stop string at the very end is shown after all.
    let mut held = request(vec![text("hi")], 0.0, 60);
    held.parameters.stop = vec![format!("{}!", &whole.text[whole.text.len() - 5..])];
    assert_eq!(told(&engine, held), whole);
}

#[test]
fn the_context_ends_an_answer() {
    let engine = load(&LoadOptions { context_tokens: Some(64), ..LoadOptions::default() });
    let mut open = request(vec![text("hi")], 0.0, 1);
    open.parameters.max_tokens = None;
    let prepared = engine.prepare(&open.messages, &open.parameters).unwrap();
    let whole = told(&engine, open);
    assert_eq!(whole.reason, FinishReason::Length);
    assert_eq!(prepared.tokens.len() + whole.ids.len(), 64);
    let long = request(vec![text(&"word ".repeat(100))], 0.0, 5);
    let error = engine.submit(long).unwrap_err();
    assert!(matches!(error, SubmitError::Request(RequestError::TooLongForContext { limit_tokens: 63, .. })));
}

#[test]
fn weights_that_are_not_numbers_end_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), &small(), Path::new(TEKKEN)).unwrap();
    let path = folder.path().join("consolidated.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let json: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let start = 8 + header + json["norm.weight"]["data_offsets"][0].as_u64().unwrap() as usize;
    bytes[start..start + 2].copy_from_slice(&0x7fc0_u16.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let engine = Engine::load(&ModelSource::Path(folder.path().into()), &LoadOptions::default()).unwrap();
    let mut generation = engine.submit(request(vec![text("hi")], 0.7, 10)).unwrap();
    let last = std::iter::from_fn(|| generation.blocking_next()).last();
    assert_eq!(last, Some(Event::Failed(GenerationError::InvalidLogits { index: 0 })));
}

#[test]
fn endless_repetition_ends_with_a_reason() {
    // Without attention and feed-forward, the next token is a function of the last: a cycle.
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), &small(), Path::new(TEKKEN)).unwrap();
    let path = folder.path().join("consolidated.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let json: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    for (name, entry) in json.as_object().unwrap() {
        if name.starts_with("layers.") && (name.contains("wo.") || name.contains("w2.")) {
            let offset = |index: usize| 8 + header + entry["data_offsets"][index].as_u64().unwrap() as usize;
            bytes[offset(0)..offset(1)].fill(0);
        }
    }
    std::fs::write(&path, bytes).unwrap();
    let engine = Engine::load(&ModelSource::Path(folder.path().into()), &LoadOptions::default()).unwrap();
    let whole = told(&engine, request(vec![text("hi")], 0.0, 10_000));
    assert_eq!(whole.reason, FinishReason::Repetition);
    assert!(whole.ids.len() >= 256);
}

#[test]
fn detail_says_how_much_is_seen() {
    let engine = load_sized(&Sizes { image_size: 1024, ..small() }, &LoadOptions::default());
    let seen = |detail: Detail| {
        let rgb = vec![7; 900 * 300 * 3];
        let part = Part::Picture(Arc::new(Picture { width: 900, height: 300, rgb }), detail);
        let request = request(vec![part, text("?")], 0.0, 1);
        let size = engine.prepare(&request.messages, &request.parameters).unwrap().picture_sizes[0];
        let (columns, rows) = (size.0 / 16, size.1 / 16);
        assert_eq!(engine.picture_cost(900, 300, detail).unwrap().tokens, (columns + 1) * rows, "what is told is true");
        size
    };
    assert_eq!([Detail::Low, Detail::Auto, Detail::High].map(seen), [(256, 96), (512, 176), (912, 304)]);
}
