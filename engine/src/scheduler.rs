//! Who is served next. Requests wait in an inbox; a thread of its own serves a few of them at a time, in steps: everyone
//! who answers gets a token, read together so that the weights are read once, and beside them one prompt or picture goes
//! on by a chunk. No result depends on what runs beside it.

mod admission;
mod inbox;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use smallvec::{SmallVec, smallvec};

use crate::{
    compute_pool::ComputePool,
    decoding::Runner,
    error::GenerationError,
    event::Event,
    model::Model,
    speed::SharedSpeed,
    task::{Caches, Need, Task, milliseconds},
};
use admission::Turns;
pub use inbox::Inbox;

/// For as many as are usually served at once; more of them take a moment longer.
type ForEach<T> = SmallVec<[T; 8]>;

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
        let mut needs = ForEach::new();
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
        let mut counts: ForEach<usize> = smallvec![0; needs.len()];
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
        let reading: ForEach<usize> = (0..counts.len()).filter(|&index| counts[index] > 0).collect();
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
        let (mut parts, mut ready, mut failed) = (ForEach::new(), ForEach::<usize>::new(), Vec::new());
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
    fn a_panic_becomes_a_reason() {
        let failed: Result<(), _> = guarded(|| panic!("index {} out of range", 7));
        assert_eq!(failed, Err(GenerationError::Internal("index 7 out of range".into())));
        assert_eq!(guarded(|| Ok(3)), Ok(3));
    }
}
