//! `chaton serve`: opens the data folder, loads the model, serves the page until it is asked to stop.

use std::{io::Write, net::TcpListener, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow};
use engine::{Engine, LoadOptions, PictureCacheOptions};
use storage::Storage;
use tokio::sync::watch;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    assets,
    backend::ChatBackend,
    built_in,
    cli::ServeArguments,
    settings::ServeSettings,
    web::{self, sign_in::SignIn},
};

/// How long open requests may take once the server was asked to stop. Answers in the making are journalled: they go on
/// at the next start.
const STOP_TIME: Duration = Duration::from_secs(3);

/// What was deleted, and pictures that were never sent, stay so long: for "Undo" and for drafts.
const KEPT_AFTER_DELETION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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
    if purged.pictures > 0 {
        let cache = settings.picture_cache();
        tokio::task::spawn_blocking(move || engine::forget_pictures(&cache)).await??;
    }
    let backend = ChatBackend::new(storage.clone(), engine, settings.clone(), stopping.clone());
    backend.resume_unfinished().await?;
    let user = storage.personal_user().await?;
    let sign_in = Arc::new(SignIn::new(address, user.id, settings.fixed_key.clone())?);

    let state = web::AppState::new(backend, storage, settings.clone(), sign_in.clone(), stopping.clone());
    let backend = state.backend.clone();
    let router = web::router::router(state);
    announce(&settings, &sign_in)?;

    let server =
        axum::serve(tokio::net::TcpListener::from_std(listener)?, router).with_graceful_shutdown(stopped(stopping));
    let mut serving = tokio::spawn(async move { server.await });
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

fn announce(settings: &ServeSettings, sign_in: &SignIn) -> Result<()> {
    let link = sign_in.link();
    let mut terminal = std::io::stdout().lock();
    if !assets::page_is_built() {
        writeln!(
            terminal,
            "The page's script is missing (build it with `cargo xtask page`); the chat works without it."
        )?;
    }
    writeln!(terminal, "Conversations are kept in {}", settings.data_dir.display())?;
    writeln!(terminal, "Chaton is ready: {link}")?;
    terminal.flush()?;
    if settings.open_browser && on_a_desktop() {
        // No browser, no matter: the link is on the terminal.
        let _ = webbrowser::open(&link);
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

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone: the server stops as well.
    let _ = stopping.wait_for(|stop| *stop).await;
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
