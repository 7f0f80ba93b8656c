//! How a source is doing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use flow::Timestamp;
use ingest::sources::Outcome;
use serde::Serialize;

use crate::Clock;

/// Parked messages that are kept to be shown.
const PARKED_CAP: usize = 100;
/// Characters of a message that are kept to be shown.
const EXCERPT_CAP: usize = 400;
/// The same error is logged once in this many seconds.
const LOG_EVERY_SECS: i64 = 60;

/// What a source is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It has not yet reached what it watches.
    Starting,
    /// Its last step succeeded.
    Running,
    /// Its last step failed; it tries again.
    Failing,
    /// It has done all that was asked and ended.
    Done,
    /// It was told to stop.
    Stopped,
}

impl State {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Failing => "failing",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

/// An error, and when it happened last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// When.
    pub time: Timestamp,
    /// What, with its causes.
    pub message: String,
    /// How often it happened in a row.
    pub times: u64,
}

/// A message that could not be acted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parked {
    /// Identifier of the message.
    pub id: String,
    /// When it was last received.
    pub time: Timestamp,
    /// Why it was parked.
    pub reason: String,
    /// The beginning of its body, at most 400 characters.
    pub excerpt: String,
    /// How often it was received.
    pub receives: u32,
    /// Whether it was deleted from the queue; otherwise it is left to the queue's own redrive policy.
    pub deleted: bool,
}

/// Everything known of a source, at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its name, as configured.
    pub name: String,
    /// `folder`, `s3_queue`, `s3_listing`, `firehose`, `upload`, `list`, `inventory`.
    pub kind: &'static str,
    /// What it watches: a path, a queue, a bucket.
    pub place: String,
    /// What it is at.
    pub state: State,
    /// When it last reached what it watches.
    pub last_success: Option<Timestamp>,
    /// When an object of it was last committed.
    pub last_commit: Option<Timestamp>,
    /// The last error, also when it is over.
    pub last_error: Option<Failure>,
    /// Errors since the start.
    pub errors: u64,
    /// Deliveries handed to the collector; an object delivered again counts again.
    pub delivered: u64,
    /// Deliveries answered as committed.
    pub committed: u64,
    /// Deliveries answered as read and not understood.
    pub unusable: u64,
    /// Deliveries answered as failed, or not answered.
    pub failed: u64,
    /// Objects passed over because they are known or not asked for.
    pub skipped: u64,
    /// Bytes of the deliveries that were committed, as delivered.
    pub bytes: u64,
    /// Deliveries waiting for an answer.
    pub in_flight: u64,
    /// Objects or messages that wait to be taken, where the source can tell.
    pub backlog: Option<u64>,
    /// Seconds from the modification of the object that was committed last to its commit.
    pub lag_secs: Option<i64>,
    /// Messages parked since the start.
    pub parked: u64,
    /// The latest of them.
    pub parked_messages: Vec<Parked>,
}

/// A source's report, shared between the source and whoever shows it.
#[derive(Debug)]
pub struct Health {
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    report: Report,
    logged: Option<Timestamp>,
}

impl Health {
    pub(crate) fn new(name: &str, kind: &'static str, place: impl Into<String>, clock: Clock) -> Self {
        let report = Report {
            name: name.to_owned(),
            kind,
            place: place.into(),
            state: State::Starting,
            last_success: None,
            last_commit: None,
            last_error: None,
            errors: 0,
            delivered: 0,
            committed: 0,
            unusable: 0,
            failed: 0,
            skipped: 0,
            bytes: 0,
            in_flight: 0,
            backlog: None,
            lag_secs: None,
            parked: 0,
            parked_messages: Vec::new(),
        };
        Self { clock, inner: Mutex::new(Inner { report, logged: None }) }
    }

    /// How the source is doing now.
    pub fn report(&self) -> Report {
        self.lock().report.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A step succeeded.
    pub(crate) fn worked(&self) {
        let now = self.clock.now();
        let report = &mut self.lock().report;
        report.last_success = Some(now);
        report.state = State::Running;
    }

    /// A step failed and will be tried again.
    pub(crate) fn trouble(&self, message: &str) {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.report.state = State::Failing;
        inner.report.errors += 1;
        let times = match &mut inner.report.last_error {
            Some(last) if last.message == message => {
                last.time = now;
                last.times += 1;
                last.times
            }
            last => {
                *last = Some(Failure { time: now, message: message.to_owned(), times: 1 });
                1
            }
        };
        let due = inner.logged.is_none_or(|logged| now.secs() - logged.secs() >= LOG_EVERY_SECS);
        if times == 1 || due {
            inner.logged = Some(now);
            tracing::warn!(source = inner.report.name, kind = inner.report.kind, error = message, times, "a source has trouble");
        }
    }

    pub(crate) fn ended(&self, state: State) {
        self.lock().report.state = state;
    }

    pub(crate) fn skipped(&self) {
        self.lock().report.skipped += 1;
    }

    pub(crate) fn backlog(&self, backlog: Option<u64>) {
        self.lock().report.backlog = backlog;
    }

    pub(crate) fn delivered(&self) {
        let report = &mut self.lock().report;
        report.delivered += 1;
        report.in_flight += 1;
    }

    /// An answer came, or none will (`None`).
    pub(crate) fn answered(&self, outcome: Option<&Outcome>, size: u64, modified: Option<Timestamp>) {
        let now = self.clock.now();
        let report = &mut self.lock().report;
        report.in_flight = report.in_flight.saturating_sub(1);
        match outcome {
            Some(Outcome::Committed) => {
                report.committed += 1;
                report.bytes += size;
                report.last_commit = Some(now);
                report.lag_secs = modified.map(|modified| now.secs() - modified.secs());
            }
            Some(Outcome::Unusable(_)) => report.unusable += 1,
            Some(Outcome::Failed(_)) | None => report.failed += 1,
        }
    }

    /// A message is parked; one that is parked already is only brought up to date.
    pub(crate) fn park(&self, id: &str, reason: String, body: &str, receives: u32, deleted: bool) {
        let time = self.clock.now();
        let parked = Parked { id: id.to_owned(), time, reason, excerpt: body.chars().take(EXCERPT_CAP).collect(), receives, deleted };
        let report = &mut self.lock().report;
        if let Some(known) = report.parked_messages.iter_mut().find(|known| known.id == id) {
            *known = parked;
            return;
        }
        tracing::warn!(source = report.name, message = id, reason = parked.reason, deleted, "a message is parked");
        report.parked += 1;
        if report.parked_messages.len() == PARKED_CAP {
            report.parked_messages.remove(0);
        }
        report.parked_messages.push(parked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health() -> Health {
        Health::new("logs", "folder", "/logs", Clock::new(|| Timestamp::from_secs(1_000)))
    }

    #[test]
    fn counts_and_states_follow_what_happens() {
        let health = health();
        assert_eq!(health.report().state, State::Starting);
        health.worked();
        for outcome in [Some(Outcome::Committed), Some(Outcome::Unusable("?".into())), Some(Outcome::Failed("!".into())), None] {
            health.delivered();
            assert_eq!(health.report().in_flight, 1);
            health.answered(outcome.as_ref(), 7, Some(Timestamp::from_secs(990)));
        }
        health.trouble("no such queue");
        health.trouble("no such queue");
        let report = health.report();
        assert_eq!((report.delivered, report.committed, report.unusable, report.failed, report.in_flight), (4, 1, 1, 2, 0));
        assert_eq!((report.bytes, report.lag_secs, report.errors, report.state), (7, Some(10), 2, State::Failing));
        assert_eq!(report.last_error.as_ref().map(|error| error.times), Some(2));
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((json["state"].as_str(), json["last_error"]["message"].as_str()), (Some("failing"), Some("no such queue")));
        health.worked();
        assert_eq!(health.report().state, State::Running);
        assert!(health.report().last_error.is_some(), "the last error stays to be read");
    }

    #[test]
    fn a_parked_message_is_listed_once_and_the_list_is_bounded() {
        let health = health();
        health.park("a", "not JSON".into(), &"x".repeat(1_000), 1, false);
        health.park("a", "not JSON".into(), "x", 2, false);
        assert_eq!((health.report().parked, health.report().parked_messages[0].receives), (1, 2));
        for index in 0..200 {
            health.park(&format!("m{index}"), "not JSON".into(), &"é".repeat(1_000), 1, false);
        }
        let report = health.report();
        assert_eq!((report.parked, report.parked_messages.len()), (201, PARKED_CAP));
        assert_eq!(report.parked_messages[99].excerpt.chars().count(), EXCERPT_CAP);
        assert_eq!(report.parked_messages[99].id, "m199");
    }
}
