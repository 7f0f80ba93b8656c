//! What filters can ask of a finding, by the paths of GuardDuty's JSON.

use std::collections::{BTreeMap, BTreeSet};

use flow::{Address, Direction};
use serde_json::Value;

use crate::{ConnectionAction, Finding, country, wording};

/// Where GuardDuty keeps what is known of a connection. The second is that of findings about probes, of which each source is one.
const CONNECTIONS: [&str; 3] =
    ["service.action.networkConnectionAction.", "service.action.portProbeAction.portProbeDetails.", "service.action.portProbeAction."];
/// What can be asked of a connection.
const OF_CONNECTION: [&str; 14] = [
    "blocked",
    "connectionDirection",
    "protocol",
    "localPortDetails.port",
    "remotePortDetails.port",
    "localIpDetails.ipAddressV4",
    "localIpDetails.ipAddressV6",
    "remoteIpDetails.ipAddressV4",
    "remoteIpDetails.ipAddressV6",
    "remoteIpDetails.city.cityName",
    "remoteIpDetails.country.countryName",
    "remoteIpDetails.country.countryCode",
    "remoteIpDetails.organization.asn",
    "remoteIpDetails.organization.asnOrg",
];
/// What can be asked of a finding as a whole.
const OF_FINDING: [&str; 33] = [
    "accountId",
    "region",
    "partition",
    "id",
    "type",
    "severity",
    "confidence",
    "updatedAt",
    "createdAt",
    "title",
    "resource.resourceType",
    "resource.instanceDetails.instanceId",
    "resource.instanceDetails.imageId",
    "resource.instanceDetails.instanceType",
    "resource.instanceDetails.launchTime",
    "resource.instanceDetails.outpostArn",
    "resource.instanceDetails.availabilityZone",
    "resource.instanceDetails.platform",
    "resource.instanceDetails.iamInstanceProfile.id",
    "resource.instanceDetails.iamInstanceProfile.arn",
    "resource.instanceDetails.tags.key",
    "resource.instanceDetails.tags.value",
    "resource.instanceDetails.networkInterfaces.ipv6Addresses",
    "resource.instanceDetails.networkInterfaces.privateIpAddresses.privateIpAddress",
    "resource.instanceDetails.networkInterfaces.publicDnsName",
    "resource.instanceDetails.networkInterfaces.publicIp",
    "resource.instanceDetails.networkInterfaces.securityGroups.groupId",
    "resource.instanceDetails.networkInterfaces.securityGroups.groupName",
    "resource.instanceDetails.networkInterfaces.subnetId",
    "resource.instanceDetails.networkInterfaces.vpcId",
    "service.action.actionType",
    "service.archived",
    "service.resourceRole",
];

fn of_connection(attribute: &str) -> Option<&str> {
    let rest = CONNECTIONS.iter().find_map(|prefix| attribute.strip_prefix(prefix));
    rest.filter(|rest| OF_CONNECTION.contains(rest)).or_else(|| (attribute == "weir.remote").then_some("remote"))
}

/// Whether there is such an attribute.
pub(super) fn is_known(attribute: &str) -> bool {
    let named = |prefix: &str| attribute.strip_prefix(prefix).is_some_and(|key| !key.is_empty());
    OF_FINDING.contains(&attribute)
        || of_connection(attribute).is_some()
        || named("service.additionalInfo.")
        || named("weir.tags.")
        || ["weir.entity", "weir.tactic", "weir.technique"].contains(&attribute)
}

/// A finding as filters see it.
pub(super) struct Facts<'a> {
    finding: &'a Finding,
    json: Value,
    info: Value,
    /// Each different connection of its occurrences.
    connections: BTreeSet<BTreeMap<&'static str, String>>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        // Everything but Weir's own part, which is long and asked for nowhere.
        let head = Finding { occurrences: finding.latest().cloned().into_iter().collect(), actors: Vec::new(), ..finding.clone() };
        let mut json = head.to_guardduty();
        if let Some(members) = json.as_object_mut() {
            members.remove("weir");
        }
        let info = json.pointer("/service/additionalInfo/value").and_then(Value::as_str).unwrap_or_default();
        let info = serde_json::from_str(info).unwrap_or_default();
        let connections = finding.occurrences.iter().map(|occurrence| connection(finding, &occurrence.connection)).collect();
        Self { finding, json, info, connections }
    }

    /// The values of an attribute: one set for the finding, or one for each of its connections.
    pub(super) fn all(&self, attribute: &str) -> Vec<Vec<String>> {
        if let Some(member) = of_connection(attribute) {
            return self.connections.iter().map(|connection| connection.get(member).cloned().into_iter().collect()).collect();
        }
        let finding = self.finding;
        let values = match attribute {
            "weir.entity" => vec![finding.entity.clone()],
            "weir.tactic" => vec![finding.technique.tactic.clone()],
            "weir.technique" => vec![finding.technique.id.clone()],
            // GuardDuty's bands are written as whole numbers: what is 8.5 is among the 8.
            "severity" => vec![finding.severity.to_string(), finding.severity.floor().to_string()],
            _ => {
                if let Some(key) = attribute.strip_prefix("weir.tags.") {
                    finding.resource.tags.iter().filter(|tag| tag.key == key).map(|tag| tag.value.clone()).collect()
                } else if let Some(key) = attribute.strip_prefix("service.additionalInfo.") {
                    at(&self.info, key)
                } else {
                    at(&self.json, attribute)
                }
            }
        };
        vec![values]
    }
}

/// The values at a path, through lists.
fn at(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| at(item, path)).collect(),
        _ if path.is_empty() => text(value).into_iter().collect(),
        Value::Object(members) => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            members.get(head).map(|member| at(member, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn connection(finding: &Finding, action: &ConnectionAction) -> BTreeMap<&'static str, String> {
    let mut facts = BTreeMap::new();
    facts.insert("blocked", action.blocked().to_string());
    let direction = match action.connection_direction {
        Direction::Inbound => "INBOUND",
        Direction::Outbound => "OUTBOUND",
        Direction::Unknown => "UNKNOWN",
    };
    facts.insert("connectionDirection", direction.to_owned());
    facts.insert("protocol", wording::protocol_text(action.protocol));
    facts.insert("remote", action.remote_addr.clone());
    let v4 = Address::parse(action.remote_addr.as_bytes()).is_none_or(Address::is_ipv4);
    let (remote, local) = if v4 {
        ("remoteIpDetails.ipAddressV4", "localIpDetails.ipAddressV4")
    } else {
        ("remoteIpDetails.ipAddressV6", "localIpDetails.ipAddressV6")
    };
    facts.insert(remote, action.remote_addr.clone());
    let mut some = |member, value: Option<String>| value.map(|value| facts.insert(member, value));
    some(local, finding.resource.local_address(v4).map(str::to_owned));
    some("localPortDetails.port", action.local_port.map(|port| port.to_string()));
    some("remotePortDetails.port", action.remote_port.map(|port| port.to_string()));
    some("remoteIpDetails.country.countryCode", action.remote_country.clone());
    let name = action.remote_country.as_deref().map(|code| country::name(code).unwrap_or(code).to_owned());
    some("remoteIpDetails.country.countryName", name);
    some("remoteIpDetails.organization.asn", action.remote_asn.map(|asn| asn.to_string()));
    facts
}
