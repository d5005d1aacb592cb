//! Several requests beside each other: turns, places, stopping, how long it takes.
#![allow(clippy::unwrap_used)]

mod served;

use engine::{
    Detail, Event, FinishReason, Generation, GenerationError, LoadOptions, PictureCacheOptions, Request, SubmitError,
};
use served::{
    Told, collect, engine, generate::Sizes, load, load_sized, long_request, picture, request, small, text, told,
};

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
fn a_stop_is_heard_while_a_picture_and_its_prompt_are_read() {
    let engine = load_sized(&Sizes { image_size: 1024, ..small() }, &LoadOptions::default());
    let mut generation = engine.submit(request(vec![picture(1024, 1024), text("?")], 0.0, 5)).unwrap();
    let mut furthest = 0;
    loop {
        match generation.blocking_next().unwrap() {
            Event::Reading { percent, .. } => {
                furthest = percent;
                generation.canceller().cancel();
            }
            Event::Finished { reason, usage, timings, .. } => {
                assert_eq!((reason, usage.completion_tokens), (FinishReason::Cancelled, 0));
                assert_eq!(timings.first_token_ms, None, "there was none");
                break;
            }
            Event::Queued { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(furthest > 0 && furthest < 100, "{furthest} % were read");
}

#[test]
fn nobody_takes_all_places() {
    let engine = load(&LoadOptions { max_active: 2, max_waiting: 4, ..LoadOptions::default() });
    let of = |key: &str, tokens| Request { fairness_key: key.into(), ..request(vec![text("hi")], 0.0, tokens) };
    let endless: Vec<Generation> = (0..3).map(|_| engine.submit(of("much", 30_000)).unwrap()).collect();
    let little = engine.submit(of("little", 20)).unwrap();
    assert_eq!(collect(little).ids.len(), 20, "one place was left while all of much went on");
    for generation in &endless {
        generation.canceller().cancel();
    }
    drop(endless);

    let engine = load(&LoadOptions { max_active: 1, max_waiting: 8, ..LoadOptions::default() });
    let mut first = engine.submit(of("much", 30_000)).unwrap();
    assert!(std::iter::from_fn(|| first.blocking_next()).any(|event| matches!(event, Event::Token { .. })));
    let waiting: Vec<_> = (0..3).map(|_| engine.submit(of("much", 30_000)).unwrap()).collect();
    assert_eq!(engine.submit(of("much", 30_000)).unwrap_err(), SubmitError::Busy, "a quarter of the queue is enough");
    assert!(engine.submit(of("little", 5)).is_ok());
    drop((first, waiting));
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
fn speed_is_known_after_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let options = LoadOptions {
        picture_cache: PictureCacheOptions { folder: Some(folder.path().into()), ..Default::default() },
        ..LoadOptions::default()
    };
    for start in 1..=2 {
        let engine = load(&options);
        collect(engine.warm_up().unwrap());
        let cost = engine.picture_cost(128, 128, Detail::Auto).unwrap();
        assert!(cost.seconds.is_some_and(|seconds| seconds > 0.0), "start {start}: {cost:?}");
    }
}
