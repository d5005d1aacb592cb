//! The random model's greedy answer goes on and on.
#![allow(clippy::unwrap_used)]

#[path = "../examples/random_model/generate.rs"]
mod generate;

use std::{collections::HashSet, path::Path};

use engine::{Engine, Event, FinishReason, LoadOptions, Message, ModelSource, Parameters, Part, Request, Sampling};
use generate::Sizes;

fn greedy_words(sizes: &Sizes, tokens: u32) -> (Vec<u32>, String, FinishReason) {
    let folder = tempfile::tempdir().unwrap();
    let tekken = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mini/tekken.json");
    generate::write(folder.path(), sizes, &tekken).unwrap();
    let engine = Engine::load(&ModelSource::Path(folder.path().into()), &LoadOptions::default()).unwrap();
    let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
    let mut generation = engine
        .submit(Request {
            messages: vec![Message::User(vec![Part::Text("Tell me a long story.".into())])],
            parameters: Parameters { sampling, max_tokens: Some(tokens), stop: vec![] },
            fairness_key: String::new(),
            cache_scope: String::new(),
            resume: None,
        })
        .unwrap();
    let (mut ids, mut answer) = (vec![], String::new());
    loop {
        match generation.blocking_next().unwrap() {
            Event::Token { id, text, .. } => {
                ids.push(id);
                answer.push_str(&text);
            }
            Event::Finished { reason, .. } => return (ids, answer, reason),
            Event::Failed(error) => panic!("{error}"),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
}

#[test]
fn its_answer_does_not_end_nor_repeat_itself() {
    let sizes = Sizes { layers: 6, ..Sizes::default() };
    let (ids, answer, reason) = greedy_words(&sizes, 3000);
    assert_eq!((ids.len(), reason), (3000, FinishReason::Length));
    assert!(answer.chars().all(|letter| letter == ' ' || letter.is_ascii_alphabetic()), "plain words: {answer}");
    // Pieces of eight tokens that come again are rare: no part of it is a cycle.
    let pieces: HashSet<&[u32]> = ids.windows(8).collect();
    assert!(pieces.len() > 2000, "only {} different pieces", pieces.len());
}
