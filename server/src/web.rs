//! HTTP. `router` shows the whole stack; every other file is one concern.

pub mod accounts;
pub mod administration;
pub mod attempts;
pub mod events;
pub mod export;
pub mod guard;
pub mod headers;
pub mod led_groups;
pub mod leptos_pages;
pub mod passwords;
pub mod personal_link;
pub mod pictures;
pub mod plain_form;
pub mod preferences;
pub mod problem;
pub mod router;
pub mod routes;
pub mod session;
pub mod single_sign_on;
pub mod site;
pub mod static_files;
pub mod upload;

use std::sync::Arc;

use anyhow::Result;
use storage::Storage;
use tokio::sync::{Semaphore, watch};

use crate::{backend::ChatBackend, mail::Mailer, settings::ServeSettings};
use attempts::Attempts;
use export::OpenExports;
use passwords::Passwords;
use single_sign_on::SingleSignOn;
use site::Site;

const DECODERS: usize = 2;

/// What every handler can reach.
#[derive(Clone)]
pub struct AppState {
    pub backend: Arc<ChatBackend>,
    pub storage: Storage,
    pub settings: Arc<ServeSettings>,
    pub site: Arc<Site>,
    pub passwords: Passwords,
    pub attempts: Arc<Attempts>,
    /// None without a provider.
    pub sign_on: Option<Arc<SingleSignOn>>,
    pub mailer: Option<Arc<Mailer>>,
    /// Pictures that are decoded at the same time: each may need gigabytes for a moment.
    pub decoding: Arc<Semaphore>,
    /// Files of everything of somebody, one at a time.
    pub exporting: Arc<Semaphore>,
    pub exports: Arc<OpenExports>,
    /// Becomes true when the server was asked to stop: event streams then end by themselves.
    pub stopping: watch::Receiver<bool>,
}

impl AppState {
    pub fn new(
        backend: ChatBackend,
        storage: Storage,
        settings: ServeSettings,
        site: Arc<Site>,
        stopping: watch::Receiver<bool>,
    ) -> Result<AppState> {
        let mailer = settings.mail.as_ref().map(Mailer::new).transpose()?.map(Arc::new);
        let sign_on = settings.sso.clone().map(|sso| SingleSignOn::new(sso, &site)).transpose()?;
        Ok(AppState {
            backend: Arc::new(backend),
            storage,
            settings: Arc::new(settings),
            site,
            passwords: Passwords::new()?,
            attempts: Arc::default(),
            sign_on: sign_on.map(Arc::new),
            mailer,
            decoding: Arc::new(Semaphore::new(DECODERS)),
            exporting: Arc::new(Semaphore::new(1)),
            exports: Arc::default(),
            stopping,
        })
    }

    /// What the provider of single sign-on is called.
    pub fn sign_on_name(&self) -> Option<&str> {
        self.sign_on.as_deref().map(SingleSignOn::name)
    }
}
