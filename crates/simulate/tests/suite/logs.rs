use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use simulate::FormatVersion;

use crate::{Made, number, version};

/// Interfaces of the inventory with all their addresses.
fn interfaces(made: &Made) -> BTreeMap<String, BTreeSet<IpAddr>> {
    let document = made.inventory("network-interfaces", false);
    let entries = document["NetworkInterfaces"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let v4 = entry["PrivateIpAddresses"].as_array().unwrap().iter().map(|address| &address["PrivateIpAddress"]);
            let v6 = entry["Ipv6Addresses"].as_array().unwrap().iter().map(|address| &address["Ipv6Address"]);
            let addresses = v4.chain(v6).map(|address| address.as_str().unwrap().parse().unwrap()).collect();
            (entry["NetworkInterfaceId"].as_str().unwrap().to_owned(), addresses)
        })
        .collect()
}

#[test]
fn records_are_consistent_and_belong_to_their_interface() {
    for format in [FormatVersion::V2, FormatVersion::V5] {
        let made = Made::new(version(format));
        let interfaces = interfaces(&made);
        let (mut statuses, mut flags) = (BTreeSet::new(), BTreeSet::new());
        for record in made.records() {
            let own = interfaces.get(&record["interface-id"]).expect("an interface of the inventory");
            statuses.insert(record["log-status"].clone());
            assert_eq!(number(&record, "end") - number(&record, "start"), 59);
            if record["log-status"] != "OK" {
                assert!(record["srcaddr"] == "-" && record["bytes"] == "-" && record["action"] == "-");
                continue;
            }
            let (packets, bytes) = (number(&record, "packets"), number(&record, "bytes"));
            assert!(packets >= 1 && bytes >= packets * 20 && bytes <= packets * 9001, "{record:?}");
            let source: IpAddr = record["srcaddr"].parse().unwrap();
            let destination: IpAddr = record["dstaddr"].parse().unwrap();
            assert!(own.contains(&source) || own.contains(&destination), "{record:?}");
            assert_eq!(source.is_ipv4(), destination.is_ipv4());
            assert!(matches!(record["protocol"].as_str(), "1" | "6" | "17"));
            if format == FormatVersion::V5 {
                let egress = record["flow-direction"] == "egress";
                assert!(own.contains(if egress { &source } else { &destination }), "{record:?}");
                assert_eq!(egress, record["traffic-path"] != "-");
                flags.insert(number(&record, "tcp-flags"));
            }
        }
        assert!(statuses.contains("OK") && statuses.contains("NODATA"));
        if format == FormatVersion::V5 {
            let usual = BTreeSet::from([0, 1, 2, 3, 4, 5, 7, 18, 19]);
            assert!(flags.is_subset(&usual) && [0, 2, 3, 18, 19].iter().all(|flag| flags.contains(flag)), "{flags:?}");
        }
    }
}

#[test]
fn windows_of_ten_minutes_are_as_consistent() {
    let made = Made::new(|config| config.window_secs = 600);
    let mut starts: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let mut quiet = Vec::new();
    let mut busy = BTreeSet::new();
    for record in made.records() {
        let start = number(&record, "start");
        assert_eq!(number(&record, "end") - start, 599);
        starts.entry(record["interface-id"].clone()).or_default().insert(start % 600);
        let window = (record["interface-id"].clone(), start);
        if record["log-status"] == "OK" {
            busy.insert(window);
        } else {
            quiet.push(window);
        }
    }
    assert!(starts.values().all(|starts| starts.len() == 1), "an interface has one rhythm");
    assert!(starts.values().flatten().collect::<BTreeSet<_>>().len() > 10, "and not that of the others");
    assert!(!quiet.is_empty() && quiet.iter().all(|window| !busy.contains(window)));
    let wanted = 16_000_u64;
    assert!(made.summary.records.abs_diff(wanted) < wanted / 10, "{}", made.summary.records);
}

#[test]
fn a_quiet_window_has_no_records() {
    let made = Made::new(|_| {});
    let records = made.records();
    let key = |record: &BTreeMap<String, String>| (record["interface-id"].clone(), number(record, "start"));
    let busy: BTreeSet<_> = records.iter().filter(|record| record["log-status"] == "OK").map(key).collect();
    let quiet: Vec<_> = records.iter().filter(|record| record["log-status"] == "NODATA").map(key).collect();
    assert!(quiet.len() > 20 && quiet.iter().all(|window| !busy.contains(window)));
}

#[test]
fn the_world_has_every_kind_of_traffic() {
    let made = Made::new(|config| config.records = 25_000);
    let records = made.records();
    let any = |test: &dyn Fn(&BTreeMap<String, String>) -> bool| records.iter().any(test);
    assert!(any(&|record| record["type"] == "IPv6"));
    assert!(any(&|record| record["protocol"] == "1"));
    assert!(any(&|record| record["pkt-dst-aws-service"] == "S3" && record["traffic-path"] == "7"));
    assert!(any(&|record| record["traffic-path"] == "4"), "the peering");
    assert!(any(&|record| record["instance-id"] == "-" && record["srcaddr"] != record["pkt-srcaddr"]), "the gateway");
    assert!(any(&|record| record["account-id"] == "unknown"));
    assert!(any(&|record| record["action"] == "REJECT" && record["flow-direction"] == "ingress"));
    assert!(!any(&|record| record["action"] == "REJECT" && record["flow-direction"] == "egress"));
}

#[test]
fn the_truth_matches_the_logs() {
    let made = Made::new(|_| {});
    let truth = made.truth();
    let intrusion = &truth["intrusion"];
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let command = text(&intrusion["command_host"]);
    let victim = text(&intrusion["entity"]["instance_id"]);
    assert_eq!(victim, made.summary.entity.instance_id);
    let drop = text(&intrusion["drop_host"]);
    let guards: BTreeSet<String> = intrusion["tor_guards"].as_array().unwrap().iter().map(text).collect();
    let opened = chrono::DateTime::parse_from_rfc3339(intrusion["opened_at"].as_str().unwrap()).unwrap().timestamp() as u64;
    let (mut out, mut on_port, mut met) = (0, 0, BTreeSet::new());
    for record in made.records().iter().filter(|record| record["log-status"] == "OK") {
        let ends = [&record["srcaddr"], &record["dstaddr"]];
        let has = |address: &String| ends.contains(&address);
        if record["srcport"] == "4444" || record["dstport"] == "4444" {
            assert!(has(&command) && record["instance-id"] == victim, "{record:?}");
            on_port += 1;
        }
        if has(&drop) || has(&command) || guards.iter().any(has) {
            assert_eq!(record["instance-id"], victim);
            assert!(number(record, "end") > opened);
        }
        met.extend(guards.iter().filter(|guard| has(guard)).cloned());
        if record["dstaddr"] == drop {
            out += number(record, "bytes");
        }
        if record["dstport"] == "22" && record["instance-id"] == victim && record["srcaddr"].starts_with("203.0.113.") {
            assert_eq!(record["action"] == "ACCEPT", number(record, "start") + 60 > opened, "{record:?}");
        }
        if record["srcaddr"].starts_with("203.0.113.") && record["instance-id"] != victim {
            assert_eq!(record["action"], "REJECT");
        }
    }
    assert_eq!(met, guards);
    assert!(on_port > 40);
    assert!((4_000_000_000..6_000_000_000_u64).contains(&out), "{out}");
    let total: u64 = truth["accounts"].as_array().unwrap().iter().map(|account| account["records"].as_u64().unwrap()).sum();
    assert_eq!(total, made.summary.records);
}
