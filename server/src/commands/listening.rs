//! The listening socket: plain or TLS, with time limits for those who are slow to say what they want.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use anyhow::{Context, Result};
use axum::Router;
use axum_server::{Handle, Server, tls_rustls::RustlsConfig};
use tokio::sync::watch;

use crate::settings::TlsFiles;

/// From the first byte of a request to the end of its head. A connection that sends bytes now and then would otherwise
/// stay for ever (Slowloris).
const HEAD_TIME: Duration = Duration::from_secs(20);

/// Of one connection by HTTP/2.
const MAX_STREAMS: u32 = 100;

/// What waits for the end of serving: after `stopping` became true no connection is taken, those that are there end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<&TlsFiles>,
    stopping: watch::Receiver<bool>,
) -> Result<std::pin::Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>> {
    let handle = Handle::new();
    drop(tokio::spawn(stop_with(stopping, handle.clone())));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(match tls {
        None => Box::pin(patient(axum_server::from_tcp(listener)?).handle(handle).serve(service)),
        Some(files) => {
            let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await.with_context(|| {
                let (certificate, key) = (files.certificate.display(), files.key.display());
                format!("the certificate {certificate} and the key {key} cannot be used; both must be PEM files and belong together")
            })?;
            Box::pin(patient(axum_server::from_tcp_rustls(listener, config)?).handle(handle).serve(service))
        }
    })
}

fn patient<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    server.http_builder().http1().header_read_timeout(HEAD_TIME);
    server.http_builder().http2().keep_alive_interval(HEAD_TIME).max_concurrent_streams(MAX_STREAMS);
    server.first_request_timeout(HEAD_TIME)
}

async fn stop_with(mut stopping: watch::Receiver<bool>, handle: Handle<SocketAddr>) {
    // An error means that the sender is gone: the server stops as well.
    let _ = stopping.wait_for(|stop| *stop).await;
    handle.graceful_shutdown(None);
}
