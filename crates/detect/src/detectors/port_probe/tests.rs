use serde_json::{Value, json};

use super::*;
use crate::detectors::testing::{CONTACT, Kind, raised, row};

fn columns() -> Vec<(&'static str, Kind)> {
    CONTACT.iter().copied().chain(["sources", "listed", "failed"].map(|name| (name, Kind::Count))).collect()
}

fn probe(port: u16, listed: u64, failed: u64) -> Value {
    row(
        "i-1",
        "2026-11-24T06:00:00Z",
        &json!({"connection_direction": "inbound", "service_port": port, "sources": 3, "listed": listed,
        "failed": failed}),
    )
}

#[test]
fn ports_sort_themselves_by_what_is_behind_them() {
    assert_eq!(raised(&UNPROTECTED, &columns(), &[probe(22, 0, 4)]), [(2.0, "tcp/22".to_owned())]);
    assert_eq!(raised(&UNPROTECTED, &columns(), &[probe(9_200, 1, 0)]), [(8.0, "tcp/9200".to_owned())]);
    assert_eq!(raised(&UNPROTECTED, &columns(), &[probe(8_088, 1, 0)]), []);
    assert_eq!(raised(&EMR, &columns(), &[probe(8_088, 1, 0)]), [(8.0, "tcp/8088".to_owned())]);
}

#[test]
fn visitors_of_the_site_are_no_probes() {
    assert_eq!(raised(&UNPROTECTED, &columns(), &[probe(443, 1, 9)]), []);
    assert_eq!(raised(&UNPROTECTED, &columns(), &[probe(22, 0, 3)]), [], "sources that failed seldom");
}

#[test]
fn it_is_written_as_a_port_probe() {
    let thresholds = crate::Thresholds::default();
    let context = crate::detectors::testing::context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let found = UNPROTECTED.score(&[crate::detectors::testing::batch(&columns(), &[probe(22, 0, 4)])], &context).unwrap();
    let resource = crate::Resource::unknown("i-1", None, None);
    let json = crate::Finding::assemble(found[0].finding_id(), found, &resource).unwrap().to_guardduty();
    let action = &json["service"]["action"];
    assert_eq!(action["actionType"], "PORT_PROBE");
    assert_eq!(json["service"]["resourceRole"], "TARGET");
    let detail = &action["portProbeAction"]["portProbeDetails"][0];
    assert_eq!(detail["localPortDetails"]["port"], 22);
    assert_eq!(detail["remoteIpDetails"]["ipAddressV4"], "198.51.100.7");
}
