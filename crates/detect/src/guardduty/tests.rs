//! The exact JSON, and what does not depend on order.

use serde_json::json;

use super::*;
use crate::evidence::{Measure, Unit};
use crate::{Confidence, Evidence, NetworkInterface, Novelty, Occurrence, Peer, Resource, RowsQuery, SecurityGroup, Tag, finding_id};

fn hour(index: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
    start.plus_secs(index * 3_600)
}

fn occurrence(index: i64, remote: &str, bytes_in: u64) -> Occurrence {
    let finding_type = FindingType::TorClient;
    let at = hour(index);
    let range = flow::TimeRange::new(at, at.plus_secs(3_600));
    let peer = Peer::Connection {
        connection_direction: Direction::Outbound,
        remote_addr: remote.to_owned(),
        service_port: Some(9001),
        protocol: Some(6),
    };
    Occurrence {
        finding_type,
        entity: "i-0123456789abcdef0".to_owned(),
        aggregation_key: String::new(),
        occurrence_key: format!("{at} {remote}"),
        first_seen: at.plus_secs(120),
        last_seen: at.plus_secs(1_800),
        severity: 8.0,
        connection: ConnectionAction {
            connection_direction: Direction::Outbound,
            protocol: Some(6),
            local_port: None,
            remote_port: Some(9001),
            remote_addr: remote.to_owned(),
            action: flow::Action::Accept,
            bytes_in,
            bytes_out: 2_000,
            packets_in: 40,
            packets_out: 30,
            flows: 4,
            remote_country: Some("DE".to_owned()),
            remote_asn: Some(60_729),
        },
        account_id: Some("111122223333".to_owned()),
        evidence: Evidence {
            summary: "i-0123456789abcdef0 connected to a Tor entry point.".to_owned(),
            expected: None,
            actual: Measure::new(2_000.0, Unit::Bytes),
            factor: None,
            rank: None,
            since: at.plus_secs(120),
            so_far: None,
            novelty: vec![Novelty::seen("remote_addr", remote, None, at)],
            threshold: None,
            margin: None,
            confidence: Confidence::of(&[("direction", 0.99, "a SYN was recorded".to_owned())]),
            would_not_fire: vec!["had the address been on no list".to_owned()],
            contributions: Vec::new(),
            technique: finding_type.technique(),
            rows: RowsQuery::new("i-0123456789abcdef0", range, &peer),
            list_names: vec!["tor-relays".to_owned()],
            additional: Map::new(),
        },
    }
}

fn resource() -> Resource {
    Resource {
        account_id: Some("111122223333".to_owned()),
        region: Some("eu-central-1".to_owned()),
        instance_id: Some("i-0123456789abcdef0".to_owned()),
        instance_type: Some("m7i.large".to_owned()),
        tags: vec![Tag { key: "Name".to_owned(), value: "build-7".to_owned() }],
        network_interfaces: vec![NetworkInterface {
            network_interface_id: Some("eni-0a1b2c3d".to_owned()),
            private_ip_address: Some("10.0.3.17".to_owned()),
            ipv6_addresses: vec!["2001:db8::17".to_owned()],
            security_groups: vec![SecurityGroup { group_id: "sg-1".to_owned(), group_name: "build".to_owned() }],
            vpc_id: Some("vpc-1".to_owned()),
            ..NetworkInterface::default()
        }],
        ..Resource::default()
    }
}

fn finding(occurrences: Vec<Occurrence>) -> Finding {
    let id = finding_id(FindingType::TorClient, "i-0123456789abcdef0", "");
    Finding::assemble(id, occurrences, &resource()).unwrap()
}

#[test]
fn written_as_guardduty_writes_it() {
    let finding = finding(vec![occurrence(0, "185.220.101.1", 9_000), occurrence(2, "2001:67c:6ec:203::1", 500)]);
    insta::assert_json_snapshot!(finding.to_guardduty());
}

#[test]
fn without_an_inventory_the_entity_still_has_its_id() {
    let entity = "eni-0a1b2c3d";
    let mut one = occurrence(0, "185.220.101.1", 1);
    one.entity = entity.to_owned();
    one.account_id = None;
    let id = one.finding_id();
    let json = Finding::assemble(id, vec![one], &Resource::unknown(entity, None, None)).unwrap().to_guardduty();
    assert_eq!(
        json["resource"]["instanceDetails"],
        json!({"instanceId": entity, "productCodes": [], "tags": [], "networkInterfaces": [
            {"networkInterfaceId": entity, "privateIpAddresses": [], "ipv6Addresses": [], "securityGroups": []}]})
    );
    assert_eq!(json["accountId"], "000000000000");
    assert_eq!(json["service"]["action"]["networkConnectionAction"]["localNetworkInterface"], entity);
}

#[test]
fn occurrences_count_once_and_every_actor_stays() {
    let known_better = occurrence(0, "185.220.101.1", 9_000);
    let first = occurrence(0, "185.220.101.1", 1_000);
    let second = occurrence(1, "185.220.101.2", 100);
    let third = occurrence(2, "185.220.101.1", 10);
    let orders = [
        vec![first.clone(), second.clone(), third.clone(), known_better.clone()],
        vec![third.clone(), known_better.clone(), first.clone(), second.clone()],
        vec![second, first, known_better, third.clone(), third],
    ];
    let findings: Vec<Finding> = orders.into_iter().map(finding).collect();
    assert!(findings.windows(2).all(|pair| pair[0] == pair[1]));
    let finding = &findings[0];
    assert_eq!((finding.count, finding.first_seen, finding.last_seen), (3, hour(0).plus_secs(120), hour(2).plus_secs(1_800)));
    let actors: Vec<(&str, u64, u64)> =
        finding.actors.iter().map(|actor| (actor.remote_addr.as_str(), actor.count, actor.bytes_in)).collect();
    assert_eq!(actors, [("185.220.101.1", 2, 9_010), ("185.220.101.2", 1, 100)]);
    assert_eq!((finding.story.occurrences, finding.story.remotes, finding.story.traffic.bytes_in), (3, 2, 9_110));
    assert_eq!(finding.story.strongest, finding.occurrences[0].occurrence_key);
    assert_eq!(finding.evidence.since, finding.first_seen);
    assert_eq!(Finding::assemble("x", Vec::new(), &resource()), None);
}
