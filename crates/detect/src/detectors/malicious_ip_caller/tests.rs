use super::*;
use crate::Thresholds;
use crate::detectors::testing::{CONTACT, Case, Kind, batch, context, order_does_not_matter, run_cases};

fn columns() -> Vec<(&'static str, Kind)> {
    [CONTACT, &[("list_names", Kind::Text)]].concat()
}

const FIXTURE: &str = include_str!("../../../../../fixtures/detect/malicious_ip_caller.json");

fn rows() -> Vec<serde_json::Value> {
    let cases: Vec<Case> = serde_json::from_str(FIXTURE).unwrap();
    cases.into_iter().flat_map(|case| case.rows).collect()
}

#[test]
fn cases() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    run_cases(&MaliciousIpCallerCustom, &columns(), FIXTURE, &context);
}

#[test]
fn order_and_batches_do_not_matter() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    order_does_not_matter(&MaliciousIpCallerCustom, &columns(), &rows(), &context);
}

#[test]
fn success_orders_confidence() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let row = |direction: &str, bytes_in: u64, bytes_out: u64| {
        serde_json::json!({"entity": "i-1", "hour": "2026-11-24T06:00:00Z", "remote_addr": "203.0.113.9", "service_port": 443,
            "protocol": 6, "connection_direction": direction, "bytes_in": bytes_in, "bytes_out": bytes_out, "flows": 1,
            "confidence": 0.99, "list_names": "bad"})
    };
    let score = |row: serde_json::Value| {
        MaliciousIpCallerCustom.score(&[batch(&columns(), &[row])], &context).unwrap()[0].evidence.confidence.score
    };
    let scores = [row("outbound", 9, 9), row("inbound", 9, 9), row("outbound", 0, 9), row("inbound", 9, 0)].map(score);
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
}
