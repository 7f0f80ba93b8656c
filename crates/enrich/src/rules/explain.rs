//! Rules and verdicts in plain English.

use flow::{Direction, Timestamp};

use super::acl::{AclDecision, FINAL};
use super::{FlowQuestion, Groups, MatchedRule, Outcome, Verdict};
use crate::inventory::{GroupRule, Interface, Peer};

/// Instants in sentences, to the minute.
const MINUTE: &str = "%Y-%m-%d %H:%M UTC";

/// `all traffic`, `TCP 443`, `TCP 8000-8100`, `all ICMP`, `protocol 253`.
pub(super) fn traffic(protocol: Option<u8>, from_port: u16, to_port: u16) -> String {
    let Some(number) = protocol else { return "all traffic".to_owned() };
    let name = name(number);
    if !flow::has_ports(number) {
        return if flow::protocol_name(number).is_some() { format!("all {name}") } else { name };
    }
    match (from_port, to_port) {
        (0, u16::MAX) => format!("all {name}"),
        (from, to) if from == to => format!("{name} {from}"),
        (from, to) => format!("{name} {from}-{to}"),
    }
}

fn name(protocol: u8) -> String {
    flow::protocol_name(protocol).map_or_else(|| format!("protocol {protocol}"), str::to_owned)
}

fn peer(peer: &Peer) -> String {
    match peer {
        Peer::Cidr(net) => net.to_string(),
        Peer::Group(group) => format!("security group {group}"),
        Peer::PrefixList(list) => format!("prefix list {list}"),
    }
}

/// `Inbound rule: TCP 443, source 0.0.0.0/0`.
pub(super) fn rule(rule: &GroupRule, inbound: bool) -> String {
    let (way, side) = if inbound { ("Inbound", "source") } else { ("Outbound", "destination") };
    format!("{way} rule: {}, {side} {}", traffic(rule.protocol, rule.from_port, rule.to_port), peer(&rule.peer))
}

/// What about the connection a rule does not match: `it is for TCP 443, not TCP 22`, `10.0.0.0/16 does not hold 198.51.100.7`.
pub(super) fn miss(
    rule: &GroupRule,
    question: &FlowQuestion,
    port: Option<u16>,
    inbound: bool,
    traffic_misses: bool,
    peer_misses: bool,
) -> String {
    let mut reasons = Vec::new();
    if traffic_misses {
        let asked = match port.filter(|_| flow::has_ports(question.protocol)) {
            Some(port) => format!("{} {port}", name(question.protocol)),
            None => name(question.protocol),
        };
        reasons.push(format!("it is for {}, not {asked}", traffic(rule.protocol, rule.from_port, rule.to_port)));
    }
    if peer_misses {
        let side = if inbound { "source" } else { "destination" };
        reasons.push(match &rule.peer {
            Peer::Group(group) => format!("its {side} is security group {group}, which {} is not in", question.remote),
            other => format!("its {side} {} does not hold {}", peer(other), question.remote),
        });
    }
    reasons.join(", and ")
}

pub(super) fn no_interface(question: &FlowQuestion, at: Timestamp) -> String {
    format!("The inventory holds nothing about interface {} at {at}, so its rules cannot be judged.", question.interface_id)
}

pub(super) fn no_direction() -> String {
    "Nothing tells who opened this connection, and security groups judge by who did.".to_owned()
}

/// What was asked about: `TCP from 198.51.100.7 to 10.0.0.5 port 22`.
fn connection(question: &FlowQuestion, interface: &Interface) -> String {
    let local = question.local.map_or_else(|| interface.id.clone(), |address| address.to_string());
    let remote = question.remote.to_string();
    let (from, to, port) = match question.connection {
        Direction::Outbound => (local, remote, question.remote_port),
        _ => (remote, local, question.local_port),
    };
    let port = port.filter(|_| flow::has_ports(question.protocol)).map(|port| format!(" port {port}")).unwrap_or_default();
    format!("{} from {from} to {to}{port}", name(question.protocol))
}

fn group(id: &str, name: &str) -> String {
    if name.is_empty() { id.to_owned() } else { format!("{id} ({name})") }
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: &[String]) -> String {
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// Every rule that certainly matches, with its group: `sg-1 (web) allows it with "…" and "…", security group sg-2 (ops) with "…"`.
fn allowing(rules: &[MatchedRule]) -> String {
    let mut groups: Vec<(&MatchedRule, Vec<String>)> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.certain) {
        let text = format!("\"{}\"", rule.text);
        match groups.iter_mut().find(|(first, _)| first.group_id == rule.group_id) {
            Some((_, texts)) => texts.push(text),
            None => groups.push((rule, vec![text])),
        }
    }
    let each = groups.iter().enumerate().map(|(index, (rule, texts))| {
        let allows = if index == 0 { " allows it" } else { "" };
        format!("security group {}{allows} with {}", group(&rule.group_id, &rule.group_name), list(texts))
    });
    list(&each.collect::<Vec<_>>())
}

fn acl(decision: &AclDecision) -> String {
    match decision.rule {
        Some(FINAL) => format!("the final rule * of network ACL {}, since no other rule is about it", decision.acl_id),
        Some(number) => format!("rule {number} of network ACL {} ({})", decision.acl_id, decision.text),
        None => format!("network ACL {}", decision.acl_id),
    }
}

/// The whole answer in one or two sentences.
pub(super) fn verdict(question: &FlowQuestion, interface: &Interface, groups: Groups, verdict: &Verdict) -> String {
    let connection = connection(question, interface);
    let way = if question.connection == Direction::Inbound { "inbound" } else { "outbound" };
    let ids = || {
        list(&interface.security_groups.iter().map(|known| group(&known.id, known.name.as_deref().unwrap_or_default())).collect::<Vec<_>>())
    };
    let by_acl = |decision: &Option<AclDecision>| decision.as_ref().map(acl).unwrap_or_default();
    let mut text = match verdict.outcome {
        Outcome::Allowed => {
            let by_group = match verdict.rules.first() {
                Some(_) => allowing(&verdict.rules),
                None => "the interface has no security group".to_owned(),
            };
            match &verdict.request {
                Some(request) => format!("{connection} is allowed: {by_group}, and {} lets it pass.", acl(request)),
                None => format!("{connection} is allowed: {by_group}."),
            }
        }
        Outcome::BlockedBySecurityGroup => {
            let nearest = match verdict.missed.first() {
                Some(missed) => {
                    format!("the nearest is \"{}\" of {}, but {}", missed.text, group(&missed.group_id, &missed.group_name), missed.reason)
                }
                None => format!("there are no {way} rules"),
            };
            format!("{connection} is blocked by security group: no {way} rule of {} allows it; {nearest}.", ids())
        }
        Outcome::BlockedByNetworkAcl => format!("{connection} is blocked by {}.", by_acl(&verdict.request)),
        Outcome::AnswerBlockedByNetworkAcl => {
            format!("{connection} is allowed, but its answers are blocked by {}.", by_acl(&verdict.answer))
        }
        Outcome::CannotBeJudged if groups == Groups::Unclear => match verdict.rules.first() {
            Some(rule) => {
                format!("{connection} cannot be judged: it depends on \"{}\" of {}.", rule.text, group(&rule.group_id, &rule.group_name))
            }
            None => format!("{connection} cannot be judged: rules of {} are not in the inventory.", ids()),
        },
        Outcome::CannotBeJudged => format!("{connection} cannot be judged: it depends on rules that the inventory does not hold."),
        Outcome::Unknown => format!("Nothing is known about {connection}."),
    };
    if let Some(as_of) = verdict.as_of {
        text.push_str(&if verdict.assumed {
            format!(" No snapshot of that time exists; the rules are those of {}.", as_of.datetime().format(MINUTE))
        } else {
            format!(" Rules as of {}.", as_of.datetime().format(MINUTE))
        });
    }
    text
}
