use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, KNOWN, Kind, raised, row};

fn columns() -> Vec<(&'static str, Kind)> {
    [CONTACT, KNOWN].concat()
}

fn known(port: u16, net: u8, more: &Value) -> Value {
    let mut known = row(
        "i-1",
        "2026-11-24T06:00:00Z",
        &json!({"service_port": port, "remote_addr": format!("203.0.{net}.9"),
        "remote_net": format!("203.0.{net}.0"), "peers_using": 0, "peers": 40, "watched_since": "2026-10-01T00:00:00Z"}),
    );
    known.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    known
}

#[test]
fn mail_to_many_without_history_is_spam() {
    let rows: Vec<Value> = (1..=3).map(|net| known(25, net, &json!({}))).collect();
    assert_eq!(raised(&Spambot, &columns(), &rows), [(5.0, String::new())]);
    assert_eq!(raised(&Spambot, &columns(), &rows[..2]), [], "one relay and its spare");
    let practised = json!({"port_last_seen": "2026-11-24T05:00:00Z", "net_first_seen": "2026-11-01T00:00:00Z"});
    let rows: Vec<Value> = (1..=3).map(|net| known(25, net, &practised)).collect();
    assert_eq!(raised(&Spambot, &columns(), &rows), [], "a mail server");
    let young = json!({"watched_since": "2026-11-23T00:00:00Z"});
    let rows: Vec<Value> = (1..=3).map(|net| known(25, net, &young)).collect();
    assert_eq!(raised(&Spambot, &columns(), &rows), [], "too young to know");
}

#[test]
fn a_new_resolver_is_low_and_much_traffic_medium() {
    assert_eq!(raised(&DNS, &columns(), &[known(53, 1, &json!({"protocol": 17}))]), [(3.0, "203.0.1.9".to_owned())]);
    assert_eq!(raised(&DOT, &columns(), &[known(853, 1, &json!({"bytes_out": 20_000_000}))]), [(5.0, "203.0.1.9".to_owned())]);
    assert_eq!(raised(&DOH, &columns(), &[known(443, 1, &json!({}))]).len(), 1);
    for benign in [json!({"peers_using": 30}), json!({"net_first_seen": "2026-11-20T00:00:00Z"}), json!({"bytes_in": 0})] {
        assert_eq!(raised(&DNS, &columns(), &[known(53, 1, &benign)]), [], "{benign}");
    }
}

#[test]
fn large_packets_on_dns_are_noted() {
    let large = json!({"protocol": 17, "bytes_in": 3_000_000, "packets_in": 3_000, "bytes_out": 2_400_000, "packets_out": 3_000});
    assert_eq!(raised(&ProtocolMismatch, &columns(), &[known(53, 1, &large)]), [(2.0, "203.0.1.9 udp/53".to_owned())]);
    let transfer = json!({"protocol": 17, "bytes_in": 3_000_000, "packets_in": 3_000, "bytes_out": 200_000, "packets_out": 3_000});
    assert_eq!(raised(&ProtocolMismatch, &columns(), &[known(53, 1, &transfer)]), []);
    assert_eq!(raised(&ProtocolMismatch, &columns(), &[known(53, 1, &json!({"protocol": 17}))]), []);
}
