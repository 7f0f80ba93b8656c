//! Questions about one thing at one time.

use std::sync::Arc;

use flow::{Address, EntityKind, TimeRange, Timestamp};
use serde::Serialize;

use super::Inventory;
use super::model::{AddressKind, FlowLog, Instance, Interface, NetworkAcl, SecurityGroup, Subnet, Vpc};
use super::timeline::{Dated, Timeline};

/// That an entity held an address for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// The address.
    #[serde(serialize_with = "crate::text::serialize")]
    pub address: Address,
    /// How it belongs to the interface.
    pub kind: AddressKind,
    /// The interface.
    pub interface_id: String,
    /// The instance that the interface was attached to.
    pub instance_id: Option<String>,
    /// The instance, else the interface.
    pub entity: String,
    /// Owner of the interface.
    pub account: Option<String>,
    /// VPC of the interface: private addresses are unique only inside one.
    pub vpc_id: Option<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when; `None` when nothing says that it ended.
    pub to: Option<Timestamp>,
    /// Whether the question is about a time before anything was known.
    pub assumed: bool,
}

impl Assignment {
    fn new(address: Address, kind: AddressKind, dated: &Dated<&Interface>) -> Self {
        let interface = dated.value;
        Self {
            address,
            kind,
            interface_id: interface.id.clone(),
            instance_id: interface.instance_id().map(str::to_owned),
            entity: interface.entity().to_owned(),
            account: interface.account.clone(),
            vpc_id: interface.vpc_id.clone(),
            from: dated.from,
            to: dated.to,
            assumed: dated.assumed,
        }
    }
}

impl Inventory {
    /// The interface as it was at `at`; `None` when it is not known, or was gone by then.
    pub fn interface_at(&self, id: &str, at: Timestamp) -> Option<Dated<&Interface>> {
        self.interface_timeline(id)?.at(at)
    }

    /// The instance as it was at `at`.
    pub fn instance_at(&self, id: &str, at: Timestamp) -> Option<Dated<&Instance>> {
        self.instances.at(id, at)
    }

    /// The security group as it was at `at`.
    pub fn security_group_at(&self, id: &str, at: Timestamp) -> Option<Dated<&SecurityGroup>> {
        self.groups.at(id, at)
    }

    /// The subnet as it was at `at`.
    pub fn subnet_at(&self, id: &str, at: Timestamp) -> Option<Dated<&Subnet>> {
        self.subnets.at(id, at)
    }

    /// The VPC as it was at `at`.
    pub fn vpc_at(&self, id: &str, at: Timestamp) -> Option<Dated<&Vpc>> {
        self.vpcs.at(id, at)
    }

    /// The network ACL that guarded the subnet at `at`.
    pub fn network_acl_for_subnet_at(&self, subnet_id: &str, at: Timestamp) -> Option<Dated<&NetworkAcl>> {
        let candidates = self.index.acls_by_subnet.get(subnet_id)?;
        let mut found: Vec<Dated<&NetworkAcl>> = candidates
            .iter()
            .filter_map(|id| self.acls.at(id, at))
            .filter(|dated| dated.value.subnet_ids.iter().any(|guarded| guarded == subnet_id))
            .collect();
        // A subnet has one ACL: of two claims, what was known at the time comes before what is assumed, the later before the earlier.
        found.sort_by_key(|dated| (dated.assumed, std::cmp::Reverse(dated.as_of)));
        found.into_iter().next()
    }

    /// The flow log with this id, at whatever time.
    pub fn flow_log(&self, id: &str) -> Option<&FlowLog> {
        self.flow_logs.nearest(id, Timestamp::MAX).map(|dated| dated.value)
    }

    /// Every known flow log, by id.
    pub fn flow_logs(&self) -> impl Iterator<Item = &FlowLog> {
        self.flow_logs.things.values().filter_map(|timeline| timeline.nearest(Timestamp::MAX)).map(|dated| dated.value)
    }

    /// The account that owns a thing, whatever the time: an interface, instance, subnet, VPC, group, or an account itself.
    pub fn account_of(&self, id: &str) -> Option<&str> {
        let last = Timestamp::MAX;
        match EntityKind::of(id) {
            EntityKind::Instance => self.instances.nearest(id, last)?.value.account.as_deref(),
            EntityKind::Interface => self.interface_timeline(id)?.nearest(last)?.value.account.as_deref(),
            EntityKind::Subnet => self.subnets.nearest(id, last)?.value.account.as_deref(),
            EntityKind::Vpc => self.vpcs.nearest(id, last)?.value.account.as_deref(),
            EntityKind::Resource => self.groups.nearest(id, last)?.value.account.as_deref(),
            EntityKind::Account => self.account_ids().find(|known| *known == id),
            EntityKind::IpAddress => None,
        }
    }

    /// Who held the address at `at`. Private addresses may be held in several VPCs at once; what is known comes before what is
    /// assumed, then by interface.
    pub fn entities_with_address(&self, address: Address, at: Timestamp) -> Vec<Assignment> {
        let mut found: Vec<Assignment> = self
            .interfaces_that_held(address)
            .filter_map(|id| self.interface_at(id, at))
            .filter_map(|dated| kind_of(dated.value, address).map(|kind| Assignment::new(address, kind, &dated)))
            .collect();
        found.sort_by(|left, right| (left.assumed, &left.interface_id).cmp(&(right.assumed, &right.interface_id)));
        found
    }

    /// The interfaces of an entity at `at`: those attached to an instance, first device first, or the interface itself.
    pub fn interfaces_of(&self, entity: &str, at: Timestamp) -> Vec<Dated<&Interface>> {
        let mut found: Vec<Dated<&Interface>> = self
            .interfaces_ever_of(entity)
            .into_iter()
            .filter_map(|id| self.interface_at(id, at))
            .filter(|dated| dated.value.id == entity || dated.value.instance_id() == Some(entity))
            .collect();
        found.sort_by_key(|dated| (dated.value.attachment.as_ref().and_then(|attachment| attachment.device_index), &dated.value.id));
        found
    }

    /// The addresses of an entity at `at`.
    pub fn addresses_of(&self, entity: &str, at: Timestamp) -> Vec<Assignment> {
        self.interfaces_of(entity, at).iter().flat_map(held_by).collect()
    }

    /// Which addresses an entity held, through which interface, and when, of all that touches `range`; for an address, who held it.
    /// Ordered by time, address and interface. What the earliest snapshot says is taken to have held before it too, and marked.
    pub fn assignments(&self, entity: &str, range: TimeRange) -> Vec<Assignment> {
        let address = Address::parse(entity.as_bytes());
        let ids: Vec<&Arc<str>> = match address {
            Some(address) => self.interfaces_that_held(address).collect(),
            None => self.interfaces_ever_of(entity),
        };
        let mut found: Vec<Assignment> = Vec::new();
        for id in ids {
            let Some(timeline) = self.interface_timeline(id) else { continue };
            let mut mine: Vec<Assignment> = Vec::new();
            for (position, segment) in timeline.segments.iter().enumerate() {
                // Only the first span can be stretched back to a range that begins before it.
                let assumed = position == 0 && range.from < segment.from;
                let interface = &segment.value;
                let of_entity = address.is_some() || interface.id == entity || interface.instance_id() == Some(entity);
                if !of_entity || segment.to <= range.from || (segment.from >= range.to && !assumed) {
                    continue;
                }
                let dated = segment.dated(assumed);
                let held: Vec<Assignment> = match address {
                    Some(address) => kind_of(interface, address).map(|kind| Assignment::new(address, kind, &dated)).into_iter().collect(),
                    None => interface.addresses.iter().map(|held| Assignment::new(held.address, held.kind, &dated)).collect(),
                };
                for next in held {
                    let continued = mine.iter_mut().find(|known| {
                        known.address == next.address
                            && known.kind == next.kind
                            && known.instance_id == next.instance_id
                            && known.to == Some(next.from)
                    });
                    match continued {
                        Some(known) => known.to = next.to,
                        None => mine.push(next),
                    }
                }
            }
            found.append(&mut mine);
        }
        found.sort_by(|left, right| (left.from, left.address, &left.interface_id).cmp(&(right.from, right.address, &right.interface_id)));
        found
    }

    /// The span around `at` inside which nothing in the inventory changes.
    pub(crate) fn epoch(&self, at: Timestamp) -> TimeRange {
        let after = self.index.changes.partition_point(|&change| change <= at);
        let from = after.checked_sub(1).map_or(Timestamp::from_micros(i64::MIN), |before| self.index.changes[before]);
        let to = self.index.changes.get(after).copied().unwrap_or(Timestamp::from_micros(i64::MAX));
        TimeRange::new(from, to)
    }

    /// The private and IPv6 addresses of the interfaces in a group at `at`, ascending; what a rule that names the group means.
    pub(crate) fn addresses_in_group(&self, group: &str, at: Timestamp) -> Vec<Address> {
        let mut addresses: Vec<Address> = Vec::new();
        for id in self.index.by_group.get(group).into_iter().flatten() {
            let Some(dated) = self.interface_at(id, at) else { continue };
            if dated.value.security_groups.iter().any(|member| member.id == group) {
                addresses.extend(dated.value.private_addresses().chain(dated.value.ipv6_addresses()));
            }
        }
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    pub(super) fn interface_timeline(&self, id: &str) -> Option<&Timeline<Interface>> {
        self.interfaces.things.get(id).or_else(|| self.embedded.things.get(id))
    }

    fn interfaces_that_held(&self, address: Address) -> impl Iterator<Item = &Arc<str>> {
        let direct = self.index.by_address.get(&address).map_or(&[][..], Vec::as_slice);
        let by_prefix = self.index.with_prefixes.iter().filter(move |id| !direct.contains(id));
        direct.iter().chain(by_prefix)
    }

    pub(super) fn interfaces_ever_of(&self, entity: &str) -> Vec<&Arc<str>> {
        match self.index.by_instance.get(entity) {
            Some(ids) => ids.iter().collect(),
            None => {
                let own = self.interfaces.things.get_key_value(entity).or_else(|| self.embedded.things.get_key_value(entity));
                own.map(|(id, _)| id).into_iter().collect()
            }
        }
    }

    /// Every account that owns anything, each once, ascending.
    pub(super) fn account_ids(&self) -> impl Iterator<Item = &str> {
        let interfaces = self.interface_timelines().filter_map(|(_, timeline)| timeline.nearest(Timestamp::MAX)?.value.account.as_deref());
        let vpcs = self.vpcs.things.values().filter_map(|timeline| timeline.nearest(Timestamp::MAX)?.value.account.as_deref());
        let instances = self.instances.things.values().filter_map(|timeline| timeline.nearest(Timestamp::MAX)?.value.account.as_deref());
        let all: std::collections::BTreeSet<&str> = interfaces.chain(vpcs).chain(instances).collect();
        all.into_iter()
    }
}

/// Every address of an interface.
pub(super) fn held_by<'a>(dated: &'a Dated<&'a Interface>) -> impl Iterator<Item = Assignment> + 'a {
    dated.value.addresses.iter().map(move |held| Assignment::new(held.address, held.kind, dated))
}

/// How the interface holds the address: one of its own, or one of a delegated prefix.
fn kind_of(interface: &Interface, address: Address) -> Option<AddressKind> {
    let own = interface.addresses.iter().find(|held| held.address == address).map(|held| held.kind);
    let delegated = || interface.holds(address).then_some(if address.is_ipv4() { AddressKind::Secondary } else { AddressKind::Ipv6 });
    own.or_else(delegated)
}
