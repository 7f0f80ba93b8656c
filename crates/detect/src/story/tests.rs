use serde_json::Map;

use super::*;
use crate::evidence::{Measure, Unit};
use crate::{Confidence, ConnectionAction, Finding, FindingType, Peer, Resource};

const TYPE: FindingType = FindingType::Exfiltration;

fn hour(index: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
    start.plus_secs(index * 3_600)
}

/// One hour with one remote, which was last seen an hour before unless it is the first hour.
fn occurrence(index: i64, remote: &str, bytes_out: u64, margin: f64) -> Occurrence {
    let at = hour(index);
    let seen = (index > 0).then(|| at.plus_secs(-1_800));
    let peer = Peer::Connection {
        connection_direction: flow::Direction::Outbound,
        remote_addr: remote.to_owned(),
        service_port: Some(443),
        protocol: Some(6),
    };
    Occurrence {
        finding_type: TYPE,
        entity: "i-1".to_owned(),
        aggregation_key: "key".to_owned(),
        occurrence_key: format!("{at} {remote}"),
        first_seen: at.plus_secs(60),
        last_seen: at.plus_secs(3_540),
        severity: 7.0,
        connection: ConnectionAction {
            connection_direction: flow::Direction::Outbound,
            protocol: Some(6),
            local_port: None,
            remote_port: Some(443),
            remote_addr: remote.to_owned(),
            action: flow::Action::Accept,
            bytes_in: 1_024,
            bytes_out,
            packets_in: 1,
            packets_out: 1,
            flows: 2,
            remote_country: None,
            remote_asn: None,
        },
        account_id: None,
        evidence: Evidence {
            summary: format!("i-1 sent hour {index}."),
            expected: None,
            actual: Measure::new(margin, Unit::Bytes),
            factor: None,
            rank: None,
            since: at.plus_secs(60),
            so_far: None,
            novelty: vec![Novelty::seen("remote_addr", remote, seen, at)],
            threshold: None,
            margin: Some(margin),
            confidence: Confidence::of(&[]),
            would_not_fire: vec!["never".to_owned()],
            contributions: vec![Contribution::of("remote_addr", remote, 1, 1)],
            technique: TYPE.technique(),
            rows: RowsQuery::new("i-1", flow::TimeRange::new(at, at.plus_secs(3_600)), &peer),
            list_names: vec![format!("list-{index}")],
            additional: Map::new(),
        },
    }
}

/// An hour that counts everything since the beginning.
fn counting(index: i64, since: i64, bytes_out: u64) -> Occurrence {
    let mut occurrence = occurrence(index, "203.0.113.9", 1 << 20, 1.0);
    occurrence.evidence.since = hour(since);
    occurrence.evidence.so_far = Some(Traffic { bytes_in: 10, bytes_out, flows: 100 });
    occurrence
}

fn assembled(occurrences: Vec<Occurrence>) -> Finding {
    Finding::assemble("id", occurrences, &Resource::unknown("i-1", None, None)).unwrap()
}

#[test]
fn one_occurrence_tells_itself() {
    let one = occurrence(0, "203.0.113.9", 1 << 20, 2.0);
    let finding = assembled(vec![one.clone()]);
    assert_eq!(finding.evidence, one.evidence);
    assert_eq!(finding.story.lead, "i-1 sent hour 0.");
    assert_eq!(finding.story.traffic, Traffic { bytes_in: 1_024, bytes_out: 1 << 20, flows: 2 });
}

#[test]
fn the_lead_tells_span_number_totals_and_the_strongest() {
    let hours = [
        occurrence(0, "203.0.113.9", 1 << 20, 2.0),
        occurrence(1, "203.0.113.10", 4 << 20, 9.0),
        occurrence(11, "203.0.113.9", 1 << 20, 3.0),
    ];
    let finding = assembled(hours.to_vec());
    assert_eq!(
        finding.story.lead,
        "3 occurrences over 11 h 58 min, from 2026-11-24T00:01:00Z to 2026-11-24T11:59:00Z: 6.0 MiB out and 3.0 KiB in altogether with 2 \
         remote addresses; at the strongest, i-1 sent hour 1."
    );
    assert_eq!(finding.evidence.summary, finding.story.lead);
    assert_eq!((finding.story.occurrences, finding.story.remotes), (3, 2));
    assert_eq!(finding.story.strongest, hours[1].occurrence_key);
    assert_eq!((finding.evidence.margin, finding.evidence.since), (Some(9.0), hour(0).plus_secs(60)));
    assert_eq!(finding.evidence.list_names, ["list-0", "list-1", "list-11"]);
    let shares: Vec<(&str, f64)> = finding.evidence.contributions.iter().map(|one| (one.value.as_str(), one.share)).collect();
    assert_eq!(shares, [("203.0.113.10", 0.667), ("203.0.113.9", 0.333)]);
    assert!(finding.evidence.rows.sql.contains("2026-11-24T00:00:00Z' AND hour < TIMESTAMP '2026-11-24T12:00:00Z'"));
    assert!(finding.evidence.rows.sql.contains("203.0.113.10") && finding.evidence.rows.sql.contains("'203.0.113.9'"));

    let reversed = assembled(hours.iter().rev().cloned().collect());
    assert_eq!(reversed, finding, "whatever the order");
}

#[test]
fn severity_comes_before_margin() {
    let mut severe = occurrence(2, "203.0.113.9", 1, 1.0);
    severe.severity = 8.0;
    let finding = assembled(vec![occurrence(1, "203.0.113.9", 1 << 30, 50.0), severe.clone()]);
    assert_eq!(finding.story.strongest, severe.occurrence_key);
}

#[test]
fn an_upload_is_told_from_its_beginning_and_each_hour_once() {
    // It began three hours before it was large enough, and paused for a day.
    let finding = assembled(vec![counting(3, 0, 400), counting(4, 0, 500), counting(30, 29, 70)]);
    assert_eq!(finding.story.traffic, Traffic { bytes_in: 20, bytes_out: 570, flows: 200 });
    assert_eq!((finding.story.from, finding.first_seen), (hour(0), hour(3).plus_secs(60)));
    // A single occurrence that counts more than its own hour says so.
    let one = assembled(vec![counting(3, 0, 9 << 20)]);
    assert_eq!(
        one.story.lead,
        "1 occurrence over 3 h 59 min, from 2026-11-24T00:00:00Z to 2026-11-24T03:59:00Z: 9.0 MiB out and 10 B in altogether; of this, i-1 \
         sent hour 3."
    );
}

#[test]
fn nobody_is_usual_because_of_the_finding() {
    let finding =
        assembled(vec![occurrence(0, "203.0.113.9", 1, 1.0), occurrence(1, "203.0.113.9", 1, 2.0), occurrence(1, "203.0.113.10", 1, 1.0)]);
    let status = |novelty: &[Novelty], remote: &str| novelty.iter().find(|novelty| novelty.value == remote).unwrap().status;
    assert_eq!(status(&finding.evidence.novelty, "203.0.113.9"), NoveltyStatus::New);
    // Seen before it came up in the finding: that stays.
    assert_eq!(status(&finding.evidence.novelty, "203.0.113.10"), NoveltyStatus::Usual);
    let of_occurrences: Vec<_> =
        finding.occurrences.iter().map(|one| (one.connection.remote_addr.as_str(), one.evidence.novelty[0].status)).collect();
    assert_eq!(
        of_occurrences,
        [("203.0.113.9", NoveltyStatus::New), ("203.0.113.10", NoveltyStatus::Usual), ("203.0.113.9", NoveltyStatus::New)]
    );
}
