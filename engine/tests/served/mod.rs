//! Small random models that serve requests, for tests of how they are served.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "../../examples/random_model/generate.rs"]
pub mod generate;

use std::{path::Path, sync::Arc};

use engine::{
    Detail, Engine, Event, FinishReason, Generation, LoadOptions, Message, ModelSource, Parameters, Part, Request,
    Sampling, Timings, Usage, picture::Picture,
};
use generate::Sizes;

pub const TEKKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mini/tekken.json");

pub fn small() -> Sizes {
    Sizes { dim: 64, layers: 3, heads: 4, ..Sizes::default() }
}

pub fn load_sized(sizes: &Sizes, options: &LoadOptions) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), sizes, Path::new(TEKKEN)).unwrap();
    Engine::load(&ModelSource::Path(folder.path().into()), options).unwrap()
}

pub fn load(options: &LoadOptions) -> Engine {
    load_sized(&small(), options)
}

pub fn engine() -> Engine {
    load(&LoadOptions::default())
}

pub fn picture(width: u32, height: u32) -> Part {
    let rgb = (0..width * height * 3).map(|i| (i * 7 % 251) as u8).collect();
    Part::Picture(Arc::new(Picture { width, height, rgb }), Detail::High)
}

pub fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

pub fn request(parts: Vec<Part>, temperature: f64, max_tokens: u32) -> Request {
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
pub fn long_request(temperature: f64, max_tokens: u32) -> Request {
    let story = "once upon a time there was a kitten that could see ".repeat(12);
    request(vec![text(&story), picture(130, 90), text("and"), picture(40, 128), text("?")], temperature, max_tokens)
}

#[derive(Debug, PartialEq)]
pub struct Told {
    pub ids: Vec<u32>,
    pub text: String,
    pub reason: FinishReason,
    pub usage: Usage,
}

pub fn collect(generation: Generation) -> Told {
    collect_with_timings(generation).0
}

pub fn collect_with_timings(mut generation: Generation) -> (Told, Timings) {
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
                return (Told { ids, text: text + &tail, reason, usage }, timings);
            }
            Event::Failed(error) => panic!("{error}"),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
}

pub fn told(engine: &Engine, request: Request) -> Told {
    told_with_timings(engine, request).0
}

pub fn told_with_timings(engine: &Engine, request: Request) -> (Told, Timings) {
    collect_with_timings(engine.submit(request).unwrap())
}
