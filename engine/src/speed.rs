//! How fast this machine serves this model: learnt from every step, for chunks that end soon and honest estimates.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much a new measurement counts.
const WEIGHT: f64 = 0.2;
/// A step of a prompt takes about this long, shorter where others wait for their next token.
const ALONE_MS: f64 = 1000.0;
const SHARED_MS: f64 = 250.0;
/// Smaller chunks waste what reading the weights costs.
const SMALLEST_CHUNK: usize = 32;
pub const LARGEST_CHUNK: usize = 512;
/// Before anything is known.
const FIRST_CHUNK: usize = 64;
const FIRST_ANSWER_TOKENS: f64 = 150.0;
/// An answer that is longer than usual goes on for this part of what it has already.
const LONG_ANSWER_PART: f64 = 0.25;
/// So many patches make attention among them cost as much as everything else in the encoder (512x512 are 1024).
const PATCHES_OF_EQUAL_COST: f64 = 1250.0;

#[derive(Clone, Copy, Debug, Default)]
struct Average(Option<f64>);

impl Average {
    fn learn(&mut self, value: f64) {
        self.0 = Some(self.0.map_or(value, |known| known + (value - known) * WEIGHT));
    }
}

#[derive(Debug, Default)]
pub struct Speed {
    prompt_token_ms: Average,
    /// Of [`patch_work`].
    patch_ms: Average,
    /// Of one step, whoever takes part.
    answer_token_ms: Average,
    answer_tokens: Average,
}

/// Learnt by the serving thread, asked by everyone.
#[derive(Debug, Default)]
pub struct SharedSpeed(Mutex<Speed>);

impl SharedSpeed {
    pub fn get(&self) -> MutexGuard<'_, Speed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request still costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    pub prompt_tokens: usize,
    /// Of pictures that are not encoded.
    pub patch_work: f64,
    pub answered_tokens: u32,
    /// The longest that the answer may get.
    pub max_tokens: u32,
}

/// What encoding a picture of so many patches costs: each is worked on by itself, and looks at all of them.
pub fn patch_work(patches: usize) -> f64 {
    let patches = patches as f64;
    patches * (1.0 + patches / PATCHES_OF_EQUAL_COST)
}

impl Speed {
    pub fn prompt(&mut self, tokens: usize, ms: f64) {
        // A few tokens cost as much as one.
        if tokens >= SMALLEST_CHUNK {
            self.prompt_token_ms.learn(ms / tokens as f64);
        }
    }

    /// `work`: see [`patch_work`].
    pub fn picture(&mut self, work: f64, ms: f64) {
        self.patch_ms.learn(ms / work.max(1.0));
    }

    pub fn answer_step(&mut self, ms: f64) {
        self.answer_token_ms.learn(ms);
    }

    /// The length of an answer that nobody cut off.
    pub fn answered(&mut self, tokens: u32) {
        self.answer_tokens.learn(f64::from(tokens));
    }

    /// Tokens of a prompt to read at once. `shared`: others wait for their next token meanwhile.
    pub fn chunk(&self, shared: bool) -> usize {
        let Some(token_ms) = self.prompt_token_ms.0 else { return FIRST_CHUNK };
        let ms = if shared { SHARED_MS } else { ALONE_MS };
        ((ms / token_ms) as usize / SMALLEST_CHUNK * SMALLEST_CHUNK).clamp(SMALLEST_CHUNK, LARGEST_CHUNK)
    }

    /// Seconds until a picture is read that has so many tokens and patches; `None` while nothing is known.
    pub fn reading_seconds(&self, prompt_tokens: usize, patches: usize) -> Option<f64> {
        let prompt_ms = prompt_tokens as f64 * self.prompt_token_ms.0?;
        Some((prompt_ms + patch_work(patches) * self.patch_ms.0?) / 1000.0)
    }

    /// Seconds that `work` takes by itself; `None` while nothing is known.
    pub fn seconds(&self, work: Work) -> Option<f64> {
        let prompt = work.prompt_tokens as f64 * self.prompt_token_ms.0?;
        let pictures = work.patch_work * self.patch_ms.0.unwrap_or(0.0);
        let said = f64::from(work.answered_tokens);
        let usual = self.answer_tokens.0.unwrap_or(FIRST_ANSWER_TOKENS) - said;
        let most = (f64::from(work.max_tokens) - said).max(1.0);
        let left = usual.max(said * LONG_ANSWER_PART).clamp(1.0, most);
        Some((prompt + pictures + left * self.answer_token_ms.0?) / 1000.0)
    }
}

/// Seconds until the request with `ahead` others before it begins. `active`: what those under way still take by
/// themselves, `waiting`: the same of those ahead. Answers share the machine, so that it serves a little more than one
/// request's worth of work at a time; the estimate leaves that as a reserve.
pub fn wait_seconds(active: &[f64], waiting: &[f64]) -> f64 {
    let shortest = active.iter().copied().fold(f64::INFINITY, f64::min);
    let first = if shortest.is_finite() { shortest * active.len() as f64 } else { 0.0 };
    let all: f64 = active.iter().chain(waiting).sum();
    // The first place is free when the shortest has ended, all others about evenly after it.
    first.min(all) + waiting.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn chunks_follow_the_speed() {
        let mut speed = Speed::default();
        assert_eq!(speed.chunk(false), 64);
        speed.prompt(256, 256.0 * 20.0);
        assert_eq!((speed.chunk(false), speed.chunk(true)), (32, 32));
        for _ in 0..40 {
            speed.prompt(256, 256.0);
        }
        assert_eq!((speed.chunk(false), speed.chunk(true)), (512, 224));
    }

    #[test]
    fn estimates_need_something_learnt() {
        let mut speed = Speed::default();
        let work = Work { prompt_tokens: 100, patch_work: 50.0, answered_tokens: 0, max_tokens: 1000 };
        assert_eq!(speed.seconds(work), None);
        speed.prompt(100, 1000.0);
        speed.picture(100.0, 200.0);
        speed.answer_step(100.0);
        assert_eq!(speed.seconds(work), Some(1.0 + 0.1 + 15.0), "no answer was seen yet");
        speed.answered(20);
        assert_eq!(speed.seconds(work), Some(1.0 + 0.1 + 2.0));
        let left = |answered_tokens, max_tokens| {
            let work = Work { answered_tokens, max_tokens, ..Work::default() };
            speed.seconds(work)
        };
        assert_eq!(left(19, 1000), Some(0.475), "the usual length says one, what it has already says more");
        assert_eq!(left(400, 1000), Some(10.0), "longer than usual");
        assert_eq!((left(400, 410), left(0, 5)), (Some(1.0), Some(0.5)), "never beyond the limit");
    }

    #[test]
    fn a_large_picture_costs_more_than_its_patches() {
        let mut speed = Speed::default();
        speed.prompt(100, 0.0);
        speed.picture(patch_work(256), 100.0);
        let seconds = |patches| speed.reading_seconds(0, patches).unwrap();
        assert!((seconds(256) - 0.1).abs() < 1e-9);
        assert!(seconds(1024) > 5.0 * seconds(256) && seconds(1024) < 7.0 * seconds(256));
    }

    #[test]
    fn who_is_further_back_waits_longer() {
        assert_eq!(wait_seconds(&[], &[]), 0.0);
        assert_eq!(wait_seconds(&[4.0, 2.0], &[]), 4.0);
        assert_eq!(wait_seconds(&[4.0, 2.0], &[3.0]), 7.0);
    }
}
