use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, KNOWN, Kind, raised, row};

fn columns<const N: usize>(more: [(&'static str, Kind); N]) -> Vec<(&'static str, Kind)> {
    [CONTACT, KNOWN, &more[..]].concat()
}

const HOURLY: [(&str, Kind); 3] = [("flagged", Kind::Count), ("opened", Kind::Count), ("client_port", Kind::Count)];
const BY_MINUTE: [(&str, Kind); 2] = [("minute", Kind::Time), ("sessions", Kind::Count)];

fn known(at: &str, more: &Value) -> Value {
    let hour = format!("{}:00:00Z", &at[..13]);
    let mut known = row(
        "i-1",
        &hour,
        &json!({"remote_net": "198.51.100.0", "net_first_seen": "2026-11-24T01:00:00Z", "peers_using": 0,
        "peers": 40, "watched_since": "2026-10-01T00:00:00Z"}),
    );
    known.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    known
}

fn hours(count: u32, more: &Value) -> Vec<Value> {
    (0..count)
        .map(|index| {
            let mut hour = known(
                &format!("2026-11-24T{:02}:00:00Z", 2 + index),
                &json!({"flagged": 1, "opened": u32::from(index == 0), "client_port": null}),
            );
            hour.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            hour
        })
        .collect()
}

#[test]
fn bytes_add_up_over_hours() {
    let upload = hours(12, &json!({"bytes_out": 110_000_000, "bytes_in": 60_000}));
    let found = raised(&EXFILTRATION, &columns(HOURLY), &upload);
    assert_eq!(found.len(), 3, "from the hour on in which it is a gigabyte");
    assert_eq!(found[0], (7.0, "198.51.100.7 tcp/443".to_owned()));
    let download = hours(12, &json!({"bytes_out": 110_000_000, "bytes_in": 110_000_000}));
    assert_eq!(raised(&EXFILTRATION, &columns(HOURLY), &download), []);
    let shared = hours(12, &json!({"bytes_out": 110_000_000, "bytes_in": 60_000, "peers_using": 12}));
    assert_eq!(raised(&EXFILTRATION, &columns(HOURLY), &shared), [], "a vendor that many use");
    assert_eq!(raised(&EXFILTRATION, &columns(HOURLY), &upload[..2]), []);
}

#[test]
fn a_connection_is_long_when_no_other_begins() {
    assert_eq!(raised(&LONG_CONNECTION, &columns(HOURLY), &hours(6, &json!({}))).len(), 3);
    assert_eq!(raised(&LONG_CONNECTION, &columns(HOURLY), &hours(6, &json!({"opened": 1}))), []);
    assert_eq!(raised(&LONG_CONNECTION, &columns(HOURLY), &hours(6, &json!({"flagged": 0}))), [], "nothing can be said");
    assert_eq!(raised(&LONG_CONNECTION, &columns(HOURLY), &hours(3, &json!({}))), []);
    // Without flags, the client's port tells one connection from another.
    let one_port = hours(6, &json!({"flagged": 0, "opened": 0, "client_port": 40_123}));
    assert_eq!(raised(&LONG_CONNECTION, &columns(HOURLY), &one_port).len(), 3);
    let mut ports = one_port;
    ports[3]["client_port"] = json!(40_124);
    assert_eq!(raised(&LONG_CONNECTION, &columns(HOURLY), &ports), [], "two hours since the port changed");
}

#[test]
fn a_miner_is_small_and_steady() {
    assert_eq!(raised(&MINING, &columns(HOURLY), &hours(6, &json!({"service_port": 3_333}))).len(), 3);
    assert_eq!(raised(&MINING, &columns(HOURLY), &hours(6, &json!({"service_port": 3_333, "bytes_in": 9_000_000}))), []);
    assert_eq!(raised(&MINING, &columns(HOURLY), &hours(6, &json!({}))), []);
    assert_eq!(raised(&MINING, &columns(HOURLY), &hours(3, &json!({"service_port": 3_333}))), []);
}

fn calls(count: u64, gap: u64, sessions: u64, more: &Value) -> Vec<Value> {
    (0..count)
        .map(|index| {
            let minute = 120 + index * gap;
            let at = format!("2026-11-24T{:02}:{:02}:00Z", minute / 60, minute % 60);
            let mut call = known(&at, &json!({"minute": at, "sessions": sessions, "first_time": at, "last_time": at}));
            call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call
        })
        .collect()
}

#[test]
fn calls_by_the_clock_are_a_beacon() {
    let columns = columns(BY_MINUTE);
    assert_eq!(raised(&BEACON, &columns, &calls(70, 5, 1, &json!({}))), [(3.0, "198.51.100.7 tcp/443".to_owned())]);
    assert_eq!(raised(&BEACON, &columns, &calls(70, 5, 1, &json!({"peers_using": 39}))), [], "an agent that every machine reports to");
    assert_eq!(raised(&BEACON, &columns, &calls(6, 5, 1, &json!({}))), [], "too few");
    assert_eq!(raised(&BEACON, &columns, &calls(300, 1, 1, &json!({}))), [], "one long connection");
}

#[test]
fn calls_without_pause_are_a_strobe() {
    let columns = columns(BY_MINUTE);
    assert_eq!(raised(&STROBE, &columns, &calls(8, 1, 20, &json!({}))), [(5.0, "198.51.100.7 tcp/443".to_owned())]);
    assert_eq!(raised(&STROBE, &columns, &calls(8, 1, 9, &json!({}))), []);
    assert_eq!(raised(&STROBE, &columns, &calls(8, 12, 20, &json!({}))), [], "spread over an hour and more");
}
