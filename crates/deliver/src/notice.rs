//! That a finding is new, or has changed.

use detect::{Finding, Severity};
use flow::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// That a finding is new or has changed, with the finding as it is now.
#[derive(Debug, Clone)]
pub struct Notice {
    finding: Finding,
    is_new: bool,
    updated_at: Timestamp,
    event_id: String,
}

/// What makes two notices tell the same.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    severity: f64,
    occurrences: &'a [detect::Occurrence],
}

impl Notice {
    /// A notice of `finding`, found or changed at `updated_at` by the clock (not by the data).
    pub fn new(finding: Finding, is_new: bool, updated_at: Timestamp) -> Self {
        let event_id = event_id(&finding);
        Self { finding, is_new, updated_at, event_id }
    }

    /// The finding.
    pub const fn finding(&self) -> &Finding {
        &self.finding
    }

    /// Whether it was not there before.
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// When it was found or changed.
    pub const fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// The same for the same finding with the same occurrences and severity, another one for any other: a UUID of version 8 (RFC 9562,
    /// section 5.8) from a SHA-256. A receiver that remembers these can drop what comes twice.
    pub fn event_id(&self) -> &str {
        &self.event_id
    }

    pub(crate) fn band(&self) -> Severity {
        Severity::of(self.finding.severity)
    }

    /// The machine, with its name where it has one.
    pub(crate) fn machine(&self) -> String {
        let name = self.finding.resource.tags.iter().find(|tag| tag.key == "Name" && !tag.value.is_empty());
        match name {
            Some(tag) => format!("{} ({})", tag.value, self.finding.entity),
            None => self.finding.entity.clone(),
        }
    }

    /// Its page in the console at `console`.
    pub(crate) fn url(&self, console: &str) -> String {
        format!("{}/#/findings/{}", console.trim_end_matches('/'), self.finding.id)
    }
}

/// `high` becomes `High`.
pub(crate) fn capital(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

fn event_id(finding: &Finding) -> String {
    let told = Told { id: &finding.id, severity: finding.severity, occurrences: &finding.occurrences };
    // Writing plain data as JSON does not fail; the id alone would still be an id.
    let text = serde_json::to_vec(&told).unwrap_or_else(|_| finding.id.clone().into_bytes());
    let mut bytes = Sha256::digest(&text);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
pub(crate) mod tests {
    use detect::{FindingType, sample, sample_resource};

    use super::*;

    pub(crate) fn finding(finding_type: FindingType, key: &str, severity: f64) -> Finding {
        let mut occurrence = sample(finding_type, "2026-11-24T06:30:00Z".parse().unwrap());
        occurrence.aggregation_key = key.to_owned();
        occurrence.severity = severity;
        Finding::assemble(occurrence.finding_id(), vec![occurrence], &sample_resource()).unwrap()
    }

    pub(crate) fn notice(key: &str, severity: f64) -> Notice {
        Notice::new(finding(FindingType::TorClient, key, severity), true, "2026-11-24T07:00:00Z".parse().unwrap())
    }

    #[test]
    fn the_event_id_follows_what_is_told_and_nothing_else() {
        let first = notice("a", 8.0);
        let (again, at) = (first.finding.clone(), first.updated_at.plus_secs(60));
        assert_eq!(Notice::new(again, false, at).event_id(), first.event_id(), "the time of telling does not count");
        let mut grouped = first.finding.clone();
        grouped.group = Some("g".to_owned());
        assert_eq!(Notice::new(grouped, false, at).event_id(), first.event_id(), "a group is no news of the finding");
        let mut more = first.finding.clone();
        more.occurrences[0].connection.bytes_out += 1;
        assert_ne!(Notice::new(more, false, at).event_id(), first.event_id());
        assert_ne!(notice("b", 8.0).event_id(), first.event_id());
        assert_ne!(notice("a", 9.0).event_id(), first.event_id());
        let id = first.event_id();
        assert!(id.len() == 36 && id.as_bytes()[14] == b'8' && matches!(id.as_bytes()[19], b'8'..=b'b'), "{id}");
    }

    #[test]
    fn the_page_of_a_finding_is_where_the_console_has_it() {
        let notice = notice("a", 8.0);
        let page = format!("https://weir.example.net/#/findings/{}", notice.finding.id);
        assert_eq!(notice.url("https://weir.example.net/"), page);
        assert_eq!(notice.url("https://weir.example.net"), page);
    }
}
