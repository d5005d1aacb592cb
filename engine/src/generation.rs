//! The asker's end of an answer: a stream of events, and a way to stop it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::event::Event;

/// One answer on its way. Dropping it cancels it.
#[derive(Debug)]
pub struct Generation {
    pub(crate) events: UnboundedReceiver<Event>,
    pub(crate) canceller: Canceller,
}

impl Generation {
    /// The next event; `None` after the last ([`Event::Finished`] or [`Event::Failed`]).
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The same for a thread outside any async runtime.
    pub fn blocking_next(&mut self) -> Option<Event> {
        self.events.blocking_recv()
    }

    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.canceller.cancel();
    }
}

/// Stops an answer within one token.
#[derive(Clone, Debug, Default)]
pub struct Canceller(Arc<AtomicBool>);

impl Canceller {
    /// The answer ends with [`crate::FinishReason::Cancelled`]. Cancelling an ended one changes nothing.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
