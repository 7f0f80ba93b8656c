//! What tests have in common: a time, findings, settings.

use std::path::Path;
use std::time::Duration;

use deliver::{Clock, Kind, Notice, Progress, Settings, Target};
use detect::{Finding, FindingType, sample, sample_resource};
use flow::Timestamp;

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const SECRET: &str = "a key for tests only";

/// A clock that stands.
pub(crate) fn clock() -> Clock {
    Clock::new(|| Timestamp::from_secs(NOW))
}

pub(crate) fn notice_of(finding_type: FindingType, key: &str, severity: f64) -> Notice {
    let mut occurrence = sample(finding_type, "2026-11-24T06:30:00Z".parse().unwrap());
    occurrence.aggregation_key = key.to_owned();
    occurrence.severity = severity;
    let finding = Finding::assemble(occurrence.finding_id(), vec![occurrence], &sample_resource()).unwrap();
    Notice::new(finding, true, Timestamp::from_secs(NOW - 60))
}

pub(crate) fn notice(key: &str) -> Notice {
    notice_of(FindingType::TorClient, key, 8.0)
}

pub(crate) fn notices(count: usize) -> Vec<Notice> {
    (0..count).map(|index| notice(&index.to_string())).collect()
}

/// The same finding with more traffic.
pub(crate) fn updated(notice: &Notice, bytes: u64) -> Notice {
    let mut finding = notice.finding().clone();
    finding.occurrences[0].connection.bytes_out += bytes;
    Notice::new(finding, false, notice.updated_at())
}

/// Settings that wait only briefly.
pub(crate) fn settings(kind: Kind) -> Settings {
    let mut settings = Settings::new(kind.as_str(), kind);
    settings.timeout_secs = 20;
    settings.retry_first_millis = 5;
    settings.retry_longest_secs = 1;
    settings.console_url = Some("https://weir.example.net".to_owned());
    settings
}

/// A file with a secret in it.
pub(crate) fn secret_file(folder: &Path, text: &str) -> std::path::PathBuf {
    let path = folder.join("secret");
    std::fs::write(&path, format!("{text}\n")).unwrap();
    path
}

pub(crate) fn target(settings: &Settings) -> Target {
    Target::new(settings, clock()).unwrap()
}

/// Sends until everything is settled, waiting as told. Gives the waits.
pub(crate) async fn send_all(target: &Target, mut notices: &[Notice]) -> Vec<Duration> {
    let mut waits = Vec::new();
    for _ in 0..100 {
        let Progress { settled, wait } = target.send(notices).await;
        notices = &notices[settled..];
        if let Some(wait) = wait {
            waits.push(wait);
            tokio::time::sleep(wait.min(Duration::from_millis(50))).await;
        }
        if notices.is_empty() {
            return waits;
        }
    }
    panic!("not settled after 100 attempts: {:?}", target.health().report());
}
