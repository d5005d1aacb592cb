//! Requests as they are served: events, ends, resuming, company, stopping.
#![allow(clippy::unwrap_used)]

#[path = "../examples/random_model/generate.rs"]
mod generate;

use std::{path::Path, sync::Arc};

use engine::{
    Detail, Engine, Event, FinishReason, Generation, GenerationError, LoadOptions, Message, ModelSource, Parameters,
    Part, PictureCacheOptions, Request, RequestError, Resume, Sampling, SubmitError, Timings, Usage, picture::Picture,
};
use generate::Sizes;

const TEKKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mini/tekken.json");

fn small() -> Sizes {
    Sizes { dim: 64, layers: 3, heads: 4, ..Sizes::default() }
}

fn load(options: &LoadOptions) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), &small(), Path::new(TEKKEN)).unwrap();
    Engine::load(&ModelSource::Path(folder.path().into()), options).unwrap()
}

fn engine() -> Engine {
    load(&LoadOptions::default())
}

fn picture(width: u32, height: u32) -> Part {
    let rgb = (0..width * height * 3).map(|i| (i * 7 % 251) as u8).collect();
    Part::Picture(Arc::new(Picture { width, height, rgb }), Detail::High)
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn request(parts: Vec<Part>, temperature: f64, max_tokens: u32) -> Request {
    let sampling = Sampling { temperature, top_p: 0.95, top_k: 50, seed: 42 };
    Request {
        messages: vec![Message::User(parts)],
        parameters: Parameters { sampling, max_tokens: Some(max_tokens), stop: vec![] },
        fairness_key: "someone".into(),
        cache_scope: String::new(),
        resume: None,
    }
}

/// More than one prefill chunk, pictures between texts.
fn long_request(temperature: f64, max_tokens: u32) -> Request {
    let story = "once upon a time there was a kitten that could see ".repeat(12);
    request(vec![text(&story), picture(130, 90), text("and"), picture(40, 128), text("?")], temperature, max_tokens)
}

#[derive(Debug, PartialEq)]
struct Told {
    ids: Vec<u32>,
    text: String,
    reason: FinishReason,
    usage: Usage,
}

fn collect(mut generation: Generation) -> Told {
    let (mut ids, mut text) = (vec![], String::new());
    loop {
        match generation.blocking_next().unwrap() {
            Event::Token { index, id, text: shown } => {
                assert_eq!(index as usize, ids.len(), "tokens come in order");
                ids.push(id);
                text.push_str(&shown);
            }
            Event::Finished { reason, tail, usage, timings } => {
                assert!(timings.queued_ms >= 0.0 && timings.decode_ms >= 0.0);
                assert_eq!(generation.blocking_next(), None, "nothing comes after the end");
                return Told { ids, text: text + &tail, reason, usage };
            }
            Event::Failed(error) => panic!("{error}"),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
}

fn told(engine: &Engine, request: Request) -> Told {
    collect(engine.submit(request).unwrap())
}

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
fn company_changes_nothing() {
    let engine = engine();
    let requests: Vec<Request> = (0..4)
        .map(|i| {
            let mut request = if i % 2 == 0 { long_request(0.8, 120) } else { request(vec![text("hi")], 1.2, 200) };
            request.parameters.sampling.seed = i;
            request.fairness_key = format!("user {}", i / 2);
            request
        })
        .collect();
    let alone: Vec<Told> = requests.iter().map(|request| told(&engine, request.clone())).collect();
    let generations: Vec<Generation> = requests.iter().map(|request| engine.submit(request.clone()).unwrap()).collect();
    let together: Vec<Told> = generations.into_iter().map(collect).collect();
    assert_eq!(alone, together);
    assert_ne!(alone[0].ids, alone[2].ids, "seeds differ");
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
                assert!(timings.pictures_ms > 0.0 && timings.prefill_ms > 0.0 && timings.first_token_ms > 0.0);
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
fn a_stop_is_heard_within_a_token() {
    let engine = engine();
    let mut generation = engine.submit(request(vec![text("hi")], 0.0, 20_000)).unwrap();
    let canceller = generation.canceller();
    let mut tokens = 0;
    let mut after = 0;
    loop {
        match generation.blocking_next().unwrap() {
            Event::Token { .. } => {
                tokens += 1;
                if tokens == 5 {
                    canceller.cancel();
                }
                after += u32::from(tokens > 5);
            }
            Event::Finished { reason, usage, .. } => {
                assert_eq!(reason, FinishReason::Cancelled);
                assert_eq!(usage.completion_tokens, tokens);
                break;
            }
            Event::Failed(error) => panic!("{error}"),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
    // The engine may be ahead of this thread by what was sampled until it heard of it.
    assert!(after < 1000, "{after} tokens came after the stop");
}

#[test]
fn a_stop_before_the_first_token_is_heard_too() {
    let engine = engine();
    let generation = engine.submit(long_request(0.0, 20_000)).unwrap();
    generation.canceller().cancel();
    let told = collect(generation);
    assert_eq!(told.reason, FinishReason::Cancelled);
}

#[test]
fn who_leaves_makes_room() {
    let engine = load(&LoadOptions { max_active: 1, max_waiting: 1, ..LoadOptions::default() });
    let endless = || request(vec![text("hi")], 0.0, 30_000);
    let mut first = engine.submit(endless()).unwrap();
    assert!(std::iter::from_fn(|| first.blocking_next()).any(|event| matches!(event, Event::Token { .. })));
    let mut second = engine.submit(endless()).unwrap();
    assert_eq!(engine.submit(endless()).unwrap_err(), SubmitError::Busy);
    assert_eq!(second.blocking_next(), Some(Event::Queued { ahead: 0, seconds: None }));
    drop(first);
    let began = std::iter::from_fn(|| second.blocking_next()).any(|event| matches!(event, Event::Token { .. }));
    assert!(began, "the second begins when the first is gone");
}

#[test]
fn who_never_reads_disturbs_nobody() {
    let engine = engine();
    let unread = engine.submit(request(vec![text("hi")], 0.0, 50)).unwrap();
    assert_eq!(told(&engine, request(vec![text("hi")], 0.0, 60)).ids.len(), 60);
    assert_eq!(collect(unread).ids.len(), 50);
}

#[test]
fn a_stopped_engine_says_so() {
    let engine = engine();
    let mut generation = engine.submit(request(vec![text("hi")], 0.0, 30_000)).unwrap();
    drop(engine);
    let last = std::iter::from_fn(|| generation.blocking_next()).last();
    assert_eq!(last, Some(Event::Failed(GenerationError::Stopped)));
}

#[test]
fn users_take_turns() {
    let engine = engine();
    // One asks for much, another for little: the little one does not wait for all of the much.
    let mut much: Vec<Generation> = (0..3)
        .map(|_| {
            engine.submit(Request { fairness_key: "much".into(), ..request(vec![text("hi")], 0.0, 5000) }).unwrap()
        })
        .collect();
    let little = Request { fairness_key: "little".into(), ..request(vec![text("hi")], 0.0, 100) };
    assert_eq!(told(&engine, little).ids.len(), 100);
    for generation in &mut much {
        generation.canceller().cancel();
        let tokens = std::iter::from_fn(|| generation.blocking_next())
            .filter(|event| matches!(event, Event::Token { .. }))
            .count();
        assert!(tokens < 1000, "{tokens} tokens went to the other one meanwhile");
    }
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

fn told_with_timings(engine: &Engine, request: Request) -> (Told, Timings) {
    let mut generation = engine.submit(request).unwrap();
    let mut ids = vec![];
    let mut text = String::new();
    loop {
        match generation.blocking_next().unwrap() {
            Event::Token { id, text: shown, .. } => {
                ids.push(id);
                text.push_str(&shown);
            }
            Event::Finished { reason, tail, usage, timings } => {
                return (Told { ids, text: text + &tail, reason, usage }, timings);
            }
            Event::Failed(error) => panic!("{error}"),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
}

#[test]
fn a_follow_up_reads_only_what_is_new() {
    let engine = engine();
    let first = long_request(0.0, 40);
    let (answer, timings) = told_with_timings(&engine, first.clone());
    assert_eq!((timings.cached_tokens, timings.cached_pictures), (0, 0));
    let mut messages = first.messages.clone();
    messages.push(Message::Assistant { text: answer.text.clone(), tokens: Some(answer.ids.clone()) });
    messages.push(Message::User(vec![text("and what else?")]));
    let follow_up = Request { messages, ..request(vec![], 0.0, 30) };
    let prompt = engine.prepare(&follow_up.messages, &follow_up.parameters).unwrap().tokens.len();
    let (second, timings) = told_with_timings(&engine, follow_up.clone());
    assert!(prompt - (timings.cached_tokens as usize) < 48, "{} of {prompt} tokens", timings.cached_tokens);
    assert_eq!(timings.pictures_ms, 0.0, "no picture is looked at again");
    // An edit of the second question, and the first one again.
    let mut edited = follow_up.clone();
    edited.messages.pop();
    edited.messages.push(Message::User(vec![text("why?")]));
    assert!(told_with_timings(&engine, edited).1.cached_tokens as usize > prompt - 64);
    let (regenerated, timings) = told_with_timings(&engine, first);
    assert!(regenerated == answer && timings.cached_tokens > 200);
    // Without anything kept the answer is the same.
    assert_eq!(told(&load(&LoadOptions { memory_bytes: None, ..LoadOptions::default() }), follow_up), second);
}

#[test]
fn nobody_waits_less_for_what_another_one_asked() {
    let engine = engine();
    let asked = |scope: &str| {
        let request = Request { cache_scope: scope.into(), ..long_request(0.0, 5) };
        let (told, timings) = told_with_timings(&engine, request);
        (told, timings.cached_tokens, timings.cached_pictures)
    };
    let (first, tokens, pictures) = asked("anna");
    assert_eq!((tokens, pictures), (0, 0));
    let (other, tokens, pictures) = asked("ben");
    assert_eq!((other, tokens, pictures), (first, 0, 0));
    assert!(asked("anna").1 > 200);
}

#[test]
fn a_picture_is_encoded_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = LoadOptions {
        picture_cache: PictureCacheOptions { folder: Some(folder.path().into()), ..Default::default() },
        ..LoadOptions::default()
    };
    let model = tempfile::tempdir().unwrap();
    generate::write(model.path(), &small(), Path::new(TEKKEN)).unwrap();
    let load = || Engine::load(&ModelSource::Path(model.path().into()), &options).unwrap();
    let engine = load();
    let asked = |engine: &Engine, question: &str| {
        let request = request(vec![text(question), picture(64, 64), picture(64, 32), text("?")], 0.0, 5);
        told_with_timings(engine, request)
    };
    let (first, timings) = asked(&engine, "look");
    assert_eq!(timings.cached_pictures, 0);
    assert_eq!(asked(&engine, "another beginning").1.cached_pictures, 2);
    drop(engine);
    let (again, timings) = asked(&load(), "look");
    assert_eq!((again, timings.cached_pictures, timings.cached_tokens), (first, 2, 0), "after a restart, too");
}

#[test]
fn who_waits_learns_about_how_long() {
    let engine = load(&LoadOptions { max_active: 1, ..LoadOptions::default() });
    told(&engine, long_request(0.0, 40));
    let mut first = engine.submit(request(vec![text("hi")], 0.0, 20_000)).unwrap();
    assert!(std::iter::from_fn(|| first.blocking_next()).any(|event| matches!(event, Event::Token { .. })));
    let mut waiting: Vec<Generation> =
        (0..2).map(|_| engine.submit(request(vec![text("hi")], 0.0, 10)).unwrap()).collect();
    let told: Vec<Event> = waiting.iter_mut().map(|generation| generation.blocking_next().unwrap()).collect();
    let places: Vec<(u32, bool)> = told
        .iter()
        .map(|event| match event {
            Event::Queued { ahead, seconds } => (*ahead, seconds.is_some()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(places, [(0, true), (1, true)]);
    drop(first);
}

#[test]
fn detail_says_how_much_is_seen() {
    let engine = engine();
    let sizes = |detail: Detail| {
        let rgb = vec![7; 900 * 300 * 3];
        let part = Part::Picture(Arc::new(Picture { width: 900, height: 300, rgb }), detail);
        let request = request(vec![part, text("?")], 0.0, 1);
        engine.prepare(&request.messages, &request.parameters).unwrap().picture_sizes
    };
    let longest = |detail: Detail| sizes(detail)[0].0;
    assert!(longest(Detail::Low) <= 256 && longest(Detail::Low) <= longest(Detail::Auto));
    assert!(longest(Detail::Auto) <= 512 && longest(Detail::Auto) <= longest(Detail::High));
}
