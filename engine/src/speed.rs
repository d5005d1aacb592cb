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
    picture_token_ms: Average,
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
    pub picture_tokens: usize,
    /// `None`: it has not begun to answer.
    pub answered_tokens: Option<u32>,
}

impl Speed {
    pub fn prompt(&mut self, tokens: usize, ms: f64) {
        // A few tokens cost as much as one.
        if tokens >= SMALLEST_CHUNK {
            self.prompt_token_ms.learn(ms / tokens as f64);
        }
    }

    pub fn picture(&mut self, tokens: usize, ms: f64) {
        self.picture_token_ms.learn(ms / tokens.max(1) as f64);
    }

    pub fn answer_step(&mut self, ms: f64) {
        self.answer_token_ms.learn(ms);
    }

    pub fn answered(&mut self, tokens: u32) {
        self.answer_tokens.learn(f64::from(tokens));
    }

    /// Tokens of a prompt to read at once. `shared`: others wait for their next token meanwhile.
    pub fn chunk(&self, shared: bool) -> usize {
        let Some(token_ms) = self.prompt_token_ms.0 else { return FIRST_CHUNK };
        let ms = if shared { SHARED_MS } else { ALONE_MS };
        ((ms / token_ms) as usize / SMALLEST_CHUNK * SMALLEST_CHUNK).clamp(SMALLEST_CHUNK, LARGEST_CHUNK)
    }

    /// Seconds until pictures are read: `prompt_tokens` in the prompt, `picture_tokens` patches; `None` while nothing is
    /// known.
    pub fn reading_seconds(&self, prompt_tokens: usize, picture_tokens: usize) -> Option<f64> {
        let prompt_ms = prompt_tokens as f64 * self.prompt_token_ms.0?;
        Some((prompt_ms + picture_tokens as f64 * self.picture_token_ms.0?) / 1000.0)
    }

    /// Seconds that `work` takes by itself; `None` while nothing is known.
    pub fn seconds(&self, work: Work) -> Option<f64> {
        let prompt = work.prompt_tokens as f64 * self.prompt_token_ms.0?;
        let pictures = work.picture_tokens as f64 * self.picture_token_ms.0.unwrap_or(0.0);
        let left = (self.answer_tokens.0? - f64::from(work.answered_tokens.unwrap_or(0))).max(1.0);
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
        let work = Work { prompt_tokens: 100, picture_tokens: 50, answered_tokens: None };
        assert_eq!(speed.seconds(work), None);
        speed.prompt(100, 1000.0);
        speed.picture(100, 200.0);
        speed.answer_step(100.0);
        speed.answered(20);
        assert_eq!(speed.seconds(work), Some(1.0 + 0.1 + 2.0));
        assert_eq!(speed.seconds(Work { answered_tokens: Some(19), ..Work::default() }), Some(0.1));
    }

    #[test]
    fn who_is_further_back_waits_longer() {
        assert_eq!(wait_seconds(&[], &[]), 0.0);
        assert_eq!(wait_seconds(&[4.0, 2.0], &[]), 4.0);
        assert_eq!(wait_seconds(&[4.0, 2.0], &[3.0]), 7.0);
    }
}
