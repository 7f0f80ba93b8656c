//! Counters, in Prometheus' text form (exposition format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use flow::Timestamp;
use query::panels::{LakeRange, SourceTotals};
use state::FindingTotal;

/// Method, route and status of requests, how many there were, and how long they took together.
type Requests = BTreeMap<(String, String, u16), (u64, Duration)>;

/// Requests counted since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    requests: Mutex<Requests>,
}

/// What a path is counted as: identifiers are taken out, unknown paths are one.
pub(super) fn route(path: &str) -> String {
    let mut parts = path.trim_matches('/').split('/');
    let parts: [&str; 5] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    match parts {
        ["", ..] => "/".to_owned(),
        [only @ ("healthz" | "readyz" | "metrics"), "", ..] => format!("/{only}"),
        ["api", "openapi.json", "", ..] => "/api/openapi.json".to_owned(),
        ["upload", ..] => "/upload/{name}".to_owned(),
        ["firehose", ..] => "/firehose".to_owned(),
        ["api", "v1", kind @ ("entities" | "findings" | "groups"), id, rest] => match (id, rest) {
            ("", _) | ("archive", "") => path.trim_end_matches('/').to_owned(),
            (_, "") => format!("/api/v1/{kind}/{{id}}"),
            (
                _,
                rest @ ("profile" | "volume" | "details" | "details.csv" | "series" | "distinct" | "ports" | "new" | "addresses" | "gaps"
                | "answers" | "page" | "archive" | "unarchive" | "note"),
            ) => format!("/api/v1/{kind}/{{id}}/{rest}"),
            _ => "other".to_owned(),
        },
        ["api", "v1", "suppression", "preview", ""] => "/api/v1/suppression/preview".to_owned(),
        ["api", "v1", "suppression", id, ""] => if id.is_empty() { "/api/v1/suppression" } else { "/api/v1/suppression/{id}" }.to_owned(),
        [
            "api",
            "v1",
            name @ ("range" | "summary" | "sources" | "status" | "verify" | "search" | "sql" | "findings.json" | "samples"),
            "",
            _,
        ] => {
            format!("/api/v1/{name}")
        }
        _ => "other".to_owned(),
    }
}

impl Metrics {
    pub(super) fn request(&self, method: &Method, route: String, status: StatusCode, took: Duration) {
        // Methods can be anything a client writes; only the usual ones are told apart.
        let method = match *method {
            Method::GET | Method::POST | Method::PUT | Method::HEAD | Method::DELETE | Method::OPTIONS => method.as_str(),
            _ => "other",
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, time) = requests.entry((method.to_owned(), route, status.as_u16())).or_default();
        *count += 1;
        *time += took;
    }

    pub(super) fn write(
        &self,
        lake: LakeRange,
        totals: &SourceTotals,
        findings: &[FindingTotal],
        detected: Option<Timestamp>,
        now: Timestamp,
    ) -> String {
        let mut text = String::new();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let labels = |(method, route, status): &(String, String, u16)| format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
        head(&mut text, "weir_http_requests_total", "counter", "Requests answered.");
        for (key, (count, _)) in &requests {
            line(&mut text, "weir_http_requests_total", &labels(key), *count);
        }
        head(&mut text, "weir_http_request_seconds_total", "counter", "Time spent answering.");
        for (key, (_, time)) in &requests {
            line(&mut text, "weir_http_request_seconds_total", &labels(key), format!("{:.6}", time.as_secs_f64()));
        }
        head(&mut text, "weir_objects_total", "counter", "Objects read.");
        line(&mut text, "weir_objects_total", "outcome=\"complete\"", totals.objects.saturating_sub(totals.incomplete));
        line(&mut text, "weir_objects_total", "outcome=\"incomplete\"", totals.incomplete);
        head(&mut text, "weir_object_bytes_total", "counter", "Bytes of the objects as delivered.");
        line(&mut text, "weir_object_bytes_total", "", totals.bytes);
        head(&mut text, "weir_records_total", "counter", "Records read.");
        for (outcome, count) in
            [("accepted", totals.accepted), ("rejected", totals.rejected), ("coverage", totals.coverage), ("duplicate", totals.duplicates)]
        {
            line(&mut text, "weir_records_total", &format!("outcome=\"{outcome}\""), count);
        }
        head(&mut text, "weir_findings", "gauge", "Findings.");
        for total in findings {
            let labels =
                format!("type=\"{}\",severity=\"{}\",archived=\"{}\"", total.finding_type.name(), total.severity.as_str(), total.archived);
            line(&mut text, "weir_findings", &labels, total.count);
        }
        for (name, help, time) in [
            ("weir_lake_end_seconds", "End of the last hour with flows, Unix time.", lake.last),
            ("weir_detected_through_seconds", "How far detection has come, Unix time.", detected),
            ("weir_last_ingested_seconds", "When the last object was committed, Unix time.", totals.last_ingested),
        ] {
            if let Some(time) = time {
                head(&mut text, name, "gauge", help);
                line(&mut text, name, "", time.secs());
            }
        }
        if let Some(last) = lake.last {
            head(&mut text, "weir_lag_seconds", "gauge", "How far the end of the data is behind the clock.");
            line(&mut text, "weir_lag_seconds", "", now.secs().saturating_sub(last.secs()).max(0));
        }
        text
    }
}

pub(super) fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

pub(super) fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = if labels.is_empty() { writeln!(text, "{name} {value}") } else { writeln!(text, "{name}{{{labels}}} {value}") };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_without_their_identifiers() {
        for (path, expected) in [
            ("/", "/"),
            ("/metrics", "/metrics"),
            ("/api/v1/entities", "/api/v1/entities"),
            ("/api/v1/entities/i-1/volume", "/api/v1/entities/{id}/volume"),
            ("/api/v1/entities/i-1", "/api/v1/entities/{id}"),
            ("/api/v1/findings/archive", "/api/v1/findings/archive"),
            ("/api/v1/findings/0/archive", "/api/v1/findings/{id}/archive"),
            ("/api/v1/entities/i-1/\"x\"", "other"),
            ("/wp-login.php", "other"),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
