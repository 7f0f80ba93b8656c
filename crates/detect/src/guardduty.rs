//! A finding as GuardDuty's API writes it (member names of the service model of API version 2017-11-28, schema version 2.0).
//!
//! One member is Weir's own, `weir`: evidence, every actor and every occurrence, which GuardDuty's form has no room for. AWS clients drop members
//! they do not know.

use chrono::SecondsFormat;
use flow::{Address, Direction, Timestamp};
use serde_json::{Map, Value, json};

use crate::occurrence::digest;
use crate::{ConnectionAction, Finding, FindingType, country, wording};

impl Finding {
    /// The finding as GuardDuty's JSON. Times are those of the data, so that the same lake always gives the same text.
    pub fn to_guardduty(&self) -> Value {
        let account = self.account_id.as_deref().unwrap_or("000000000000");
        let region = self.region.as_deref().unwrap_or("unknown");
        let partition = self.resource.partition();
        let detector_id = detector_id(account, region);
        json!({
            "schemaVersion": "2.0",
            "accountId": account,
            "region": region,
            "partition": partition,
            "id": self.id,
            "arn": format!("arn:{partition}:guardduty:{region}:{account}:detector/{detector_id}/finding/{}", self.id),
            "type": self.finding_type.name(),
            "severity": self.severity,
            "title": self.title,
            "description": self.description,
            "createdAt": time(self.first_seen),
            "updatedAt": time(self.last_seen),
            "resource": {
                "resourceType": "Instance",
                "instanceDetails": self.instance_details(),
            },
            "service": self.service(&detector_id),
            "weir": {
                "entity": self.entity,
                "aggregationKey": self.aggregation_key,
                "group": self.group,
                "suppressedBy": self.suppressed_by,
                "technique": self.technique,
                "story": self.story,
                "evidence": self.evidence,
                "actors": self.actors,
                "occurrences": self.occurrences,
            },
        })
    }

    fn instance_details(&self) -> Value {
        let mut details = serde_json::to_value(&self.resource).unwrap_or_default();
        if let Some(members) = details.as_object_mut() {
            members.shift_remove("accountId");
            members.shift_remove("region");
        }
        details
    }

    fn service(&self, detector_id: &str) -> Value {
        let mut service = Map::new();
        service.insert("serviceName".to_owned(), "guardduty".into());
        service.insert("detectorId".to_owned(), detector_id.into());
        service.insert("featureName".to_owned(), self.finding_type.feature_name().into());
        if let Some(latest) = self.latest() {
            let action = &latest.connection;
            let role = if action.connection_direction == Direction::Inbound { "TARGET" } else { "ACTOR" };
            service.insert("resourceRole".to_owned(), role.into());
            let action_json = if self.finding_type.is_port_probe() {
                json!({ "actionType": "PORT_PROBE", "portProbeAction": self.port_probe() })
            } else {
                json!({ "actionType": "NETWORK_CONNECTION", "networkConnectionAction": self.connection(action) })
            };
            service.insert("action".to_owned(), action_json);
            if !latest.evidence.list_names.is_empty() {
                let details: Vec<Value> =
                    latest.evidence.list_names.iter().map(|name| json!({ "threatListName": name, "threatNames": [] })).collect();
                service.insert("evidence".to_owned(), json!({ "threatIntelligenceDetails": details }));
            }
            let info = Value::Object(self.additional_info(action)).to_string();
            service.insert("additionalInfo".to_owned(), json!({ "value": info, "type": "default" }));
        }
        service.insert("archived".to_owned(), self.archived.into());
        service.insert("count".to_owned(), self.count.into());
        service.insert("eventFirstSeen".to_owned(), time(self.first_seen).into());
        service.insert("eventLastSeen".to_owned(), time(self.last_seen).into());
        Value::Object(service)
    }

    fn connection(&self, action: &ConnectionAction) -> Value {
        let mut connection = Map::new();
        let direction = match action.connection_direction {
            Direction::Inbound => "INBOUND",
            Direction::Outbound => "OUTBOUND",
            Direction::Unknown => "UNKNOWN",
        };
        connection.insert("blocked".to_owned(), action.blocked().into());
        connection.insert("connectionDirection".to_owned(), direction.into());
        connection.insert("protocol".to_owned(), wording::protocol_text(action.protocol).into());
        for (member, port) in [("localPortDetails", action.local_port), ("remotePortDetails", action.remote_port)] {
            if let Some(port) = port {
                connection.insert(member.to_owned(), json!({ "port": port, "portName": port_name(action.protocol, port) }));
            }
        }
        let remote_is_v4 = Address::parse(action.remote_addr.as_bytes()).is_none_or(Address::is_ipv4);
        if let Some(local) = self.resource.local_address(remote_is_v4) {
            connection.insert("localIpDetails".to_owned(), json!({ address_member(local): local }));
        }
        if let Some(interface) = self.resource.network_interfaces.first().and_then(|interface| interface.network_interface_id.as_deref()) {
            connection.insert("localNetworkInterface".to_owned(), interface.into());
        }
        let mut remote = Map::new();
        remote.insert(address_member(&action.remote_addr).to_owned(), action.remote_addr.as_str().into());
        if let Some(code) = action.remote_country.as_deref() {
            remote.insert("country".to_owned(), json!({ "countryCode": code, "countryName": country::name(code).unwrap_or(code) }));
        }
        if let Some(asn) = action.remote_asn {
            remote.insert("organization".to_owned(), json!({ "asn": asn.to_string() }));
        }
        connection.insert("remoteIpDetails".to_owned(), Value::Object(remote));
        Value::Object(connection)
    }

    /// Every source that reached the port.
    fn port_probe(&self) -> Value {
        let blocked = self.latest().is_some_and(|latest| latest.connection.blocked());
        let details: Vec<Value> = self
            .actors
            .iter()
            .map(|actor| {
                let mut detail = Map::new();
                if let Some(port) = actor.local_port {
                    detail.insert("localPortDetails".to_owned(), json!({ "port": port, "portName": port_name(actor.protocol, port) }));
                }
                let v4 = Address::parse(actor.remote_addr.as_bytes()).is_none_or(Address::is_ipv4);
                if let Some(local) = self.resource.local_address(v4) {
                    detail.insert("localIpDetails".to_owned(), json!({ address_member(local): local }));
                }
                let mut remote = Map::new();
                remote.insert(address_member(&actor.remote_addr).to_owned(), actor.remote_addr.as_str().into());
                if let Some(code) = actor.countries.first() {
                    remote.insert("country".to_owned(), json!({ "countryCode": code, "countryName": country::name(code).unwrap_or(code) }));
                }
                if let Some(asn) = actor.asns.first() {
                    remote.insert("organization".to_owned(), json!({ "asn": asn.to_string() }));
                }
                detail.insert("remoteIpDetails".to_owned(), Value::Object(remote));
                Value::Object(detail)
            })
            .collect();
        json!({ "blocked": blocked, "portProbeDetails": details })
    }

    fn additional_info(&self, action: &ConnectionAction) -> Map<String, Value> {
        let mut info = Map::new();
        let Some(evidence) = self.latest().map(|latest| &latest.evidence) else { return info };
        if let Some(name) = evidence.list_names.first() {
            info.insert("threatListName".to_owned(), name.as_str().into());
        }
        if matches!(self.finding_type, FindingType::NetworkPortUnusual | FindingType::TrafficVolumeUnusual) {
            if let Some(port) = action.remote_port {
                info.insert("unusual".to_owned(), port.into());
            }
            info.insert("inBytes".to_owned(), action.bytes_in.into());
            info.insert("outBytes".to_owned(), action.bytes_out.into());
        }
        for (key, value) in &evidence.additional {
            info.insert(key.clone(), value.clone());
        }
        info
    }
}

/// The id of the detector that an account has in a region: 32 hexadecimal digits, the same on every machine.
fn detector_id(account: &str, region: &str) -> String {
    digest(&["detector", account, region])
}

fn time(instant: Timestamp) -> String {
    instant.datetime().to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn address_member(address: &str) -> &'static str {
    if address.contains(':') { "ipAddressV6" } else { "ipAddressV4" }
}

fn port_name(protocol: Option<u8>, port: u16) -> String {
    protocol.and_then(|protocol| flow::service_name(protocol, port)).map_or_else(|| "Unknown".to_owned(), str::to_uppercase)
}

#[cfg(test)]
mod tests;
