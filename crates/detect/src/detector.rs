//! What a detector is, and which there are.

use arrow::array::RecordBatch;
use flow::{DAY_SECS, TimeRange, Timestamp};

use crate::detectors::{
    brute_force, flood, list_contact, network_port_unusual, new_service, novelty, port_probe, rare_destination, scan,
    traffic_volume_unusual,
};
use crate::{FindingType, Occurrence, ScoreError, Thresholds};

/// How far back "no history" reaches: 45 days, the baseline that Detective compares a scope with.
pub const HISTORY_SECS: i64 = 45 * DAY_SECS;

/// What a scorer is told besides its rows.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The hours in which occurrences may be raised; on hour marks.
    pub range: TimeRange,
    /// The first hour that the lake has data of: nothing before it can have been learned.
    pub lake_start: Timestamp,
    /// What the detectors are tuned to.
    pub thresholds: &'a Thresholds,
}

impl Context<'_> {
    /// The instant from which on features reach back, 45 days before the range.
    pub const fn history(&self) -> Timestamp {
        self.range.from.plus_secs(-HISTORY_SECS)
    }

    /// Days of data before `instant` that the lake can have, at most 45.
    pub fn days_before(&self, instant: Timestamp) -> f64 {
        let secs = instant.secs().saturating_sub(self.lake_start.secs()).clamp(0, HISTORY_SECS);
        crate::wording::ratio(secs, DAY_SECS)
    }
}

/// A detector: a query that gathers features, and a pure function that judges them.
pub trait Detector: Sync {
    /// The type of the findings it raises.
    fn finding_type(&self) -> FindingType;

    /// The query that gathers its features. Detectors of one family give the same text, so that it need be asked only once.
    ///
    /// Named parameters: `$from`, `$to` (timestamps, the hours in which occurrences may be raised, `$to` excluded), `$history`
    /// (timestamp, 45 days before `$from`), and their UTC days as text, `$from_date`, `$to_date` (the day of the last hour, included)
    /// and `$history_date`.
    fn features(&self) -> &'static str;

    /// The manual page, Markdown: what it finds, why it matters, how it decides, false positives, references.
    fn manual(&self) -> &'static str;

    /// Judges the rows of [`features`](Self::features). The rows may come in any order and in any number of batches; the occurrences
    /// come ordered by entity, aggregation key and occurrence key.
    ///
    /// # Errors
    /// When the rows are not those of the query: a column is missing, holds another type, or lacks a value.
    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError>;
}

/// Every detector.
pub fn detectors() -> &'static [&'static dyn Detector] {
    static ALL: &[&dyn Detector] = &[
        &network_port_unusual::NetworkPortUnusual,
        &traffic_volume_unusual::TrafficVolumeUnusual,
        &list_contact::TOR_CLIENT,
        &list_contact::MALICIOUS_IP_CALLER,
        &list_contact::TorRelay,
        &list_contact::COMMAND_AND_CONTROL,
        &list_contact::BITCOIN_TOOL,
        &list_contact::BLACKHOLE,
        &list_contact::DROP_POINT,
        &scan::PORTSCAN,
        &scan::PORT_SWEEP,
        &scan::INTERNAL_SCAN,
        &scan::INTERNAL_SWEEP,
        &scan::SLOW_SCAN,
        &brute_force::SSH,
        &brute_force::RDP,
        &brute_force::WINRM,
        &brute_force::INTERNAL,
        &port_probe::UNPROTECTED,
        &port_probe::EMR,
        &flood::TCP,
        &flood::UDP,
        &flood::DNS,
        &flood::UDP_ON_TCP_PORTS,
        &flood::UNUSUAL_PROTOCOL,
        &flood::INBOUND,
        &new_service::Spambot,
        &new_service::DNS,
        &new_service::DOH,
        &new_service::DOT,
        &rare_destination::BEACON,
        &rare_destination::STROBE,
        &novelty::LateralMovement,
        &rare_destination::EXFILTRATION,
        &rare_destination::LONG_CONNECTION,
        &rare_destination::MINING,
        &new_service::ProtocolMismatch,
        &novelty::NEW_COUNTRY,
        &novelty::NEW_NETWORK,
    ];
    ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_detector_with_a_manual_page() {
        let types: Vec<FindingType> = detectors().iter().map(|detector| detector.finding_type()).collect();
        assert_eq!(types, FindingType::ALL);
        for detector in detectors() {
            let manual = detector.manual();
            assert!(manual.starts_with(&format!("# {}", detector.finding_type())), "{}", detector.finding_type());
            let mut rest = manual;
            for heading in ["What it finds", "Why it matters", "How it decides", "False positives", "References", "Tuning"] {
                let at = rest.find(&format!("\n## {heading}\n"));
                assert!(at.is_some(), "{}: {heading}", detector.finding_type());
                rest = &rest[at.unwrap()..];
            }
            for word in ["date", "$from", "$to", "ORDER BY"] {
                assert!(detector.features().contains(word), "{}: {word}", detector.finding_type());
            }
        }
    }

    #[test]
    fn days_before_is_bounded_by_the_lake_and_by_45() {
        let thresholds = Thresholds::default();
        let from = Timestamp::from_secs(100 * DAY_SECS);
        let range = TimeRange::new(from, from.plus_secs(DAY_SECS));
        let days = |start: i64| Context { range, lake_start: Timestamp::from_secs(start), thresholds: &thresholds }.days_before(from);
        assert!((days(93 * DAY_SECS) - 7.0).abs() < 1e-9);
        assert!((days(0) - 45.0).abs() < 1e-9);
        assert!(days(200 * DAY_SECS).abs() < 1e-9);
    }
}
