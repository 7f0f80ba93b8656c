//! What the inventory knows of each thing: the parts of the AWS documents that answers are made of.

use std::collections::BTreeMap;

use flow::{Address, Timestamp};
use ipnet::IpNet;
use serde::Serialize;

/// Tags by key, in the order of their keys.
pub type Tags = BTreeMap<String, String>;

/// Something a snapshot states.
pub(crate) trait Fact: PartialEq {
    /// The instant from which the document itself says that this holds, when it does.
    fn begins(&self) -> Option<Timestamp> {
        None
    }
}

/// How an address belongs to an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressKind {
    /// The primary private IPv4 address: the one that flow records show for every private address of the interface.
    Primary,
    /// Another private IPv4 address.
    Secondary,
    /// A public or Elastic IPv4 address associated with a private one.
    Public,
    /// A carrier address (Wavelength zones).
    Carrier,
    /// An IPv6 address.
    Ipv6,
}

/// One address of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InterfaceAddress {
    /// The address.
    #[serde(serialize_with = "crate::text::serialize")]
    pub address: Address,
    /// How it belongs to the interface.
    pub kind: AddressKind,
    /// DNS name of the address: private for private ones, public for public ones.
    pub dns_name: Option<String>,
}

/// A security group as interfaces refer to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct GroupRef {
    /// `sg-…`.
    pub id: String,
    /// Its name, when the document gives it.
    pub name: Option<String>,
}

/// What an interface is attached to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// The instance; `None` for what AWS attaches for its own services.
    pub instance_id: Option<String>,
    /// Owner of the instance: an account, or a service such as `amazon-elb`.
    pub instance_owner_id: Option<String>,
    /// When it was attached.
    pub attach_time: Option<Timestamp>,
    /// Position among the instance's interfaces, 0 for the first.
    pub device_index: Option<i64>,
}

/// A network interface (source: `aws ec2 describe-network-interfaces`, or the interfaces inside `describe-instances`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// `eni-…`.
    pub id: String,
    /// Owner, twelve digits.
    pub account: Option<String>,
    /// Region, from the zone.
    pub region: Option<String>,
    /// Availability zone by name.
    pub zone: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Free text; AWS services write there what the interface is for.
    pub description: String,
    /// `interface`, `nat_gateway`, `network_load_balancer`, `vpc_endpoint`, `lambda`, …
    pub interface_type: Option<String>,
    /// Whether an AWS service made it and manages it.
    pub requester_managed: bool,
    /// Who made it, such as `amazon-elb`.
    pub requester_id: Option<String>,
    /// Hardware address.
    pub mac: Option<String>,
    /// `in-use`, `available`, …
    pub status: Option<String>,
    /// Private DNS name.
    pub private_dns_name: Option<String>,
    /// Every address, primary first.
    pub addresses: Vec<InterfaceAddress>,
    /// Delegated prefixes, from which containers take their addresses.
    pub prefixes: Vec<IpNet>,
    /// Its security groups.
    pub security_groups: Vec<GroupRef>,
    /// What it is attached to.
    pub attachment: Option<Attachment>,
    /// Its tags.
    pub tags: Tags,
}

impl Fact for Interface {
    fn begins(&self) -> Option<Timestamp> {
        self.attachment.as_ref()?.attach_time
    }
}

impl Interface {
    /// The instance it is attached to.
    pub fn instance_id(&self) -> Option<&str> {
        self.attachment.as_ref()?.instance_id.as_deref()
    }

    /// When it was attached.
    pub fn attach_time(&self) -> Option<Timestamp> {
        self.attachment.as_ref()?.attach_time
    }

    /// The entity that its records belong to: the instance, else the interface itself.
    pub fn entity(&self) -> &str {
        self.instance_id().unwrap_or(&self.id)
    }

    /// The address that flow records show for it.
    pub fn primary_address(&self) -> Option<Address> {
        self.of_kind(AddressKind::Primary).next()
    }

    /// Its private IPv4 addresses, primary first.
    pub fn private_addresses(&self) -> impl Iterator<Item = Address> {
        self.addresses.iter().filter(|held| matches!(held.kind, AddressKind::Primary | AddressKind::Secondary)).map(|held| held.address)
    }

    /// Its public and carrier addresses.
    pub fn public_addresses(&self) -> impl Iterator<Item = Address> {
        self.addresses.iter().filter(|held| matches!(held.kind, AddressKind::Public | AddressKind::Carrier)).map(|held| held.address)
    }

    /// Its IPv6 addresses.
    pub fn ipv6_addresses(&self) -> impl Iterator<Item = Address> {
        self.of_kind(AddressKind::Ipv6)
    }

    /// Whether the address belongs to it: one of its own, or one of a delegated prefix.
    pub fn holds(&self, address: Address) -> bool {
        self.addresses.iter().any(|held| held.address == address) || self.prefixes.iter().any(|net| net.contains(&address.to_ip()))
    }

    /// What an interface of an AWS service stands for, in words; `None` for an ordinary one.
    ///
    /// Source: `InterfaceType` of the EC2 API; for load balancers, file systems and databases, which have the type `interface`,
    /// the texts that these services put into the description.
    pub fn role(&self) -> Option<&'static str> {
        let by_type = match self.interface_type.as_deref() {
            Some("nat_gateway") => Some("NAT gateway"),
            Some("network_load_balancer") => Some("network load balancer"),
            Some("load_balancer") => Some("load balancer"),
            Some("gateway_load_balancer") => Some("gateway load balancer"),
            Some("gateway_load_balancer_endpoint") => Some("gateway load balancer endpoint"),
            Some("vpc_endpoint") => Some("VPC endpoint"),
            Some("transit_gateway") => Some("transit gateway"),
            Some("lambda") => Some("Lambda function"),
            Some("api_gateway_managed") => Some("API gateway"),
            Some("global_accelerator_managed") => Some("Global Accelerator"),
            Some("quicksight") => Some("QuickSight"),
            Some("efs") => Some("EFS mount target"),
            _ => None,
        };
        by_type.or_else(|| {
            let description = self.description.as_str();
            [
                ("ELB app/", "application load balancer"),
                ("ELB net/", "network load balancer"),
                ("ELB gwy/", "gateway load balancer"),
                ("ELB ", "load balancer"),
                ("Interface for NAT Gateway", "NAT gateway"),
                ("VPC Endpoint Interface", "VPC endpoint"),
                ("EFS mount target", "EFS mount target"),
                ("RDSNetworkInterface", "RDS database"),
                ("ElastiCache", "ElastiCache node"),
                ("AWS Lambda VPC ENI", "Lambda function"),
                ("Amazon EKS", "EKS control plane"),
            ]
            .into_iter()
            .find(|(start, _)| self.requester_managed && description.starts_with(start))
            .map(|(_, role)| role)
        })
    }

    fn of_kind(&self, kind: AddressKind) -> impl Iterator<Item = Address> {
        self.addresses.iter().filter(move |held| held.kind == kind).map(|held| held.address)
    }
}

/// The role that an instance runs under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstanceProfile {
    /// Its name as an ARN.
    pub arn: Option<String>,
    /// `AIPA…`.
    pub id: Option<String>,
}

/// A product code of a marketplace image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductCode {
    /// The code.
    pub id: Option<String>,
    /// `devpay` or `marketplace`.
    pub kind: Option<String>,
}

/// An EC2 instance (source: `aws ec2 describe-instances`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// Owner of the reservation.
    pub account: Option<String>,
    /// Region, from the zone.
    pub region: Option<String>,
    /// Availability zone by name.
    pub zone: Option<String>,
    /// Instance type, such as `m7i.large`.
    pub instance_type: Option<String>,
    /// When it was last started.
    pub launch_time: Option<Timestamp>,
    /// `running`, `stopped`, …
    pub state: Option<String>,
    /// Machine image.
    pub image_id: Option<String>,
    /// `windows`, or nothing.
    pub platform: Option<String>,
    /// Operating system and licence, such as `Linux/UNIX`.
    pub platform_details: Option<String>,
    /// `x86_64`, `arm64`.
    pub architecture: Option<String>,
    /// Outpost it runs on.
    pub outpost_arn: Option<String>,
    /// Role it runs under.
    pub instance_profile: Option<InstanceProfile>,
    /// Marketplace codes.
    pub product_codes: Vec<ProductCode>,
    /// VPC of the first interface.
    pub vpc_id: Option<String>,
    /// Subnet of the first interface.
    pub subnet_id: Option<String>,
    /// Private address of the first interface.
    #[serde(serialize_with = "crate::text::option::serialize")]
    pub private_address: Option<Address>,
    /// Public address of the first interface.
    #[serde(serialize_with = "crate::text::option::serialize")]
    pub public_address: Option<Address>,
    /// Private DNS name.
    pub private_dns_name: Option<String>,
    /// Public DNS name.
    pub public_dns_name: Option<String>,
    /// Its security groups.
    pub security_groups: Vec<GroupRef>,
    /// Interfaces attached when the snapshot was taken.
    pub interface_ids: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Fact for Instance {
    fn begins(&self) -> Option<Timestamp> {
        self.launch_time
    }
}

impl Instance {
    /// The value of the tag `Name`, when it says anything.
    pub fn name(&self) -> Option<&str> {
        self.tags.get("Name").map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// Where a security-group rule lets traffic come from or go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Peer {
    /// A network.
    Cidr(IpNet),
    /// The interfaces of another group, or of the same.
    Group(String),
    /// A managed prefix list, of which the entries are not in the inventory.
    PrefixList(String),
}

/// One rule of a security group, for one peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRule {
    /// IANA protocol number; `None` is every protocol.
    pub protocol: Option<u8>,
    /// First port, or ICMP type; 0 when every port is meant.
    pub from_port: u16,
    /// Last port; 65535 when every port is meant.
    pub to_port: u16,
    /// Whom it is for.
    pub peer: Peer,
    /// What its author wrote.
    pub description: Option<String>,
}

/// A security group (source: `aws ec2 describe-security-groups`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Owner.
    pub account: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Rules for connections towards the interface.
    pub inbound: Vec<GroupRule>,
    /// Rules for connections away from it.
    pub outbound: Vec<GroupRule>,
    /// Its tags.
    pub tags: Tags,
}

impl Fact for SecurityGroup {}

/// One entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AclEntry {
    /// Rules are tried in this order; 32767 is the final `*`.
    pub number: u32,
    /// Whether it is for packets leaving the subnet.
    pub egress: bool,
    /// Whether it lets packets pass.
    pub allow: bool,
    /// IANA protocol number; `None` is every protocol.
    pub protocol: Option<u8>,
    /// First port.
    pub from_port: u16,
    /// Last port.
    pub to_port: u16,
    /// The other side.
    pub cidr: Option<IpNet>,
}

/// A network ACL (source: `aws ec2 describe-network-acls`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkAcl {
    /// `acl-…`.
    pub id: String,
    /// Owner.
    pub account: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Whether it is the default one of its VPC.
    pub is_default: bool,
    /// Subnets that it guards.
    pub subnet_ids: Vec<String>,
    /// Its entries, by direction and number.
    pub entries: Vec<AclEntry>,
    /// Its tags.
    pub tags: Tags,
}

impl Fact for NetworkAcl {}

/// A subnet (source: `aws ec2 describe-subnets`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// Owner.
    pub account: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Availability zone by name.
    pub zone: Option<String>,
    /// Availability-zone id, such as `use1-az1`.
    pub zone_id: Option<String>,
    /// Its networks, IPv4 first.
    pub cidrs: Vec<IpNet>,
    /// Whether new interfaces get a public address.
    pub map_public_ip_on_launch: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Fact for Subnet {}

/// A VPC (source: `aws ec2 describe-vpcs`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: String,
    /// Owner.
    pub account: Option<String>,
    /// Its networks, IPv4 first.
    pub cidrs: Vec<IpNet>,
    /// Whether it is the account's default VPC of the region.
    pub is_default: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Fact for Vpc {}

/// A flow log (source: `aws ec2 describe-flow-logs`): what tells the columns of records without a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowLog {
    /// `fl-…`.
    pub id: String,
    /// What it watches: a VPC, a subnet or an interface.
    pub resource_id: Option<String>,
    /// Its columns, as `${version} ${account-id} …`.
    pub format: Option<String>,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic_type: Option<String>,
    /// Longest span of one record, seconds: 60 or 600.
    pub aggregation_secs: Option<i64>,
    /// `s3`, `cloud-watch-logs` or `kinesis-data-firehose`.
    pub destination_type: Option<String>,
    /// Where it delivers to.
    pub destination: Option<String>,
}

impl Fact for FlowLog {}
