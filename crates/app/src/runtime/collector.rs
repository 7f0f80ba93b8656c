//! The collector: gathers what sources deliver and commits it.

use std::sync::Arc;
use std::time::Duration;

use ingest::sources::Delivery;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::jobs::wait_after;
use super::{Live, pause};
use crate::cli::now;
use crate::home::Weir;
use crate::human;

pub(super) async fn run(live: Arc<Live>, mut received: mpsc::Receiver<Delivery>, stop: CancellationToken) {
    let mut weir = live.weir();
    let mut pipeline = weir.pipeline(weir.ingest_config(now()));
    let mut failures = 0;
    while let Some(batch) = gather(&mut received, &weir, &stop).await {
        let present = live.weir();
        if !Arc::ptr_eq(&weir, &present) {
            weir = present;
            pipeline.reconfigure(Arc::clone(&weir.inventory), Arc::new(weir.attributor()), weir.ingest_config(now()));
        }
        let run = live.jobs.begin("collect");
        let taken = {
            let _writing = live.writer.lock().await;
            let span = tracing::info_span!("collect", objects = batch.len());
            match pipeline.take_in(batch, now, |_| ()).instrument(span).await {
                // A batch may be committed and not yet be in every table.
                Err(error) => Err((error, weir.lake.recover().await)),
                Ok(summary) => Ok(summary),
            }
        };
        match taken {
            Ok(summary) => {
                failures = 0;
                let (objects, records) = (summary.objects, summary.counts.records);
                run.done(format!("{} records of {} objects", human::count(records), human::count(objects)));
                tracing::info!(objects, records, accepted = summary.counts.accepted, failed = summary.failed, "committed");
                if summary.counts.accepted > 0 {
                    live.arrived.notify_one();
                }
            }
            Err((error, recovered)) => {
                failures += 1;
                run.failed(&error.into());
                if let Err(error) = recovered {
                    tracing::error!(%error, "the lake cannot be brought in order yet");
                }
                // Meanwhile the channel fills and the sources wait: a lake that cannot be written slows collection down.
                if !pause(&stop, wait_after(failures)).await {
                    return;
                }
            }
        }
    }
}

/// The next deliveries to commit together: as many as make a batch, or those of the time that a batch may wait. `None` at the end.
pub(crate) async fn gather(received: &mut mpsc::Receiver<Delivery>, weir: &Weir, stop: &CancellationToken) -> Option<Vec<Delivery>> {
    let settings = weir.ingest_config(now());
    let first = tokio::select! {
        biased;
        () = stop.cancelled() => return None,
        first = received.recv() => first?,
    };
    let mut bytes = first.object.size;
    let mut batch = vec![first];
    let due = tokio::time::sleep(Duration::from_secs(weir.config.ingest.batch_secs));
    tokio::pin!(due);
    while bytes < settings.batch_bytes && batch.len() < settings.batch_objects {
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            next = received.recv() => match next {
                Some(next) => {
                    bytes += next.object.size;
                    batch.push(next);
                }
                None => break,
            },
            () = &mut due => break,
        }
    }
    Some(batch)
}
