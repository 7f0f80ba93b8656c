use serde_json::json;

use super::*;
use crate::Thresholds;
use crate::detectors::testing::{CONTACT, Kind, context, order_does_not_matter, run_cases};

fn columns() -> Vec<(&'static str, Kind)> {
    [CONTACT, &[("list_names", Kind::Text)]].concat()
}

const FIXTURE: &str = include_str!("../../../../../fixtures/detect/tor_client.json");

#[test]
fn cases() {
    let thresholds = Thresholds::default();
    run_cases(&TorClient, &columns(), FIXTURE, &context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds));
}

#[test]
fn order_and_batches_do_not_matter() {
    let thresholds = Thresholds::default();
    let cases: Vec<crate::detectors::testing::Case> = serde_json::from_str(FIXTURE).unwrap();
    let rows: Vec<serde_json::Value> = cases.into_iter().flat_map(|case| case.rows).collect();
    order_does_not_matter(&TorClient, &columns(), &rows, &context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds));
}

#[test]
fn attempts_can_be_asked_for_and_are_doubted() {
    let thresholds =
        Thresholds { tor_client: TorClientThresholds { min_bytes_in: 0, ..TorClientThresholds::default() }, ..Thresholds::default() };
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let row = json!({"entity": "i-1", "hour": "2026-11-24T06:00:00Z", "remote_addr": "185.220.101.1", "service_port": 443, "protocol": 6,
        "connection_direction": "outbound", "bytes_in": 0, "bytes_out": 180, "flows": 3, "confidence": 0.99, "list_names": "tor"});
    let occurrences = TorClient.score(&[crate::detectors::testing::batch(&columns(), &[row])], &context).unwrap();
    assert_eq!(occurrences.len(), 1);
    assert_eq!(occurrences[0].evidence.confidence.word, "Low");
}

#[test]
fn a_missing_column_is_named() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let batch = crate::detectors::testing::batch(CONTACT, &[]);
    let error = TorClient.score(&[batch], &context).unwrap_err();
    assert!(error.to_string().contains("column \"list_names\" is missing"), "{error}");
}
