//! The cloud inventory: what was there, when.
//!
//! Snapshots are the JSON that the AWS command line prints, each with the time at which it was taken. A fact holds from the first
//! snapshot that states it until the first that states something else; before the first snapshot the first one stands in and the
//! answer is marked `assumed`. Where a document says since when, that time counts instead: the attachment of an interface, the launch
//! of an instance.

mod aws;
mod details;
mod folder;
mod lookup;
mod model;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow::{Address, Timestamp};
use serde::Serialize;

use crate::InventoryError;
use aws::Document;
use model::Fact;
use timeline::{Scope, Timeline};

pub use details::{EntityDetails, EntitySummary, SearchHit};
pub use folder::{load_dir, load_documents};
pub use lookup::Assignment;
pub use model::{
    AclEntry, AddressKind, Attachment, FlowLog, GroupRef, GroupRule, Instance, InstanceProfile, Interface, InterfaceAddress, NetworkAcl,
    Peer, ProductCode, SecurityGroup, Subnet, Tags, Vpc,
};
pub use timeline::Dated;

/// What one document held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Network interfaces.
    pub interfaces: usize,
    /// Instances.
    pub instances: usize,
    /// Security groups.
    pub security_groups: usize,
    /// Network ACLs.
    pub network_acls: usize,
    /// Subnets.
    pub subnets: usize,
    /// VPCs.
    pub vpcs: usize,
    /// Flow logs.
    pub flow_logs: usize,
    /// Entries without an id, or without anything known in them, that were left out.
    pub skipped: usize,
}

impl ImportCounts {
    /// Things taken in, of every sort.
    pub const fn total(&self) -> usize {
        self.interfaces + self.instances + self.security_groups + self.network_acls + self.subnets + self.vpcs + self.flow_logs
    }
}

impl std::ops::AddAssign for ImportCounts {
    fn add_assign(&mut self, other: Self) {
        self.interfaces += other.interfaces;
        self.instances += other.instances;
        self.security_groups += other.security_groups;
        self.network_acls += other.network_acls;
        self.subnets += other.subnets;
        self.vpcs += other.vpcs;
        self.flow_logs += other.flow_logs;
        self.skipped += other.skipped;
    }
}

/// The things of one sort, by id.
#[derive(Debug, Clone)]
struct Table<T> {
    things: BTreeMap<Arc<str>, Timeline<T>>,
    scopes: BTreeMap<String, Scope>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { things: BTreeMap::new(), scopes: BTreeMap::new() }
    }
}

impl<T: Fact> Table<T> {
    fn add(&mut self, id: &str, scope: String, as_of: Timestamp, value: T) {
        let timeline = match self.things.get_mut(id) {
            Some(timeline) => timeline,
            None => self.things.entry(id.into()).or_insert_with(|| Timeline::new(scope)),
        };
        if timeline.add(as_of, value) {
            self.scopes.entry(timeline.scope.clone()).or_default().add(as_of);
        }
    }

    fn settle(&mut self) {
        let complete: BTreeMap<&str, Vec<Timestamp>> = self.scopes.iter().map(|(name, scope)| (name.as_str(), scope.complete())).collect();
        for timeline in self.things.values_mut() {
            let times = complete.get(timeline.scope.as_str()).map_or(&[][..], Vec::as_slice);
            timeline.settle(times);
        }
    }

    fn at(&self, id: &str, at: Timestamp) -> Option<Dated<&T>> {
        self.things.get(id)?.at(at)
    }

    fn nearest(&self, id: &str, at: Timestamp) -> Option<Dated<&T>> {
        self.things.get(id)?.nearest(at)
    }

    /// Adds every instant at which something of this sort changes.
    fn changes(&self, changes: &mut BTreeSet<Timestamp>) {
        for segment in self.things.values().flat_map(|timeline| &timeline.segments) {
            changes.extend([segment.from, segment.as_of, segment.to]);
        }
    }
}

/// What was in the cloud, when. Answers do not depend on the order in which snapshots were added.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// From `describe-network-interfaces`.
    interfaces: Table<Interface>,
    /// From the instances of `describe-instances`; used for interfaces that the former never listed.
    embedded: Table<Interface>,
    instances: Table<Instance>,
    groups: Table<SecurityGroup>,
    acls: Table<NetworkAcl>,
    subnets: Table<Subnet>,
    vpcs: Table<Vpc>,
    flow_logs: Table<FlowLog>,
    index: Index,
}

/// What leads from one thing to another, at any time; whoever uses it asks again for the time in question.
#[derive(Debug, Clone, Default)]
struct Index {
    by_address: BTreeMap<Address, Vec<Arc<str>>>,
    /// Interfaces with delegated prefixes.
    with_prefixes: Vec<Arc<str>>,
    by_instance: BTreeMap<String, Vec<Arc<str>>>,
    by_group: BTreeMap<String, Vec<Arc<str>>>,
    acls_by_subnet: BTreeMap<String, Vec<Arc<str>>>,
    /// Instants at which anything changes, ascending.
    changes: Vec<Timestamp>,
}

impl Inventory {
    /// Takes in one document, of which the top-level keys say what it is. `as_of` is when it was printed.
    ///
    /// Every document should be the whole answer for an account and region: what an earlier one listed and this one does not is taken
    /// to have been deleted in between, unless this one lists less than half as much, which is taken for a filtered answer.
    ///
    /// # Errors
    /// [`InventoryError::Json`] and [`InventoryError::Shape`]; nothing is taken in then.
    pub fn add(&mut self, json: &[u8], as_of: Timestamp) -> Result<ImportCounts, InventoryError> {
        let counts = self.insert(json, as_of)?;
        self.settle();
        Ok(counts)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.index.changes.is_empty() && self.flow_logs.things.is_empty()
    }

    fn insert(&mut self, json: &[u8], as_of: Timestamp) -> Result<ImportCounts, InventoryError> {
        let document: Document = match json.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => return Err(InventoryError::Shape { found: "an array".to_owned() }),
            _ => serde_json::from_slice(json).map_err(InventoryError::Json)?,
        };
        let mut counts = ImportCounts::default();
        let mut known = false;
        let in_region = |account: &Option<String>, region: &Option<String>| {
            format!("{}/{}", account.as_deref().unwrap_or("?"), region.as_deref().unwrap_or("?"))
        };
        let in_vpc = |vpc: &Option<String>| vpc.clone().unwrap_or_default();

        for interface in take(document.network_interfaces, &mut known) {
            let Some(interface) = interface.into_model() else {
                counts.skipped += 1;
                continue;
            };
            counts.interfaces += 1;
            self.interfaces.add(&interface.id.clone(), in_region(&interface.account, &interface.region), as_of, interface);
        }
        for reservation in take(document.reservations, &mut known) {
            for instance in reservation.instances {
                let Some((instance, interfaces)) = instance.into_model(reservation.owner_id.as_ref()) else {
                    counts.skipped += 1;
                    continue;
                };
                counts.instances += 1;
                let scope = in_region(&instance.account, &instance.region);
                for interface in interfaces {
                    self.embedded.add(&interface.id.clone(), scope.clone(), as_of, interface);
                }
                self.instances.add(&instance.id.clone(), scope, as_of, instance);
            }
        }
        for group in take(document.security_groups, &mut known) {
            let Some(group) = group.into_model() else {
                counts.skipped += 1;
                continue;
            };
            counts.security_groups += 1;
            // Groups and ACLs do not name their region, but every VPC lists its default ones, so the VPC is the scope.
            self.groups.add(&group.id.clone(), in_vpc(&group.vpc_id), as_of, group);
        }
        for acl in take(document.network_acls, &mut known) {
            let Some(acl) = acl.into_model() else {
                counts.skipped += 1;
                continue;
            };
            counts.network_acls += 1;
            self.acls.add(&acl.id.clone(), in_vpc(&acl.vpc_id), as_of, acl);
        }
        for subnet in take(document.subnets, &mut known) {
            let Some(subnet) = subnet.into_model() else {
                counts.skipped += 1;
                continue;
            };
            counts.subnets += 1;
            self.subnets.add(&subnet.id.clone(), in_vpc(&subnet.vpc_id), as_of, subnet);
        }
        for vpc in take(document.vpcs, &mut known) {
            let Some(vpc) = vpc.into_model() else {
                counts.skipped += 1;
                continue;
            };
            counts.vpcs += 1;
            // Nothing tells which region a VPC is in, so none is ever taken for deleted.
            self.vpcs.add(&vpc.id.clone(), vpc.id.clone(), as_of, vpc);
        }
        for log in take(document.flow_logs, &mut known) {
            let Some(log) = log.into_model() else {
                counts.skipped += 1;
                continue;
            };
            counts.flow_logs += 1;
            // A flow log's format never changes, and records arrive after it was deleted.
            self.flow_logs.add(&log.id.clone(), log.id.clone(), as_of, log);
        }
        if known { Ok(counts) } else { Err(InventoryError::Shape { found: top_level(json) }) }
    }

    fn settle(&mut self) {
        self.interfaces.settle();
        self.embedded.settle();
        self.instances.settle();
        self.groups.settle();
        self.acls.settle();
        self.subnets.settle();
        self.vpcs.settle();
        self.flow_logs.settle();
        self.index = self.build_index();
    }

    fn build_index(&self) -> Index {
        let mut index = Index::default();
        for (id, timeline) in self.interface_timelines() {
            for segment in &timeline.segments {
                let interface = &segment.value;
                for held in &interface.addresses {
                    note(&mut index.by_address, held.address, id);
                }
                if let Some(instance) = interface.instance_id() {
                    note(&mut index.by_instance, instance.to_owned(), id);
                }
                for group in &interface.security_groups {
                    note(&mut index.by_group, group.id.clone(), id);
                }
                if !interface.prefixes.is_empty() && index.with_prefixes.last() != Some(id) {
                    index.with_prefixes.push(Arc::clone(id));
                }
            }
        }
        for (id, timeline) in &self.acls.things {
            for subnet in timeline.segments.iter().flat_map(|segment| &segment.value.subnet_ids) {
                note(&mut index.acls_by_subnet, subnet.clone(), id);
            }
        }
        let mut changes = BTreeSet::new();
        self.interfaces.changes(&mut changes);
        self.embedded.changes(&mut changes);
        self.instances.changes(&mut changes);
        self.groups.changes(&mut changes);
        self.acls.changes(&mut changes);
        self.subnets.changes(&mut changes);
        self.vpcs.changes(&mut changes);
        index.changes = changes.into_iter().collect();
        index
    }

    /// Every interface once, from the better of its two sources.
    fn interface_timelines(&self) -> impl Iterator<Item = (&Arc<str>, &Timeline<Interface>)> {
        let embedded = self.embedded.things.iter().filter(|(id, _)| !self.interfaces.things.contains_key(*id));
        self.interfaces.things.iter().chain(embedded)
    }
}

fn take<T>(list: Option<Vec<T>>, known: &mut bool) -> Vec<T> {
    *known |= list.is_some();
    list.unwrap_or_default()
}

fn note<K: Ord>(index: &mut BTreeMap<K, Vec<Arc<str>>>, key: K, id: &Arc<str>) {
    let ids = index.entry(key).or_default();
    // All spans of one interface come together.
    if ids.last() != Some(id) {
        ids.push(Arc::clone(id));
    }
}

/// The top-level keys of a document, for an error message.
fn top_level(json: &[u8]) -> String {
    match serde_json::from_slice::<BTreeMap<String, serde::de::IgnoredAny>>(json) {
        Ok(keys) if keys.is_empty() => "an empty object".to_owned(),
        Ok(keys) => keys.keys().take(8).map(|key| key.chars().take(64).collect::<String>()).collect::<Vec<_>>().join(", "),
        Err(_) => "no object".to_owned(),
    }
}

#[cfg(test)]
mod tests;
