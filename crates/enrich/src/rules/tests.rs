use super::*;
use crate::testing::{cloud, time};
use flow::Address;

fn question(interface: &str, connection: Direction, remote: &str, local_port: u16, remote_port: u16) -> FlowQuestion {
    FlowQuestion {
        interface_id: interface.to_owned(),
        connection,
        remote: remote.parse::<Address>().unwrap(),
        local: None,
        local_port: Some(local_port),
        remote_port: Some(remote_port),
        protocol: 6,
    }
}

fn judge(at: &str, question: &FlowQuestion) -> Verdict {
    let verdict = evaluate(&cloud(), time(at), question);
    assert!(!verdict.explanation.is_empty());
    verdict
}

const BEFORE: &str = "2026-11-02T00:00:00Z";
const AFTER: &str = "2026-11-12T00:00:00Z";

#[test]
fn allowed_by_a_network() {
    let verdict = judge(BEFORE, &question("eni-0web1", Direction::Inbound, "203.0.113.99", 443, 40_000));
    assert_eq!(verdict.outcome, Outcome::Allowed);
    assert_eq!(verdict.rules.len(), 1);
    assert_eq!(verdict.rules[0].text, "Inbound rule: TCP 443, source 0.0.0.0/0");
    assert_eq!(verdict.rules[0].description.as_deref(), Some("the shop"));
    assert_eq!(verdict.request.as_ref().unwrap().text, "100 ALLOW all traffic from 0.0.0.0/0");
    assert_eq!(verdict.answer.as_ref().unwrap().text, "100 ALLOW TCP 1024-65535 to 0.0.0.0/0");
    assert_eq!((verdict.as_of, verdict.assumed), (Some(time("2026-11-01T00:00:00Z")), false));
    assert_eq!(
        verdict.explanation,
        "TCP from 203.0.113.99 to eni-0web1 port 443 is allowed: security group sg-0web (web) allows it with \
         \"Inbound rule: TCP 443, source 0.0.0.0/0\", and rule 100 of network ACL acl-0web (100 ALLOW all traffic from 0.0.0.0/0) \
         lets it pass. Rules as of 2026-11-01 00:00 UTC."
    );
}

#[test]
fn blocked_once_the_rule_is_replaced() {
    let from_outside = question("eni-0web1", Direction::Inbound, "203.0.113.99", 443, 40_000);
    let verdict = judge(AFTER, &from_outside);
    assert_eq!((verdict.outcome, verdict.rules.len()), (Outcome::BlockedBySecurityGroup, 0));
    assert!(
        verdict.explanation.contains(
            "no inbound rule of sg-0web (web) allows it; the nearest is \"Inbound rule: TCP 443, source security group sg-0elb\" of sg-0web \
             (web), but its source is security group sg-0elb, which 203.0.113.99 is not in."
        ),
        "{}",
        verdict.explanation
    );
    let balancer = judge(AFTER, &question("eni-0web1", Direction::Inbound, "10.0.1.50", 443, 40_000));
    assert_eq!(balancer.outcome, Outcome::Allowed, "the load balancer is in the group that the rule names");
    assert_eq!(balancer.rules[0].peer, Peer::Group("sg-0elb".to_owned()));
    assert_eq!((balancer.request, balancer.answer), (None, None));
    assert!(balancer.notes[0].contains("one subnet"));
}

/// An interface in two groups, of which the second has two rules that match.
fn two_groups() -> crate::Inventory {
    let mut inventory = crate::Inventory::default();
    let interfaces = br#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1",
        "Groups": [{"GroupId": "sg-1", "GroupName": "web"}, {"GroupId": "sg-2", "GroupName": "ops"}]}]}"#;
    let groups = br#"{"SecurityGroups": [
        {"GroupId": "sg-1", "GroupName": "web", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
        {"GroupId": "sg-2", "GroupName": "ops", "IpPermissions": [
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "203.0.113.0/24"}]},
            {"IpProtocol": "tcp", "FromPort": 400, "ToPort": 500, "IpRanges": [{"CidrIp": "203.0.113.99/32"}]},
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]}"#;
    inventory.add(interfaces, time(BEFORE)).unwrap();
    inventory.add(groups, time(BEFORE)).unwrap();
    inventory
}

#[test]
fn every_rule_that_matches_is_named() {
    let verdict = evaluate(&two_groups(), time(AFTER), &question("eni-1", Direction::Inbound, "203.0.113.99", 443, 40_000));
    assert_eq!((verdict.outcome, verdict.rules.len(), verdict.missed.len()), (Outcome::Allowed, 3, 0));
    let named = "security group sg-1 (web) allows it with \"Inbound rule: TCP 443, source 0.0.0.0/0\" and security group sg-2 (ops) with \
                 \"Inbound rule: all traffic, source 203.0.113.0/24\" and \"Inbound rule: TCP 400-500, source 203.0.113.99/32\"";
    assert!(verdict.explanation.contains(named), "{}", verdict.explanation);
}

#[test]
fn the_rules_that_miss_are_told_nearest_first() {
    let verdict = evaluate(&two_groups(), time(AFTER), &question("eni-1", Direction::Inbound, "198.51.100.7", 22, 40_000));
    assert_eq!((verdict.outcome, verdict.rules.len()), (Outcome::BlockedBySecurityGroup, 0));
    let missed: Vec<(&str, &str)> = verdict.missed.iter().map(|rule| (rule.group_id.as_str(), rule.reason.as_str())).collect();
    assert_eq!(
        missed,
        [
            ("sg-2", "its source 203.0.113.0/24 does not hold 198.51.100.7"),
            ("sg-2", "its source 10.0.0.0/8 does not hold 198.51.100.7"),
            ("sg-1", "it is for TCP 443, not TCP 22"),
            ("sg-2", "it is for TCP 400-500, not TCP 22, and its source 203.0.113.99/32 does not hold 198.51.100.7"),
        ]
    );
    assert!(
        verdict.explanation.contains(
            "no inbound rule of sg-1 (web) and sg-2 (ops) allows it; the nearest is \"Inbound rule: all traffic, source 203.0.113.0/24\" of \
             sg-2 (ops), but its source 203.0.113.0/24 does not hold 198.51.100.7."
        ),
        "{}",
        verdict.explanation
    );
    let none = evaluate(&two_groups(), time(AFTER), &question("eni-1", Direction::Outbound, "198.51.100.7", 40_000, 25));
    assert!(
        none.explanation.contains("no outbound rule of sg-1 (web) and sg-2 (ops) allows it; there are no outbound rules."),
        "{}",
        none.explanation
    );
}

#[test]
fn assumed_before_the_first_snapshot() {
    let verdict = judge("2026-10-21T00:00:00Z", &question("eni-0web1", Direction::Inbound, "203.0.113.99", 443, 40_000));
    assert_eq!((verdict.outcome, verdict.assumed), (Outcome::Allowed, true));
    assert!(verdict.explanation.ends_with("No snapshot of that time exists; the rules are those of 2026-11-01 00:00 UTC."));
}

#[test]
fn blocked_by_the_network_acl() {
    let verdict = judge(BEFORE, &question("eni-0web1", Direction::Inbound, "198.51.100.7", 443, 40_000));
    assert_eq!(verdict.outcome, Outcome::BlockedByNetworkAcl);
    assert_eq!(verdict.request.as_ref().unwrap().rule, Some(90));
    assert_eq!(verdict.rules.len(), 1, "the security group would let it in");
    assert!(verdict.explanation.contains("blocked by rule 90 of network ACL acl-0web"), "{}", verdict.explanation);
}

#[test]
fn blocked_by_the_final_rule_on_the_way_out() {
    let verdict = judge(BEFORE, &question("eni-0web1", Direction::Outbound, "203.0.113.99", 40_000, 25));
    assert_eq!(verdict.outcome, Outcome::BlockedByNetworkAcl);
    assert_eq!(verdict.request.as_ref().unwrap().rule, Some(32_767));
    assert!(verdict.explanation.contains("the final rule *"), "{}", verdict.explanation);
}

#[test]
fn answers_meet_the_network_acl_too() {
    let from = |port| judge(BEFORE, &question("eni-0db1", Direction::Inbound, "10.0.1.10", 5432, port));
    assert_eq!(from(50_000).outcome, Outcome::Allowed);
    let blocked = from(40_000);
    assert_eq!(blocked.outcome, Outcome::AnswerBlockedByNetworkAcl);
    assert!(blocked.explanation.contains("its answers are blocked"), "{}", blocked.explanation);
    let mut unknown_port = question("eni-0db1", Direction::Inbound, "10.0.1.10", 5432, 0);
    unknown_port.remote_port = None;
    let verdict = judge(BEFORE, &unknown_port);
    assert_eq!(
        (verdict.outcome, verdict.answer.unwrap().allows),
        (Outcome::CannotBeJudged, None),
        "some clients' ports pass, others do not"
    );
}

#[test]
fn outbound_is_judged_by_outbound_rules() {
    let verdict = judge(BEFORE, &question("eni-0db1", Direction::Outbound, "10.0.1.10", 50_000, 443));
    assert_eq!(verdict.rules[0].text, "Outbound rule: TCP 443, destination 10.0.0.0/16");
    assert_eq!(verdict.outcome, Outcome::BlockedByNetworkAcl);
    let verdict = judge(BEFORE, &question("eni-0db1", Direction::Outbound, "203.0.113.99", 50_000, 443));
    assert_eq!(verdict.outcome, Outcome::BlockedBySecurityGroup, "a packet that leaves meets the group first");
    let verdict = judge(BEFORE, &question("eni-0web1", Direction::Outbound, "203.0.113.99", 50_000, 443));
    assert_eq!((verdict.outcome, verdict.rules[0].text.as_str()), (Outcome::Allowed, "Outbound rule: all traffic, destination 0.0.0.0/0"));
}

#[test]
fn prefix_lists_cannot_be_judged() {
    let verdict = judge(BEFORE, &question("eni-0web1", Direction::Inbound, "203.0.113.99", 9_005, 40_000));
    assert_eq!((verdict.outcome, verdict.rules[0].certain), (Outcome::CannotBeJudged, false));
    assert!(verdict.notes[0].contains("pl-0a1"));
    assert!(
        verdict.explanation.contains("depends on \"Inbound rule: TCP 9000-9010, source prefix list pl-0a1\""),
        "{}",
        verdict.explanation
    );
}

#[test]
fn families_do_not_mix() {
    let v6 = question("eni-0web1", Direction::Inbound, "2001:db8:ffff::1", 443, 40_000);
    let verdict = judge(BEFORE, &v6);
    assert_eq!(verdict.rules[0].peer, Peer::Cidr("::/0".parse().unwrap()));
    assert_eq!(verdict.outcome, Outcome::BlockedByNetworkAcl, "the ACL has no entry for IPv6");
}

#[test]
fn icmp_rules_have_no_ports() {
    let mut ping = question("eni-0web1", Direction::Inbound, "10.0.2.20", 0, 0);
    ping.protocol = 1;
    (ping.local_port, ping.remote_port) = (None, None);
    let verdict = judge(BEFORE, &ping);
    assert_eq!(verdict.rules[0].text, "Inbound rule: all ICMP, source 10.0.0.0/16");
    assert_eq!(verdict.answer.unwrap().allows, Some(false), "the ACL lets only TCP out");
}

#[test]
fn unknown_is_said() {
    let verdict = judge(BEFORE, &question("eni-nobody", Direction::Inbound, "203.0.113.99", 443, 40_000));
    assert_eq!((verdict.outcome, verdict.as_of), (Outcome::Unknown, None));
    assert!(verdict.explanation.contains("holds nothing about interface eni-nobody"));
    let verdict = judge(BEFORE, &question("eni-0web1", Direction::Unknown, "203.0.113.99", 443, 40_000));
    assert_eq!(verdict.outcome, Outcome::Unknown);
    assert!(verdict.explanation.contains("who opened"));
}

#[test]
fn interfaces_without_groups_meet_the_acl_only() {
    let verdict = judge(BEFORE, &question("eni-0nat", Direction::Inbound, "10.0.2.20", 443, 50_000));
    assert_eq!((verdict.outcome, verdict.rules.len()), (Outcome::Allowed, 0));
    assert!(verdict.notes[0].contains("no security group"));
}

#[test]
fn missing_groups_are_not_taken_for_a_prohibition() {
    let mut inventory = crate::Inventory::default();
    let json = br#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1"}]}]}"#;
    inventory.add(json, time(BEFORE)).unwrap();
    let verdict = evaluate(&inventory, time(AFTER), &question("eni-1", Direction::Inbound, "203.0.113.99", 443, 40_000));
    assert_eq!(verdict.outcome, Outcome::CannotBeJudged);
    assert!(verdict.notes.iter().any(|note| note.contains("sg-1")));
}

#[test]
fn verdicts_are_json() {
    let json = serde_json::to_value(judge(BEFORE, &question("eni-0web1", Direction::Inbound, "203.0.113.99", 443, 40_000))).unwrap();
    assert_eq!(json["outcome"], "allowed");
    assert_eq!(json["rules"][0]["peer"]["value"], "0.0.0.0/0");
    assert_eq!(json["request"]["rule"], 100);
}
