//! `serve`: the HTTP interface.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use api::{ApiState, Auth};

use super::arguments::{Global, Serve};
use super::open;
use crate::console;
use crate::home::Access;

pub(crate) async fn run(global: &Global, arguments: &Serve) -> anyhow::Result<()> {
    serve(global, arguments.listen.as_deref()).await
}

/// Serves until interrupted.
pub(crate) async fn serve(global: &Global, listen: Option<&str>) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    let listen = listen.unwrap_or(&weir.config.serve.listen);
    let address: SocketAddr =
        listen.parse().with_context(|| format!("{listen:?} is no address to listen on; write one such as 127.0.0.1:8420"))?;
    let tokens = weir.store.tokens().await?;
    anyhow::ensure!(
        address.ip().is_loopback() || !tokens.is_empty(),
        "{address} can be reached from elsewhere, and nobody needs a token yet: make one with `weir token create NAME`, or listen on 127.0.0.1"
    );
    // A token that exists is asked for, on loopback too: whoever made one meant it.
    let auth = if tokens.is_empty() { Auth::Open } else { Auth::Tokens };
    let state = ApiState::new(Arc::new(weir.investigator().await?), auth, Arc::new(super::now));
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let bound = listener.local_addr()?;
    tracing::info!("serving at http://{bound}");
    api::serve(listener, console::with_console(api::router(state)), async {
        let interrupted = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            let mut ended = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(ended) => ended,
                Err(error) => {
                    tracing::warn!(%error, "only an interrupt ends this process in order");
                    let _ = interrupted.await;
                    return;
                }
            };
            tokio::select! { _ = interrupted => {}, _ = ended.recv() => {} }
        }
        #[cfg(not(unix))]
        let _ = interrupted.await;
    })
    .await?;
    Ok(())
}
