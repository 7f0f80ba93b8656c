//! What people look for, and what stands at the head of a profile.

use flow::{Address, EntityKind, Timestamp};
use ipnet::IpNet;
use serde::Serialize;

use super::Inventory;
use super::lookup::{Assignment, held_by};
use super::model::{GroupRef, Instance, Interface, NetworkAcl, Subnet, Tags, Vpc};
use super::timeline::Dated;

/// Answers of one search.
const SEARCH_CAP: usize = 200;

/// One line about an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntitySummary {
    /// Its identifier.
    pub id: String,
    /// What it is.
    pub kind: EntityKind,
    /// The value of its tag `Name`, or what stands for it.
    pub name: Option<String>,
    /// What an interface of an AWS service stands for.
    pub role: Option<&'static str>,
    /// Owner.
    pub account: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// When the inventory first knows of it.
    pub first_seen: Timestamp,
    /// When it was found to be gone; `None` when the latest snapshot lists it.
    pub gone: Option<Timestamp>,
}

/// An entity that a search found, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchHit {
    /// The entity.
    #[serde(flatten)]
    pub entity: EntitySummary,
    /// What matched, such as `address 10.0.0.5` or `Name web-1`.
    pub matched: String,
}

/// All that a profile's head shows of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntityDetails {
    /// Its identifier.
    pub id: String,
    /// What it is.
    pub kind: EntityKind,
    /// Whether the inventory knows it at all.
    pub known: bool,
    /// Whether the facts are later than the time asked about.
    pub assumed: bool,
    /// The snapshot that first stated the facts.
    pub as_of: Option<Timestamp>,
    /// When it was found to be gone, if that was before the time asked about; the facts are the last known ones then.
    pub gone: Option<Timestamp>,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// What an interface of an AWS service stands for.
    pub role: Option<&'static str>,
    /// Owner.
    pub account: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Availability zone by name.
    pub zone: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// The instance.
    pub instance: Option<Instance>,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// The addresses it held; for an address, who held it.
    pub addresses: Vec<Assignment>,
    /// Its security groups.
    pub security_groups: Vec<GroupRef>,
    /// The subnet itself.
    pub subnet: Option<Subnet>,
    /// The network ACL of the subnet.
    pub network_acl: Option<NetworkAcl>,
    /// The VPC itself.
    pub vpc: Option<Vpc>,
    /// Its tags.
    pub tags: Tags,
}

impl EntityDetails {
    fn unknown(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: EntityKind::of(id),
            known: false,
            assumed: false,
            as_of: None,
            gone: None,
            name: None,
            role: None,
            account: None,
            region: None,
            zone: None,
            vpc_id: None,
            subnet_id: None,
            instance: None,
            interfaces: Vec::new(),
            addresses: Vec::new(),
            security_groups: Vec::new(),
            subnet: None,
            network_acl: None,
            vpc: None,
            tags: Tags::new(),
        }
    }

    fn date<T>(&mut self, dated: Dated<&T>, at: Timestamp) {
        self.known = true;
        self.assumed = dated.assumed;
        self.as_of = Some(dated.as_of);
        self.gone = dated.to.filter(|&to| to <= at);
    }
}

impl Inventory {
    /// Every entity that can report flows: each instance, and each interface that was ever without one. Ordered by id.
    pub fn entities(&self) -> impl Iterator<Item = EntitySummary> {
        let instances = self.instances.things.values().filter_map(|timeline| {
            let first = timeline.segments.first()?;
            let last = timeline.segments.last()?;
            Some(summary_of_instance(&last.value, first.from, last.to))
        });
        let interfaces = self.interface_timelines().filter_map(|(_, timeline)| {
            let first = timeline.segments.first()?;
            let last = timeline.segments.last()?;
            let alone = timeline.segments.iter().any(|segment| segment.value.instance_id().is_none());
            alone.then(|| summary_of_interface(&last.value, first.from, last.to))
        });
        let unlisted = self.index.by_instance.iter().filter(|(id, _)| !self.instances.things.contains_key(id.as_str()));
        let unlisted = unlisted.filter_map(|(id, interfaces)| {
            let timelines = interfaces.iter().filter_map(|interface| self.interface_timeline(interface));
            let segments = timelines.flat_map(|timeline| &timeline.segments);
            let segment = segments.filter(|segment| segment.value.instance_id() == Some(id.as_str())).max_by_key(|segment| segment.to)?;
            let mut summary = summary_of_interface(&segment.value, segment.from, segment.to);
            summary.id.clone_from(id);
            summary.kind = EntityKind::of(id);
            Some(summary)
        });
        let mut all: Vec<EntitySummary> = instances.chain(unlisted).chain(interfaces).collect();
        all.sort_by(|left, right| left.id.cmp(&right.id));
        all.into_iter()
    }

    /// Entities by identifier, `Name` tag, address, network (`10.0.0.0/16`), subnet, VPC or account. Identifiers and names match by
    /// part, whatever the case; the rest exactly. At most 200 hits, exact ones first.
    pub fn search(&self, text: &str) -> Vec<SearchHit> {
        let text = text.trim();
        if text.is_empty() {
            return Vec::new();
        }
        let lower = text.to_lowercase();
        let wanted = Wanted {
            address: Address::parse(text.as_bytes()),
            net: text.contains('/').then(|| text.parse().ok()).flatten(),
            text,
            lower: &lower,
        };
        let mut hits: Vec<(bool, SearchHit)> = self
            .entities()
            .filter_map(|entity| {
                let (exact, matched) = self.match_entity(&entity, &wanted)?;
                Some((!exact, SearchHit { entity, matched }))
            })
            .collect();
        hits.sort_by(|left, right| (left.0, &left.1.entity.id).cmp(&(right.0, &right.1.entity.id)));
        hits.into_iter().take(SEARCH_CAP).map(|(_, hit)| hit).collect()
    }

    /// What is known of any entity at `at`: an instance, interface, address, subnet, VPC or account. What was gone by then comes with
    /// its last known facts, what is not known at all with none.
    pub fn describe(&self, entity: &str, at: Timestamp) -> EntityDetails {
        let mut details = EntityDetails::unknown(entity);
        match details.kind {
            EntityKind::Instance => self.describe_instance(&mut details, at),
            EntityKind::Interface => {
                if let Some(dated) = self.interface_timeline(entity).and_then(|timeline| timeline.nearest(at)) {
                    details.date(dated, at);
                    describe_interfaces(&mut details, &[dated]);
                }
            }
            EntityKind::IpAddress => {
                if let Some(address) = Address::parse(entity.as_bytes()) {
                    details.addresses = self.entities_with_address(address, at);
                    details.known = !details.addresses.is_empty();
                    if let [only] = details.addresses.as_slice() {
                        details.assumed = only.assumed;
                        details.account.clone_from(&only.account);
                        details.vpc_id.clone_from(&only.vpc_id);
                    }
                }
            }
            EntityKind::Subnet => {
                if let Some(dated) = self.subnets.nearest(entity, at) {
                    details.date(dated, at);
                    let subnet = dated.value;
                    details.account.clone_from(&subnet.account);
                    details.vpc_id.clone_from(&subnet.vpc_id);
                    details.zone.clone_from(&subnet.zone);
                    details.tags.clone_from(&subnet.tags);
                    details.network_acl = self.network_acl_for_subnet_at(entity, at).map(|dated| dated.value.clone());
                    details.subnet = Some(subnet.clone());
                }
            }
            EntityKind::Vpc => {
                if let Some(dated) = self.vpcs.nearest(entity, at) {
                    details.date(dated, at);
                    details.account.clone_from(&dated.value.account);
                    details.tags.clone_from(&dated.value.tags);
                    details.vpc = Some(dated.value.clone());
                }
            }
            EntityKind::Account => {
                details.known = self.account_ids().any(|account| account == entity);
                details.account = Some(entity.to_owned());
            }
            EntityKind::Resource => {}
        }
        details.name = details.tags.get("Name").filter(|name| !name.is_empty()).cloned();
        details
    }

    fn describe_instance(&self, details: &mut EntityDetails, at: Timestamp) {
        let id = details.id.clone();
        let instance = self.instances.nearest(&id, at);
        let mut interfaces = self.interfaces_of(&id, at);
        if interfaces.is_empty() {
            // Gone by then: the interfaces it last had.
            let segments = self.interfaces_ever_of(&id).into_iter().filter_map(|interface| self.interface_timeline(interface));
            let last = segments.filter_map(|timeline| {
                timeline.segments.iter().rev().find(|segment| segment.value.instance_id() == Some(id.as_str()) && segment.from <= at)
            });
            interfaces = last.map(|segment| segment.dated(false)).collect();
        }
        if let Some(&first) = interfaces.first() {
            details.date(first, at);
            describe_interfaces(details, &interfaces);
        }
        if let Some(dated) = instance {
            details.date(dated, at);
            let instance = dated.value;
            details.account = instance.account.clone().or(details.account.take());
            details.region = instance.region.clone().or(details.region.take());
            details.zone = instance.zone.clone().or(details.zone.take());
            details.vpc_id = instance.vpc_id.clone().or(details.vpc_id.take());
            details.subnet_id = instance.subnet_id.clone().or(details.subnet_id.take());
            if details.security_groups.is_empty() {
                details.security_groups.clone_from(&instance.security_groups);
            }
            details.tags.clone_from(&instance.tags);
            details.instance = Some(instance.clone());
        } else {
            // Tags of an interface are not those of the instance.
            details.tags.clear();
        }
    }

    fn match_entity(&self, entity: &EntitySummary, wanted: &Wanted<'_>) -> Option<(bool, String)> {
        if entity.id.eq_ignore_ascii_case(wanted.text) {
            return Some((true, entity.id.clone()));
        }
        for (word, value) in [("account", &entity.account), ("vpc", &entity.vpc_id)] {
            if value.as_deref() == Some(wanted.text) {
                return Some((true, format!("{word} {}", wanted.text)));
            }
        }
        for id in self.interfaces_ever_of(&entity.id) {
            let Some(timeline) = self.interface_timeline(id) else { continue };
            for segment in timeline.segments.iter().rev() {
                let interface = &segment.value;
                if interface.entity() != entity.id {
                    continue;
                }
                if let Some(address) = wanted.address
                    && interface.holds(address)
                {
                    return Some((true, format!("address {address}")));
                }
                if let Some(net) = &wanted.net
                    && let Some(held) = interface.addresses.iter().find(|held| net.contains(&held.address.to_ip()))
                {
                    return Some((true, format!("address {} in {net}", held.address)));
                }
                if interface.subnet_id.as_deref() == Some(wanted.text) {
                    return Some((true, format!("subnet {}", wanted.text)));
                }
                if interface.id.eq_ignore_ascii_case(wanted.text) {
                    return Some((true, format!("interface {}", interface.id)));
                }
            }
        }
        match &entity.name {
            Some(name) if name.to_lowercase().contains(wanted.lower) => Some((name.to_lowercase() == wanted.lower, format!("Name {name}"))),
            _ => entity.id.contains(wanted.lower).then(|| (false, entity.id.clone())),
        }
    }
}

struct Wanted<'a> {
    text: &'a str,
    lower: &'a str,
    address: Option<Address>,
    net: Option<IpNet>,
}

fn describe_interfaces(details: &mut EntityDetails, interfaces: &[Dated<&Interface>]) {
    for dated in interfaces {
        let interface = dated.value;
        if details.interfaces.is_empty() {
            details.role = interface.role();
            details.account.clone_from(&interface.account);
            details.region.clone_from(&interface.region);
            details.zone.clone_from(&interface.zone);
            details.vpc_id.clone_from(&interface.vpc_id);
            details.subnet_id.clone_from(&interface.subnet_id);
            details.tags.clone_from(&interface.tags);
        }
        details.addresses.extend(held_by(dated));
        for group in &interface.security_groups {
            if !details.security_groups.contains(group) {
                details.security_groups.push(group.clone());
            }
        }
        details.interfaces.push(interface.clone());
    }
}

fn gone(to: Timestamp) -> Option<Timestamp> {
    (to < Timestamp::MAX).then_some(to)
}

fn summary_of_instance(instance: &Instance, first_seen: Timestamp, to: Timestamp) -> EntitySummary {
    EntitySummary {
        id: instance.id.clone(),
        kind: EntityKind::Instance,
        name: instance.name().map(str::to_owned),
        role: None,
        account: instance.account.clone(),
        region: instance.region.clone(),
        vpc_id: instance.vpc_id.clone(),
        first_seen,
        gone: gone(to),
    }
}

fn summary_of_interface(interface: &Interface, first_seen: Timestamp, to: Timestamp) -> EntitySummary {
    EntitySummary {
        id: interface.id.clone(),
        kind: EntityKind::Interface,
        name: interface.tags.get("Name").filter(|name| !name.is_empty()).cloned(),
        role: interface.role(),
        account: interface.account.clone(),
        region: interface.region.clone(),
        vpc_id: interface.vpc_id.clone(),
        first_seen,
        gone: gone(to),
    }
}
