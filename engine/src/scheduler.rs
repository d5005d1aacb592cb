//! Who is served next. Requests wait in an inbox; a thread of its own serves a few of them at a time, in steps: everyone
//! who answers gets a token, read together so that the weights are read once, and beside them one prompt or picture goes
//! on by a chunk. No result depends on what runs beside it.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{
    compute_pool::ComputePool,
    decoding::Runner,
    error::{GenerationError, SubmitError},
    event::{Event, FinishReason, Timings, Usage},
    model::Model,
    speed::{SharedSpeed, wait_seconds},
    task::{Caches, Job, Need, Task, milliseconds},
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

/// A task and when its prompt or pictures were last gone on with.
struct Active {
    task: Task,
    stepped: u64,
}

/// Everything that the serving thread knows.
struct Server<'a> {
    model: &'a Model,
    pool: &'a ComputePool,
    active: Vec<Active>,
    turns: Turns,
    caches: Caches,
    speed: &'a SharedSpeed,
}

/// Serves until the inbox is closed.
pub fn run(model: &Model, pool: &ComputePool, inbox: &Inbox, caches: Caches, speed: &SharedSpeed) {
    let mut server = Server { model, pool, active: Vec::new(), turns: Turns::default(), caches, speed };
    while let Some(jobs) = server.admit(inbox) {
        for job in jobs {
            let events = job.events.clone();
            match guarded(|| Task::new(model, job, &mut server.caches)) {
                Ok(task) => server.active.push(Active { task, stepped: server.turns.now }),
                Err(error) => drop(events.send(Event::Failed(error))),
            }
        }
        server.step();
    }
    for active in server.active {
        drop(active.task.events().send(Event::Failed(GenerationError::Stopped)));
    }
}

impl Server<'_> {
    /// A token for everyone who answers, and one more piece of a prompt or a picture.
    fn step(&mut self) {
        let mut needs = Vec::new();
        let mut index = 0;
        while index < self.active.len() {
            match guarded(|| self.active[index].task.advance(self.model)) {
                Ok(Need::End) => self.end(index),
                Ok(need) => {
                    needs.push(need);
                    index += 1;
                }
                Err(error) => self.fail(index, error),
            }
        }
        // Of those that read: the key served longest ago, and of its requests the one stepped longest ago.
        let order =
            |&index: &usize| (self.turns.of(self.active[index].task.fairness_key()), self.active[index].stepped);
        let reader = (0..needs.len()).filter(|&index| needs[index] != Need::Token).min_by_key(order);
        if let Some(index) = reader {
            self.turns.serve(self.active[index].task.fairness_key());
            self.active[index].stepped = self.turns.now;
            if needs[index] == Need::Picture {
                let (model, caches) = (self.model, &mut self.caches);
                let task = &mut self.active[index].task;
                if let Err(error) = guarded(|| self.pool.run(|| task.encode(model, caches))) {
                    self.fail(index, error);
                    needs.remove(index);
                }
            }
        }
        let shared = needs.contains(&Need::Token);
        let mut counts = vec![0; needs.len()];
        for (index, need) in needs.iter().enumerate() {
            counts[index] = match need {
                Need::Token => 1,
                Need::Prompt if reader == Some(index) => self.active[index].task.readable(self.chunk(shared, index)),
                _ => 0,
            };
        }
        self.read(&needs, &counts);
    }

    /// On a GPU results depend on the chunk: it is always the same there.
    fn chunk(&self, shared: bool, index: usize) -> usize {
        match self.model.runner {
            Runner::Cpu(_) => self.speed.get().chunk(shared),
            Runner::Gpu(_) => self.active[index].task.fixed_chunk(),
        }
    }

    /// Reads `counts[i]` tokens of task i, all together.
    fn read(&mut self, needs: &[Need], counts: &[usize]) {
        if counts.iter().all(|&count| count == 0) {
            return;
        }
        let began = Instant::now();
        let (model, active) = (self.model, &mut self.active);
        let read = guarded(|| {
            let mut parts = Vec::new();
            for (active, &count) in active.iter_mut().zip(counts).filter(|(_, count)| **count > 0) {
                parts.push(active.task.part(model, count)?);
            }
            Ok(self.pool.run_awake(|| model.read(&mut parts))?)
        });
        let ms = milliseconds(began);
        let mut logits = match read {
            Ok(logits) => logits.into_iter(),
            Err(error) => {
                // Nobody knows whose fault it was, and what was half read cannot be gone on with.
                for index in (0..counts.len()).rev().filter(|&index| counts[index] > 0) {
                    self.fail(index, error.clone());
                }
                return;
            }
        };
        let prompt: usize =
            needs.iter().zip(counts).filter(|(need, _)| **need != Need::Token).map(|(_, count)| count).sum();
        {
            let mut speed = self.speed.get();
            if prompt > 0 { speed.prompt(prompt, ms) } else { speed.answer_step(ms) }
        }
        for ((active, need), &count) in self.active.iter_mut().zip(needs).zip(counts) {
            if count > 0 {
                active.task.was_read(*need, logits.next().unwrap_or_default(), ms, &mut self.caches);
            }
        }
    }

    fn end(&mut self, index: usize) {
        let task = self.active.remove(index).task;
        let mut speed = self.speed.get();
        speed.answered(task.answered());
        if let Some((tokens, ms)) = task.picture_speed() {
            speed.picture(tokens, ms);
        }
        drop(speed);
        task.finish();
    }

    fn fail(&mut self, index: usize, error: GenerationError) {
        let failed = self.active.remove(index);
        tracing::error!("a request failed: {error}");
        drop(failed.task.events().send(Event::Failed(error)));
    }
}

impl Server<'_> {
    /// The jobs that may begin now; waits while there is nothing to do. `None` once the inbox is closed.
    fn admit(&mut self, inbox: &Inbox) -> Option<Vec<Job>> {
        let mut state = inbox.lock();
        state.active = self.active.len();
        while state.waiting.is_empty() && self.active.is_empty() && !state.closed {
            self.turns.served.clear();
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
        self.tell_places(&mut state.waiting, &order, inbox.max_active);
        let free = inbox.max_active.saturating_sub(self.active.len());
        let mut chosen: Vec<usize> = order.into_iter().take(free).collect();
        state.active += chosen.len();
        chosen.sort_unstable();
        // From the end, so that the places before stay right; then back into the order of arrival.
        let mut jobs: Vec<Job> = chosen.into_iter().rev().map(|index| state.waiting.remove(index)).collect();
        jobs.reverse();
        Some(jobs)
    }

    /// Tells everyone who waits their place, and about how long that takes, when the place changed.
    fn tell_places(&self, waiting: &mut [Job], order: &[usize], max_active: usize) {
        let speed = self.speed.get();
        let active: Option<Vec<f64>> = self.active.iter().map(|active| speed.seconds(active.task.work())).collect();
        let works: Option<Vec<f64>> = order.iter().map(|&index| speed.seconds(waiting[index].work())).collect();
        for (ahead, &index) in order.iter().enumerate() {
            let job = &mut waiting[index];
            if job.told_ahead == Some(ahead as u32) {
                continue;
            }
            job.told_ahead = Some(ahead as u32);
            let begins_now = ahead + self.active.len() < max_active;
            let seconds = match (&active, &works) {
                (Some(active), Some(works)) if !begins_now => Some(wait_seconds(active, &works[..ahead]).ceil() as u32),
                _ => None,
            };
            drop(job.events.send(Event::Queued { ahead: ahead as u32, seconds }));
        }
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
