//! Sample findings: what a finding of each type looks like, as GuardDuty's `CreateSampleFindings` makes them.

use flow::{Action, Direction, HOUR_SECS, TimeRange, Timestamp};
use serde_json::{Map, json};

use crate::evidence::{Measure, Unit};
use crate::{
    Confidence, ConnectionAction, Evidence, FindingType, IamInstanceProfile, NetworkInterface, Novelty, Occurrence, Peer,
    PrivateIpAddressDetails, Resource, RowsQuery, SecurityGroup, Tag,
};

/// The machine of sample findings.
const ENTITY: &str = "i-99999999";
/// The account of sample findings, unless another is given.
const ACCOUNT: &str = "111122223333";
/// The remote address of sample findings.
const REMOTE: &str = "198.51.100.0";
/// What makes a sample's id its own.
const KEY: &str = "sample";

/// The occurrence of a sample finding, noted in the hour before `at`. Its evidence says that it is a sample, by which its finding is one.
pub fn sample(finding_type: FindingType, at: Timestamp) -> Occurrence {
    let first_seen = at.plus_secs(-HOUR_SECS).hour();
    let hours = TimeRange::new(first_seen, first_seen.plus_secs(HOUR_SECS));
    let connection = connection(finding_type);
    let peer = Peer::Connection {
        connection_direction: connection.connection_direction,
        remote_addr: REMOTE.to_owned(),
        service_port: connection.service_port(),
        protocol: connection.protocol,
    };
    let mut additional = Map::new();
    additional.insert("sample".to_owned(), true.into());
    if finding_type == FindingType::Spambot {
        additional.insert("unusual".to_owned(), json!(25));
    }
    let flows = crate::wording::number(connection.flows);
    Occurrence {
        finding_type,
        entity: ENTITY.to_owned(),
        aggregation_key: KEY.to_owned(),
        occurrence_key: KEY.to_owned(),
        first_seen,
        last_seen: hours.to,
        severity: finding_type.default_severity(),
        connection,
        account_id: Some(ACCOUNT.to_owned()),
        evidence: Evidence {
            so_far: None,
            summary: "This is a sample: it shows what a finding of this type looks like, and nothing happened.".to_owned(),
            expected: None,
            actual: Measure::new(flows, Unit::Flows),
            factor: None,
            rank: None,
            since: first_seen,
            novelty: vec![Novelty::seen("remote_addr", REMOTE, None, first_seen)],
            threshold: None,
            margin: None,
            confidence: Confidence::of(&[("sample", 1.0, "made up".to_owned())]),
            would_not_fire: vec!["had nobody asked for samples".to_owned()],
            contributions: Vec::new(),
            technique: finding_type.technique(),
            rows: RowsQuery::new(ENTITY, hours, &peer),
            list_names: if is_listed(finding_type) { vec!["GeneratedFindingThreatListName".to_owned()] } else { Vec::new() },
            additional,
        },
    }
}

/// The machine that sample findings are about, with the placeholders that GuardDuty uses.
pub fn sample_resource() -> Resource {
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    let private = PrivateIpAddressDetails {
        private_dns_name: Some("GeneratedFindingPrivateName".to_owned()),
        private_ip_address: "10.0.0.1".to_owned(),
    };
    Resource {
        account_id: Some(ACCOUNT.to_owned()),
        region: Some("us-east-1".to_owned()),
        instance_id: Some(ENTITY.to_owned()),
        instance_type: Some("m3.xlarge".to_owned()),
        launch_time: Some("2016-08-02T02:05:06.000Z".to_owned()),
        instance_state: Some("running".to_owned()),
        availability_zone: Some("GeneratedFindingInstanceAvailabilityZone".to_owned()),
        image_id: Some("ami-99999999".to_owned()),
        image_description: Some("GeneratedFindingInstanceImageDescription".to_owned()),
        iam_instance_profile: Some(IamInstanceProfile {
            arn: "arn:aws:iam::111122223333:instance-profile/GeneratedFindingInstanceProfile".to_owned(),
            id: "GeneratedFindingInstanceProfileId".to_owned(),
        }),
        tags: vec![tag("GeneratedFindingInstanceTag1", "GeneratedFindingInstanceValue1")],
        network_interfaces: vec![NetworkInterface {
            network_interface_id: Some("eni-bfcffe88".to_owned()),
            private_ip_address: Some("10.0.0.1".to_owned()),
            private_dns_name: Some("GeneratedFindingPrivateDnsName".to_owned()),
            private_ip_addresses: vec![private],
            public_ip: Some("198.51.100.1".to_owned()),
            public_dns_name: Some("GeneratedFindingPublicDNSName".to_owned()),
            ipv6_addresses: Vec::new(),
            security_groups: vec![SecurityGroup {
                group_id: "GeneratedFindingSecurityId".to_owned(),
                group_name: "GeneratedFindingSecurityGroupName".to_owned(),
            }],
            subnet_id: Some("GeneratedFindingSubnetId".to_owned()),
            vpc_id: Some("GeneratedFindingVPCId".to_owned()),
        }],
        ..Resource::default()
    }
}

const fn is_listed(finding_type: FindingType) -> bool {
    matches!(
        finding_type,
        FindingType::TorClient
            | FindingType::TorRelay
            | FindingType::MaliciousIpCallerCustom
            | FindingType::CommandAndControlB
            | FindingType::BitcoinToolB
            | FindingType::BlackholeTraffic
            | FindingType::DropPoint
    )
}

/// A connection such as the type is about: its direction, protocol and port.
fn connection(finding_type: FindingType) -> ConnectionAction {
    let inbound = finding_type.is_port_probe() || finding_type == FindingType::InboundDenialOfService;
    let (protocol, port) = match finding_type {
        FindingType::SshBruteForce | FindingType::LateralMovement | FindingType::InternalBruteForce => (6, 22),
        FindingType::RdpBruteForce => (6, 3_389),
        FindingType::WinRmBruteForce => (6, 5_985),
        FindingType::Spambot => (6, 25),
        FindingType::UnusualDnsResolver | FindingType::DenialOfServiceDns => (17, 53),
        FindingType::UnusualDotActivity => (6, 853),
        FindingType::UnusualDohActivity | FindingType::ProtocolMismatch => (6, 443),
        FindingType::TorClient | FindingType::TorRelay => (6, 9_001),
        FindingType::BitcoinToolB | FindingType::MiningBehavior => (6, 3_333),
        FindingType::DenialOfServiceUdp => (17, 2_000),
        FindingType::DenialOfServiceUdpOnTcpPorts => (17, 80),
        FindingType::PortProbeEmrUnprotectedPort => (6, 8_088),
        _ => (6, 2_000),
    };
    let igmp = finding_type == FindingType::DenialOfServiceUnusualProtocol;
    ConnectionAction {
        connection_direction: if inbound { Direction::Inbound } else { Direction::Outbound },
        protocol: Some(if igmp { 2 } else { protocol }),
        local_port: (inbound && !igmp).then_some(port),
        remote_port: (!inbound && !igmp).then_some(port),
        remote_addr: REMOTE.to_owned(),
        action: Action::Accept,
        bytes_in: 1_234,
        bytes_out: 5_678,
        packets_in: 12,
        packets_out: 34,
        flows: 5,
        remote_country: Some("US".to_owned()),
        remote_asn: Some(64_500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Finding;

    #[test]
    fn there_is_a_sample_of_every_type() {
        let at: Timestamp = "2026-11-24T06:30:00Z".parse().unwrap();
        let mut ids = std::collections::BTreeSet::new();
        for finding_type in FindingType::ALL.iter().copied() {
            let occurrence = sample(finding_type, at);
            let finding = Finding::assemble(occurrence.finding_id(), vec![occurrence], &sample_resource()).unwrap();
            assert!(finding.sample && finding.title.starts_with("[SAMPLE] ") && !finding.title.contains('{'), "{}", finding.title);
            assert!(ids.insert(finding.id.clone()));
            let written = finding.to_guardduty();
            assert_eq!(written["type"], finding_type.name());
            let info: serde_json::Value = serde_json::from_str(written["service"]["additionalInfo"]["value"].as_str().unwrap()).unwrap();
            assert_eq!(info["sample"], true);
            assert_eq!(written["resource"]["instanceDetails"]["instanceId"], "i-99999999");
        }
        assert_eq!(ids.len(), FindingType::ALL.len());
    }
}
