//! The fields of VPC flow logs, and the plan that says where each column of the record finds its value.
//!
//! Source: Amazon VPC user guide, "Flow log records" (versions 2 to 5, 7 to 11) and "Transit Gateway Flow Logs" (version 6).

use std::borrow::Cow;

/// Fields of version 2: the default format, in its fixed order.
pub(crate) const V2: &[&str] = &[
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// Fields added by each later version, in documented order.
pub(crate) const ADDED: &[(u8, &[&str])] = &[
    (3, &["vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr"]),
    (4, &["region", "az-id", "sublocation-type", "sublocation-id"]),
    (5, &["pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path"]),
    (
        7,
        &[
            "ecs-cluster-arn",
            "ecs-cluster-name",
            "ecs-container-instance-arn",
            "ecs-container-instance-id",
            "ecs-container-id",
            "ecs-second-container-id",
            "ecs-service-name",
            "ecs-task-definition-arn",
            "ecs-task-arn",
            "ecs-task-id",
        ],
    ),
    (8, &["reject-reason"]),
    (9, &["resource-id"]),
    (10, &["encryption-status"]),
    (
        11,
        &[
            "instance-tag",
            "instance-tag-2",
            "interface-tag",
            "interface-tag-2",
            "asg-tag",
            "asg-tag-2",
            "interface-type",
            "next-hop-interface-type",
            "next-hop-interface-id",
            "next-hop-subnet-id",
            "next-hop-az-id",
            "next-hop-vpc-id",
        ],
    ),
];

/// Every field of a transit gateway record (version 6), in the default order.
pub(crate) const TRANSIT_GATEWAY: &[&str] = &[
    "version",
    "resource-type",
    "account-id",
    "tgw-id",
    "tgw-attachment-id",
    "tgw-src-vpc-account-id",
    "tgw-dst-vpc-account-id",
    "tgw-src-vpc-id",
    "tgw-dst-vpc-id",
    "tgw-src-subnet-id",
    "tgw-dst-subnet-id",
    "tgw-src-eni",
    "tgw-dst-eni",
    "tgw-src-az-id",
    "tgw-dst-az-id",
    "tgw-pair-attachment-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "log-status",
    "type",
    "packets-lost-no-route",
    "packets-lost-blackhole",
    "packets-lost-mtu-exceeded",
    "packets-lost-ttl-expired",
    "tcp-flags",
    "region",
    "flow-direction",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
];

/// The name as the documentation writes it: `pkt_srcaddr` and `pkt-srcaddr` are one field.
pub(crate) fn normalise(name: &str) -> Cow<'_, str> {
    if name.contains('_') { Cow::Owned(name.replace('_', "-")) } else { Cow::Borrowed(name) }
}

/// Bytes of the longest documented name, `ecs-container-instance-arn`.
pub(crate) const LONGEST_NAME: usize = 26;

/// Whether this (normalised) name is a documented field.
pub(crate) fn is_known(name: &str) -> bool {
    V2.contains(&name) || TRANSIT_GATEWAY.contains(&name) || ADDED.iter().any(|(_, names)| names.contains(&name))
}

/// Index of a value in a record, or [`NOWHERE`].
pub(crate) type Slot = usize;

/// The slot of a field that the format does not have.
pub(crate) const NOWHERE: Slot = usize::MAX;

/// Text columns of the record that are filled as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextColumn {
    Account,
    Interface,
    Instance,
    Region,
    Zone,
    Vpc,
    Subnet,
    Resource,
    SrcService,
    DstService,
    RejectReason,
}

impl TextColumn {
    pub(crate) const COUNT: usize = 11;
}

/// Slots of the fields of one side of a transit gateway.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GatewaySide {
    pub(crate) interface: Slot,
    pub(crate) vpc: Slot,
    pub(crate) subnet: Slot,
    pub(crate) zone: Slot,
}

/// Where each column of the record finds its value: what a header compiles to.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Values in a record.
    pub(crate) width: usize,
    /// Whether the header was separated by commas.
    pub(crate) comma: bool,
    pub(crate) start: Slot,
    pub(crate) end: Slot,
    pub(crate) src_addr: Slot,
    pub(crate) dst_addr: Slot,
    pub(crate) pkt_src_addr: Slot,
    pub(crate) pkt_dst_addr: Slot,
    pub(crate) src_port: Slot,
    pub(crate) dst_port: Slot,
    pub(crate) protocol: Slot,
    pub(crate) bytes: Slot,
    pub(crate) packets: Slot,
    pub(crate) tcp_flags: Slot,
    pub(crate) action: Slot,
    pub(crate) log_status: Slot,
    pub(crate) flow_direction: Slot,
    pub(crate) traffic_path: Slot,
    pub(crate) encryption: Slot,
    pub(crate) address_type: Slot,
    pub(crate) account: Slot,
    pub(crate) interface: Slot,
    pub(crate) resource: Slot,
    pub(crate) region: Slot,
    /// The other text columns.
    pub(crate) texts: Vec<(Slot, TextColumn)>,
    /// Source and destination side, in transit gateway records.
    pub(crate) gateway: Option<[GatewaySide; 2]>,
    /// Fields without a column of their own, by name.
    pub(crate) extra: Vec<(Slot, String)>,
}

impl Plan {
    /// Compiles a list of names.
    ///
    /// # Errors
    /// A name that occurs twice, no name, or more than `max_columns` of them.
    pub(crate) fn compile(names: &[Cow<'_, str>], max_columns: usize) -> Result<Self, String> {
        if names.is_empty() {
            return Err("it names no field".to_owned());
        }
        if names.len() > max_columns {
            return Err(format!("it has {} columns, more than the limit of {max_columns}", names.len()));
        }
        let mut sorted: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("the field {:?} occurs twice", cut(pair[0])));
        }
        let slot = |wanted: &str| names.iter().position(|name| name == wanted).unwrap_or(NOWHERE);
        let side = |side: &str| GatewaySide {
            interface: slot(&format!("tgw-{side}-eni")),
            vpc: slot(&format!("tgw-{side}-vpc-id")),
            subnet: slot(&format!("tgw-{side}-subnet-id")),
            zone: slot(&format!("tgw-{side}-az-id")),
        };
        let is_gateway = slot("tgw-id") != NOWHERE || slot("tgw-attachment-id") != NOWHERE || slot("resource-type") != NOWHERE;
        let attachment = slot("tgw-attachment-id");
        let texts = [
            ("instance-id", TextColumn::Instance),
            ("az-id", TextColumn::Zone),
            ("vpc-id", TextColumn::Vpc),
            ("subnet-id", TextColumn::Subnet),
            ("pkt-src-aws-service", TextColumn::SrcService),
            ("pkt-dst-aws-service", TextColumn::DstService),
            ("reject-reason", TextColumn::RejectReason),
        ];
        let mut extra: Vec<(Slot, String)> =
            names.iter().enumerate().filter(|(_, name)| !has_column(name)).map(|(slot, name)| (slot, name.to_string())).collect();
        extra.sort_by(|left, right| left.1.cmp(&right.1));
        Ok(Self {
            width: names.len(),
            comma: false,
            start: slot("start"),
            end: slot("end"),
            src_addr: slot("srcaddr"),
            dst_addr: slot("dstaddr"),
            pkt_src_addr: slot("pkt-srcaddr"),
            pkt_dst_addr: slot("pkt-dstaddr"),
            src_port: slot("srcport"),
            dst_port: slot("dstport"),
            protocol: slot("protocol"),
            bytes: slot("bytes"),
            packets: slot("packets"),
            tcp_flags: slot("tcp-flags"),
            action: slot("action"),
            log_status: slot("log-status"),
            flow_direction: slot("flow-direction"),
            traffic_path: slot("traffic-path"),
            encryption: slot("encryption-status"),
            address_type: slot("type"),
            account: slot("account-id"),
            interface: slot("interface-id"),
            resource: if is_gateway && attachment != NOWHERE { attachment } else { slot("resource-id") },
            region: slot("region"),
            texts: texts.into_iter().map(|(name, column)| (slot(name), column)).filter(|(slot, _)| *slot != NOWHERE).collect(),
            gateway: is_gateway.then(|| [side("src"), side("dst")]),
            extra,
        })
    }
}

/// Whether a field needs no place in `extra`: it has a column, or says nothing beyond the others (`version`, `log-status`, `type`).
fn has_column(name: &str) -> bool {
    matches!(name, "version" | "log-status" | "type" | "resource-id" | "tgw-attachment-id" | "encryption-status")
        || flow::FIELDS.iter().any(|spec| spec.aws.contains(&name))
}

/// At most 64 characters of a text from outside, for a message.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_as_documented() {
        let upto =
            |version: u8| V2.len() + ADDED.iter().filter(|(added, _)| *added <= version).map(|(_, names)| names.len()).sum::<usize>();
        assert_eq!([2, 3, 4, 5, 7, 8, 9, 10, 11].map(upto), [14, 21, 25, 29, 39, 40, 41, 42, 54]);
        assert_eq!(TRANSIT_GATEWAY.len(), 36);
        let all = V2.iter().chain(TRANSIT_GATEWAY).chain(ADDED.iter().flat_map(|(_, names)| *names));
        assert_eq!(all.map(|name| name.len()).max(), Some(LONGEST_NAME));
    }

    #[test]
    fn every_documented_field_goes_somewhere() {
        let names: Vec<Cow<'_, str>> =
            V2.iter().chain(ADDED.iter().flat_map(|(_, names)| *names)).map(|&name| Cow::Borrowed(name)).collect();
        let plan = Plan::compile(&names, 256).unwrap();
        assert_eq!(plan.width, 54);
        assert!(plan.gateway.is_none());
        let extra: Vec<&str> = plan.extra.iter().map(|(_, name)| name.as_str()).collect();
        assert!(extra.is_sorted());
        assert_eq!(extra.len(), 2 + 10 + 12, "{extra:?}");
    }

    #[test]
    fn duplicates_and_crowds_are_refused() {
        let names = |text: &'static str| text.split(' ').map(Cow::Borrowed).collect::<Vec<_>>();
        assert!(Plan::compile(&names("start end start"), 256).unwrap_err().contains("\"start\""));
        assert!(Plan::compile(&names("a b c"), 2).unwrap_err().contains("limit of 2"));
        assert!(Plan::compile(&[], 2).is_err());
    }
}
