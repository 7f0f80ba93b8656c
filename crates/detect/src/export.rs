//! Findings in the forms that other tools read: OCSF and ASFF. GuardDuty's own is in [`guardduty`](crate::guardduty).
//!
//! OCSF: class 2004, Detection Finding, version 1.5.0 (schema.ocsf.io/1.5.0/classes/detection_finding). ASFF: AWS Security Finding Format,
//! schema version 2018-10-08 (Security Hub user guide, "Required top-level attributes" and "Action").

use chrono::SecondsFormat;
use flow::{Address, Direction, Timestamp};
use serde_json::{Map, Value, json};

use crate::{Actor, Finding, Occurrence, wording};

/// Remote end points written out in an OCSF finding.
const EVIDENCES_CAP: usize = 100;
/// Network interfaces written out in an ASFF finding, as many as it takes.
const ASFF_ADDRESSES_CAP: usize = 50;

fn millis(at: Timestamp) -> i64 {
    at.micros() / 1_000
}

fn iso(at: Timestamp) -> String {
    at.datetime().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// OCSF's severity: 2 Low, 3 Medium, 4 High, 5 Critical.
fn ocsf_severity(severity: f64) -> (u8, &'static str) {
    match severity {
        ..4.0 => (2, "Low"),
        ..7.0 => (3, "Medium"),
        ..9.0 => (4, "High"),
        _ => (5, "Critical"),
    }
}

/// The identifier of an ATT&CK tactic.
fn tactic_id(tactic: &str) -> &'static str {
    match tactic {
        "Reconnaissance" => "TA0043",
        "Initial Access" => "TA0001",
        "Execution" => "TA0002",
        "Persistence" => "TA0003",
        "Defense Evasion" => "TA0005",
        "Credential Access" => "TA0006",
        "Discovery" => "TA0007",
        "Lateral Movement" => "TA0008",
        "Collection" => "TA0009",
        "Exfiltration" => "TA0010",
        "Command and Control" => "TA0011",
        "Impact" => "TA0040",
        _ => "TA0000",
    }
}

impl Finding {
    /// The finding as an OCSF 1.5.0 Detection Finding. Times are those of the data, so that the same lake always gives the same text.
    pub fn to_ocsf(&self) -> Value {
        let (severity_id, severity) = ocsf_severity(self.severity);
        // 1 Create, 2 Update, 3 Close.
        let (activity_id, activity) = if self.archived {
            (3, "Close")
        } else if self.count > 1 {
            (2, "Update")
        } else {
            (1, "Create")
        };
        // 1 New, 3 Suppressed, 4 Resolved.
        let (status_id, status) = match (&self.suppressed_by, self.archived) {
            (Some(_), _) => (3, "Suppressed"),
            (None, true) => (4, "Resolved"),
            (None, false) => (1, "New"),
        };
        let confidence = &self.evidence.confidence;
        let confidence_id = match confidence.word.as_str() {
            "Low" => 1,
            "Medium" => 2,
            _ => 3,
        };
        let (tactic, technique) = (self.technique.tactic.as_str(), &self.technique);
        let base = technique.id.split('.').next().unwrap_or_default();
        let mut attack = json!({
            "version": "v16.0",
            "tactic": { "uid": tactic_id(tactic), "name": tactic },
            "technique": { "uid": base, "name": technique.name.split(':').next().unwrap_or_default() },
        });
        if base != technique.id {
            attack["sub_technique"] = json!({ "uid": technique.id, "name": technique.name });
        }
        let blocked = self.latest().is_some_and(|latest| latest.connection.blocked());
        let mut finding_info = json!({
            "uid": self.id,
            "title": self.title,
            "desc": self.description,
            "types": [self.finding_type.name()],
            "first_seen_time": millis(self.first_seen),
            "last_seen_time": millis(self.last_seen),
            "created_time": millis(self.first_seen),
            "modified_time": millis(self.last_seen),
            "analytic": { "type_id": 2, "type": "Behavioral", "name": self.finding_type.name(), "uid": self.finding_type.name() },
            "attacks": [attack],
            "data_sources": ["VPC flow logs"],
        });
        if let Some(group) = &self.group {
            finding_info["related_analytics"] = json!([{ "type_id": 99, "type": "Finding group", "name": "Finding group", "uid": group }]);
        }
        let mut event = json!({
            "activity_id": activity_id,
            "activity_name": activity,
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2004,
            "class_name": "Detection Finding",
            "type_uid": 200_400 + activity_id,
            "type_name": format!("Detection Finding: {activity}"),
            "time": millis(self.last_seen),
            "start_time": millis(self.first_seen),
            "end_time": millis(self.last_seen),
            "count": self.count,
            "severity_id": severity_id,
            "severity": severity,
            "status_id": status_id,
            "status": status,
            "confidence_id": confidence_id,
            "confidence": confidence.word,
            "message": self.evidence.summary,
            "is_alert": true,
            // What the network did: 1 Allowed, 2 Denied.
            "action_id": if blocked { 2 } else { 1 },
            "action": if blocked { "Denied" } else { "Allowed" },
            "disposition_id": if blocked { 2 } else { 1 },
            "disposition": if blocked { "Blocked" } else { "Allowed" },
            "metadata": {
                "version": "1.5.0",
                "profiles": ["cloud", "security_control"],
                "uid": self.id,
                "product": { "name": "Weir", "vendor_name": "Weir", "feature": { "name": self.finding_type.feature_name() } },
            },
            "cloud": self.cloud(),
            "finding_info": finding_info,
            "evidences": self.actors.iter().take(EVIDENCES_CAP).map(|actor| self.evidence_of(actor)).collect::<Vec<Value>>(),
            "resources": [{
                "uid": self.entity,
                "type": "AWS::EC2::Instance",
                "cloud_partition": self.resource.partition(),
                "region": self.region.as_deref().unwrap_or("unknown"),
            }],
            "unmapped": { "severity": self.severity, "resource_role": if self.is_actor() { "ACTOR" } else { "TARGET" }, "sample": self.sample, "actors": self.actors.len() },
        });
        if let Some(rule) = &self.suppressed_by {
            event["status_detail"] = format!("hidden by the suppression rule {rule}").into();
        }
        event
    }

    fn cloud(&self) -> Value {
        json!({
            "provider": "AWS",
            "region": self.region.as_deref().unwrap_or("unknown"),
            "account": { "uid": self.account_id.as_deref().unwrap_or("000000000000"), "type_id": 10, "type": "AWS Account" },
        })
    }

    /// Whether the entity did it, rather than suffered it.
    fn is_actor(&self) -> bool {
        self.latest().is_none_or(|latest| latest.connection.connection_direction != Direction::Inbound)
    }

    /// A remote end point as OCSF evidence: source and destination are the sides of the connection.
    fn evidence_of(&self, actor: &Actor) -> Value {
        let v4 = Address::parse(actor.remote_addr.as_bytes()).is_none_or(Address::is_ipv4);
        let mut local = Map::from_iter([("uid".to_owned(), json!(self.entity)), ("instance_uid".to_owned(), json!(self.entity))]);
        if let Some(address) = self.resource.local_address(v4) {
            local.insert("ip".to_owned(), address.into());
        }
        if let Some(port) = actor.local_port {
            local.insert("port".to_owned(), port.into());
        }
        let mut remote = Map::from_iter([("ip".to_owned(), json!(actor.remote_addr))]);
        if let Some(port) = actor.remote_port {
            remote.insert("port".to_owned(), port.into());
        }
        if let Some(country) = actor.countries.first() {
            remote.insert("location".to_owned(), json!({ "country": country }));
        }
        if let Some(asn) = actor.asns.first() {
            remote.insert("autonomous_system".to_owned(), json!({ "number": asn }));
        }
        let (direction_id, direction) = match actor.connection_direction {
            Direction::Inbound => (1, "Inbound"),
            Direction::Outbound => (2, "Outbound"),
            Direction::Unknown => (0, "Unknown"),
        };
        let mut connection = json!({ "direction_id": direction_id, "direction": direction });
        if let Some(protocol) = actor.protocol {
            connection["protocol_num"] = protocol.into();
            connection["protocol_name"] = wording::protocol_text(Some(protocol)).to_lowercase().into();
        }
        let (source, destination) = if actor.connection_direction == Direction::Inbound { (remote, local) } else { (local, remote) };
        json!({ "src_endpoint": source, "dst_endpoint": destination, "connection_info": connection })
    }

    /// The finding in the AWS Security Finding Format, as `BatchImportFindings` takes it.
    pub fn to_asff(&self) -> Value {
        let account = self.account_id.as_deref().unwrap_or("000000000000");
        let region = self.region.as_deref().unwrap_or("unknown");
        let partition = self.resource.partition();
        let label = ocsf_severity(self.severity).1.to_uppercase();
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let namespace = match self.technique.tactic.as_str() {
            "Exfiltration" | "Impact" => "Effects",
            _ => "TTPs",
        };
        let family: Vec<&str> = self.finding_type.name().splitn(2, ['/']).collect();
        let mut finding = json!({
            "SchemaVersion": "2018-10-08",
            "Id": format!("arn:{partition}:guardduty:{region}:{account}:finding/{}", self.id),
            "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
            "ProductName": "Weir",
            "CompanyName": "Weir",
            "GeneratorId": format!("weir/{}", self.finding_type.name()),
            "AwsAccountId": account,
            "Types": [format!("{namespace}/{}/{}", self.technique.tactic, family.join("-").replace(':', "-"))],
            "FirstObservedAt": iso(self.first_seen),
            "LastObservedAt": iso(self.last_seen),
            "CreatedAt": iso(self.first_seen),
            "UpdatedAt": iso(self.last_seen),
            "Severity": { "Label": label, "Original": self.severity.to_string() },
            "Confidence": confidence_percent(self.evidence.confidence.score),
            "Title": cut(&self.title, 256),
            "Description": cut(&self.description, 1_024),
            "ProductFields": {
                "weir/entity": self.entity,
                "weir/summary": cut(&self.evidence.summary, 2_048),
                "weir/count": self.count.to_string(),
                "weir/technique": self.technique.id,
            },
            "Resources": [self.asff_resource(account, region, partition)],
            "Sample": self.sample,
            "RecordState": if self.archived { "ARCHIVED" } else { "ACTIVE" },
            "Workflow": { "Status": if self.suppressed_by.is_some() { "SUPPRESSED" } else { "NEW" } },
        });
        if let Some(latest) = self.latest() {
            finding["Action"] = self.asff_action(latest);
        }
        finding
    }

    fn asff_resource(&self, account: &str, region: &str, partition: &str) -> Value {
        let instance = flow::EntityKind::of(&self.entity) == flow::EntityKind::Instance;
        let mut resource = json!({ "Partition": partition, "Region": region });
        if !instance {
            resource["Type"] = "Other".into();
            resource["Id"] = self.entity.as_str().into();
            return resource;
        }
        resource["Type"] = "AwsEc2Instance".into();
        resource["Id"] = format!("arn:{partition}:ec2:{region}:{account}:instance/{}", self.entity).into();
        let interfaces = &self.resource.network_interfaces;
        let mut details = Map::new();
        let v4: Vec<&str> = interfaces
            .iter()
            .flat_map(|interface| [&interface.private_ip_address, &interface.public_ip])
            .flatten()
            .map(String::as_str)
            .take(ASFF_ADDRESSES_CAP)
            .collect();
        let v6: Vec<&str> =
            interfaces.iter().flat_map(|interface| &interface.ipv6_addresses).map(String::as_str).take(ASFF_ADDRESSES_CAP).collect();
        for (member, list) in [("IpV4Addresses", v4), ("IpV6Addresses", v6)] {
            if !list.is_empty() {
                details.insert(member.to_owned(), json!(list));
            }
        }
        let primary = interfaces.first();
        let profile = self.resource.iam_instance_profile.as_ref().map(|profile| profile.arn.clone());
        for (member, value) in [
            ("Type", self.resource.instance_type.clone()),
            ("ImageId", self.resource.image_id.clone()),
            ("IamInstanceProfileArn", profile),
            ("VpcId", primary.and_then(|interface| interface.vpc_id.clone())),
            ("SubnetId", primary.and_then(|interface| interface.subnet_id.clone())),
            ("LaunchedAt", self.resource.launch_time.clone()),
        ] {
            if let Some(value) = value {
                details.insert(member.to_owned(), value.into());
            }
        }
        resource["Details"] = json!({ "AwsEc2Instance": details });
        let tags: Map<String, Value> = self.resource.tags.iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect();
        if !tags.is_empty() {
            resource["Tags"] = Value::Object(tags);
        }
        resource
    }

    fn asff_action(&self, latest: &Occurrence) -> Value {
        let action = &latest.connection;
        let v4 = Address::parse(action.remote_addr.as_bytes()).is_none_or(Address::is_ipv4);
        let mut remote = Map::new();
        // The format has no member for the IPv6 address of a remote side; ProductFields and Network have.
        if v4 {
            remote.insert("IpAddressV4".to_owned(), action.remote_addr.as_str().into());
        }
        if let Some(code) = action.remote_country.as_deref() {
            remote.insert("Country".to_owned(), json!({ "CountryCode": code, "CountryName": crate::country::name(code).unwrap_or(code) }));
        }
        if let Some(asn) = action.remote_asn {
            remote.insert("Organization".to_owned(), json!({ "Asn": asn }));
        }
        let port = |port: Option<u16>| port.map(|port| json!({ "Port": port }));
        if self.finding_type.is_port_probe() {
            let mut detail = Map::from_iter([("RemoteIpDetails".to_owned(), Value::Object(remote))]);
            if let Some(port) = port(action.local_port) {
                detail.insert("LocalPortDetails".to_owned(), port);
            }
            return json!({ "ActionType": "PORT_PROBE", "PortProbeAction": { "Blocked": action.blocked(), "PortProbeDetails": [detail] } });
        }
        let direction = match action.connection_direction {
            Direction::Inbound => "INBOUND",
            Direction::Outbound => "OUTBOUND",
            Direction::Unknown => "UNKNOWN",
        };
        let mut connection = Map::from_iter([
            ("ConnectionDirection".to_owned(), json!(direction)),
            ("Protocol".to_owned(), json!(wording::protocol_text(action.protocol))),
            ("Blocked".to_owned(), json!(action.blocked())),
            ("RemoteIpDetails".to_owned(), Value::Object(remote)),
        ]);
        for (member, port) in [("LocalPortDetails", port(action.local_port)), ("RemotePortDetails", port(action.remote_port))] {
            if let Some(port) = port {
                connection.insert(member.to_owned(), port);
            }
        }
        json!({ "ActionType": "NETWORK_CONNECTION", "NetworkConnectionAction": connection })
    }
}

/// A share as a whole number from 0 to 100.
#[expect(clippy::cast_possible_truncation, reason = "clamped to 0 to 100 before")]
fn confidence_percent(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 100.0).round() as i64
}

#[cfg(test)]
mod tests;
