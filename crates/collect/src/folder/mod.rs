//! A folder that is watched.

mod scan;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flow::Timestamp;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use ingest::sources::{Delivery, Object, Outcome};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use self::scan::Version;
use self::watch::Watch;
use crate::outbox::Outbox;
use crate::{Backoff, Clock, CollectError, Folder, Health, Source, State, Surroundings};

/// How often files that may still grow are looked at.
const TICK: Duration = Duration::from_millis(250);

/// Delivers every file below a folder, and every new version of one, once it no longer grows.
///
/// The system tells of changes; a listing now and then finds what it did not tell. Files of an earlier run are delivered again at start, and
/// the ledger knows them.
#[derive(Debug)]
pub struct FolderSource {
    settings: Folder,
    clock: Clock,
    health: Arc<Health>,
}

impl FolderSource {
    /// A source for the folder of `settings`. Does not look at it yet.
    pub fn new(settings: Folder, surroundings: &Surroundings) -> Self {
        let clock = surroundings.clock.clone();
        let health = Arc::new(Health::new(&settings.name, "folder", settings.path.display().to_string(), clock.clone()));
        Self { settings, clock, health }
    }
}

impl Source for FolderSource {
    fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    fn run(self: Box<Self>, out: mpsc::Sender<Delivery>, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let health = Arc::clone(&self.health);
            Run::new(*self, &out).run(out, stop).await;
            health.ended(State::Stopped);
        })
    }
}

/// A file that may still grow, or that is to be delivered again.
#[derive(Debug)]
struct Waiting {
    version: Version,
    due: Instant,
    attempt: u32,
}

/// What came of a delivery.
struct Landed {
    path: PathBuf,
    version: Version,
    attempt: u32,
    outcome: Option<Outcome>,
}

struct Run {
    settings: Folder,
    clock: Clock,
    health: Arc<Health>,
    outbox: Outbox,
    watch: Option<Watch>,
    /// The folder's real path, once it was found.
    root: Option<PathBuf>,
    waiting: BTreeMap<PathBuf, Waiting>,
    /// In the order of delivery: by the time in the name first, so that records of one hour come together.
    ready: BTreeSet<(Option<Timestamp>, PathBuf)>,
    /// Versions that are under way.
    flying: BTreeMap<PathBuf, (Version, u32)>,
    /// Versions that were answered.
    landed: BTreeMap<PathBuf, Version>,
    flights: FuturesUnordered<BoxFuture<'static, Landed>>,
    backoff: Backoff,
}

impl Run {
    fn new(source: FolderSource, out: &mpsc::Sender<Delivery>) -> Self {
        let outbox = Outbox::new(out, &source.health);
        Self {
            settings: source.settings,
            clock: source.clock,
            health: source.health,
            outbox,
            watch: None,
            root: None,
            waiting: BTreeMap::new(),
            ready: BTreeSet::new(),
            flying: BTreeMap::new(),
            landed: BTreeMap::new(),
            flights: FuturesUnordered::new(),
            backoff: Backoff::default(),
        }
    }

    async fn run(mut self, out: mpsc::Sender<Delivery>, stop: CancellationToken) {
        let mut rescan = tokio::time::interval(Duration::from_secs(self.settings.rescan_secs.max(1)));
        let mut tick = tokio::time::interval(TICK);
        rescan.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.launch();
            self.health.backlog(Some((self.waiting.len() + self.ready.len()) as u64));
            tokio::select! {
                () = stop.cancelled() => break,
                () = out.closed() => break,
                Some(landed) = self.flights.next() => self.land(landed),
                paths = watch::changes(self.watch.as_ref()) => match paths {
                    Some(paths) => self.changed(paths).await,
                    None => rescan.reset_immediately(),
                },
                _ = tick.tick(), if !self.waiting.is_empty() => self.look_again().await,
                _ = rescan.tick() => self.rescan().await,
            }
        }
        // Nothing more is sent; what was sent is answered.
        drop(out);
        while let Some(landed) = self.flights.next().await {
            self.land(landed);
        }
    }

    /// Sends what is ready, as far as there is room.
    fn launch(&mut self) {
        while self.flights.len() < self.settings.in_flight
            && let Some((_, path)) = self.ready.pop_first()
        {
            let Some((version, attempt)) = self.flying.get(&path).copied() else { continue };
            let outbox = self.outbox.clone();
            let object =
                Object { uri: format!("file://{}", path.display()), size: version.size, modified: version.modified, path: path.clone() };
            self.flights.push(Box::pin(async move { Landed { path, version, attempt, outcome: outbox.deliver(object).await } }));
        }
    }

    fn land(&mut self, landed: Landed) {
        let Landed { path, version, attempt, outcome } = landed;
        self.flying.remove(&path);
        let now = Instant::now();
        match outcome {
            Some(Outcome::Committed | Outcome::Unusable(_)) => {
                self.landed.insert(path.clone(), version);
                // It may have changed under way without a word.
                self.waiting.entry(path).or_insert(Waiting { version, due: now, attempt: 0 });
            }
            Some(Outcome::Failed(_)) | None => {
                let due = now + self.backoff.wait(attempt);
                self.waiting.insert(path, Waiting { version, due, attempt: attempt + 1 });
            }
        }
    }

    /// A file was seen in this version.
    fn note(&mut self, path: PathBuf, version: Version) {
        let known = self.flying.get(&path).is_some_and(|(flying, _)| *flying == version)
            || self.landed.get(&path) == Some(&version)
            || self.waiting.get(&path).is_some_and(|waiting| waiting.version == version);
        if !known && version.size > 0 {
            let due = Instant::now() + Duration::from_secs(self.settings.settle_secs);
            self.waiting.insert(path, Waiting { version, due, attempt: 0 });
        }
    }

    fn forget(&mut self, path: &Path) {
        self.waiting.remove(path);
        self.landed.remove(path);
    }

    /// Looks at files that the system spoke of.
    async fn changed(&mut self, paths: BTreeSet<PathBuf>) {
        let Some(root) = self.root.clone() else { return };
        let found = scan::blocking(move || scan::versions(&root, paths)).await;
        for (path, versions) in found {
            if versions.is_empty() {
                self.forget(&path);
            }
            for (path, version) in versions {
                self.note(path, version);
            }
        }
    }

    /// Looks at files that were to be left alone until now: those that did not change since are ready.
    async fn look_again(&mut self) {
        let now = Instant::now();
        let due: BTreeSet<PathBuf> = self.waiting.iter().filter(|(_, waiting)| waiting.due <= now).map(|(path, _)| path.clone()).collect();
        let (Some(root), false) = (self.root.clone(), due.is_empty()) else { return };
        for (path, versions) in scan::blocking(move || scan::versions(&root, due)).await {
            let Some(version) = versions.into_iter().find_map(|(found, version)| (found == path).then_some(version)) else {
                self.forget(&path);
                continue;
            };
            // One version at a time: the next one waits for the answer to this one.
            if self.flying.contains_key(&path) {
                continue;
            }
            let Some(waiting) = self.waiting.get(&path) else { continue };
            if self.landed.get(&path) == Some(&version) {
                self.waiting.remove(&path);
            } else if waiting.version == version && self.landed.get(&path) != Some(&waiting.version) {
                let attempt = waiting.attempt;
                self.waiting.remove(&path);
                self.flying.insert(path.clone(), (version, attempt));
                self.ready.insert((formats::ObjectKey::parse(&path.to_string_lossy()).slot, path));
            } else {
                self.waiting.remove(&path);
                self.note(path, version);
            }
        }
    }

    /// Lists the whole folder, and watches it if it is not watched yet.
    async fn rescan(&mut self) {
        let path = self.settings.path.clone();
        let listed = scan::blocking(move || scan::list(&path)).await;
        let listing = match listed {
            Ok(listing) => listing,
            Err(error) => {
                self.watch = None;
                self.health.trouble(&error.chain());
                return;
            }
        };
        if self.watch.as_ref().is_none_or(|watch| watch.identity != listing.identity) {
            match Watch::start(&listing.root, listing.identity) {
                Ok(watch) => self.watch = Some(watch),
                // The next listing finds what is not told.
                Err(error) => {
                    self.watch = None;
                    self.health.trouble(&error.chain());
                }
            }
        }
        self.root = Some(listing.root);
        let gone = |path: &PathBuf| !listing.files.contains_key(path);
        let gone: Vec<PathBuf> = self.waiting.keys().chain(self.landed.keys()).filter(|path| gone(path)).cloned().collect();
        for path in gone {
            self.forget(&path);
        }
        for (path, version) in listing.files {
            self.note(path, version);
        }
        match listing.problem {
            Some(problem) => self.health.trouble(&problem),
            None if self.watch.is_some() => self.health.worked(),
            None => {}
        }
        tracing::debug!(source = self.settings.name, waiting = self.waiting.len(), at = %self.clock.now(), "folder listed");
    }
}

impl CollectError {
    fn watch(path: &Path) -> impl FnOnce(notify::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Watch { path, source }
    }
}
