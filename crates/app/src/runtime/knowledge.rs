//! What is known from outside: lists and inventories, fetched again and again, and put in force when they changed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use collect::inventory::Snapshot;
use collect::lists::Fetched;
use enrich::List;
use flow::{DAY_SECS, TimeRange};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Live;
use crate::cli::now;
use crate::home::Weir;
use crate::watch;

/// An account's documents come one after the other; they are put in force together when none came for this long.
const QUIET: Duration = Duration::from_secs(2);

/// Puts lists in force as they change. The watcher then matches the past against them.
pub(super) async fn lists(live: Arc<Live>, mut fetched: mpsc::Receiver<Fetched>, stop: CancellationToken) {
    while let Some(fetched) = next(&mut fetched, &stop).await {
        let run = live.jobs.begin("lists");
        match put_list(&live, &fetched).await {
            Ok(note) => run.done(note),
            Err(error) => run.failed(&error),
        }
    }
}

async fn put_list(live: &Live, fetched: &Fetched) -> anyhow::Result<String> {
    let weir = live.weir();
    let name = &fetched.name;
    let settings = weir.config.lists.iter().find(|list| list.name == *name).with_context(|| format!("no list {name:?} in the settings"))?;
    let (mut list, rejected) = List::parse(name, settings.kind, &fetched.bytes, fetched.time);
    let reason = || rejected.first().map(|line| format!("; line {}: {}", line.line, line.reason)).unwrap_or_default();
    // An empty answer is more likely a fault of its server than the end of all evil: the list before stays.
    anyhow::ensure!(!list.entries.is_empty(), "{} holds no address that can be read{}", settings.location, reason());
    list.source = Some(settings.location.clone());
    weir.store.put_list(&list.name, list.kind.as_str(), list.added, &serde_json::to_value(&list)?).await?;
    reload(live, &weir).await?;
    live.arrived.notify_one();
    Ok(format!("{name:?}: {} entries, {} lines refused{}", list.entries.len(), rejected.len(), reason()))
}

/// Keeps inventories as they change, and attributes anew what came before the machine it belongs to was known.
pub(super) async fn inventory(live: Arc<Live>, mut snapshots: mpsc::Receiver<Snapshot>, stop: CancellationToken) {
    while let Some(first) = next(&mut snapshots, &stop).await {
        let mut documents = vec![first];
        while let Ok(Some(more)) = tokio::time::timeout(QUIET, next(&mut snapshots, &stop)).await {
            documents.push(more);
        }
        let run = live.jobs.begin("inventory");
        match keep_inventory(&live, &documents).await {
            Ok(note) => run.done(note),
            Err(error) => run.failed(&error),
        }
    }
}

async fn keep_inventory(live: &Live, documents: &[Snapshot]) -> anyhow::Result<String> {
    let weir = live.weir();
    let mut changed = 0;
    for document in documents {
        let series = format!("{}-{}-{}", document.name, document.region, document.kind);
        changed += u32::from(weir.documents.keep(&series, &document.json, document.time).await?);
    }
    if changed == 0 {
        return Ok(format!("{} documents, none changed", documents.len()));
    }
    let weir = reload(live, &weir).await?;
    let late = attribute_late(live, &weir).await?;
    Ok(format!("{changed} of {} documents changed{late}", documents.len()))
}

/// Records that came before the inventory knew their interface stand under the interface. Those of yesterday and today are given to their
/// machine now; older ones by `weir rebuild`.
async fn attribute_late(live: &Live, weir: &Weir) -> anyhow::Result<String> {
    let range = TimeRange::new(now().plus_secs(-DAY_SECS), now());
    let engine = weir.detector_engine().await?;
    let strangers = engine.interfaces_without_machine(range).await?;
    let known = |interface: &String| weir.inventory.interface_at(interface, now()).is_some_and(|known| known.value.entity() != interface);
    if !strangers.iter().any(known) {
        return Ok(String::new());
    }
    let rebuilt = {
        let _writing = live.writer.lock().await;
        ingest::rebuild(&weir.lake, &weir.inventory, &weir.attributor(), range, now, |_| ()).await?
    };
    let _judging = live.judging.lock().await;
    watch::detect(weir, &engine, Some(range), None).await?;
    Ok(format!("; {} records of {} days attributed anew", rebuilt.flows, rebuilt.days))
}

/// Opens the inventory and the lists as they are now, for everyone.
async fn reload(live: &Live, weir: &Weir) -> anyhow::Result<Arc<Weir>> {
    let weir = Arc::new(weir.reloaded().await?);
    let investigator = Arc::new(weir.investigator().await?);
    live.replace(Arc::clone(&weir));
    live.api.replace(investigator);
    Ok(weir)
}

async fn next<T>(received: &mut mpsc::Receiver<T>, stop: &CancellationToken) -> Option<T> {
    tokio::select! { () = stop.cancelled() => None, next = received.recv() => next }
}
