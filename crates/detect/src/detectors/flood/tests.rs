use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, Kind, raised, row};

fn columns() -> Vec<(&'static str, Kind)> {
    let counts = ["sources", "usual_sources", "reflected", "usual_bytes", "usual_packets"].map(|name| (name, Kind::Count));
    CONTACT.iter().copied().chain([("record", Kind::Text)]).chain(counts).collect()
}

fn flood(protocol: u8, port: u16, more: &Value) -> Value {
    let mut flood = row(
        "i-1",
        "2026-11-24T06:00:00Z",
        &json!({"record": "out", "protocol": protocol, "service_port": port, "sources": 1,
        "usual_sources": 0, "reflected": 0, "usual_bytes": 0, "usual_packets": 0, "bytes_in": 0, "packets_in": 0,
        "bytes_out": 60_000_000, "packets_out": 42_000}),
    );
    flood.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    flood
}

#[test]
fn each_protocol_has_its_type() {
    let all = [TCP, UDP, DNS, UDP_ON_TCP_PORTS, UNUSUAL_PROTOCOL];
    for (position, (protocol, port)) in [(6, 80), (17, 27_015), (17, 53), (17, 80), (2, 0)].into_iter().enumerate() {
        for (index, detector) in all.iter().enumerate() {
            let found = raised(detector, &columns(), &[flood(protocol, port, &json!({}))]);
            assert_eq!(found.len(), usize::from(index == position), "{} on {protocol}/{port}", detector.finding_type);
        }
    }
}

#[test]
fn what_is_usual_or_answered_or_small_is_no_flood() {
    for benign in [
        json!({"usual_bytes": 30_000_000, "usual_packets": 21_000}),
        json!({"bytes_in": 4_000_000}),
        json!({"bytes_out": 9_000_000, "packets_out": 6_000}),
    ] {
        assert_eq!(raised(&UDP, &columns(), &[flood(17, 27_015, &benign)]), [], "{benign}");
    }
    assert_eq!(raised(&UNUSUAL_PROTOCOL, &columns(), &[flood(50, 0, &json!({}))]), [], "a tunnel");
}

#[test]
fn many_new_sources_are_a_flood_from_outside() {
    let more = |sources: u64, usual: u64| {
        json!({"record": "in", "connection_direction": "inbound", "sources": sources, "usual_sources": usual,
        "packets_in": 30_000, "packets_out": 0})
    };
    assert_eq!(raised(&INBOUND, &columns(), &[flood(6, 8_081, &more(400, 3))]), [(5.0, "tcp/8081".to_owned())]);
    assert_eq!(raised(&INBOUND, &columns(), &[flood(6, 8_081, &more(400, 90))]), [], "a busy site");
    assert_eq!(raised(&INBOUND, &columns(), &[flood(6, 8_081, &more(90, 0))]), []);
}
