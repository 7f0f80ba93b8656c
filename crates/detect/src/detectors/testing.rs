//! Features from JSON rows, and the promises that every detector keeps.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use flow::{TimeRange, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use crate::{Context, Detector, Finding, Occurrence, Resource, Thresholds};

/// A kind of column of features.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Int,
    Count,
    Real,
    Time,
    Flag,
}
use Kind::{Count, Int, Real, Text, Time};

/// The columns of a contact, in the types that the query gives.
pub(super) const CONTACT: &[(&str, Kind)] = &[
    ("entity", Text),
    ("hour", Time),
    ("remote_addr", Text),
    ("service_port", Int),
    ("protocol", Int),
    ("connection_direction", Text),
    ("bytes_in", Count),
    ("bytes_out", Count),
    ("packets_in", Count),
    ("packets_out", Count),
    ("flows", Count),
    ("first_time", Time),
    ("last_time", Time),
    ("confidence", Real),
    ("remote_country", Text),
    ("remote_asn", Count),
    ("account_id", Text),
    ("remote_last_seen", Time),
];

/// The names of the lists that a contact's address is on.
pub(super) const LIST_NAMES: &[(&str, Kind)] = &[
    ("tor_names", Text),
    ("threat_names", Text),
    ("c2_names", Text),
    ("mining_names", Text),
    ("black_hole_names", Text),
    ("drop_point_names", Text),
];

/// The columns of a contact with its past.
pub(super) const KNOWN: &[(&str, Kind)] = &[
    ("remote_net", Text),
    ("net_first_seen", Time),
    ("port_last_seen", Time),
    ("peers_using", Count),
    ("peers", Count),
    ("watched_since", Time),
];

/// A batch of these columns from JSON rows; members that are absent are null.
pub(super) fn batch(columns: &[(&str, Kind)], rows: &[Value]) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, kind)| {
            let data_type = match kind {
                Text => DataType::Utf8,
                Int => DataType::Int32,
                Count => DataType::Int64,
                Real => DataType::Float64,
                Time => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
                Kind::Flag => DataType::Boolean,
            };
            Field::new(*name, data_type, true)
        })
        .collect();
    let schema = Arc::new(Schema::new(fields));
    for row in rows {
        for name in row.as_object().unwrap().keys() {
            assert!(schema.field_with_name(name).is_ok(), "no column {name:?}");
        }
    }
    let mut decoder = arrow::json::ReaderBuilder::new(Arc::clone(&schema)).with_batch_size(rows.len().max(1)).build_decoder().unwrap();
    decoder.serialize(rows).unwrap();
    decoder.flush().unwrap().unwrap_or_else(|| RecordBatch::new_empty(schema))
}

/// The context of a range of hours, in a lake that is older than any history.
pub(super) fn context<'a>(from: &str, to: &str, thresholds: &'a Thresholds) -> Context<'a> {
    let from: Timestamp = from.parse().unwrap();
    Context { range: TimeRange::new(from, to.parse().unwrap()), lake_start: from.plus_secs(-400 * 86_400), thresholds }
}

/// One case of a fixture file.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Case {
    /// What it shows.
    pub(super) case: String,
    /// The features.
    pub(super) rows: Vec<Value>,
    /// What is to come out: aggregation key, occurrence key and word of confidence of each occurrence.
    pub(super) occurrences: Vec<(String, String, String)>,
}

/// Runs the cases of a fixture file over one range of hours.
pub(super) fn run_cases(detector: &dyn Detector, columns: &[(&str, Kind)], fixture: &str, context: &Context<'_>) {
    let cases: Vec<Case> = serde_json::from_str(fixture).unwrap();
    assert!(cases.len() >= 3, "a positive, a benign look-alike and a sparse case at least");
    for case in cases {
        let occurrences = detector.score(&[batch(columns, &case.rows)], context).unwrap();
        let found: Vec<(String, String, String)> = occurrences
            .iter()
            .map(|occurrence| {
                (occurrence.aggregation_key.clone(), occurrence.occurrence_key.clone(), occurrence.evidence.confidence.word.clone())
            })
            .collect();
        assert_eq!(found, case.occurrences, "{}", case.case);
        for occurrence in &occurrences {
            well_formed(occurrence);
        }
    }
}

/// What every occurrence has to say.
pub(super) fn well_formed(occurrence: &Occurrence) {
    let evidence = &occurrence.evidence;
    assert!(evidence.summary.ends_with('.') && evidence.summary.contains(&occurrence.entity), "{}", evidence.summary);
    assert!(!evidence.would_not_fire.is_empty() && !evidence.contributions.is_empty());
    assert!((0.0..=1.0).contains(&evidence.confidence.score));
    assert!(evidence.confidence.reasons.iter().any(|reason| reason.contains("not yet measured here")));
    assert!(evidence.rows.sql.contains("FROM flows") && evidence.rows.sql.contains("date BETWEEN"));
    assert!(occurrence.first_seen <= occurrence.last_seen && evidence.since <= occurrence.last_seen);
    let text = serde_json::to_string(occurrence).unwrap();
    assert_eq!(&serde_json::from_str::<Occurrence>(&text).unwrap(), occurrence, "survives being stored");
}

/// Shuffles rows, cuts them into batches anyhow, and checks that occurrences and findings stay the same.
pub(super) fn order_does_not_matter(detector: &dyn Detector, columns: &[(&str, Kind)], rows: &[Value], context: &Context<'_>) {
    for (name, _) in columns {
        assert!(detector.features().contains(name), "the query does not deliver {name}");
    }
    let whole = detector.score(&[batch(columns, rows)], context).unwrap();
    assert!(!whole.is_empty(), "nothing to compare");
    let finding = |occurrences: Vec<Occurrence>| {
        let id = occurrences[0].finding_id();
        let mine = occurrences.into_iter().filter(|occurrence| occurrence.finding_id() == id).collect();
        Finding::assemble(id, mine, &Resource::unknown("i-1", None, None)).unwrap().to_guardduty().to_string()
    };
    let json = finding(whole.clone());
    let shuffled = Just(rows.to_vec()).prop_shuffle();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(rows in shuffled, size in 1..=rows.len())| {
        let batches: Vec<RecordBatch> = rows.chunks(size).map(|rows| batch(columns, rows)).collect();
        let mut scored = detector.score(&batches, context).unwrap();
        prop_assert_eq!(&scored, &whole);
        scored.reverse();
        let id = whole[0].finding_id();
        scored.sort_by_key(|occurrence| occurrence.finding_id() != id);
        prop_assert_eq!(&finding(scored), &json);
    });
}

/// A row with the columns of a contact, watched for 45 days, and these members on top.
pub(super) fn row(entity: &str, hour: &str, more: &Value) -> Value {
    let mut row = serde_json::json!({"entity": entity, "hour": hour, "remote_addr": "198.51.100.7", "service_port": 443, "protocol": 6,
        "connection_direction": "outbound", "bytes_in": 40_000, "bytes_out": 20_000, "packets_in": 60, "packets_out": 50, "flows": 8,
        "first_time": hour, "last_time": hour, "confidence": 0.99});
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

/// What a detector makes of rows on 24 November 2026, each occurrence checked for form: severity and aggregation key.
pub(super) fn raised(detector: &dyn Detector, columns: &[(&str, Kind)], rows: &[Value]) -> Vec<(f64, String)> {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    for (name, _) in columns {
        assert!(detector.features().contains(name), "the query does not deliver {name}");
    }
    let occurrences = detector.score(&[batch(columns, rows)], &context).unwrap();
    let reversed: Vec<Value> = rows.iter().rev().cloned().collect();
    assert_eq!(detector.score(&[batch(columns, &reversed)], &context).unwrap(), occurrences, "order matters");
    occurrences.iter().for_each(well_formed);
    occurrences.into_iter().map(|occurrence| (occurrence.severity, occurrence.aggregation_key)).collect()
}
