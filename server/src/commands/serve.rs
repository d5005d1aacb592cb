//! `chaton serve`: opens the data folder, loads the model, serves the page until it is asked to stop.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use engine::{Engine, LoadOptions, PictureCacheOptions};
use storage::{InvitationKind, NewInvitation, Storage, StorageError, UserRole};
use tokio::sync::watch;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    assets,
    backend::ChatBackend,
    built_in,
    cli::ServeArguments,
    commands::listening,
    secrets::random_token,
    settings::ServeSettings,
    web::{
        self,
        personal_link::PersonalLink,
        site::{Door, Site},
    },
};

/// How long open requests may take once the server was asked to stop. Answers in the making are journalled: they go on
/// at the next start.
const STOP_TIME: Duration = Duration::from_secs(3);

/// What was deleted, and pictures that were never sent, stay so long: for "Undo" and for drafts.
const KEPT_AFTER_DELETION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long the link for the first administrator works.
const SET_UP_TIME: Duration = Duration::from_secs(60 * 60);
/// How often is looked for what groups do not keep any longer.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(60 * 60);

pub fn run(arguments: ServeArguments) -> Result<()> {
    let settings = ServeSettings::from_arguments(arguments)?;
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(settings));
    runtime.shutdown_timeout(STOP_TIME);
    outcome
}

async fn serve(settings: ServeSettings) -> Result<()> {
    let listener = listen(&settings)?;
    let address = listener.local_addr()?;
    let storage = Storage::open(&settings.data_dir).await?;
    let engine = load_model(&settings).await?;

    match engine.warm_up() {
        Ok(mut warming_up) => drop(tokio::spawn(async move { while warming_up.next().await.is_some() {} })),
        // A short context, perhaps: the first person waits a little longer, and estimates come later.
        Err(error) => tracing::info!("the model is not warmed up: {error}"),
    }

    let (stop, stopping) = watch::channel(false);
    let purged = storage.purge(KEPT_AFTER_DELETION).await?;
    if purged.conversations + purged.pictures > 0 {
        tracing::info!(
            "removed for good: {} deleted conversations, {} unused pictures",
            purged.conversations,
            purged.pictures
        );
    }
    if purged.pictures + purged.files > 0 {
        let cache = settings.picture_cache();
        tokio::task::spawn_blocking(move || engine::forget_pictures(&cache)).await??;
    }
    let backend = ChatBackend::new(storage.clone(), engine, settings.clone(), stopping.clone());
    backend.resume_unfinished().await?;
    let site = Arc::new(site(&settings, &storage, address).await?);
    let set_up_link = if site.is_team() { set_up_link(&storage, &site).await? } else { None };
    drop(tokio::spawn(remove_expired(storage.clone(), stopping.clone())));

    let state = web::AppState::new(backend, storage, settings.clone(), site.clone(), stopping.clone())?;
    let backend = state.backend.clone();
    let router = web::router::router(state);
    let serving = listening::serve(listener, router, settings.tls.as_ref(), stopping).await?;
    announce(&settings, &site, set_up_link.as_deref())?;

    let mut serving = tokio::spawn(serving);
    tokio::select! {
        ended = &mut serving => return Ok(ended??),
        asked = asked_to_stop() => asked?,
    }
    stop.send_replace(true);
    // Whoever has not finished by then is cut off.
    let finished = tokio::time::timeout(STOP_TIME, async { tokio::join!(serving, backend.at_rest()) });
    match finished.await {
        Ok((ended, ())) => Ok(ended??),
        Err(_) => Ok(()),
    }
}

/// One person's door or a team's. A folder that was a team's once has accounts, whatever was asked for.
async fn site(settings: &ServeSettings, storage: &Storage, address: SocketAddr) -> Result<Site> {
    if !settings.team && !storage.is_team().await? {
        let user = storage.personal_user().await?;
        return Ok(Site::personal(address, PersonalLink::new(address, user.id, settings.fixed_key.clone())?));
    }
    storage.become_team().await?;
    let site = Site::team(address, settings.public_url.clone(), settings.trusted_proxies.clone());
    storage.set_origin(&site.origin()).await?;
    Ok(site)
}

/// The way in for the first administrator, while there is no account: a new one at every start.
async fn set_up_link(storage: &Storage, site: &Site) -> Result<Option<String>> {
    let token = random_token()?;
    let invitation = NewInvitation {
        token: &token,
        kind: InvitationKind::Setup,
        role: UserRole::Administrator,
        user_id: None,
        group_id: None,
        note: "",
        uses: 1,
        lifetime_ms: SET_UP_TIME.as_millis() as i64,
    };
    match storage.invite(invitation).await {
        Ok(()) => Ok(Some(format!("{}/set-up?token={token}", site.origin()))),
        Err(StorageError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Removes, now and every hour, what groups do not keep any longer.
async fn remove_expired(storage: Storage, mut stopping: watch::Receiver<bool>) {
    loop {
        match storage.expire_conversations().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!("removed {removed} conversations whose groups do not keep them any longer"),
            Err(error) => tracing::error!("what groups do not keep could not be removed: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(EXPIRY_INTERVAL) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

fn listen(settings: &ServeSettings) -> Result<TcpListener> {
    let listener = TcpListener::bind(settings.listen).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow!(
            "port {port} is in use by another program (or Chaton already runs there); stop it or choose another port: \
             --listen {ip}:{other}",
            port = settings.listen.port(),
            ip = settings.listen.ip(),
            other = settings.listen.port().wrapping_add(1).max(1024),
        ),
        _ => anyhow!("cannot listen on {}: {error}; choose another address with --listen", settings.listen),
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn load_model(settings: &ServeSettings) -> Result<Engine> {
    let source = built_in::model_source(&settings.model);
    let picture_cache = PictureCacheOptions { folder: Some(settings.picture_cache()), ..Default::default() };
    let options = LoadOptions {
        context_tokens: settings.context_tokens,
        threads: settings.threads,
        memory_bytes: settings.memory_bytes,
        picture_cache,
        ..LoadOptions::default()
    };
    Ok(tokio::task::spawn_blocking(move || Engine::load(&source, &options))
        .await
        .context("loading the model failed")??)
}

fn announce(settings: &ServeSettings, site: &Site, set_up_link: Option<&str>) -> Result<()> {
    let link = match &site.door {
        Door::Personal(link) => link.link(),
        Door::Team => format!("{}/", site.origin()),
    };
    let mut terminal = std::io::stdout().lock();
    if !assets::page_is_built() {
        writeln!(
            terminal,
            "The page's script is missing (build it with `cargo xtask page`); the chat works without it."
        )?;
    }
    writeln!(terminal, "Conversations are kept in {}", settings.data_dir.display())?;
    writeln!(terminal, "Chaton is ready: {link}")?;
    if let Some(link) = set_up_link {
        writeln!(terminal, "Set it up here (the link works once, for an hour): {link}")?;
    }
    terminal.flush()?;
    let link = set_up_link.unwrap_or(&link);
    if settings.open_browser && on_a_desktop() {
        // No browser, no matter: the link is on the terminal.
        let _ = webbrowser::open(link);
    }
    Ok(())
}

/// A browser is opened only where a person sits: a terminal, and on Linux a display.
fn on_a_desktop() -> bool {
    let has_display = if cfg!(any(target_os = "macos", windows)) {
        true
    } else {
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
    };
    has_display && std::io::IsTerminal::is_terminal(&std::io::stdout())
}

fn log_to_stderr() {
    let levels = Targets::new()
        .with_default(tracing::Level::WARN)
        .with_target("server", tracing::Level::INFO)
        .with_target("engine", tracing::Level::INFO)
        .with_target("storage", tracing::Level::INFO);
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false))
        .with(levels)
        .init();
}

#[cfg(unix)]
async fn asked_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn asked_to_stop() -> Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
