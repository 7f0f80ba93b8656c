//! Occurrences made by hand.

use detect::{ConnectionAction, FindingType, Occurrence, Resource, Tag};
use flow::{Action, Direction, TimeRange, Timestamp};

pub(crate) const START: Timestamp = Timestamp::from_secs(1_764_000_000);

pub(crate) fn hour(index: i64) -> Timestamp {
    START.plus_secs(index * 3_600)
}

pub(crate) fn hours(from: i64, to: i64) -> TimeRange {
    TimeRange::new(hour(from), hour(to))
}

/// A contact of `entity` with `remote` in one hour.
pub(crate) fn contact(finding_type: FindingType, entity: &str, remote: &str, index: i64) -> Occurrence {
    let start = hour(index);
    let evidence = serde_json::json!({
        "summary": format!("{entity} spoke with {remote}"),
        "expected": null,
        "actual": { "value": 5.0, "unit": "flows", "words": "5 flows" },
        "factor": null,
        "rank": null,
        "since": start,
        "novelty": [],
        "threshold": null,
        "margin": null,
        "confidence": { "score": 0.9, "word": "High", "reasons": [], "factors": [] },
        "would_not_fire": [],
        "contributions": [],
        "technique": finding_type.technique(),
        "rows": { "sql": "SELECT 1", "parameters": { "from": start.to_string() } },
        "list_names": [],
        "additional": {},
    });
    Occurrence {
        finding_type,
        entity: entity.to_owned(),
        aggregation_key: String::new(),
        occurrence_key: format!("{start} {remote}"),
        first_seen: start.plus_secs(60),
        last_seen: start.plus_secs(1_800),
        severity: finding_type.default_severity(),
        connection: ConnectionAction {
            connection_direction: Direction::Outbound,
            protocol: Some(6),
            local_port: None,
            remote_port: Some(9_001),
            remote_addr: remote.to_owned(),
            action: Action::Accept,
            bytes_in: 1_000,
            bytes_out: 2_000,
            packets_in: 10,
            packets_out: 20,
            flows: 5,
            remote_country: Some("DE".to_owned()),
            remote_asn: Some(64_500),
        },
        account_id: Some("111122223333".to_owned()),
        evidence: serde_json::from_value(evidence).unwrap(),
    }
}

pub(crate) fn tor(entity: &str, remote: &str, index: i64) -> Occurrence {
    contact(FindingType::TorClient, entity, remote, index)
}

/// Describes an entity so that the time asked about can be told.
pub(crate) fn resource(entity: &str, at: Timestamp) -> Resource {
    let mut resource = Resource::unknown(entity, Some("111122223333"), Some("eu-central-1"));
    resource.launch_time = Some(at.to_string());
    resource.tags = vec![Tag { key: "Name".to_owned(), value: "web".to_owned() }];
    resource
}
