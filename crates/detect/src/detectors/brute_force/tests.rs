use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, Kind, raised, row};

fn columns() -> Vec<(&'static str, Kind)> {
    let counts = ["sessions", "sources", "short_sessions", "packets_most", "days_known"].map(|name| (name, Kind::Count));
    let sizes = ["packets_low", "packets_median", "packets_high"].map(|name| (name, Kind::Real));
    CONTACT.iter().copied().chain([("remote_net", Kind::Text), ("public", Kind::Flag)]).chain(counts).chain(sizes).collect()
}

fn sessions(hour: u32, direction: &str, port: u16, more: &Value) -> Value {
    let mut sessions = row(
        "i-1",
        &format!("2026-11-24T{hour:02}:00:00Z"),
        &json!({"connection_direction": direction, "service_port": port,
        "remote_net": "198.51.100.0", "public": true, "sessions": 60, "sources": 2, "packets_low": 12.0, "packets_median": 13.0,
        "packets_high": 15.0, "short_sessions": 60, "packets_most": 17, "days_known": 0}),
    );
    sessions.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sessions
}

#[test]
fn the_role_sets_the_severity() {
    assert_eq!(raised(&SSH, &columns(), &[sessions(6, "inbound", 22, &json!({}))]), [(2.0, "target tcp/22".to_owned())]);
    assert_eq!(raised(&SSH, &columns(), &[sessions(6, "outbound", 22, &json!({}))]), [(8.0, "actor tcp/22".to_owned())]);
    assert_eq!(raised(&RDP, &columns(), &[sessions(6, "inbound", 22, &json!({}))]), []);
    assert_eq!(raised(&WINRM, &columns(), &[sessions(6, "outbound", 5_986, &json!({}))]), [(8.0, "actor tcp/5986".to_owned())]);
    assert_eq!(
        raised(&INTERNAL, &columns(), &[sessions(6, "outbound", 3_306, &json!({"public": false}))]),
        [(8.0, "actor tcp/3306".to_owned())]
    );
    assert_eq!(raised(&INTERNAL, &columns(), &[sessions(6, "outbound", 3_306, &json!({}))]), [], "only inside");
}

#[test]
fn work_is_no_guessing() {
    for benign in [
        json!({"days_known": 20}),
        json!({"packets_high": 90.0}),
        json!({"short_sessions": 20}),
        json!({"packets_low": 199.0, "packets_median": 200.0, "packets_high": 201.0}),
        json!({"sessions": 19}),
    ] {
        assert_eq!(raised(&SSH, &columns(), &[sessions(6, "inbound", 22, &benign)]), [], "{benign}");
    }
}

#[test]
fn a_guess_that_fits_is_high() {
    let entry = json!({"sessions": 1, "sources": 1, "packets_low": 900.0, "packets_median": 900.0, "packets_high": 900.0,
        "short_sessions": 0, "packets_most": 900});
    let rows = [sessions(6, "inbound", 22, &json!({})), sessions(9, "inbound", 22, &entry)];
    let severities: Vec<f64> = raised(&SSH, &columns(), &rows).into_iter().map(|(severity, _)| severity).collect();
    assert_eq!(severities, [2.0, 8.5]);
    assert_eq!(raised(&SSH, &columns(), &rows[1..]), [], "a session by itself says nothing");
}
