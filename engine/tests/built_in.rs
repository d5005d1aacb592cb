//! The built-in model answers what its README says it does.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use engine::{
    Detail, Engine, Event, FinishReason, LoadOptions, Message, ModelSource, Parameters, Part, Request, Sampling,
    picture::{self, DecodeLimits, Picture},
};

fn mini() -> Engine {
    let source = ModelSource::BuiltIn {
        name: "mini",
        params_json: include_bytes!("../../models/mini/params.json"),
        tekken_json: include_bytes!("../../models/mini/tekken.json"),
        weights: include_bytes!("../../models/mini/consolidated.safetensors"),
    };
    Engine::load(&source, &LoadOptions::default()).unwrap()
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mini");

fn shown(path: &str) -> Arc<Picture> {
    let bytes = std::fs::read(format!("{FOLDER}/{path}")).unwrap();
    Arc::new(picture::decode(&bytes, &DecodeLimits::default()).unwrap())
}

fn example(name: &str) -> Arc<Picture> {
    shown(&format!("examples/{name}"))
}

fn red_circle(side: u32) -> Arc<Picture> {
    let (middle, radius) = (f64::from(side) / 2.0, f64::from(side) * 0.3);
    let mut rgb = Vec::new();
    for y in 0..side {
        for x in 0..side {
            let distance = (f64::from(x) + 0.5 - middle).hypot(f64::from(y) + 0.5 - middle);
            rgb.extend(if distance < radius { [220, 30, 30] } else { [255, 255, 255] });
        }
    }
    Arc::new(Picture { width: side, height: side, rgb })
}

fn question(picture: &Arc<Picture>, text: &str) -> Message {
    Message::User(vec![Part::Picture(picture.clone(), Detail::High), Part::Text(text.into())])
}

/// The greedy answer and its ids.
fn ask(engine: &Engine, messages: Vec<Message>) -> (String, Vec<u32>) {
    let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
    let parameters = Parameters { sampling, max_tokens: Some(200), stop: vec![] };
    let request =
        Request { messages, parameters, fairness_key: String::new(), cache_scope: String::new(), resume: None };
    let mut generation = engine.submit(request).unwrap();
    let (mut answer, mut ids) = (String::new(), vec![]);
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Token { id, text, .. } => {
                ids.push(id);
                answer.push_str(&text);
            }
            Event::Finished { reason, tail, .. } => {
                assert_eq!(reason, FinishReason::Stop);
                return (answer + &tail, ids);
            }
            Event::Failed(error) => panic!("{error}"),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
    panic!("the answer did not end");
}

#[test]
fn the_examples_of_its_readme() {
    let engine = mini();
    assert_eq!(engine.info().name, "mini");
    assert!(engine.info().sees_pictures);
    for (name, text, answer) in [
        ("heart.png", "What is in this picture?", "A red heart in the center, on a white background."),
        ("heart.png", "Que vois-tu ?", "Un cœur rouge au centre, sur fond blanc."),
        ("heart.png", "What color is the background?", "The background is white."),
        ("word.png", "What does it say?", "It says \"DOG\"."),
        ("word.png", "Qu'est-ce qui est écrit ?", "Il est écrit \"DOG\"."),
        ("bars.png", "What is in this picture?", "A bar chart with 2 bars: red and blue. The blue bar is the tallest."),
    ] {
        assert_eq!(ask(&engine, vec![question(&example(name), text)]).0, answer, "{name}: {text}");
    }
}

/// As models/mini/recipe/checks/cases.py writes them.
#[derive(serde::Deserialize)]
struct Case {
    pictures: Vec<String>,
    question: String,
    answer: String,
}

/// A few of the pictures that `make model-check` compares: every kind, several in one question, and some that the engine
/// has to make smaller.
#[test]
fn answers_as_the_training_code_does() {
    let engine = mini();
    let cases: Vec<Case> =
        serde_json::from_slice(&std::fs::read(format!("{FOLDER}/cases/cases.json")).unwrap()).unwrap();
    assert!(cases.len() >= 13);
    for Case { pictures, question, answer } in cases {
        let mut parts: Vec<Part> =
            pictures.iter().map(|name| Part::Picture(shown(&format!("cases/{name}")), Detail::High)).collect();
        parts.push(Part::Text(question.clone()));
        assert_eq!(ask(&engine, vec![Message::User(parts)]).0, answer, "{pictures:?}: {question}");
    }
}

#[test]
fn a_red_circle_and_its_background() {
    let engine = mini();
    for side in [64, 200, 256, 400, 800] {
        let first = question(&red_circle(side), "What is in this picture?");
        let (answer, ids) = ask(&engine, vec![first.clone()]);
        assert!(answer.to_lowercase().contains("red circle"), "{side} pixels: {answer}");
        let follow_up = Message::User(vec![Part::Text("What color is the background?".into())]);
        let told = Message::Assistant { text: answer.clone(), tokens: Some(ids.clone()) };
        let (color, _) = ask(&engine, vec![first.clone(), told, follow_up.clone()]);
        assert_eq!(color, "The background is white.", "{side} pixels");
        // The same text from elsewhere makes the same prompt, without the end token that was sampled.
        let prompt = |tokens: Option<Vec<u32>>| {
            let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
            let parameters = Parameters { sampling, max_tokens: None, stop: vec![] };
            let told = Message::Assistant { text: answer.clone(), tokens };
            engine.prepare(&[first.clone(), told, follow_up.clone()], &parameters).unwrap()
        };
        assert_eq!(prompt(None), prompt(Some(ids)));
    }
}
