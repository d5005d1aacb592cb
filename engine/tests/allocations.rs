//! A token of an answer is computed in buffers that are there already. One test alone, for it counts what the whole
//! process allocates.
#![allow(clippy::unwrap_used)]

mod served;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use engine::{Engine, Event, Generation, LoadOptions};
use served::{generate::Sizes, load_sized, request, small, text};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Tokens that are counted: whole blocks of keys and values.
const TOKENS: usize = 128;

fn now() -> (usize, usize) {
    (COUNT.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed))
}

/// Waits for the token `index`.
fn wait_for(generation: &mut Generation, wanted: usize) {
    loop {
        match generation.blocking_next().unwrap() {
            Event::Token { index, .. } if index as usize == wanted => return,
            Event::Finished { .. } | Event::Failed(_) => panic!("it ended early"),
            _ => {}
        }
    }
}

/// Allocations and bytes for each token, while `people` get answers.
fn per_token(engine: &Engine, people: usize) -> (f64, f64) {
    let ask = |person: usize| {
        let mut request = request(vec![text(&format!("person {person} asks"))], 0.0, 64 + 2 * TOKENS as u32);
        request.fairness_key = format!("person {person}");
        engine.submit(request).unwrap()
    };
    let mut generations: Vec<Generation> = (0..people).map(ask).collect();
    let mut before = (0, 0);
    for place in [64, 64 + TOKENS] {
        generations.iter_mut().for_each(|generation| wait_for(generation, place));
        if place == 64 {
            before = now();
        }
    }
    let after = now();
    let tokens = (TOKENS * people) as f64;
    ((after.0 - before.0) as f64 / tokens, (after.1 - before.1) as f64 / tokens)
}

#[test]
fn a_token_is_computed_in_buffers_that_are_there_already() {
    let options = LoadOptions { max_active: 4, ..LoadOptions::default() };
    for layers in [3, 12] {
        let sizes = Sizes { layers, ..small() };
        let engine = load_sized(&sizes, &options);
        // The first answer fills the buffers.
        per_token(&engine, 1);
        for people in [1, 3] {
            let (count, bytes) = per_token(&engine, people);
            let what = format!("{layers} layers, {people} people: {count:.2} allocations, {bytes:.0} bytes a token");
            // For the text of each answer, and to call the threads together; whatever the model's depth.
            assert!(count < 1.0 + 2.0 / people as f64, "{what}");
            let keys_and_values_bytes = layers * sizes.kv_heads * sizes.head_dim * 2 * size_of::<f32>();
            assert!(bytes - (keys_and_values_bytes as f64) < 512.0, "{what}");
        }
    }
}
