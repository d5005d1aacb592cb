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
    cpu::kv_cache::BLOCK_TOKENS,
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

/// One key may have this part of the waiting places, so that it cannot take them all.
const WAITING_PART: usize = 4;

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
        let others_of_key = state.waiting.iter().filter(|other| other.fairness_key == job.fairness_key).count();
        if state.waiting.len() + state.active >= self.max_active + self.max_waiting
            || others_of_key >= self.max_active + self.max_waiting / WAITING_PART
        {
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
            let (model, pool) = (self.model, self.pool);
            let task = &mut self.active[index].task;
            // Drawing uses the threads of the model, too: outside of the pool they would be others, and more of them.
            let advance = || if task.has_logits() { pool.run(|| task.advance(model)) } else { task.advance(model) };
            match guarded(advance) {
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
        let mut reader = (0..needs.len()).filter(|&index| needs[index] != Need::Token).min_by_key(order);
        if let Some(index) = reader {
            self.turns.serve(self.active[index].task.fairness_key());
            self.active[index].stepped = self.turns.now;
            if needs[index] == Need::Picture {
                let (model, caches) = (self.model, &mut self.caches);
                let task = &mut self.active[index].task;
                if let Err(error) = guarded(|| self.pool.run(|| task.encode(model, caches))) {
                    self.fail(index, error);
                    needs.remove(index);
                    reader = None;
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
        let reading: Vec<usize> = (0..counts.len()).filter(|&index| counts[index] > 0).collect();
        if reading.is_empty() {
            return;
        }
        let began = Instant::now();
        let mut failed = self.read_parts(&reading, counts);
        if failed.len() > 1 && failed.len() == reading.len() && matches!(self.model.runner, Runner::Cpu(_)) {
            // It may be the fault of one. What was half read is as it was before: positions count once all is done.
            failed = reading.iter().flat_map(|&index| self.read_parts(&[index], counts)).collect();
        }
        let ms = milliseconds(began);
        if failed.is_empty() {
            let is_prompt = |index: &&usize| needs[**index] != Need::Token;
            let prompt: usize = reading.iter().filter(is_prompt).map(|&index| counts[index]).sum();
            let mut speed = self.speed.get();
            if prompt > 0 { speed.prompt(prompt, ms) } else { speed.answer_step(ms) }
        }
        for index in reading {
            if failed.iter().all(|(failed, _)| *failed != index) {
                self.active[index].task.was_read(needs[index], ms, &mut self.caches);
            }
        }
        failed.sort_by_key(|(index, _)| *index);
        for (index, error) in failed.into_iter().rev() {
            self.fail(index, error);
        }
    }

    /// Reads for the tasks `reading` together. Those that failed, and why: all of them, where the step itself did.
    fn read_parts(&mut self, reading: &[usize], counts: &[usize]) -> Vec<(usize, GenerationError)> {
        let (model, pool) = (self.model, self.pool);
        let (mut parts, mut ready, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (index, active) in self.active.iter_mut().enumerate().filter(|(index, _)| reading.contains(index)) {
            match guarded(|| active.task.part(model, counts[index])) {
                Ok(part) => {
                    parts.push(part);
                    ready.push(index);
                }
                Err(error) => failed.push((index, error)),
            }
        }
        if let Err(error) = guarded(|| Ok(pool.run_awake(|| model.read(&mut parts))?)) {
            failed.extend(ready.into_iter().map(|index| (index, error.clone())));
        }
        failed
    }

    fn end(&mut self, index: usize) {
        let task = self.active.remove(index).task;
        let mut speed = self.speed.get();
        if let Some(tokens) = task.whole_answer() {
            speed.answered(tokens);
        }
        if let Some((work, ms)) = task.picture_speed() {
            speed.picture(work, ms);
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

/// A panic ends a request, not the engine.
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
    fn places_are_told_when_they_change() {
        assert!(is_worth_telling(None, (0, None)));
        assert!(is_worth_telling(Some((1, Some(9))), (0, Some(9))), "further ahead");
        assert!(is_worth_telling(Some((1, None)), (1, Some(9))), "now it is known");
        assert!(is_worth_telling(Some((1, Some(9))), (1, Some(7))));
        assert!(!is_worth_telling(Some((1, Some(9))), (1, Some(8))));
        assert!(!is_worth_telling(Some((1, Some(60))), (1, Some(50))));
    }

    #[test]
    fn a_panic_becomes_a_reason() {
        let failed: Result<(), _> = guarded(|| panic!("index {} out of range", 7));
        assert_eq!(failed, Err(GenerationError::Internal("index 7 out of range".into())));
        assert_eq!(guarded(|| Ok(3)), Ok(3));
    }
}
