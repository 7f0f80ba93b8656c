use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, Kind, raised, row};

fn columns() -> Vec<(&'static str, Kind)> {
    let counts = ["failed", "succeeded", "failed_all", "accepted", "flagged", "days", "most_in_hour", "low_port", "high_port"];
    let own = [("record", Kind::Text), ("public", Kind::Count)];
    CONTACT.iter().copied().chain(own).chain(counts.map(|name| (name, Kind::Count))).collect()
}

fn fan(record: &str, public: bool, failed: u64, succeeded: u64, failed_all: u64) -> Value {
    let port = if record.ends_with("scan") { Value::Null } else { json!(445) };
    row(
        "i-1",
        "2026-11-24T06:00:00Z",
        &json!({"record": record, "public": u64::from(public), "failed": failed, "succeeded": succeeded,
        "failed_all": failed_all, "accepted": 1, "flagged": 1, "days": 1, "most_in_hour": failed, "low_port": 20, "high_port": 999,
        "service_port": port}),
    )
}

#[test]
fn a_fan_of_failures_is_raised_by_its_own_detector_only() {
    let rows = [fan("scan", true, 40, 2, 44)];
    assert_eq!(raised(&PORTSCAN, &columns(), &rows), [(5.0, "198.51.100.7".to_owned())]);
    for other in [PORT_SWEEP, INTERNAL_SCAN, INTERNAL_SWEEP, SLOW_SCAN] {
        assert_eq!(raised(&other, &columns(), &rows), []);
    }
    assert_eq!(raised(&PORT_SWEEP, &columns(), &[fan("sweep", true, 40, 2, 44)]), [(8.0, "tcp/445".to_owned())]);
    assert_eq!(raised(&INTERNAL_SWEEP, &columns(), &[fan("sweep", false, 11, 0, 11)]), [(7.0, "tcp/445".to_owned())]);
}

#[test]
fn successes_undo_failures() {
    // A monitor of a hundred hosts of which twelve are down.
    assert_eq!(raised(&PORT_SWEEP, &columns(), &[fan("sweep", true, 12, 100, 12)]), []);
}

#[test]
fn few_or_scattered_failures_are_no_scan() {
    assert_eq!(raised(&PORTSCAN, &columns(), &[fan("scan", true, 9, 0, 9)]), []);
    assert_eq!(raised(&PORTSCAN, &columns(), &[fan("scan", true, 12, 0, 40)]), []);
}

#[test]
fn many_ports_of_many_hosts_are_one_scan_told_by_its_largest() {
    let fans: Vec<Value> = [(7_u8, 21_u64), (8, 24), (9, 22)]
        .map(|(host, failed)| {
            let mut fan = fan("scan", true, failed, 0, 70);
            fan["remote_addr"] = json!(format!("198.51.100.{host}"));
            fan
        })
        .into();
    assert_eq!(raised(&PORTSCAN, &columns(), &fans), [(5.0, "198.51.100.8".to_owned())]);
    assert_eq!(raised(&PORTSCAN, &columns(), &fans[..1]), [], "the other failures have other causes");
    // Two ports of many hosts.
    let mut second = fan("sweep", true, 45, 0, 109);
    second["service_port"] = json!(2_323);
    assert_eq!(raised(&PORT_SWEEP, &columns(), &[fan("sweep", true, 64, 0, 109), second]).len(), 1);
}

#[test]
fn a_slow_scan_needs_days_and_patience() {
    let slow = |days: u64, most: u64| {
        let mut fan = fan("slow-sweep", true, 36, 0, 36);
        fan["days"] = json!(days);
        fan["most_in_hour"] = json!(most);
        raised(&SLOW_SCAN, &columns(), &[fan])
    };
    assert_eq!(slow(3, 2), [(5.0, "slow-sweep tcp/445".to_owned())]);
    assert_eq!(slow(2, 2), []);
    assert_eq!(slow(3, 12), [], "that is a fast one");
}

#[test]
fn without_flags_it_is_said() {
    let thresholds = crate::Thresholds::default();
    let context = crate::detectors::testing::context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let mut fan = fan("scan", true, 40, 0, 40);
    fan["flagged"] = json!(0);
    fan["confidence"] = json!(0.6);
    let found = PORTSCAN.score(&[crate::detectors::testing::batch(&columns(), &[fan])], &context).unwrap();
    assert_eq!(found[0].evidence.confidence.word, "Medium");
    assert!(found[0].evidence.confidence.reasons.iter().any(|reason| reason.contains("without TCP flags")));
}
