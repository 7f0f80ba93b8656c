use serde_json::json;

use super::*;
use crate::detectors::testing::{CONTACT, Kind, LIST_NAMES, context, order_does_not_matter, run_cases};
use crate::{Thresholds, TorClientThresholds};

fn columns() -> Vec<(&'static str, Kind)> {
    [CONTACT, LIST_NAMES].concat()
}

const FIXTURE: &str = include_str!("../../../../../fixtures/detect/tor_client.json");

#[test]
fn cases() {
    let thresholds = Thresholds::default();
    run_cases(&TOR_CLIENT, &columns(), FIXTURE, &context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds));
}

#[test]
fn order_and_batches_do_not_matter() {
    let thresholds = Thresholds::default();
    let cases: Vec<crate::detectors::testing::Case> = serde_json::from_str(FIXTURE).unwrap();
    let rows: Vec<serde_json::Value> = cases.into_iter().flat_map(|case| case.rows).collect();
    order_does_not_matter(&TOR_CLIENT, &columns(), &rows, &context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds));
}

#[test]
fn attempts_can_be_asked_for_and_are_doubted() {
    let thresholds =
        Thresholds { tor_client: TorClientThresholds { min_bytes_in: 0, ..TorClientThresholds::default() }, ..Thresholds::default() };
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let row = json!({"entity": "i-1", "hour": "2026-11-24T06:00:00Z", "remote_addr": "185.220.101.1", "service_port": 443, "protocol": 6,
        "connection_direction": "outbound", "bytes_in": 0, "bytes_out": 180, "flows": 3, "confidence": 0.99, "tor_names": "tor"});
    let occurrences = TOR_CLIENT.score(&[crate::detectors::testing::batch(&columns(), &[row])], &context).unwrap();
    assert_eq!(occurrences.len(), 1);
    assert_eq!(occurrences[0].evidence.confidence.word, "Low");
}

#[test]
fn a_missing_column_is_named() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let batch = crate::detectors::testing::batch(CONTACT, &[]);
    let error = TOR_CLIENT.score(&[batch], &context).unwrap_err();
    assert!(error.to_string().contains("column \"tor_names\" is missing"), "{error}");
}

fn contact(direction: &str, bytes_in: u64, column: &str) -> serde_json::Value {
    crate::detectors::testing::row(
        "i-1",
        "2026-11-24T06:00:00Z",
        &json!({"connection_direction": direction, "bytes_in": bytes_in, column: "bad"}),
    )
}

#[test]
fn threats_by_list() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    run_cases(&MALICIOUS_IP_CALLER, &columns(), include_str!("../../../../../fixtures/detect/malicious_ip_caller.json"), &context);
    let score = |(direction, bytes)| {
        let batch = crate::detectors::testing::batch(&columns(), &[contact(direction, bytes, "threat_names")]);
        MALICIOUS_IP_CALLER.score(&[batch], &context).unwrap()[0].evidence.confidence.score
    };
    let scores = [("outbound", 9), ("inbound", 9), ("outbound", 0), ("inbound", 0)].map(score);
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
}

#[test]
fn success_and_direction_set_the_severity_of_known_servers() {
    let raised = |detector: &ListContact, direction: &str, bytes_in: u64| {
        let found = crate::detectors::testing::raised(detector, &columns(), &[contact(direction, bytes_in, detector.column)]);
        found.first().map(|(severity, _)| *severity)
    };
    for (detector, full) in [(&COMMAND_AND_CONTROL, 8.0), (&BITCOIN_TOOL, 8.0), (&DROP_POINT, 5.0)] {
        assert_eq!(raised(detector, "outbound", 900), Some(full));
        assert_eq!(raised(detector, "outbound", 0), Some(3.0));
        assert_eq!(raised(detector, "inbound", 900), Some(5.0));
        assert_eq!(raised(detector, "inbound", 0), None, "a stranger that got no answer");
        let other = [contact("outbound", 900, "tor_names")];
        assert_eq!(crate::detectors::testing::raised(detector, &columns(), &other), [], "on another list");
    }
    assert_eq!(raised(&BLACKHOLE, "outbound", 0), Some(5.0), "black holes do not answer");
}

#[test]
fn a_relay_has_relays_on_both_sides() {
    let rows = |inbound: u8, outbound: u8| -> Vec<serde_json::Value> {
        let side = |count: u8, direction: &'static str, net: u8| {
            (1..=count).map(move |host| {
                let mut row = contact(direction, 900, "tor_names");
                row["remote_addr"] = json!(format!("192.0.{net}.{host}"));
                row["service_port"] = json!(9_001);
                row
            })
        };
        side(inbound, "inbound", 2).chain(side(outbound, "outbound", 3)).collect()
    };
    let raised = |inbound, outbound| crate::detectors::testing::raised(&TorRelay, &columns(), &rows(inbound, outbound)).len();
    assert_eq!(raised(3, 3), 1);
    assert_eq!((raised(0, 9), raised(9, 0), raised(2, 3)), (0, 0, 0), "a client, a web server with visitors, too few");
}
