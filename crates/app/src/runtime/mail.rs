//! Deliveries: each receiver is told, at its own pace, what is new and what has changed.

use std::sync::Arc;

use deliver::{BoxError, BoxFuture, Due, Health, Notice, Outbox};
use state::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cli::now;
use crate::home::{Access, Weir};

/// Everything that delivers in this process.
pub(crate) struct Mail {
    healths: Vec<Arc<Health>>,
    tasks: JoinSet<()>,
}

impl Mail {
    /// Starts a task for each receiver. They look for what is new by themselves, every few seconds, whichever process found it. A process
    /// that only answers and has no receivers leaves those of another process alone.
    ///
    /// # Errors
    /// When a receiver's settings make no sense, or the state cannot be written.
    pub(crate) async fn start(weir: &Weir, access: Access, stop: &CancellationToken) -> anyhow::Result<Self> {
        let (settings, store) = (&weir.config.deliver, &weir.store);
        let targets = deliver::targets(settings, &deliver::Clock::new(now))?;
        let names: Vec<String> = settings.iter().map(|settings| settings.name.clone()).collect();
        if access == Access::Write || !names.is_empty() {
            store.set_receivers(&names).await?;
        }
        let (changed, wake) = watch::channel(0_u64);
        let mut tasks = JoinSet::new();
        let mut healths = Vec::new();
        for target in targets {
            healths.push(target.health());
            let (outbox, wake, stop) = (Stored(Arc::clone(store)), wake.clone(), stop.clone());
            tasks.spawn(async move { deliver::run(&target, &outbox, wake, stop).await });
        }
        if !healths.is_empty() {
            let stop = stop.clone();
            tasks.spawn(async move {
                while super::pause(&stop, LOOK_EVERY).await {
                    changed.send_modify(|looks| *looks += 1);
                }
            });
        }
        Ok(Self { healths, tasks })
    }

    /// How the receivers are doing, whenever it is asked.
    pub(crate) fn status(&self) -> impl Fn() -> Vec<api::ReceiverStatus> + Send + Sync + 'static {
        let healths = self.healths.clone();
        move || healths.iter().map(|health| receiver_status(health.report())).collect()
    }

    /// Waits until every task has ended; they end when the process is told to stop.
    pub(crate) async fn ended(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// How often it is looked whether something is to be told.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// The notices of the state.
struct Stored(Arc<Store>);

impl Outbox for Stored {
    fn due<'a>(&'a self, target: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<Due>, BoxError>> {
        Box::pin(async move {
            let mut due = Vec::new();
            for stored in self.0.notices(target, limit).await? {
                // As it is now: what was put away or has gone since is settled without a word.
                let open = self.0.finding_summary(&stored.finding_id).await?.is_some_and(|summary| !summary.archived);
                let finding = if open { self.0.finding(&stored.finding_id).await? } else { None };
                let notice = finding.map(|finding| Notice::new(finding, stored.is_new, stored.at));
                due.push(Due { position: stored.position, notice });
            }
            Ok(due)
        })
    }

    fn settle<'a>(&'a self, target: &'a str, position: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move { Ok(self.0.settle_notices(target, position).await?) })
    }
}

fn receiver_status(report: deliver::Report) -> api::ReceiverStatus {
    api::ReceiverStatus {
        name: report.name,
        kind: report.kind.to_owned(),
        place: report.place,
        state: report.state.as_str().to_owned(),
        last_success: report.last_success,
        last_error: report.last_error.map(|failure| api::SourceTrouble {
            time: failure.time,
            message: failure.message,
            times: failure.times,
        }),
        errors: report.errors,
        delivered: report.delivered,
        refused: report.refused,
        skipped: report.skipped,
        retries: report.retries,
        waiting: report.waiting,
        waiting_since: report.waiting_since,
    }
}
