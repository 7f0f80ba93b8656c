//! The watcher: judges the hours that what has come may have changed.

use std::sync::Arc;
use std::time::Duration;

use query::Engine;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::jobs::wait_after;
use super::{Live, pause};
use crate::home::Weir;
use crate::watch;

/// An hour that is over may have become complete without a word, and lists may have changed: it is looked this often.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The same where others commit too, who say nothing.
const LOOK_FOR_OTHERS_EVERY: Duration = Duration::from_secs(10);

pub(super) async fn run(live: Arc<Live>, stop: CancellationToken) {
    let mut opened: Option<(Arc<Weir>, Arc<Engine>)> = None;
    let mut failures = 0;
    let look_every = if live.weir().lake.is_shared() { LOOK_FOR_OTHERS_EVERY } else { LOOK_EVERY };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = live.arrived.notified() => {}
            () = tokio::time::sleep(look_every) => {}
        }
        let weir = live.weir();
        let work = async {
            let engine = match &opened {
                Some((before, engine)) if Arc::ptr_eq(before, &weir) => Arc::clone(engine),
                _ => {
                    let engine = weir.detector_engine().await?;
                    opened = Some((Arc::clone(&weir), Arc::clone(&engine)));
                    engine
                }
            };
            if !watch::behind(&weir, &engine).await? {
                return anyhow::Ok(None);
            }
            let _judging = live.judging.lock().await;
            let run = live.jobs.begin("detect");
            match watch::catch_up(&weir, &engine).instrument(tracing::info_span!("detect")).await {
                Ok(detected) => {
                    let range = detected.range.map(|range| format!(", {} to {}", range.from, range.to)).unwrap_or_default();
                    run.done(format!("{} findings, {} of them new{range}", detected.count(), detected.new));
                    Ok(Some(detected.new))
                }
                Err(error) => {
                    run.failed(&error);
                    Err(error)
                }
            }
        };
        // A stop in the middle leaves the mark where it was: the same hours are judged again at the next start.
        let worked = tokio::select! { () = stop.cancelled() => return, worked = work => worked };
        match worked {
            Ok(new) => {
                failures = 0;
                if let Some(new) = new.filter(|new| *new > 0) {
                    tracing::info!(new, "new findings");
                }
            }
            Err(error) => {
                failures += 1;
                tracing::debug!(%error, failures, "detection waits");
                live.arrived.notify_one();
                if !pause(&stop, wait_after(failures)).await {
                    return;
                }
            }
        }
    }
}
