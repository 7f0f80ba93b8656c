//! The head of a profile: what an entity is, whose it is, and what is known of an address.

use std::collections::BTreeMap;

use enrich::{EntityDetails, GroupRule, Interface, Location, Peer};
use flow::{Address, EntityKind, TimeRange, Timestamp};
use query::panels::{RemoteVolume, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::typed;
use super::{Investigator, Scope};
use crate::InvestigateError;

/// Entities that talked to an address, shown in its head.
const TALKERS: u32 = 100;

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstanceFacts {
    /// Instance type, such as `m7i.large`.
    pub instance_type: Option<String>,
    /// When it was last started.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub launch_time: Option<Timestamp>,
    /// `running`, `stopped`, …
    pub state: Option<String>,
    /// Machine image.
    pub image_id: Option<String>,
    /// Operating system and licence.
    pub platform: Option<String>,
    /// Role it runs under.
    pub instance_profile: Option<String>,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InterfaceFacts {
    /// `eni-…`.
    pub id: String,
    /// What an interface of an AWS service stands for.
    pub role: Option<String>,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// When it was attached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub attached: Option<Timestamp>,
}

/// A security group with its rules as they were at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupFacts {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Inbound rules in words; empty when the inventory does not hold them.
    pub inbound: Vec<String>,
    /// Outbound rules in words.
    pub outbound: Vec<String>,
    /// The snapshot that says so.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// Whether that snapshot is later than the time asked about.
    pub assumed: bool,
}

/// What the inventory knows of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntityFacts {
    /// Whether it knows it at all.
    pub known: bool,
    /// Whether the facts are later than the time asked about.
    pub assumed: bool,
    /// The snapshot that first stated the facts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// When it was found to be gone.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub gone: Option<Timestamp>,
    /// What an interface of an AWS service stands for.
    pub role: Option<String>,
    /// Availability zone.
    pub zone: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Its networks, of a subnet or VPC.
    pub cidrs: Vec<String>,
    /// The instance.
    pub instance: Option<InstanceFacts>,
    /// Its interfaces.
    pub interfaces: Vec<InterfaceFacts>,
    /// Its security groups.
    pub security_groups: Vec<GroupFacts>,
    /// The network ACL of its subnet.
    pub network_acl: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Where an address is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Place {
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// Country in English.
    pub country_name: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Autonomous system.
    pub asn: Option<u32>,
    /// Who runs it.
    pub as_org: Option<String>,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self {
            country: location.country,
            country_name: location.country_name,
            city: location.city,
            latitude: location.latitude,
            longitude: location.longitude,
            asn: location.asn,
            as_org: location.as_org,
        }
    }
}

/// That a list holds an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListFacts {
    /// The list's name.
    pub list: String,
    /// What being on it means.
    pub kind: String,
    /// The entry that holds the address.
    pub network: String,
    /// When the list was added.
    #[schema(value_type = String, format = DateTime)]
    pub added: Timestamp,
}

/// An entity that held an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holder {
    /// The entity.
    pub entity: String,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// The interface.
    pub interface_id: String,
    /// The VPC: private addresses are unique only inside one.
    pub vpc_id: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when; absent when nothing says that it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Whether that is assumed from a later snapshot.
    pub assumed: bool,
}

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AddressFacts {
    /// Whether it can be reached on the public internet.
    pub public: bool,
    /// Where it is.
    pub location: Place,
    /// Lists that it is on.
    pub lists: Vec<ListFacts>,
    /// Entities that held it in the scope.
    pub holders: Vec<Holder>,
    /// Entities that exchanged traffic with it in the scope, largest first.
    pub talked_to: Vec<RemoteVolume>,
    /// The SQL behind `talked_to`.
    pub query: String,
}

/// The head of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntityHead {
    /// Its identifier.
    pub id: String,
    /// `instance`, `interface`, `ip-address`, `vpc`, `subnet`, `account` or `resource`.
    pub kind: String,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// Account that owns it.
    pub account: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// The scope.
    pub scope: Scope,
    /// First time in the lake; absent when the lake knows nothing of it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_seen: Option<Timestamp>,
    /// Last time in the lake.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
    /// Flow records in the lake.
    pub flows: u64,
    /// What the inventory knows of it at the end of the scope.
    pub facts: EntityFacts,
    /// What is known of it as an address.
    pub address: Option<AddressFacts>,
}

#[derive(Deserialize)]
struct SeenRow {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    flows: Option<i64>,
    account_id: Option<String>,
}

impl Investigator {
    /// What an entity is: from the inventory as it was at the end of the scope, and from the lake.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn entity(&self, entity: &str, range: TimeRange) -> Result<EntityHead, InvestigateError> {
        let at = range.to.plus_secs(-1).max(range.from);
        let (seen, address) = futures::try_join!(self.seen(entity), self.address_facts(entity, range))?;
        let details = self.inventory.describe(entity, at);
        Ok(EntityHead {
            id: entity.to_owned(),
            kind: EntityKind::of(entity).to_string(),
            name: details.name.clone(),
            account: details.account.clone().or(seen.account_id),
            region: details.region.clone(),
            scope: range.into(),
            first_seen: seen.first,
            last_seen: seen.last,
            flows: seen.flows.and_then(|flows| u64::try_from(flows).ok()).unwrap_or(0),
            facts: self.facts(details, at),
            address,
        })
    }

    async fn seen(&self, entity: &str) -> Result<SeenRow, InvestigateError> {
        let subject = Subject::of(entity);
        let sql = format!(
            "SELECT min(first_time) AS first, max(last_time) AS last, sum(flows) AS flows, min(account_id) AS account_id \
             FROM activity WHERE {}",
            subject.condition()
        );
        let answer = self.engine.ask(&sql, &[("entity", subject.canonical().into())]).await?;
        let row = typed::<SeenRow>("first and last time", &answer)?.into_iter().next();
        Ok(row.unwrap_or(SeenRow { first: None, last: None, flows: None, account_id: None }))
    }

    async fn address_facts(&self, entity: &str, range: TimeRange) -> Result<Option<AddressFacts>, InvestigateError> {
        let Some(address) = Address::parse(entity.as_bytes()) else { return Ok(None) };
        let talked = self.engine.touched_by(&[address.to_string()], range, TALKERS).await?;
        let holders = self.inventory.assignments(entity, range).into_iter().map(|held| Holder {
            name: self.name_of(&held.entity, range.to),
            entity: held.entity,
            interface_id: held.interface_id,
            vpc_id: held.vpc_id,
            account: held.account,
            from: held.from,
            to: held.to,
            assumed: held.assumed,
        });
        Ok(Some(AddressFacts {
            public: address.is_public(),
            location: self.geo.lookup(address).into(),
            lists: self.list_facts(address),
            holders: holders.collect(),
            talked_to: talked.rows,
            query: talked.query,
        }))
    }

    /// The lists that an address is on.
    pub(super) fn list_facts(&self, address: Address) -> Vec<ListFacts> {
        let found = self.lists.matches(address).map(|found| ListFacts {
            list: found.list.to_string(),
            kind: found.kind.to_string(),
            network: found.network.to_string(),
            added: found.added,
        });
        found.collect()
    }

    fn facts(&self, details: EntityDetails, at: Timestamp) -> EntityFacts {
        let cidrs = details.subnet.iter().flat_map(|subnet| &subnet.cidrs).chain(details.vpc.iter().flat_map(|vpc| &vpc.cidrs));
        let cidrs = cidrs.map(ToString::to_string).collect();
        let acl = details.network_acl.or_else(|| {
            let subnet = details.subnet_id.as_deref()?;
            self.inventory.network_acl_for_subnet_at(subnet, at).map(|dated| dated.value.clone())
        });
        EntityFacts {
            known: details.known,
            assumed: details.assumed,
            as_of: details.as_of,
            gone: details.gone,
            role: details.role.map(str::to_owned),
            zone: details.zone,
            vpc_id: details.vpc_id,
            subnet_id: details.subnet_id,
            cidrs,
            instance: details.instance.map(|instance| InstanceFacts {
                instance_type: instance.instance_type,
                launch_time: instance.launch_time,
                state: instance.state,
                image_id: instance.image_id,
                platform: instance.platform_details.or(instance.platform),
                instance_profile: instance.instance_profile.and_then(|profile| profile.arn.or(profile.id)),
            }),
            interfaces: details.interfaces.iter().map(interface_facts).collect(),
            security_groups: details.security_groups.iter().map(|group| self.group_facts(&group.id, group.name.clone(), at)).collect(),
            network_acl: acl.map(|acl| acl.id),
            tags: details.tags,
        }
    }

    fn group_facts(&self, id: &str, name: Option<String>, at: Timestamp) -> GroupFacts {
        let Some(dated) = self.inventory.security_group_at(id, at) else {
            return GroupFacts { id: id.to_owned(), name, inbound: Vec::new(), outbound: Vec::new(), as_of: None, assumed: false };
        };
        let texts = |rules: &[GroupRule], side: &str| rules.iter().map(|rule| rule_text(rule, side)).collect();
        GroupFacts {
            id: id.to_owned(),
            name: name.or_else(|| Some(dated.value.name.clone()).filter(|name| !name.is_empty())),
            inbound: texts(&dated.value.inbound, "from"),
            outbound: texts(&dated.value.outbound, "to"),
            as_of: Some(dated.as_of),
            assumed: dated.assumed,
        }
    }
}

fn interface_facts(interface: &Interface) -> InterfaceFacts {
    InterfaceFacts {
        id: interface.id.clone(),
        role: interface.role().map(str::to_owned),
        addresses: interface.addresses.iter().map(|held| held.address.to_string()).collect(),
        vpc_id: interface.vpc_id.clone(),
        subnet_id: interface.subnet_id.clone(),
        security_groups: interface.security_groups.iter().map(|group| group.id.clone()).collect(),
        attached: interface.attach_time(),
    }
}

/// `TCP 443 from 0.0.0.0/0: the web`.
fn rule_text(rule: &GroupRule, side: &str) -> String {
    let what = match rule.protocol {
        None => "all traffic".to_owned(),
        Some(protocol) => {
            let name = flow::protocol_name(protocol).map_or_else(|| format!("protocol {protocol}"), str::to_owned);
            match (rule.from_port, rule.to_port) {
                (0, u16::MAX) => name,
                _ if !flow::has_ports(protocol) => name,
                (from, to) if from == to => format!("{name} {from}"),
                (from, to) => format!("{name} {from}-{to}"),
            }
        }
    };
    let peer = match &rule.peer {
        Peer::Cidr(network) => network.to_string(),
        Peer::Group(group) => group.clone(),
        Peer::PrefixList(list) => list.clone(),
    };
    let note = rule.description.as_deref().filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default();
    format!("{what} {side} {peer}{note}")
}

/// The word that a closed set of words is written with.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
