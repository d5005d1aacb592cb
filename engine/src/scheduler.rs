//! Who is served next. Requests wait in an inbox; a thread of its own takes a few of them at a time and steps them in
//! turns. Each is computed alone, so that no result depends on what runs beside it. Batching may come later without a
//! change to any of this but the worker's loop.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use rayon::ThreadPool;

use crate::{
    error::{GenerationError, SubmitError},
    event::{Event, FinishReason, Timings, Usage},
    model::Model,
    task::{Job, Task},
};

/// Where requests wait.
pub struct Inbox {
    state: Mutex<InboxState>,
    arrived: Condvar,
    max_waiting: usize,
    max_active: usize,
}

#[derive(Default)]
struct InboxState {
    waiting: Vec<Job>,
    /// Requests being served.
    active: usize,
    closed: bool,
}

impl Inbox {
    pub fn new(max_waiting: usize, max_active: usize) -> Self {
        Self { state: Mutex::default(), arrived: Condvar::new(), max_waiting, max_active: max_active.max(1) }
    }

    pub fn push(&self, job: Job) -> Result<(), SubmitError> {
        let mut state = self.lock();
        if state.waiting.len() + state.active >= self.max_active + self.max_waiting {
            return Err(SubmitError::Busy);
        }
        state.waiting.push(job);
        self.arrived.notify_one();
        Ok(())
    }

    /// Requests that wait.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Ends the worker.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_one();
    }

    /// A panic elsewhere leaves the list itself in order.
    fn lock(&self) -> MutexGuard<'_, InboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When each key was last served; keys that were never served come first.
#[derive(Default)]
struct Turns {
    served: HashMap<String, u64>,
    now: u64,
}

impl Turns {
    fn of(&self, key: &str) -> u64 {
        self.served.get(key).copied().unwrap_or(0)
    }

    fn serve(&mut self, key: &str) {
        self.now += 1;
        self.served.insert(key.to_owned(), self.now);
    }
}

/// A task and when it was last stepped.
struct Active {
    task: Task,
    stepped: u64,
}

/// Serves until the inbox is closed.
pub fn run(model: &Model, pool: &ThreadPool, inbox: &Inbox) {
    let mut active: Vec<Active> = Vec::new();
    let mut turns = Turns::default();
    while let Some(jobs) = admit(inbox, &active, &mut turns) {
        for job in jobs {
            let events = job.events.clone();
            match guarded(|| Task::new(model, job)) {
                Ok(task) => active.push(Active { task, stepped: turns.now }),
                Err(error) => drop(events.send(Event::Failed(error))),
            }
        }
        // The key served longest ago, and of its requests the one stepped longest ago.
        let order = |index: &usize| (turns.of(active[*index].task.fairness_key()), active[*index].stepped);
        let Some(index) = (0..active.len()).min_by_key(order) else { continue };
        turns.serve(active[index].task.fairness_key());
        active[index].stepped = turns.now;
        let task = &mut active[index].task;
        match guarded(|| pool.install(|| task.step(model))) {
            Ok(false) => {}
            Ok(true) => drop(active.swap_remove(index)),
            Err(error) => {
                let failed = active.swap_remove(index);
                tracing::error!("a request failed: {error}");
                drop(failed.task.events().send(Event::Failed(error)));
            }
        }
    }
    for active in active {
        drop(active.task.events().send(Event::Failed(GenerationError::Stopped)));
    }
}

/// The jobs that may begin now; waits while there is nothing to do. `None` once the inbox is closed.
fn admit(inbox: &Inbox, active: &[Active], turns: &mut Turns) -> Option<Vec<Job>> {
    let mut state = inbox.lock();
    state.active = active.len();
    while state.waiting.is_empty() && active.is_empty() && !state.closed {
        turns.served.clear();
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
    let order = fair_order(&keys, active.iter().map(|active| active.task.fairness_key()), turns);
    for (ahead, &index) in order.iter().enumerate() {
        let job = &mut state.waiting[index];
        let ahead = ahead as u32;
        if job.told_ahead != Some(ahead) {
            job.told_ahead = Some(ahead);
            drop(job.events.send(Event::Queued { ahead }));
        }
    }
    let free = inbox.max_active.saturating_sub(active.len());
    let mut chosen: Vec<usize> = order.into_iter().take(free).collect();
    state.active += chosen.len();
    chosen.sort_unstable();
    // From the end, so that the places before stay right; then back into the order of arrival.
    let mut jobs: Vec<Job> = chosen.into_iter().rev().map(|index| state.waiting.remove(index)).collect();
    jobs.reverse();
    Some(jobs)
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

/// A panic ends one request, not the engine.
fn guarded<T>(work: impl FnOnce() -> Result<T, GenerationError>) -> Result<T, GenerationError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(GenerationError::Internal(text.unwrap_or_else(|| "for no stated reason".into())))
    })
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
    fn a_panic_becomes_a_reason() {
        let failed: Result<(), _> = guarded(|| panic!("index {} out of range", 7));
        assert_eq!(failed, Err(GenerationError::Internal("index 7 out of range".into())));
        assert_eq!(guarded(|| Ok(3)), Ok(3));
    }
}
