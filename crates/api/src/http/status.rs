//! How a process that collects is doing: its sources and its jobs.

use flow::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::metrics::{head, line};

/// The sources and the jobs of this process. Empty in one that only answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Status {
    /// Whether this process collects.
    pub collecting: bool,
    /// Its sources, as configured.
    pub sources: Vec<SourceStatus>,
    /// Its jobs: collecting, detecting, tidying up.
    pub jobs: Vec<JobStatus>,
    /// Who is told of findings.
    pub receivers: Vec<ReceiverStatus>,
}

/// How telling a receiver of findings is going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiverStatus {
    /// Its name, as configured.
    pub name: String,
    /// `webhook`, `slack`, `syslog`, `file`.
    pub kind: String,
    /// Where it is, without what is secret.
    pub place: String,
    /// `starting`, `running`, `failing`, `stopped`.
    pub state: String,
    /// When it last took something.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success: Option<Timestamp>,
    /// The last error, also when it is over.
    pub last_error: Option<SourceTrouble>,
    /// Errors since the start: attempts that failed, and refusals.
    pub errors: u64,
    /// Notices that it took.
    pub delivered: u64,
    /// Notices that it refused for good.
    pub refused: u64,
    /// Notices that it is not told of: by severity or type, put away since, or too soon after the last.
    pub skipped: u64,
    /// Attempts after a failed one.
    pub retries: u64,
    /// Notices that wait, of those looked at last.
    pub waiting: u64,
    /// When the one that waits longest was found.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<Timestamp>,
}

/// How a source is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceStatus {
    /// Its name, as configured.
    pub name: String,
    /// `folder`, `s3_queue`, `s3_listing`, `firehose`, `upload`, `list`, `inventory`.
    pub kind: String,
    /// What it watches: a path, a queue, a bucket.
    pub place: String,
    /// `starting`, `running`, `failing`, `done`, `stopped`.
    pub state: String,
    /// When it last reached what it watches.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success: Option<Timestamp>,
    /// When an object of it was last committed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_commit: Option<Timestamp>,
    /// The last error, also when it is over.
    pub last_error: Option<SourceTrouble>,
    /// Errors since the start.
    pub errors: u64,
    /// Objects handed to the collector; one that is delivered again counts again.
    pub delivered: u64,
    /// Objects committed.
    pub committed: u64,
    /// Objects read and not understood.
    pub unusable: u64,
    /// Objects that failed and come again.
    pub failed: u64,
    /// Objects passed over, known or not asked for.
    pub skipped: u64,
    /// Bytes of the objects committed, as delivered.
    pub bytes: u64,
    /// Objects that wait for their commit.
    pub in_flight: u64,
    /// Objects or messages that wait to be taken, where the source can tell.
    pub backlog: Option<u64>,
    /// From the modification of the object committed last to its commit, seconds.
    pub lag_secs: Option<i64>,
    /// Messages parked since the start.
    pub parked: u64,
    /// The latest of them.
    pub parked_messages: Vec<ParkedMessage>,
}

/// The last error of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceTrouble {
    /// When it last happened.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// What, with its causes.
    pub message: String,
    /// How often it happened in a row.
    pub times: u64,
}

/// A message that could not be acted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParkedMessage {
    /// Identifier of the message.
    pub id: String,
    /// When it was last received.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// Why it was parked.
    pub reason: String,
    /// The beginning of its body.
    pub excerpt: String,
    /// How often it was received.
    pub receives: u32,
    /// Whether it was deleted from the queue.
    pub deleted: bool,
}

/// What a job is at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for work; its last run, if any, succeeded.
    #[default]
    Idle,
    /// It runs.
    Running,
    /// Its last run failed; it tries again.
    Failing,
}

/// How a job is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobStatus {
    /// `collect`, `detect`, `compact`, `expire`, `vacuum`.
    pub name: String,
    /// What it is at.
    pub state: JobState,
    /// Runs begun since the start.
    pub runs: u64,
    /// Runs that failed.
    pub failures: u64,
    /// When a run last succeeded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success: Option<Timestamp>,
    /// Time of all runs that ended, milliseconds.
    pub busy_millis: u64,
    /// Time of the last run that ended, milliseconds.
    pub last_millis: Option<u64>,
    /// What the last run did.
    pub note: Option<String>,
    /// Why the last run failed; none when it succeeded.
    pub error: Option<String>,
}

impl Status {
    /// Why what is collected cannot be kept: a process in this state should get attention before it gets more objects.
    pub(super) fn blocked(&self) -> Option<String> {
        let collect = self.jobs.iter().find(|job| job.name == "collect" && job.state == JobState::Failing)?;
        Some(format!("what is collected cannot be committed: {}", collect.error.as_deref().unwrap_or("no reason is known")))
    }

    /// The same as Prometheus' text.
    pub(super) fn metrics(&self) -> String {
        let mut text = String::new();
        let source_labels = |source: &SourceStatus| format!("source=\"{}\",kind=\"{}\"", escaped(&source.name), source.kind);
        write(&mut text, &SOURCE_SERIES, &self.sources, source_labels);
        write(&mut text, &JOB_SERIES, &self.jobs, |job| format!("job=\"{}\"", job.name));
        let receiver_labels = |receiver: &ReceiverStatus| format!("receiver=\"{}\",kind=\"{}\"", escaped(&receiver.name), receiver.kind);
        write(&mut text, &RECEIVER_SERIES, &self.receivers, receiver_labels);
        text
    }
}

/// A series of numbers about each of several things.
struct Series<T> {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    /// The number; none where it is not known.
    value: fn(&T) -> Option<String>,
}

impl<T> Series<T> {
    const fn counter(name: &'static str, help: &'static str, value: fn(&T) -> Option<String>) -> Self {
        Self { name, kind: "counter", help, value }
    }

    const fn gauge(name: &'static str, help: &'static str, value: fn(&T) -> Option<String>) -> Self {
        Self { name, kind: "gauge", help, value }
    }
}

const SOURCE_SERIES: [Series<SourceStatus>; 13] = [
    Series::counter("weir_source_delivered_total", "Objects handed to the collector.", |source| number(source.delivered)),
    Series::counter("weir_source_committed_total", "Objects committed.", |source| number(source.committed)),
    Series::counter("weir_source_unusable_total", "Objects read and not understood.", |source| number(source.unusable)),
    Series::counter("weir_source_failed_total", "Objects that failed and come again.", |source| number(source.failed)),
    Series::counter("weir_source_skipped_total", "Objects passed over.", |source| number(source.skipped)),
    Series::counter("weir_source_bytes_total", "Bytes of the objects committed, as delivered.", |source| number(source.bytes)),
    Series::counter("weir_source_errors_total", "Errors.", |source| number(source.errors)),
    Series::counter("weir_source_parked_total", "Messages parked.", |source| number(source.parked)),
    Series::gauge("weir_source_up", "1 when its last step succeeded.", |source| number(u8::from(source.state != "failing"))),
    Series::gauge("weir_source_in_flight", "Objects that wait for their commit.", |source| number(source.in_flight)),
    Series::gauge("weir_source_backlog", "Objects or messages that wait to be taken.", |source| source.backlog.and_then(number)),
    Series::gauge("weir_source_lag_seconds", "From an object's modification to its commit, for the last one.", |source| {
        source.lag_secs.and_then(number)
    }),
    Series::gauge("weir_source_last_success_seconds", "When it last reached what it watches, Unix time.", |source| {
        source.last_success.map(Timestamp::secs).and_then(number)
    }),
];

const JOB_SERIES: [Series<JobStatus>; 4] = [
    Series::counter("weir_job_runs_total", "Runs begun.", |job| number(job.runs)),
    Series::counter("weir_job_failures_total", "Runs that failed.", |job| number(job.failures)),
    Series::counter("weir_job_seconds_total", "Time of all runs that ended.", |job| Some(seconds(job.busy_millis))),
    Series::gauge("weir_job_failing", "1 when the last run failed.", |job| number(u8::from(job.state == JobState::Failing))),
];

const RECEIVER_SERIES: [Series<ReceiverStatus>; 6] = [
    Series::counter("weir_receiver_delivered_total", "Notices of findings taken.", |receiver| number(receiver.delivered)),
    Series::counter("weir_receiver_refused_total", "Notices refused for good.", |receiver| number(receiver.refused)),
    Series::counter("weir_receiver_retries_total", "Attempts after a failed one.", |receiver| number(receiver.retries)),
    Series::gauge("weir_receiver_up", "1 when its last step succeeded.", |receiver| number(u8::from(receiver.state != "failing"))),
    Series::gauge("weir_receiver_waiting", "Notices that wait, of those looked at last.", |receiver| number(receiver.waiting)),
    Series::gauge("weir_receiver_waiting_since_seconds", "When the one that waits longest was found, Unix time.", |receiver| {
        receiver.waiting_since.map(Timestamp::secs).and_then(number)
    }),
];

/// Some, so that it stands in a series beside numbers that may not be known.
#[expect(clippy::unnecessary_wraps, reason = "a number of a series may be unknown; these are not")]
fn number(value: impl std::fmt::Display) -> Option<String> {
    Some(value.to_string())
}

fn write<T>(text: &mut String, series: &[Series<T>], things: &[T], labels: impl Fn(&T) -> String) {
    if things.is_empty() {
        return;
    }
    for Series { name, kind, help, value } in series {
        head(text, name, kind, help);
        for thing in things {
            if let Some(value) = value(thing) {
                line(text, name, &labels(thing), value);
            }
        }
    }
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

/// A label's value, as the exposition format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(state: JobState) -> JobStatus {
        JobStatus {
            name: "collect".to_owned(),
            state,
            runs: 3,
            failures: 1,
            last_success: None,
            busy_millis: 1_234,
            last_millis: Some(7),
            note: None,
            error: Some("the disk is full".to_owned()),
        }
    }

    #[test]
    fn only_a_collector_that_cannot_commit_blocks() {
        let status = |state| Status { collecting: true, jobs: vec![job(state)], ..Status::default() };
        assert_eq!(status(JobState::Idle).blocked(), None);
        assert!(status(JobState::Failing).blocked().unwrap().contains("the disk is full"));
        let other = JobStatus { name: "vacuum".to_owned(), ..job(JobState::Failing) };
        assert_eq!(Status { jobs: vec![other], ..Status::default() }.blocked(), None);
    }

    #[test]
    fn metrics_are_there_when_there_is_something_to_count() {
        assert_eq!(Status::default().metrics(), "");
        let text = Status { collecting: true, jobs: vec![job(JobState::Failing)], ..Status::default() }.metrics();
        for expected in [
            "weir_job_runs_total{job=\"collect\"} 3",
            "weir_job_seconds_total{job=\"collect\"} 1.234",
            "weir_job_failing{job=\"collect\"} 1",
        ] {
            assert!(text.contains(expected), "{text}");
        }
        assert_eq!(escaped("a\"b\\c"), "a\\\"b\\\\c");
    }
}
