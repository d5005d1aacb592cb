//! What was read or seen before is not computed again, and nobody notices but by the time.
#![allow(clippy::unwrap_used)]

mod served;

use std::path::Path;

use engine::{Engine, LoadOptions, Message, ModelSource, PictureCacheOptions, Request};
use served::{TEKKEN, engine, generate, load, long_request, picture, request, small, text, told, told_with_timings};

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
    // The last of it is written after the engine is gone.
    let is_written = || {
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        names.filter(|path| path.extension().is_some_and(|extension| extension == "features")).count() == 2
    };
    while !is_written() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let (again, timings) = asked(&load(), "look");
    assert_eq!((again, timings.cached_pictures, timings.cached_tokens), (first, 2, 0), "after a restart, too");
}
