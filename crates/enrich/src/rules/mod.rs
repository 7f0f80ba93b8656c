//! What the security groups and network ACLs of an interface say about a connection.
//!
//! The answer is about the rules as the inventory knew them at the time, at the interface's own end: the other end may have rules too.

mod acl;
mod explain;

use flow::{Address, Direction, Timestamp};
use serde::{Deserialize, Serialize};

use crate::inventory::{GroupRule, Interface, Inventory, Peer};
use crate::permit::span;

pub use acl::AclDecision;

/// A connection to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowQuestion {
    /// The interface, `eni-…`.
    pub interface_id: String,
    /// Who opened the connection: `Inbound` when the remote side did, `Outbound` when the interface did.
    pub connection: Direction,
    /// The remote address.
    pub remote: Address,
    /// The interface's address, when it is known; only used in words.
    pub local: Option<Address>,
    /// The interface's port.
    pub local_port: Option<u16>,
    /// The remote port.
    pub remote_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: u8,
}

/// What the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A security-group rule lets it in, and the network ACL lets both ways pass.
    Allowed,
    /// No security-group rule lets it pass.
    BlockedBySecurityGroup,
    /// A network ACL rule stops the request.
    BlockedByNetworkAcl,
    /// The request passes, but a network ACL rule stops the answer.
    AnswerBlockedByNetworkAcl,
    /// It depends on something that the inventory does not hold, such as the entries of a prefix list.
    CannotBeJudged,
    /// The inventory knows nothing of the interface at that time, or nobody knows who opened the connection.
    Unknown,
}

/// A security-group rule that lets the connection pass, or may do so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchedRule {
    /// The group.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// `inbound` or `outbound`.
    pub direction: Direction,
    /// Protocol, `None` for all.
    pub protocol: Option<u8>,
    /// First port; with the last, 0 to 65535 for all.
    pub from_port: u16,
    /// Last port.
    pub to_port: u16,
    /// Source of an inbound rule, destination of an outbound one.
    pub peer: Peer,
    /// What its author wrote.
    pub description: Option<String>,
    /// The rule in the words of the AWS console.
    pub text: String,
    /// Whether it certainly matches: `false` for prefix lists, of which the entries are not known.
    pub certain: bool,
}

/// A security-group rule that does not let the connection pass, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissedRule {
    /// The group.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// The rule in the words of the AWS console.
    pub text: String,
    /// What about the connection it does not match.
    pub reason: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// In a word.
    pub outcome: Outcome,
    /// In plain English.
    pub explanation: String,
    /// Every security-group rule that matches.
    pub rules: Vec<MatchedRule>,
    /// When none matches: the rules that would have to, those that miss least first.
    pub missed: Vec<MissedRule>,
    /// The network ACL's decision on the request; `None` when it is not known, or does not apply.
    pub request: Option<AclDecision>,
    /// The network ACL's decision on the answer.
    pub answer: Option<AclDecision>,
    /// The latest of the snapshots that the answer is made of.
    pub as_of: Option<Timestamp>,
    /// Whether any of them is later than the time asked about, so that the rules may have been others then.
    pub assumed: bool,
    /// What else is to be kept in mind.
    pub notes: Vec<String>,
}

/// Rules told that do not match; a group may have a thousand.
const MISSED: usize = 20;

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Unclear,
}

/// Judges a connection by the rules of the interface as they were at `at`.
pub fn evaluate(inventory: &Inventory, at: Timestamp, question: &FlowQuestion) -> Verdict {
    let Some(interface) = inventory.interface_at(&question.interface_id, at) else {
        return Verdict::unknown(explain::no_interface(question, at));
    };
    let mut verdict = Verdict::unknown(String::new());
    verdict.date(interface.as_of, interface.assumed);
    let interface = interface.value;
    if question.connection == Direction::Unknown {
        verdict.explanation = explain::no_direction();
        return verdict;
    }
    let groups = judge_groups(inventory, at, question, interface, &mut verdict);
    acl::judge(inventory, at, question, interface, &mut verdict);
    verdict.outcome = outcome(question, groups, &verdict);
    verdict.explanation = explain::verdict(question, interface, groups, &verdict);
    verdict
}

impl Verdict {
    /// That nothing can be said, and why.
    pub const fn unknown(explanation: String) -> Self {
        Self {
            outcome: Outcome::Unknown,
            explanation,
            rules: Vec::new(),
            missed: Vec::new(),
            request: None,
            answer: None,
            as_of: None,
            assumed: false,
            notes: Vec::new(),
        }
    }

    fn date(&mut self, as_of: Timestamp, assumed: bool) {
        self.as_of = self.as_of.max(Some(as_of));
        self.assumed |= assumed;
    }

    fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// What the security groups say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Groups {
    Allow,
    Block,
    Unclear,
    /// The interface has none, as a NAT gateway has none.
    None,
}

fn judge_groups(inventory: &Inventory, at: Timestamp, question: &FlowQuestion, interface: &Interface, verdict: &mut Verdict) -> Groups {
    if interface.security_groups.is_empty() {
        verdict.note("The interface has no security group; only the network ACL applies.");
        return Groups::None;
    }
    let inbound = question.connection == Direction::Inbound;
    let port = if inbound { question.local_port } else { question.remote_port };
    let mut complete = true;
    let mut missed: Vec<(u8, MissedRule)> = Vec::new();
    for group in &interface.security_groups {
        let Some(dated) = inventory.security_group_at(&group.id, at) else {
            complete = false;
            verdict.note(format!("The rules of security group {} are not in the inventory.", group.id));
            continue;
        };
        verdict.date(dated.as_of, dated.assumed);
        let group = dated.value;
        for rule in if inbound { &group.inbound } else { &group.outbound } {
            let fits = match_ports(rule, question.protocol, port);
            let peer = match_peer(inventory, at, &rule.peer, question.remote);
            if fits == Match::No || peer == Match::No {
                // A rule for this port and another source is nearer than one for another port.
                let distance = 2 * u8::from(fits == Match::No) + u8::from(peer == Match::No);
                missed.push((
                    distance,
                    MissedRule {
                        group_id: group.id.clone(),
                        group_name: group.name.clone(),
                        text: explain::rule(rule, inbound),
                        reason: explain::miss(rule, question, port, inbound, fits == Match::No, peer == Match::No),
                    },
                ));
                continue;
            }
            if let Peer::PrefixList(list) = &rule.peer {
                verdict.note(format!("The entries of prefix list {list} are not in the inventory, so its rule cannot be judged."));
            }
            verdict.rules.push(MatchedRule {
                group_id: group.id.clone(),
                group_name: group.name.clone(),
                direction: question.connection,
                protocol: rule.protocol,
                from_port: rule.from_port,
                to_port: rule.to_port,
                peer: rule.peer.clone(),
                description: rule.description.clone(),
                text: explain::rule(rule, inbound),
                certain: fits == Match::Yes && peer == Match::Yes,
            });
        }
    }
    verdict.rules.sort_by_key(|rule| !rule.certain);
    if verdict.rules.is_empty() {
        // Stable: of those that miss as little the order of the groups and their rules stays.
        missed.sort_by_key(|(distance, _)| *distance);
        verdict.missed = missed.into_iter().take(MISSED).map(|(_, missed)| missed).collect();
    }
    match verdict.rules.first() {
        Some(rule) if rule.certain => Groups::Allow,
        Some(_) => Groups::Unclear,
        None if !complete => Groups::Unclear,
        None => Groups::Block,
    }
}

/// Whether protocol and port are those of the rule. For ICMP the rule's ports are a type and a code, which records do not show.
fn match_ports(rule: &GroupRule, protocol: u8, port: Option<u16>) -> Match {
    match rule.protocol {
        None => Match::Yes,
        Some(number) if number != protocol => Match::No,
        Some(_) if (rule.from_port, rule.to_port) == (0, u16::MAX) => Match::Yes,
        Some(number) if flow::has_ports(number) => match port {
            Some(port) if (rule.from_port..=rule.to_port).contains(&port) => Match::Yes,
            Some(_) => Match::No,
            None => Match::Unclear,
        },
        Some(1 | 58) => Match::Unclear,
        Some(_) => Match::Yes,
    }
}

fn match_peer(inventory: &Inventory, at: Timestamp, peer: &Peer, remote: Address) -> Match {
    let found = match peer {
        Peer::Cidr(net) => {
            let (first, last) = span(net);
            (first..=last).contains(&remote) && first.is_ipv4() == remote.is_ipv4()
        }
        Peer::Group(group) => inventory.addresses_in_group(group, at).binary_search(&remote).is_ok(),
        Peer::PrefixList(_) => return Match::Unclear,
    };
    if found { Match::Yes } else { Match::No }
}

/// The first obstacle on the way decides: a request meets the ACL of the subnet before the group of the interface when it comes in, and
/// after it when it goes out.
fn outcome(question: &FlowQuestion, groups: Groups, verdict: &Verdict) -> Outcome {
    let request_blocked = verdict.request.as_ref().is_some_and(|decision| decision.allows == Some(false));
    let group_blocked = groups == Groups::Block;
    if request_blocked && (question.connection == Direction::Inbound || !group_blocked) {
        return Outcome::BlockedByNetworkAcl;
    }
    if group_blocked {
        return Outcome::BlockedBySecurityGroup;
    }
    if verdict.answer.as_ref().is_some_and(|decision| decision.allows == Some(false)) {
        return Outcome::AnswerBlockedByNetworkAcl;
    }
    let unclear = |decision: &Option<AclDecision>| decision.as_ref().is_some_and(|decision| decision.allows.is_none());
    if groups == Groups::Unclear || unclear(&verdict.request) || unclear(&verdict.answer) {
        return Outcome::CannotBeJudged;
    }
    if groups == Groups::None && verdict.request.is_none() { Outcome::CannotBeJudged } else { Outcome::Allowed }
}

#[cfg(test)]
mod tests;
