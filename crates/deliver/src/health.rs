//! How a target is doing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use flow::Timestamp;
use serde::Serialize;

use crate::{Clock, Notice};

/// Refusals that are kept to be shown.
const REFUSALS_CAP: usize = 100;
/// The same error is logged once in this many seconds.
const LOG_EVERY_SECS: i64 = 60;

/// What a target is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing was delivered yet.
    Starting,
    /// The last delivery succeeded, or nothing is left that failed.
    Running,
    /// The last delivery failed and is tried again, or was refused.
    Failing,
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

/// A notice that the receiver refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Id of the finding.
    pub finding: String,
    /// Id of the event.
    pub event: String,
    /// When.
    pub time: Timestamp,
    /// What the receiver said.
    pub reason: String,
}

/// Everything known of a target, at one instant. Counts are since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its name, as configured.
    pub name: String,
    /// `webhook`, `slack`, `syslog`, `file`.
    pub kind: &'static str,
    /// Where it is, without what is secret.
    pub place: String,
    /// What it is at.
    pub state: State,
    /// When it last took something.
    pub last_success: Option<Timestamp>,
    /// The last error, also when it is over.
    pub last_error: Option<Failure>,
    /// Errors: attempts that failed, and refusals.
    pub errors: u64,
    /// Notices that it took.
    pub delivered: u64,
    /// Notices that it refused for good.
    pub refused: u64,
    /// Notices that it is not told of: by severity, type, archive, suppression, or because they came too soon after the last.
    pub skipped: u64,
    /// Attempts after a failed one.
    pub retries: u64,
    /// Messages that told of several notices at once.
    pub digests: u64,
    /// Notices that wait, of those looked at last.
    pub waiting: u64,
    /// When the one that waits longest was found.
    pub waiting_since: Option<Timestamp>,
    /// The latest refusals, at most 100.
    pub refusals: Vec<Refusal>,
}

/// A target's report, shared between the target and whoever shows it.
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
    pub(crate) fn new(name: &str, kind: &'static str, place: String, clock: Clock) -> Self {
        let report = Report {
            name: name.to_owned(),
            kind,
            place,
            state: State::Starting,
            last_success: None,
            last_error: None,
            errors: 0,
            delivered: 0,
            refused: 0,
            skipped: 0,
            retries: 0,
            digests: 0,
            waiting: 0,
            waiting_since: None,
            refusals: Vec::new(),
        };
        Self { clock, inner: Mutex::new(Inner { report, logged: None }) }
    }

    /// How the target is doing now.
    pub fn report(&self) -> Report {
        self.inner().report.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn delivered(&self) {
        let now = self.clock.now();
        let report = &mut self.inner().report;
        report.delivered += 1;
        report.last_success = Some(now);
        report.state = State::Running;
    }

    pub(crate) fn refused(&self, notice: &Notice, reason: &str) {
        let time = self.clock.now();
        self.trouble(reason);
        let report = &mut self.inner().report;
        report.refused += 1;
        if report.refusals.len() == REFUSALS_CAP {
            report.refusals.remove(0);
        }
        let (finding, event) = (notice.finding().id.clone(), notice.event_id().to_owned());
        report.refusals.push(Refusal { finding, event, time, reason: reason.to_owned() });
    }

    /// An attempt failed.
    pub(crate) fn trouble(&self, message: &str) {
        let now = self.clock.now();
        let mut inner = self.inner();
        let Inner { report, logged } = &mut *inner;
        report.state = State::Failing;
        report.errors += 1;
        let times = report.last_error.as_ref().filter(|last| last.message == message).map_or(1, |last| last.times + 1);
        report.last_error = Some(Failure { time: now, message: message.to_owned(), times });
        if times == 1 || logged.is_none_or(|logged| now.secs() - logged.secs() >= LOG_EVERY_SECS) {
            *logged = Some(now);
            tracing::warn!(target_name = report.name, kind = report.kind, error = message, times, "a finding could not be delivered");
        }
    }

    pub(crate) fn skipped(&self, notices: usize) {
        self.inner().report.skipped += notices as u64;
    }

    pub(crate) fn retried(&self) {
        self.inner().report.retries += 1;
    }

    pub(crate) fn digest(&self) {
        self.inner().report.digests += 1;
    }

    pub(crate) fn waiting(&self, notices: usize, since: Option<Timestamp>) {
        let report = &mut self.inner().report;
        report.waiting = notices as u64;
        report.waiting_since = since;
    }

    /// What failed is over, without anything to deliver.
    pub(crate) fn recovered(&self) {
        self.inner().report.state = State::Running;
    }

    pub(crate) fn stopped(&self) {
        self.inner().report.state = State::Stopped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::tests::notice;

    #[test]
    fn counts_and_states_follow_what_happens() {
        let health = Health::new("soc", "webhook", "https://a.example/".to_owned(), Clock::new(|| Timestamp::from_secs(1_000)));
        assert_eq!(health.report().state, State::Starting);
        health.trouble("no answer");
        health.trouble("no answer");
        assert_eq!(health.report().last_error.map(|error| error.times), Some(2));
        health.delivered();
        assert_eq!((health.report().state, health.report().delivered, health.report().errors), (State::Running, 1, 2));
        for index in 0..150 {
            health.refused(&notice(&index.to_string(), 5.0), "400 Bad Request");
        }
        let report = health.report();
        assert_eq!((report.refused, report.refusals.len(), report.state), (150, REFUSALS_CAP, State::Failing));
        assert_eq!(report.refusals[99].finding, notice("149", 5.0).finding().id);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((json["state"].as_str(), json["last_error"]["times"].as_u64()), (Some("failing"), Some(150)));
    }
}
