//! An answer's events. Reconnecting is ours: the browser's own would ask again for what the page already shows, and
//! never stops asking a server that is gone.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::prelude::set_timeout;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::types::GenerationEvent;

const FIRST_WAIT: Duration = Duration::from_millis(300);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A server that was stopped is tried again quickly for this many times before the person is told.
const QUIET_TRIES: u32 = 1;

/// What a reader of the stream does.
pub struct Handlers {
    pub event: Box<dyn Fn(GenerationEvent)>,
    /// The generation ended while nobody listened: the conversation has the whole answer.
    pub ended: Box<dyn Fn()>,
    /// The connection is lost (true) or back (false).
    pub lost: Box<dyn Fn(bool)>,
}

/// Follows a generation until its end. Dropping it closes the connection.
pub struct EventStream {
    inner: Rc<Inner>,
}

struct Inner {
    generation_id: String,
    handlers: Handlers,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    source: Option<EventSource>,
    closures: Vec<Box<dyn std::any::Any>>,
    seq: i64,
    failures: u32,
    closed: bool,
}

impl EventStream {
    /// `after`: the number of the last event that the page shows.
    pub fn open(generation_id: String, after: i64, handlers: Handlers) -> EventStream {
        let inner = Rc::new(Inner { generation_id, handlers, state: RefCell::default() });
        inner.state.borrow_mut().seq = after;
        connect(&inner);
        EventStream { inner }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.inner.close();
    }
}

impl Inner {
    fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        if let Some(source) = state.source.take() {
            source.close();
        }
    }
}

fn connect(inner: &Rc<Inner>) {
    if inner.state.borrow().closed {
        return;
    }
    let url = format!("/api/generations/{}/events?after={}", inner.generation_id, inner.state.borrow().seq);
    let Ok(source) = EventSource::new(&url) else { return };

    let reader = Rc::downgrade(inner);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        let Some(inner) = reader.upgrade() else { return };
        let event = message.data().as_string().and_then(|data| serde_json::from_str::<GenerationEvent>(&data).ok());
        match event {
            Some(GenerationEvent::Text { seq, .. }) => inner.state.borrow_mut().seq = seq,
            Some(GenerationEvent::Done { .. }) => inner.close(),
            Some(GenerationEvent::Phase(_)) => {}
            None => return,
        }
        if let Some(event) = event {
            (inner.handlers.event)(event);
        }
    });
    let opener = Rc::downgrade(inner);
    let on_open = Closure::<dyn Fn()>::new(move || {
        if let Some(inner) = opener.upgrade() {
            inner.state.borrow_mut().failures = 0;
            (inner.handlers.lost)(false);
        }
    });
    let loser = Rc::downgrade(inner);
    let on_error = Closure::<dyn Fn()>::new(move || {
        if let Some(inner) = loser.upgrade() {
            retry(&inner);
        }
    });
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));

    let mut state = inner.state.borrow_mut();
    // The handlers that just ran are kept until the next connection replaces them.
    state.closures.push(Box::new((on_message, on_open, on_error)));
    state.source = Some(source);
}

/// An error is a lost connection or a 204: the browser does not tell which, so the server is asked.
fn retry(inner: &Rc<Inner>) {
    let mut state = inner.state.borrow_mut();
    if state.closed {
        return;
    }
    if let Some(source) = state.source.take() {
        source.close();
    }
    state.failures += 1;
    let wait = (FIRST_WAIT * 2u32.saturating_pow(state.failures.min(6) - 1)).min(LONGEST_WAIT);
    let is_lost = state.failures > QUIET_TRIES;
    drop(state);
    if is_lost {
        (inner.handlers.lost)(true);
    }
    // The conversation knows whether the generation has ended; if the server is away, nothing happens.
    (inner.handlers.ended)();
    let waiting = Rc::downgrade(inner);
    set_timeout(
        move || {
            if let Some(inner) = waiting.upgrade() {
                connect(&inner);
            }
        },
        wait,
    );
}
