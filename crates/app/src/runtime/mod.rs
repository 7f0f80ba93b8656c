//! A process that watches for good: sources deliver, the collector commits, the watcher judges what has come, the keeper tidies up, and the
//! server answers meanwhile.
//!
//! ```text
//! sources ──Delivery──▶ collector ──arrived──▶ watcher ──▶ findings
//!    ▲                     │ one writer at a time
//!    └────── Outcome ──────┘ ◀─────── keeper: compaction, expiry, vacuum
//! ```
//!
//! Every task runs until the process is told to stop, survives its own errors, and says how it is doing in a [`Job`](jobs::Job). What they
//! share is [`Live`].

mod collector;
mod jobs;
mod keeper;
mod knowledge;
mod mail;
mod watcher;

pub(crate) use collector::gather;
pub(crate) use mail::Mail;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use api::ApiState;
use axum::Router;
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cli::now;
use crate::home::Weir;
use jobs::Jobs;

/// Deliveries between the sources and the collector. Each source bounds what it has under way by itself.
const WAITING: usize = 1_024;
/// How long a stopping process waits for its tasks.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the tasks share.
pub(crate) struct Live {
    weir: RwLock<Arc<Weir>>,
    /// Held by whoever writes a batch: the lake takes one at a time.
    writer: Mutex<()>,
    /// Held while hours are judged, so that what was judged by what is not true any more is not written over what is.
    judging: Mutex<()>,
    /// Told when a batch with records was committed.
    arrived: Notify,
    jobs: Jobs,
    api: ApiState,
}

impl Live {
    /// The data folder, as it was last opened.
    fn weir(&self) -> Arc<Weir> {
        Arc::clone(&self.weir.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was opened anew, for everyone from here on.
    fn replace(&self, weir: Arc<Weir>) {
        *self.weir.write().unwrap_or_else(PoisonError::into_inner) = weir;
    }
}

/// The tasks of a process that watches.
pub(crate) struct Runtime {
    live: Arc<Live>,
    sources: Vec<Arc<collect::Health>>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    firehose: Option<Router>,
    upload: Option<Router>,
}

impl Runtime {
    /// Starts every task. `weir` must have been opened for writing.
    ///
    /// # Errors
    /// When a source's settings make no sense, or the spool cannot be made.
    pub(crate) fn start(weir: Arc<Weir>, api: ApiState, stop: CancellationToken) -> anyhow::Result<Self> {
        let config = &weir.config;
        let clock = collect::Clock::new(now);
        let surroundings = collect::Surroundings::new(weir.root.join("spool"), config.sources.spool_mib, clock)?;
        let collect::Collection { sources, firehose, upload } = collect::sources(&config.sources, &surroundings)?;
        let live = Arc::new(Live {
            weir: RwLock::new(Arc::clone(&weir)),
            writer: Mutex::new(()),
            judging: Mutex::new(()),
            arrived: Notify::new(),
            jobs: Jobs::default(),
            api,
        });
        let (deliveries, received) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        let mut healths = Vec::new();
        for source in sources {
            healths.push(source.health());
            tasks.spawn(source.run(deliveries.clone(), stop.clone()));
        }
        tasks.spawn(collector::run(Arc::clone(&live), received, stop.clone()));
        if config.watch.detect {
            // What an earlier process committed and did not get to judge is judged now.
            live.arrived.notify_one();
            tasks.spawn(watcher::run(Arc::clone(&live), stop.clone()));
        }
        if !config.lists.is_empty() {
            let (out, fetched) = mpsc::channel(1);
            for list in &config.lists {
                let source = collect::lists::ListSource::new(list.feed(), surroundings.clock.clone());
                healths.push(source.health());
                tasks.spawn(source.run(out.clone(), stop.clone()));
            }
            tasks.spawn(knowledge::lists(Arc::clone(&live), fetched, stop.clone()));
        }
        if !config.inventory.is_empty() {
            let (out, snapshots) = mpsc::channel(16);
            for account in &config.inventory {
                let source = collect::inventory::InventorySource::new(account.clone(), surroundings.clock.clone());
                healths.push(source.health());
                tasks.spawn(source.run(out.clone(), stop.clone()));
            }
            tasks.spawn(knowledge::inventory(Arc::clone(&live), snapshots, stop.clone()));
        }
        tasks.spawn(keeper::run(Arc::clone(&live), stop.clone()));
        Ok(Self { live, sources: healths, tasks, stop, firehose, upload })
    }

    /// What others call: Firehose, which brings its own key, and uploads, behind the server's tokens. Both wait for commits, so they stand
    /// outside of the server's limits of time and size.
    pub(crate) fn routes(&mut self) -> Router {
        let upload = self.upload.take().map(|upload| api::guarded(&self.live.api, upload));
        [self.firehose.take(), upload].into_iter().flatten().fold(Router::new(), Router::merge)
    }

    /// How the sources and the jobs are doing, whenever it is asked.
    pub(crate) fn status(&self) -> impl Fn() -> api::Status + Send + Sync + 'static {
        let (live, sources) = (Arc::clone(&self.live), self.sources.clone());
        move || api::Status {
            collecting: true,
            sources: sources.iter().map(|health| source_status(health.report())).collect(),
            jobs: live.jobs.status(),
            receivers: Vec::new(),
        }
    }

    /// Waits until every task has ended; they end when `stop` is cancelled. What is being committed is committed.
    pub(crate) async fn ended(mut self) {
        self.stop.cancelled().await;
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, ended).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "some tasks do not end; what they have under way is done again at the next start");
        }
    }
}

fn source_status(report: collect::Report) -> api::SourceStatus {
    let trouble = |failure: collect::Failure| api::SourceTrouble { time: failure.time, message: failure.message, times: failure.times };
    let parked = |parked: collect::Parked| api::ParkedMessage {
        id: parked.id,
        time: parked.time,
        reason: parked.reason,
        excerpt: parked.excerpt,
        receives: parked.receives,
        deleted: parked.deleted,
    };
    api::SourceStatus {
        name: report.name,
        kind: report.kind.to_owned(),
        place: report.place,
        state: report.state.as_str().to_owned(),
        last_success: report.last_success,
        last_commit: report.last_commit,
        last_error: report.last_error.map(trouble),
        errors: report.errors,
        delivered: report.delivered,
        committed: report.committed,
        unusable: report.unusable,
        failed: report.failed,
        skipped: report.skipped,
        bytes: report.bytes,
        in_flight: report.in_flight,
        backlog: report.backlog,
        lag_secs: report.lag_secs,
        parked: report.parked,
        parked_messages: report.parked_messages.into_iter().map(parked).collect(),
    }
}

/// Waits, or not to the end when the process is told to stop; then it gives `false`.
async fn pause(stop: &CancellationToken, time: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = stop.cancelled() => false,
    }
}
