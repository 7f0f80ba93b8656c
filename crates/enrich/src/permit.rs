//! Security-group rules made ready to be asked about millions of records.

use flow::{Address, Timestamp};
use ipnet::IpNet;

use crate::inventory::{GroupRule, Inventory, Peer, SecurityGroup};

/// Whether rules let something pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permit {
    Yes,
    No,
    /// It depends on a prefix list, of which the entries are not known.
    Unclear,
}

/// The rules of one direction, of all groups of an interface.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Compiled>,
    /// Addresses of the groups that rules name, each run ascending.
    members: Vec<Vec<Address>>,
}

#[derive(Debug, Clone, Copy)]
struct Compiled {
    /// 256 is every protocol.
    protocol: u16,
    from_port: u16,
    to_port: u16,
    peer: CompiledPeer,
}

#[derive(Debug, Clone, Copy)]
enum CompiledPeer {
    /// First and last address; one family only.
    Span(Address, Address),
    /// Index into `members`.
    Group(usize),
    Unclear,
}

const EVERY_PROTOCOL: u16 = 256;

impl Rules {
    /// Makes the rules of one direction ready, group references resolved as of `at`.
    pub(crate) fn compile<'a>(inventory: &Inventory, rules: impl Iterator<Item = &'a GroupRule>, at: Timestamp) -> Self {
        let mut compiled = Self::default();
        for rule in rules {
            let peer = match &rule.peer {
                Peer::Cidr(net) => {
                    let (first, last) = span(net);
                    CompiledPeer::Span(first, last)
                }
                Peer::Group(group) => {
                    compiled.members.push(inventory.addresses_in_group(group, at));
                    CompiledPeer::Group(compiled.members.len() - 1)
                }
                Peer::PrefixList(_) => CompiledPeer::Unclear,
            };
            let protocol = rule.protocol.map_or(EVERY_PROTOCOL, u16::from);
            compiled.rules.push(Compiled { protocol, from_port: rule.from_port, to_port: rule.to_port, peer });
        }
        compiled
    }

    /// Whether the rules let `remote` through, for a protocol with ports.
    pub(crate) fn permit(&self, protocol: u8, port: u16, remote: Address) -> Permit {
        let mut answer = Permit::No;
        for rule in &self.rules {
            let fits = rule.protocol == EVERY_PROTOCOL
                || (rule.protocol == u16::from(protocol) && (rule.from_port..=rule.to_port).contains(&port));
            if !fits {
                continue;
            }
            match rule.peer {
                CompiledPeer::Span(first, last) if (first..=last).contains(&remote) && first.is_ipv4() == remote.is_ipv4() => {
                    return Permit::Yes;
                }
                CompiledPeer::Group(index) if self.members[index].binary_search(&remote).is_ok() => return Permit::Yes,
                CompiledPeer::Unclear => answer = Permit::Unclear,
                CompiledPeer::Span(..) | CompiledPeer::Group(_) => {}
            }
        }
        answer
    }
}

/// Both directions of an interface's rules.
#[derive(Debug)]
pub(crate) struct InterfaceRules {
    pub(crate) inbound: Rules,
    pub(crate) outbound: Rules,
}

impl InterfaceRules {
    /// The rules of `groups` as they were known at `at`; `None` when any group was not known then: a rule that is missing would be
    /// taken for a prohibition.
    pub(crate) fn compile<'a>(inventory: &Inventory, groups: impl Iterator<Item = &'a str>, at: Timestamp) -> Option<Self> {
        let groups: Option<Vec<&SecurityGroup>> =
            groups.map(|id| inventory.security_group_at(id, at).filter(|dated| !dated.assumed).map(|dated| dated.value)).collect();
        let groups = groups.filter(|groups| !groups.is_empty())?;
        Some(Self {
            inbound: Rules::compile(inventory, groups.iter().flat_map(|group| &group.inbound), at),
            outbound: Rules::compile(inventory, groups.iter().flat_map(|group| &group.outbound), at),
        })
    }
}

/// First and last address of a network.
pub(crate) fn span(net: &IpNet) -> (Address, Address) {
    (net.network().into(), net.broadcast().into())
}
