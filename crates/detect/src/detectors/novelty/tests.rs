use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, KNOWN, Kind, raised, row};

fn edge(more: &Value) -> Value {
    let mut edge = row(
        "i-1",
        "2026-11-24T06:00:00Z",
        &json!({"remote_addr": "10.0.0.7", "service_port": 22, "remote_net": "10.0.0.0",
        "net_first_seen": "2026-10-02T00:00:00Z", "peers_using": 3, "peers": 40, "watched_since": "2026-10-01T00:00:00Z"}),
    );
    edge.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    edge
}

#[test]
fn the_first_login_of_a_machine_is_noted() {
    let columns = [CONTACT, KNOWN].concat();
    assert_eq!(raised(&LateralMovement, &columns, &[edge(&json!({}))]), [(5.0, "tcp/22".to_owned())]);
    for benign in [
        json!({"port_last_seen": "2026-11-20T00:00:00Z"}),
        json!({"service_port": 8_080}),
        json!({"watched_since": "2026-11-20T00:00:00Z"}),
        json!({"confidence": 0.6}),
    ] {
        assert_eq!(raised(&LateralMovement, &columns, &[edge(&benign)]), [], "{benign}");
    }
}

#[test]
fn a_new_country_surprises_a_machine_that_stays_at_home() {
    let own = [("kind", Kind::Text), ("value", Kind::Text), ("value_first_seen", Kind::Time), ("watched_since", Kind::Time)];
    let counts = ["bytes_all", "peers_using", "peers", "known"].map(|name| (name, Kind::Count));
    let columns: Vec<(&str, Kind)> = CONTACT.iter().copied().chain(own).chain(counts).collect();
    let place = |more: &Value| {
        let mut place = row(
            "i-1",
            "2026-11-24T06:00:00Z",
            &json!({"kind": "country", "value": "XK", "value_first_seen": "2026-11-24T06:00:00Z",
            "watched_since": "2026-10-01T00:00:00Z", "bytes_all": 5_000_000, "peers_using": 0, "peers": 40, "known": 3}),
        );
        place.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        place
    };
    assert_eq!(raised(&NEW_COUNTRY, &columns, &[place(&json!({}))]), [(3.0, "XK".to_owned())]);
    assert_eq!(raised(&NEW_NETWORK, &columns, &[place(&json!({}))]), []);
    assert_eq!(raised(&NEW_NETWORK, &columns, &[place(&json!({"kind": "asn", "value": "64500"}))]), [(3.0, "64500".to_owned())]);
    for benign in
        [json!({"peers_using": 9}), json!({"known": 60}), json!({"bytes_all": 9_000}), json!({"watched_since": "2026-11-20T00:00:00Z"})]
    {
        assert_eq!(raised(&NEW_COUNTRY, &columns, &[place(&benign)]), [], "{benign}");
    }
}
