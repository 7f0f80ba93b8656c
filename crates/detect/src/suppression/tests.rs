use serde_json::json;

use super::*;
use crate::{FindingType, Occurrence, Tag, sample, sample_resource};

fn rule(criterion: serde_json::Value) -> SuppressionRule {
    SuppressionRule {
        name: "known-scanner".to_owned(),
        criteria: serde_json::from_value(json!({ "criterion": criterion })).unwrap(),
        schedule: None,
        expires: None,
        owner: "ada".to_owned(),
        reason: "our own scanner".to_owned(),
        created: Timestamp::from_secs(1_764_000_000),
    }
}

/// A Tor contact of a tagged machine with each of these addresses, an hour apart, from midnight on.
fn finding(remotes: &[&str]) -> Finding {
    let start: Timestamp = "2026-11-24T01:30:00Z".parse().unwrap();
    let occurrences: Vec<Occurrence> = remotes
        .iter()
        .enumerate()
        .map(|(index, remote)| {
            let mut occurrence = sample(FindingType::TorClient, start.plus_secs(i64::try_from(index).unwrap() * 3_600));
            occurrence.occurrence_key = index.to_string();
            occurrence.connection.remote_addr = (*remote).to_owned();
            occurrence
        })
        .collect();
    let mut resource = sample_resource();
    resource.tags.push(Tag { key: "env".to_owned(), value: "test".to_owned() });
    Finding::assemble("f", occurrences, &resource).unwrap()
}

#[test]
fn attributes_are_those_of_guardduty() {
    let finding = finding(&["198.51.100.7"]);
    let action = "service.action.networkConnectionAction";
    for (criterion, fits) in [
        (json!({ "type": { "Eq": ["UnauthorizedAccess:EC2/TorClient"] } }), true),
        (json!({ "type": { "Matches": ["*:EC2/Tor*"] } }), true),
        (json!({ "severity": { "Eq": ["7", "8"] } }), true),
        (json!({ "severity": { "Gte": 9 } }), false),
        (json!({ "severity": { "Gte": 7 }, "region": { "Eq": ["eu-west-1"] } }), false),
        (json!({ "resource.instanceDetails.instanceId": { "Eq": ["i-99999999"] } }), true),
        (json!({ "resource.instanceDetails.tags.key": { "Eq": ["env"] } }), true),
        (json!({ "weir.tags.env": { "Eq": ["test"] } }), true),
        (json!({ "weir.tags.env": { "Eq": ["production"] } }), false),
        (json!({ "weir.tags.none": { "Eq": ["test"] } }), false),
        (json!({ "resource.instanceDetails.networkInterfaces.securityGroups.groupName": { "Matches": ["Generated*"] } }), true),
        (json!({ "resource.instanceDetails.networkInterfaces.privateIpAddresses.privateIpAddress": { "Cidr": ["10.0.0.0/16"] } }), true),
        (json!({ format!("{action}.remoteIpDetails.ipAddressV4"): { "Cidr": ["198.51.100.0/24"] } }), true),
        (json!({ format!("{action}.remoteIpDetails.ipAddressV6"): { "Cidr": ["2001:db8::/32"] } }), false),
        (json!({ format!("{action}.remotePortDetails.port"): { "InRange": ["9000-9100"] } }), true),
        (json!({ format!("{action}.remotePortDetails.port"): { "Gt": 9001 } }), false),
        (json!({ format!("{action}.localPortDetails.port"): { "Eq": ["22"] } }), false),
        (
            json!({ format!("{action}.connectionDirection"): { "Eq": ["OUTBOUND"] }, format!("{action}.blocked"): { "Eq": ["false"] } }),
            true,
        ),
        (json!({ format!("{action}.remoteIpDetails.country.countryName"): { "Eq": ["United States"] } }), true),
        (json!({ format!("{action}.remoteIpDetails.organization.asn"): { "Neq": ["64500"] } }), false),
        (json!({ "service.additionalInfo.threatListName": { "Eq": ["GeneratedFindingThreatListName"] } }), true),
        (json!({ "service.resourceRole": { "Eq": ["ACTOR"] } }), true),
        (json!({ "updatedAt": { "Lt": "2026-11-25T00:00:00Z" } }), true),
    ] {
        let rule = rule(criterion.clone());
        assert_eq!(rule.problem(), None, "{criterion}");
        assert_eq!(rule.fits(&finding), fits, "{criterion}");
    }
}

#[test]
fn an_attacker_is_not_hidden_behind_a_known_address() {
    let known = rule(json!({ "weir.remote": { "Cidr": ["198.51.100.0/24"] } }));
    assert!(known.fits(&finding(&["198.51.100.7", "198.51.100.8"])));
    assert!(!known.fits(&finding(&["198.51.100.7", "203.0.113.9"])), "the finding has another remote side as well");
}

#[test]
fn the_schedule_has_to_hold_for_every_occurrence() {
    let mut nightly = rule(json!({ "weir.entity": { "Eq": ["i-99999999"] } }));
    nightly.schedule = Some(Schedule { days: Vec::new(), from: "00:00".to_owned(), to: "02:00".to_owned() });
    assert!(nightly.fits(&finding(&["198.51.100.7", "198.51.100.7"])));
    assert!(!nightly.fits(&finding(&["198.51.100.7", "198.51.100.7", "198.51.100.7"])));
}

#[test]
fn an_ended_rule_hides_nothing() {
    let finding = finding(&["198.51.100.7"]);
    let mut rule = rule(json!({ "severity": { "Gte": 1 } }));
    rule.expires = Some(Timestamp::from_secs(100));
    let rules = [rule];
    assert!(suppressed_by(&rules, &finding, Timestamp::from_secs(99)).is_some());
    assert!(suppressed_by(&rules, &finding, Timestamp::from_secs(100)).is_none());
}

#[test]
fn mistakes_are_told() {
    let good = || rule(json!({ "severity": { "Gte": 1 } }));
    assert_eq!(good().problem(), None);
    for (wrong, part) in [
        (SuppressionRule { name: "a".to_owned(), ..good() }, "3 to 64"),
        (SuppressionRule { reason: " ".to_owned(), ..good() }, "owner and a reason"),
        (rule(json!({})), "hide everything"),
        (rule(json!({ "severty": { "Gte": 1 } })), "no attribute"),
        (rule(json!({ "severity": {} })), "no operator"),
    ] {
        assert!(wrong.problem().is_some_and(|problem| problem.contains(part)), "{part}");
    }
}
