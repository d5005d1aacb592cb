//! HTTP. `router` shows the whole stack; every other file is one concern.

pub mod events;
pub mod guard;
pub mod headers;
pub mod leptos_pages;
pub mod pictures;
pub mod plain_form;
pub mod preferences;
pub mod problem;
pub mod router;
pub mod routes;
pub mod session;
pub mod sign_in;
pub mod static_files;
pub mod upload;

use std::sync::Arc;

use storage::Storage;
use tokio::sync::{Semaphore, watch};

use crate::{backend::ChatBackend, settings::ServeSettings};
use sign_in::SignIn;

const DECODERS: usize = 2;

/// What every handler can reach.
#[derive(Clone)]
pub struct AppState {
    pub backend: Arc<ChatBackend>,
    pub storage: Storage,
    pub settings: Arc<ServeSettings>,
    pub sign_in: Arc<SignIn>,
    /// Pictures that are decoded at the same time: each may need gigabytes for a moment.
    pub decoding: Arc<Semaphore>,
    /// Becomes true when the server was asked to stop: event streams then end by themselves.
    pub stopping: watch::Receiver<bool>,
}

impl AppState {
    pub fn new(
        backend: ChatBackend,
        storage: Storage,
        settings: ServeSettings,
        sign_in: Arc<SignIn>,
        stopping: watch::Receiver<bool>,
    ) -> AppState {
        AppState {
            backend: Arc::new(backend),
            storage,
            settings: Arc::new(settings),
            sign_in,
            decoding: Arc::new(Semaphore::new(DECODERS)),
            stopping,
        }
    }
}
