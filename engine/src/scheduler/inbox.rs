//! Where requests wait to be served: so many and no more, and not all of one person.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::{error::SubmitError, task::Job};

/// Where requests wait.
pub struct Inbox {
    state: Mutex<InboxState>,
    pub arrived: Condvar,
    max_waiting: usize,
    pub max_active: usize,
}

/// One key may have this part of the waiting places, so that it cannot take them all.
const WAITING_PART: usize = 4;

#[derive(Default)]
pub struct InboxState {
    pub waiting: Vec<Job>,
    /// Requests being served.
    pub active: usize,
    pub closed: bool,
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
    pub fn lock(&self) -> MutexGuard<'_, InboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
