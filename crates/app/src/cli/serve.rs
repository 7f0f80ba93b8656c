//! `serve`: the HTTP interface.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use api::{ApiState, Auth};
use axum::Router;
use tokio_util::sync::CancellationToken;

use super::arguments::{Global, Serve};
use crate::config::Config;
use crate::console;
use crate::home::{Access, Weir};
use crate::runtime::{Mail, Runtime};

pub(crate) async fn run(global: &Global, arguments: &Serve) -> anyhow::Result<()> {
    serve(global, arguments.listen.as_deref()).await
}

/// Collects and commits until interrupted, and does nothing else by itself: one of several beside a server that watches.
pub(crate) async fn collect(global: &Global, arguments: &Serve) -> anyhow::Result<()> {
    let config = Config::load(global.config.as_deref())?.of_a_worker();
    anyhow::ensure!(config.has_sources(), "nothing to collect from: name a source in weir.toml, and give it with --config");
    run_with(global, config, arguments.listen.as_deref()).await
}

/// Serves until interrupted. With sources it also collects, and is then the one that writes the data folder.
pub(crate) async fn serve(global: &Global, listen: Option<&str>) -> anyhow::Result<()> {
    run_with(global, Config::load(global.config.as_deref())?, listen).await
}

async fn run_with(global: &Global, config: Config, listen: Option<&str>) -> anyhow::Result<()> {
    let access = if config.works() { Access::Write } else { Access::Read };
    let weir = Arc::new(Weir::open(&global.data, config, access).await?);
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
    let mut state = ApiState::new(Arc::new(weir.investigator().await?), auth, Arc::new(super::now));
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let bound = listener.local_addr()?;
    let stop = stop_when_told();
    let mut routes = Router::new();
    let mail = Mail::start(&weir, access, &stop).await?;
    let receivers = mail.status();
    let runtime = match access {
        Access::Write => {
            let mut runtime = Runtime::start(weir, state.clone(), stop.clone())?;
            let watching = runtime.status();
            state = state.watching(move || api::Status { receivers: receivers(), ..watching() });
            routes = runtime.routes();
            Some(runtime)
        }
        Access::Read => {
            state = state.watching(move || api::Status { receivers: receivers(), ..api::Status::default() });
            None
        }
    };
    tracing::info!("serving at http://{bound}");
    let served = api::serve(listener, routes.merge(console::with_console(api::router(state))), stop.clone().cancelled_owned()).await;
    // Whatever ended the server ends the tasks too.
    stop.cancel();
    if let Some(runtime) = runtime {
        runtime.ended().await;
    }
    mail.ended().await;
    Ok(served?)
}

/// A token that is cancelled when the process is interrupted or told to end.
pub(super) fn stop_when_told() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    // Listened for from here on, not from when the task gets its first turn.
    #[cfg(unix)]
    let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    tokio::spawn(async move {
        let interrupted = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            match terminated {
                Ok(mut ended) => {
                    tokio::select! { _ = interrupted => {}, _ = ended.recv() => {} }
                }
                Err(error) => {
                    tracing::warn!(%error, "only an interrupt ends this process in order");
                    let _ = interrupted.await;
                }
            }
        }
        #[cfg(not(unix))]
        let _ = interrupted.await;
        told.cancel();
    });
    stop
}
