//! Being told of changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

use super::scan::Identity;
use crate::CollectError;

/// Paths kept for looking at; of more than these, the whole folder is listed.
const CHANGES_CAP: usize = 10_000;

/// The system's watch over a folder.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) identity: Identity,
    changes: Arc<Changes>,
    _watcher: RecommendedWatcher,
}

#[derive(Debug, Default)]
struct Changes {
    /// `None` when there were too many, or when the system lost some.
    paths: Mutex<Option<BTreeSet<PathBuf>>>,
    told: Notify,
}

impl Watch {
    pub(super) fn start(root: &Path, identity: Identity) -> Result<Self, CollectError> {
        let changes = Arc::new(Changes { paths: Mutex::new(Some(BTreeSet::new())), told: Notify::new() });
        let told = Arc::clone(&changes);
        let mut watcher = notify::recommended_watcher(move |event| told.note(event)).map_err(CollectError::watch(root))?;
        watcher.watch(root, RecursiveMode::Recursive).map_err(CollectError::watch(root))?;
        Ok(Self { identity, changes, _watcher: watcher })
    }
}

impl Changes {
    fn note(&self, event: notify::Result<Event>) {
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            // Reading is no change, and we read ourselves.
            Ok(event) if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) => return,
            Ok(event) if !event.need_rescan() => {
                if let Some(known) = paths.as_mut() {
                    known.extend(event.paths);
                }
                paths.take_if(|known| known.len() > CHANGES_CAP);
            }
            Ok(_) | Err(_) => *paths = None,
        }
        drop(paths);
        self.told.notify_one();
    }
}

/// Waits for changes: their paths, or `None` when the whole folder is to be listed. Without a watch, waits for ever.
pub(super) async fn changes(watch: Option<&Watch>) -> Option<BTreeSet<PathBuf>> {
    let Some(watch) = watch else { return std::future::pending().await };
    watch.changes.told.notified().await;
    watch.changes.paths.lock().unwrap_or_else(PoisonError::into_inner).replace(BTreeSet::new())
}
