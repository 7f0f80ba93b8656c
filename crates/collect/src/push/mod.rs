//! Objects that others bring: Amazon Data Firehose, and uploads.

pub mod firehose;
pub mod upload;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use ingest::sources::{Delivery, Object, Outcome};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::outbox::Outbox;
use crate::{Clock, Health, Spool, Spooled, State, Surroundings};

/// What whoever brought an object is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is in the lake.
    Committed,
    /// It was read, and nothing in it was understood.
    Unusable(String),
    /// It is not in the lake; bringing it again may help.
    NotNow(String),
}

/// Where requests meet the running source.
#[derive(Debug)]
pub(crate) struct Desk {
    name: String,
    spool: Spool,
    clock: Clock,
    health: Arc<Health>,
    /// There while the source runs.
    out: Mutex<Option<mpsc::Sender<Delivery>>>,
    tasks: TaskTracker,
}

impl Desk {
    fn new(name: &str, place: &str, surroundings: &Surroundings) -> Arc<Self> {
        let kind = if name == "firehose" { "firehose" } else { "upload" };
        let clock = surroundings.clock.clone();
        Arc::new(Self {
            name: name.to_owned(),
            spool: surroundings.spool.clone(),
            health: Arc::new(Health::new(name, kind, place, clock.clone())),
            clock,
            out: Mutex::new(None),
            tasks: TaskTracker::new(),
        })
    }

    fn set(&self, out: Option<mpsc::Sender<Delivery>>) {
        *self.out.lock().unwrap_or_else(PoisonError::into_inner) = out;
    }

    /// Lets requests in until told to stop, then waits for answers to what was delivered.
    async fn run(&self, out: mpsc::Sender<Delivery>, stop: CancellationToken) {
        self.set(Some(out.clone()));
        self.health.worked();
        tokio::select! {
            () = stop.cancelled() => {}
            () = out.closed() => {}
        }
        drop(out);
        self.set(None);
        self.tasks.close();
        self.tasks.wait().await;
        self.health.ended(State::Stopped);
    }

    fn outbox(&self) -> Option<Outbox> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.as_ref().map(|out| Outbox::new(out, &self.health))
    }

    /// Delivers copies, all of which must be committed. The copies stay until they are answered, also when whoever asks has gone by then.
    async fn hand_in(&self, copies: Vec<(Object, Spooled)>, patience: Duration) -> Answer {
        let Some(outbox) = self.outbox() else { return Answer::NotNow("collecting has not begun, or has ended".to_owned()) };
        let (told, answer) = oneshot::channel();
        self.tasks.spawn(async move {
            let outcomes = join_all(copies.iter().map(|(object, _)| outbox.deliver(object.clone()))).await;
            let mut answer = Answer::Committed;
            for outcome in outcomes {
                answer = match (outcome, answer) {
                    (Some(Outcome::Failed(reason)), _) => Answer::NotNow(reason),
                    (None, _) => Answer::NotNow("collecting ended".to_owned()),
                    (Some(Outcome::Unusable(reason)), Answer::Committed) => Answer::Unusable(reason),
                    (Some(_), worse) => worse,
                };
            }
            drop(copies);
            let _ = told.send(answer);
        });
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Answer::NotNow("collecting ended".to_owned()),
            Err(_) => Answer::NotNow(format!("it was not committed within {} seconds", patience.as_secs())),
        }
    }
}
