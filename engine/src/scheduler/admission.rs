//! Who begins next, and what the others are told meanwhile.

use std::{collections::HashMap, sync::PoisonError};

use super::{Server, inbox::Inbox};
use crate::{
    cpu::kv_cache::BLOCK_TOKENS,
    error::GenerationError,
    event::{Event, FinishReason, Timings, Usage},
    speed::wait_seconds,
    task::Job,
};

/// When each key was last served; keys that were never served come first.
#[derive(Default)]
pub struct Turns {
    served: HashMap<String, u64>,
    /// Goes on by one with everyone who is served.
    pub now: u64,
}

impl Turns {
    pub fn of(&self, key: &str) -> u64 {
        self.served.get(key).copied().unwrap_or(0)
    }

    pub fn serve(&mut self, key: &str) {
        self.now += 1;
        match self.served.get_mut(key) {
            Some(served) => *served = self.now,
            None => drop(self.served.insert(key.to_owned(), self.now)),
        }
    }

    /// Nobody waits: who comes next owes nobody anything.
    pub fn forget(&mut self) {
        self.served.clear();
    }
}

impl Server<'_> {
    /// The jobs that may begin now; waits while there is nothing to do. `None` once the inbox is closed.
    pub(super) fn admit(&mut self, inbox: &Inbox) -> Option<Vec<Job>> {
        let mut state = inbox.lock();
        state.active = self.active.len();
        while state.waiting.is_empty() && self.active.is_empty() && !state.closed {
            self.turns.forget();
            state = inbox.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            for job in state.waiting.drain(..) {
                drop(job.events.send(Event::Failed(GenerationError::Stopped)));
            }
            return None;
        }
        if state.waiting.is_empty() {
            return Some(Vec::new());
        }
        state.waiting.retain(|job| {
            if job.canceller.is_cancelled() {
                drop(job.events.send(cancelled_while_waiting(job)));
            }
            !job.canceller.is_cancelled()
        });
        let keys: Vec<&str> = state.waiting.iter().map(|job| job.fairness_key.as_str()).collect();
        let order = fair_order(&keys, self.active.iter().map(|active| active.task.fairness_key()), &self.turns);
        let mut chosen = self.choose(&state.waiting, &order, inbox.max_active);
        let later: Vec<usize> = order.into_iter().filter(|index| !chosen.contains(index)).collect();
        self.tell_places(&mut state.waiting, &later);
        state.active += chosen.len();
        chosen.sort_unstable();
        // From the end, so that the places before stay right; then back into the order of arrival.
        let mut jobs: Vec<Job> = chosen.into_iter().rev().map(|index| state.waiting.remove(index)).collect();
        jobs.reverse();
        for job in jobs.iter().filter(|job| job.told.is_none()) {
            drop(job.events.send(Event::Queued { ahead: 0, seconds: None }));
        }
        Some(jobs)
    }

    /// Who of `waiting`, in `order`, begins now: as many as there are places and as fit into memory. One key leaves the
    /// last place to others, so that nobody waits for the whole answers of one person.
    fn choose(&self, waiting: &[Job], order: &[usize], max_active: usize) -> Vec<usize> {
        let model = self.model;
        let mut positions: u64 = self.active.iter().map(|active| active.task.most_positions(model)).sum();
        let mut keys: Vec<&str> = self.active.iter().map(|active| active.task.fairness_key()).collect();
        let mut chosen = Vec::new();
        for &index in order {
            let job = &waiting[index];
            let of_key = keys.iter().filter(|key| **key == job.fairness_key).count();
            let more = job.most_positions(model);
            if keys.len() >= max_active || (!keys.is_empty() && positions + more > model.active_tokens) {
                break;
            }
            if of_key == 0 || of_key + 1 < max_active {
                positions += more;
                keys.push(&job.fairness_key);
                chosen.push(index);
            }
        }
        chosen
    }

    /// Tells everyone who waits, in this `order`, their place and about how long that takes, when that changed.
    fn tell_places(&self, waiting: &mut [Job], order: &[usize]) {
        for &index in order {
            let job = &mut waiting[index];
            if job.cached_tokens.is_none() {
                let known = self.caches.prefixes.known(job.chain().keys(&job.prompt.tokens));
                job.cached_tokens = Some((known * BLOCK_TOKENS).min(job.prompt.tokens.len() - 1));
            }
        }
        let speed = self.speed.get();
        let active: Option<Vec<f64>> =
            self.active.iter().map(|active| speed.seconds(active.task.work(self.model))).collect();
        let works: Option<Vec<f64>> =
            order.iter().map(|&index| speed.seconds(waiting[index].work(self.model))).collect();
        for (ahead, &index) in order.iter().enumerate() {
            let seconds = active.as_ref().zip(works.as_ref());
            let seconds = seconds.map(|(active, works)| wait_seconds(active, &works[..ahead]).ceil() as u32);
            let (job, now) = (&mut waiting[index], (ahead as u32, seconds));
            if is_worth_telling(job.told, now) {
                job.told = Some(now);
                drop(job.events.send(Event::Queued { ahead: now.0, seconds }));
            }
        }
    }
}

/// Whether place and seconds differ from what somebody was told: a moment more or less is no news.
fn is_worth_telling(told: Option<(u32, Option<u32>)>, now: (u32, Option<u32>)) -> bool {
    let Some(told) = told else { return true };
    match (told.1, now.1) {
        _ if told.0 != now.0 => true,
        (Some(before), Some(seconds)) => before.abs_diff(seconds) >= 2.max(before / 5),
        (before, seconds) => before != seconds,
    }
}

/// Indices of `waiting` (keys) in the order in which they will begin: the key with the fewest requests under way first,
/// then the one served longest ago, then who came first.
fn fair_order<'a>(waiting: &[&'a str], active_keys: impl Iterator<Item = &'a str>, turns: &Turns) -> Vec<usize> {
    let mut under_way: HashMap<&str, usize> = HashMap::new();
    for key in active_keys {
        *under_way.entry(key).or_default() += 1;
    }
    let mut left: Vec<usize> = (0..waiting.len()).collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let rank =
            |index: usize| (under_way.get(waiting[index]).copied().unwrap_or(0), turns.of(waiting[index]), index);
        let next = (0..left.len()).min_by_key(|&at| rank(left[at])).unwrap_or(0);
        let index = left.remove(next);
        *under_way.entry(waiting[index]).or_default() += 1;
        order.push(index);
    }
    order
}

fn cancelled_while_waiting(job: &Job) -> Event {
    let queued_ms = job.submitted.elapsed().as_secs_f64() * 1000.0;
    let usage = Usage { prompt_tokens: job.prompt.tokens.len() as u32, ..Usage::default() };
    let timings = Timings { queued_ms, ..Timings::default() };
    Event::Finished { reason: FinishReason::Cancelled, tail: String::new(), usage, timings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_take_turns_in_the_queue() {
        let turns = Turns::default();
        let order = fair_order(&["a", "a", "a", "b", "c", "b"], std::iter::empty(), &turns);
        assert_eq!(order, [0, 3, 4, 1, 5, 2]);
        let order = fair_order(&["a", "b"], ["a", "a"].into_iter(), &turns);
        assert_eq!(order, [1, 0], "who has nothing under way comes first");
    }

    #[test]
    fn places_are_told_when_they_change() {
        assert!(is_worth_telling(None, (0, None)));
        assert!(is_worth_telling(Some((1, Some(9))), (0, Some(9))), "further ahead");
        assert!(is_worth_telling(Some((1, None)), (1, Some(9))), "now it is known");
        assert!(is_worth_telling(Some((1, Some(9))), (1, Some(7))));
        assert!(!is_worth_telling(Some((1, Some(9))), (1, Some(8))));
        assert!(!is_worth_telling(Some((1, Some(60))), (1, Some(50))));
    }
}
