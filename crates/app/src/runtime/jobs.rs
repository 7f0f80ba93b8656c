//! How the jobs of this process are doing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::{JobState, JobStatus};

use crate::cli::now;

/// Every job, by name.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    jobs: Mutex<BTreeMap<&'static str, JobStatus>>,
}

/// One run of a job. Dropped without a word, as when the process stops, it counts as ended and not as failed.
#[derive(Debug)]
pub(super) struct Run<'a> {
    jobs: &'a Jobs,
    name: &'static str,
    begun: Instant,
}

impl Jobs {
    /// A run of this job begins.
    pub(super) fn begin(&self, name: &'static str) -> Run<'_> {
        let mut jobs = self.lock();
        let job = jobs.entry(name).or_insert_with(|| JobStatus {
            name: name.to_owned(),
            state: JobState::Idle,
            runs: 0,
            failures: 0,
            last_success: None,
            busy_millis: 0,
            last_millis: None,
            note: None,
            error: None,
        });
        job.runs += 1;
        job.state = JobState::Running;
        Run { jobs: self, name, begun: Instant::now() }
    }

    pub(super) fn status(&self) -> Vec<JobStatus> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, JobStatus>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    /// It succeeded; `note` says what it did.
    pub(super) fn done(self, note: impl Into<String>) {
        let note = note.into();
        self.end(|job| {
            job.state = JobState::Idle;
            job.last_success = Some(now());
            job.note = Some(note);
            job.error = None;
        });
    }

    /// It failed and will be tried again.
    pub(super) fn failed(self, error: &anyhow::Error) {
        let text = format!("{error:#}");
        tracing::error!(job = self.name, error = text, "a job failed; it is tried again");
        self.end(|job| {
            job.state = JobState::Failing;
            job.failures += 1;
            job.error = Some(text);
        });
    }

    fn end(&self, change: impl FnOnce(&mut JobStatus)) {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(job) = self.jobs.lock().get_mut(self.name) {
            job.busy_millis = job.busy_millis.saturating_add(millis);
            job.last_millis = Some(millis);
            change(job);
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if let Some(job) = self.jobs.lock().get_mut(self.name)
            && job.state == JobState::Running
        {
            job.state = JobState::Idle;
        }
    }
}

/// How long to wait after this many failures in a row: a second, then twice as long each time, five minutes at most.
pub(super) fn wait_after(failures: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX).min(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_says_what_it_did_and_why_it_failed() {
        let jobs = Jobs::default();
        let only = || jobs.status().remove(0);
        let run = jobs.begin("detect");
        assert_eq!(only().state, JobState::Running);
        run.done("3 hours judged");
        assert_eq!((only().state, only().note.as_deref(), only().error), (JobState::Idle, Some("3 hours judged"), None));
        jobs.begin("detect").failed(&anyhow::anyhow!("no memory").context("detector failed"));
        assert_eq!((only().state, only().runs, only().failures), (JobState::Failing, 2, 1));
        assert_eq!(only().error.as_deref(), Some("detector failed: no memory"));
        drop(jobs.begin("detect"));
        assert_eq!((only().state, only().failures), (JobState::Idle, 1));
    }

    #[test]
    fn waiting_grows_to_five_minutes() {
        let seconds: Vec<u64> = [1, 2, 3, 9, 10, 80].map(|failures| wait_after(failures).as_secs()).to_vec();
        assert_eq!(seconds, [1, 2, 4, 256, 300, 300]);
    }
}
