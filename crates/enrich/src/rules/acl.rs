//! Network ACLs: stateless, in order of their numbers, for each way apart.
//!
//! Source: Amazon VPC user guide, "Network ACLs": rules are tried from the lowest number, the first that fits decides, `*` refuses the
//! rest; they guard the border of a subnet, so traffic inside one does not meet them.

use flow::{Direction, Timestamp};
use serde::Serialize;

use super::{FlowQuestion, Verdict};
use crate::inventory::{AclEntry, Interface, Inventory, NetworkAcl};
use crate::permit::span;

/// The number of the final rule, which AWS shows as `*`.
pub(super) const FINAL: u32 = 32_767;

/// Ports that clients may answer from when the port is not known (AWS user guide, "Ephemeral ports": 1024–65535 covers all clients).
const EPHEMERAL: (u16, u16) = (1_024, 65_535);

/// What a network ACL does with packets of one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AclDecision {
    /// The ACL.
    pub acl_id: String,
    /// Whether the packets leave the subnet.
    pub egress: bool,
    /// The rule that decides, 32767 for the final `*`; `None` when none can be said to.
    pub rule: Option<u32>,
    /// Whether it lets them pass; `None` when it depends on a port that is not known.
    pub allows: Option<bool>,
    /// The rule in words.
    pub text: String,
}

/// Judges both ways, unless the other side is in the same subnet.
pub(super) fn judge(inventory: &Inventory, at: Timestamp, question: &FlowQuestion, interface: &Interface, verdict: &mut Verdict) {
    let Some(subnet_id) = interface.subnet_id.as_deref() else {
        verdict.note("The subnet of the interface is not known, so no network ACL was judged.");
        return;
    };
    if let Some(subnet) = inventory.subnet_at(subnet_id, at)
        && subnet.value.cidrs.iter().any(|net| net.contains(&question.remote.to_ip()))
    {
        verdict.date(subnet.as_of, subnet.assumed);
        verdict.note("Both sides are in one subnet, where no network ACL applies.");
        return;
    }
    let Some(acl) = inventory.network_acl_for_subnet_at(subnet_id, at) else {
        verdict.note(format!("The network ACL of subnet {subnet_id} is not in the inventory."));
        return;
    };
    verdict.date(acl.as_of, acl.assumed);
    let inbound = question.connection == Direction::Inbound;
    // Towards the subnet the port is the local one, away from it the remote one, whoever began.
    let entering = decide(acl.value, false, question, question.local_port, !inbound);
    let leaving = decide(acl.value, true, question, question.remote_port, inbound);
    (verdict.request, verdict.answer) = if inbound { (Some(entering), Some(leaving)) } else { (Some(leaving), Some(entering)) };
}

fn decide(acl: &NetworkAcl, egress: bool, question: &FlowQuestion, port: Option<u16>, answer: bool) -> AclDecision {
    // Answers go to the port that the client chose; a request without a port cannot be judged by ports at all.
    let ports = match port {
        Some(port) => Some((port, port)),
        None => answer.then_some(EPHEMERAL),
    };
    let mut decision =
        AclDecision { acl_id: acl.id.clone(), egress, rule: Some(FINAL), allows: Some(false), text: "* DENY all".to_owned() };
    for entry in acl.entries.iter().filter(|entry| entry.egress == egress) {
        match fits(entry, question, ports) {
            Some(false) => {}
            Some(true) => {
                decision.rule = Some(entry.number);
                decision.allows = Some(entry.allow);
                decision.text = text(entry);
                return decision;
            }
            None => {
                decision.rule = None;
                decision.allows = None;
                decision.text = format!("{}, which depends on a port that is not known", text(entry));
                return decision;
            }
        }
    }
    decision
}

/// Whether the entry is about these packets; `None` when it is about some of the ports they may have.
fn fits(entry: &AclEntry, question: &FlowQuestion, ports: Option<(u16, u16)>) -> Option<bool> {
    let (first, last) = match &entry.cidr {
        Some(net) => span(net),
        None => return Some(false),
    };
    let remote = question.remote;
    if !(first..=last).contains(&remote) || first.is_ipv4() != remote.is_ipv4() {
        return Some(false);
    }
    match entry.protocol {
        None => return Some(true),
        Some(protocol) if protocol != question.protocol => return Some(false),
        Some(protocol) if !flow::has_ports(protocol) => return Some(true),
        Some(_) => {}
    }
    if (entry.from_port, entry.to_port) == (0, u16::MAX) {
        return Some(true);
    }
    let (from, to) = ports?;
    if entry.from_port <= from && to <= entry.to_port {
        Some(true)
    } else if entry.to_port < from || to < entry.from_port {
        Some(false)
    } else {
        None
    }
}

/// `100 ALLOW TCP 443 from 0.0.0.0/0`, `* DENY all`.
fn text(entry: &AclEntry) -> String {
    let number = if entry.number == FINAL { "*".to_owned() } else { entry.number.to_string() };
    let action = if entry.allow { "ALLOW" } else { "DENY" };
    let what = super::explain::traffic(entry.protocol, entry.from_port, entry.to_port);
    let way = if entry.egress { "to" } else { "from" };
    let cidr = entry.cidr.map(|net| format!(" {way} {net}")).unwrap_or_default();
    format!("{number} {action} {what}{cidr}")
}
