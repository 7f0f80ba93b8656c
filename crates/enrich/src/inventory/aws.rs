//! The JSON that the AWS command line prints, and what is kept of it.
//!
//! Source: AWS EC2 API reference, the `Describe…` operations; member names as the command line spells them. Everything is optional:
//! fields come and go between versions, and simulators leave many out. A text where a number belongs is an error.

use flow::{Address, Timestamp};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use super::model;

/// Reads `null` as nothing.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

macro_rules! shapes {
    ($( $(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty,)+ } )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(rename_all = "PascalCase", default)]
        pub(super) struct $name { $($(#[$field_meta])* pub(super) $field: $kind,)+ }
    )+ };
}

shapes! {
    Document {
        network_interfaces: Option<Vec<NetworkInterface>>,
        reservations: Option<Vec<Reservation>>,
        security_groups: Option<Vec<SecurityGroup>>,
        network_acls: Option<Vec<NetworkAcl>>,
        subnets: Option<Vec<Subnet>>,
        vpcs: Option<Vec<Vpc>>,
        flow_logs: Option<Vec<FlowLog>>,
    }
    Tag { key: String, value: Option<String>, }
    Group { group_id: Option<String>, group_name: Option<String>, }
    Attachment {
        instance_id: Option<String>,
        instance_owner_id: Option<String>,
        attach_time: Option<String>,
        device_index: Option<i64>,
        status: Option<String>,
    }
    Association { public_ip: Option<String>, public_dns_name: Option<String>, carrier_ip: Option<String>, }
    PrivateAddress {
        private_ip_address: Option<String>,
        private_dns_name: Option<String>,
        primary: Option<bool>,
        association: Option<Association>,
    }
    Ipv6Address { ipv6_address: Option<String>, }
    Ipv4Prefix { ipv4_prefix: Option<String>, }
    Ipv6Prefix { ipv6_prefix: Option<String>, }
    NetworkInterface {
        network_interface_id: Option<String>,
        owner_id: Option<String>,
        availability_zone: Option<String>,
        vpc_id: Option<String>,
        subnet_id: Option<String>,
        description: Option<String>,
        interface_type: Option<String>,
        requester_managed: Option<bool>,
        requester_id: Option<String>,
        mac_address: Option<String>,
        status: Option<String>,
        private_dns_name: Option<String>,
        private_ip_address: Option<String>,
        association: Option<Association>,
        attachment: Option<Attachment>,
        #[serde(deserialize_with = "list")]
        private_ip_addresses: Vec<PrivateAddress>,
        #[serde(deserialize_with = "list")]
        ipv6_addresses: Vec<Ipv6Address>,
        #[serde(deserialize_with = "list")]
        ipv4_prefixes: Vec<Ipv4Prefix>,
        #[serde(deserialize_with = "list")]
        ipv6_prefixes: Vec<Ipv6Prefix>,
        #[serde(deserialize_with = "list")]
        groups: Vec<Group>,
        #[serde(deserialize_with = "list")]
        tag_set: Vec<Tag>,
    }
    Reservation {
        owner_id: Option<String>,
        #[serde(deserialize_with = "list")]
        instances: Vec<Instance>,
    }
    State { name: Option<String>, }
    Placement { availability_zone: Option<String>, }
    Profile { arn: Option<String>, id: Option<String>, }
    ProductCode { product_code_id: Option<String>, product_code_type: Option<String>, }
    Instance {
        instance_id: Option<String>,
        instance_type: Option<String>,
        launch_time: Option<String>,
        state: Option<State>,
        image_id: Option<String>,
        platform: Option<String>,
        platform_details: Option<String>,
        architecture: Option<String>,
        outpost_arn: Option<String>,
        iam_instance_profile: Option<Profile>,
        placement: Option<Placement>,
        vpc_id: Option<String>,
        subnet_id: Option<String>,
        private_ip_address: Option<String>,
        public_ip_address: Option<String>,
        private_dns_name: Option<String>,
        public_dns_name: Option<String>,
        #[serde(deserialize_with = "list")]
        product_codes: Vec<ProductCode>,
        #[serde(deserialize_with = "list")]
        security_groups: Vec<Group>,
        #[serde(deserialize_with = "list")]
        network_interfaces: Vec<NetworkInterface>,
        #[serde(deserialize_with = "list")]
        tags: Vec<Tag>,
    }
    IpRange { cidr_ip: Option<String>, description: Option<String>, }
    Ipv6Range { cidr_ipv6: Option<String>, description: Option<String>, }
    PrefixListId { prefix_list_id: Option<String>, description: Option<String>, }
    GroupPair { group_id: Option<String>, description: Option<String>, }
    Permission {
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        #[serde(deserialize_with = "list")]
        ip_ranges: Vec<IpRange>,
        #[serde(deserialize_with = "list")]
        ipv6_ranges: Vec<Ipv6Range>,
        #[serde(deserialize_with = "list")]
        prefix_list_ids: Vec<PrefixListId>,
        #[serde(deserialize_with = "list")]
        user_id_group_pairs: Vec<GroupPair>,
    }
    SecurityGroup {
        group_id: Option<String>,
        group_name: Option<String>,
        description: Option<String>,
        owner_id: Option<String>,
        vpc_id: Option<String>,
        #[serde(deserialize_with = "list")]
        ip_permissions: Vec<Permission>,
        #[serde(deserialize_with = "list")]
        ip_permissions_egress: Vec<Permission>,
        #[serde(deserialize_with = "list")]
        tags: Vec<Tag>,
    }
    AclAssociation { subnet_id: Option<String>, }
    PortRange { from: Option<i64>, to: Option<i64>, }
    AclEntry {
        rule_number: Option<u32>,
        egress: Option<bool>,
        rule_action: Option<String>,
        protocol: Option<String>,
        port_range: Option<PortRange>,
        cidr_block: Option<String>,
        ipv6_cidr_block: Option<String>,
    }
    NetworkAcl {
        network_acl_id: Option<String>,
        owner_id: Option<String>,
        vpc_id: Option<String>,
        is_default: Option<bool>,
        #[serde(deserialize_with = "list")]
        associations: Vec<AclAssociation>,
        #[serde(deserialize_with = "list")]
        entries: Vec<AclEntry>,
        #[serde(deserialize_with = "list")]
        tags: Vec<Tag>,
    }
    CidrAssociation { cidr_block: Option<String>, ipv6_cidr_block: Option<String>, }
    Subnet {
        subnet_id: Option<String>,
        owner_id: Option<String>,
        vpc_id: Option<String>,
        availability_zone: Option<String>,
        availability_zone_id: Option<String>,
        cidr_block: Option<String>,
        map_public_ip_on_launch: Option<bool>,
        #[serde(deserialize_with = "list")]
        ipv6_cidr_block_association_set: Vec<CidrAssociation>,
        #[serde(deserialize_with = "list")]
        tags: Vec<Tag>,
    }
    Vpc {
        vpc_id: Option<String>,
        owner_id: Option<String>,
        cidr_block: Option<String>,
        is_default: Option<bool>,
        #[serde(deserialize_with = "list")]
        cidr_block_association_set: Vec<CidrAssociation>,
        #[serde(deserialize_with = "list")]
        ipv6_cidr_block_association_set: Vec<CidrAssociation>,
        #[serde(deserialize_with = "list")]
        tags: Vec<Tag>,
    }
    FlowLog {
        flow_log_id: Option<String>,
        resource_id: Option<String>,
        log_format: Option<String>,
        traffic_type: Option<String>,
        max_aggregation_interval: Option<i64>,
        log_destination_type: Option<String>,
        log_destination: Option<String>,
        log_group_name: Option<String>,
    }
}

/// The region that a zone's name begins with: `us-east-1` of `us-east-1a` and of `us-east-1-bos-1a`.
pub(super) fn region_of_zone(zone: &str) -> Option<&str> {
    let digit = zone.find(|letter: char| letter.is_ascii_digit())?;
    let end = zone[digit..].find(|letter: char| !letter.is_ascii_digit()).map_or(zone.len(), |length| digit + length);
    Some(&zone[..end])
}

fn address(text: Option<&String>) -> Option<Address> {
    Address::parse(text?.as_bytes())
}

fn net(text: Option<&String>) -> Option<IpNet> {
    let net: IpNet = text?.parse().ok()?;
    Some(net.trunc())
}

fn time(text: Option<&String>) -> Option<Timestamp> {
    text?.parse().ok()
}

fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn tags(list: Vec<Tag>) -> model::Tags {
    list.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect()
}

fn groups(list: Vec<Group>) -> Vec<model::GroupRef> {
    let mut groups: Vec<model::GroupRef> =
        list.into_iter().filter_map(|group| Some(model::GroupRef { id: group.group_id?, name: text(group.group_name) })).collect();
    groups.sort();
    groups
}

impl NetworkInterface {
    /// `None` when it has no id.
    pub(super) fn into_model(self) -> Option<model::Interface> {
        let mut held: Vec<model::InterfaceAddress> = Vec::new();
        let mut add = |address: Option<Address>, kind, dns_name: Option<String>| {
            if let Some(address) = address
                && !held.iter().any(|known| known.address == address)
            {
                held.push(model::InterfaceAddress { address, kind, dns_name });
            }
        };
        let primary = address(self.private_ip_address.as_ref());
        add(primary, model::AddressKind::Primary, text(self.private_dns_name.clone()));
        let mut associations: Vec<Association> = self.association.into_iter().collect();
        for private in self.private_ip_addresses {
            let is_primary = primary.is_none() && private.primary == Some(true);
            let kind = if is_primary { model::AddressKind::Primary } else { model::AddressKind::Secondary };
            add(address(private.private_ip_address.as_ref()), kind, text(private.private_dns_name));
            associations.extend(private.association);
        }
        for association in associations {
            add(address(association.public_ip.as_ref()), model::AddressKind::Public, text(association.public_dns_name));
            add(address(association.carrier_ip.as_ref()), model::AddressKind::Carrier, None);
        }
        for v6 in self.ipv6_addresses {
            add(address(v6.ipv6_address.as_ref()), model::AddressKind::Ipv6, None);
        }
        held.sort_by_key(|known| known.kind);
        let prefixes = self.ipv4_prefixes.iter().map(|prefix| prefix.ipv4_prefix.as_ref());
        let prefixes = prefixes.chain(self.ipv6_prefixes.iter().map(|prefix| prefix.ipv6_prefix.as_ref()));
        Some(model::Interface {
            id: text(self.network_interface_id)?,
            account: text(self.owner_id),
            region: self.availability_zone.as_deref().and_then(region_of_zone).map(str::to_owned),
            zone: text(self.availability_zone),
            vpc_id: text(self.vpc_id),
            subnet_id: text(self.subnet_id),
            description: self.description.unwrap_or_default(),
            interface_type: text(self.interface_type),
            requester_managed: self.requester_managed.unwrap_or(false),
            requester_id: text(self.requester_id),
            mac: text(self.mac_address),
            status: text(self.status),
            private_dns_name: text(self.private_dns_name),
            prefixes: prefixes.filter_map(net).collect(),
            addresses: held,
            security_groups: groups(self.groups),
            attachment: self.attachment.filter(|attachment| attachment.status.as_deref() != Some("detached")).map(|attachment| {
                model::Attachment {
                    instance_id: text(attachment.instance_id),
                    instance_owner_id: text(attachment.instance_owner_id),
                    attach_time: time(attachment.attach_time.as_ref()),
                    device_index: attachment.device_index,
                }
            }),
            tags: tags(self.tag_set),
        })
    }
}

impl Instance {
    /// The instance and the interfaces that the document lists inside it; `None` when it has no id.
    pub(super) fn into_model(self, owner: Option<&String>) -> Option<(model::Instance, Vec<model::Interface>)> {
        let id = text(self.instance_id)?;
        let zone = self.placement.and_then(|placement| text(placement.availability_zone));
        let region = zone.as_deref().and_then(region_of_zone).map(str::to_owned);
        let interfaces: Vec<model::Interface> = self
            .network_interfaces
            .into_iter()
            .filter_map(NetworkInterface::into_model)
            .map(|mut interface| {
                interface.account = interface.account.or_else(|| owner.cloned());
                interface.zone = interface.zone.or_else(|| zone.clone());
                interface.region = interface.region.or_else(|| region.clone());
                // The document does not repeat the instance inside itself.
                let attachment = interface.attachment.get_or_insert(model::Attachment {
                    instance_id: None,
                    instance_owner_id: None,
                    attach_time: None,
                    device_index: None,
                });
                attachment.instance_id = Some(id.clone());
                interface
            })
            .collect();
        let instance = model::Instance {
            account: owner.cloned(),
            region,
            zone,
            instance_type: text(self.instance_type),
            launch_time: time(self.launch_time.as_ref()),
            state: self.state.and_then(|state| text(state.name)),
            image_id: text(self.image_id),
            platform: text(self.platform),
            platform_details: text(self.platform_details),
            architecture: text(self.architecture),
            outpost_arn: text(self.outpost_arn),
            instance_profile: self
                .iam_instance_profile
                .map(|profile| model::InstanceProfile { arn: text(profile.arn), id: text(profile.id) }),
            product_codes: self
                .product_codes
                .into_iter()
                .map(|code| model::ProductCode { id: text(code.product_code_id), kind: text(code.product_code_type) })
                .collect(),
            vpc_id: text(self.vpc_id),
            subnet_id: text(self.subnet_id),
            private_address: address(self.private_ip_address.as_ref()),
            public_address: address(self.public_ip_address.as_ref()),
            private_dns_name: text(self.private_dns_name),
            public_dns_name: text(self.public_dns_name),
            security_groups: groups(self.security_groups),
            interface_ids: interfaces.iter().map(|interface| interface.id.clone()).collect(),
            tags: tags(self.tags),
            id,
        };
        Some((instance, interfaces))
    }
}

/// First and last port of what a rule says: both absent, or -1, is every port.
fn ports(from: Option<i64>, to: Option<i64>) -> (u16, u16) {
    let bound =
        |value: Option<i64>, open: u16| value.filter(|&value| value >= 0).map_or(open, |value| u16::try_from(value).unwrap_or(u16::MAX));
    (bound(from, 0), bound(to, u16::MAX))
}

/// `-1` and `all` are every protocol.
fn protocol(text: Option<&String>) -> Option<Option<u8>> {
    match text.map(String::as_str) {
        None | Some("-1" | "all") => Some(None),
        Some(text) => flow::protocol_number(text).map(Some),
    }
}

impl Permission {
    fn into_rules(self, rules: &mut Vec<model::GroupRule>) {
        let Some(protocol) = protocol(self.ip_protocol.as_ref()) else { return };
        let (from_port, to_port) = ports(self.from_port, self.to_port);
        let mut push = |peer: Option<model::Peer>, description: Option<String>| {
            if let Some(peer) = peer {
                rules.push(model::GroupRule { protocol, from_port, to_port, peer, description: text(description) });
            }
        };
        for range in self.ip_ranges {
            push(net(range.cidr_ip.as_ref()).map(model::Peer::Cidr), range.description);
        }
        for range in self.ipv6_ranges {
            push(net(range.cidr_ipv6.as_ref()).map(model::Peer::Cidr), range.description);
        }
        for pair in self.user_id_group_pairs {
            push(pair.group_id.map(model::Peer::Group), pair.description);
        }
        for list in self.prefix_list_ids {
            push(list.prefix_list_id.map(model::Peer::PrefixList), list.description);
        }
    }
}

impl SecurityGroup {
    /// `None` when it has no id.
    pub(super) fn into_model(self) -> Option<model::SecurityGroup> {
        let rules = |permissions: Vec<Permission>| {
            let mut rules = Vec::new();
            for permission in permissions {
                permission.into_rules(&mut rules);
            }
            rules
        };
        Some(model::SecurityGroup {
            id: text(self.group_id)?,
            name: self.group_name.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            account: text(self.owner_id),
            vpc_id: text(self.vpc_id),
            inbound: rules(self.ip_permissions),
            outbound: rules(self.ip_permissions_egress),
            tags: tags(self.tags),
        })
    }
}

impl NetworkAcl {
    /// `None` when it has no id.
    pub(super) fn into_model(self) -> Option<model::NetworkAcl> {
        let mut entries: Vec<model::AclEntry> = self
            .entries
            .into_iter()
            .filter_map(|entry| {
                let (from_port, to_port) = entry.port_range.map_or((0, u16::MAX), |range| ports(range.from, range.to));
                Some(model::AclEntry {
                    number: entry.rule_number?,
                    egress: entry.egress.unwrap_or(false),
                    allow: entry.rule_action.as_deref() == Some("allow"),
                    protocol: protocol(entry.protocol.as_ref())?,
                    from_port,
                    to_port,
                    cidr: net(entry.cidr_block.as_ref().or(entry.ipv6_cidr_block.as_ref())),
                })
            })
            .collect();
        entries.sort_by_key(|entry| (entry.egress, entry.number));
        let mut subnet_ids: Vec<String> = self.associations.into_iter().filter_map(|association| association.subnet_id).collect();
        subnet_ids.sort();
        Some(model::NetworkAcl {
            id: text(self.network_acl_id)?,
            account: text(self.owner_id),
            vpc_id: text(self.vpc_id),
            is_default: self.is_default.unwrap_or(false),
            subnet_ids,
            entries,
            tags: tags(self.tags),
        })
    }
}

fn cidrs(first: Option<&String>, more: &[CidrAssociation]) -> Vec<IpNet> {
    let more = more.iter().map(|association| association.cidr_block.as_ref().or(association.ipv6_cidr_block.as_ref()));
    let mut nets: Vec<IpNet> = std::iter::once(first).chain(more).filter_map(net).collect();
    nets.sort_unstable();
    nets.dedup();
    nets
}

impl Subnet {
    /// `None` when it has no id.
    pub(super) fn into_model(self) -> Option<model::Subnet> {
        Some(model::Subnet {
            id: text(self.subnet_id)?,
            account: text(self.owner_id),
            vpc_id: text(self.vpc_id),
            cidrs: cidrs(self.cidr_block.as_ref(), &self.ipv6_cidr_block_association_set),
            zone: text(self.availability_zone),
            zone_id: text(self.availability_zone_id),
            map_public_ip_on_launch: self.map_public_ip_on_launch.unwrap_or(false),
            tags: tags(self.tags),
        })
    }
}

impl Vpc {
    /// `None` when it has no id.
    pub(super) fn into_model(mut self) -> Option<model::Vpc> {
        self.cidr_block_association_set.append(&mut self.ipv6_cidr_block_association_set);
        Some(model::Vpc {
            id: text(self.vpc_id)?,
            account: text(self.owner_id),
            cidrs: cidrs(self.cidr_block.as_ref(), &self.cidr_block_association_set),
            is_default: self.is_default.unwrap_or(false),
            tags: tags(self.tags),
        })
    }
}

impl FlowLog {
    /// `None` when it has no id.
    pub(super) fn into_model(self) -> Option<model::FlowLog> {
        Some(model::FlowLog {
            id: text(self.flow_log_id)?,
            resource_id: text(self.resource_id),
            format: text(self.log_format),
            traffic_type: text(self.traffic_type),
            aggregation_secs: self.max_aggregation_interval,
            destination_type: text(self.log_destination_type),
            destination: text(self.log_destination).or_else(|| text(self.log_group_name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_zones() {
        for (zone, region) in [
            ("us-east-1a", Some("us-east-1")),
            ("us-gov-west-1b", Some("us-gov-west-1")),
            ("us-east-1-bos-1a", Some("us-east-1")),
            ("ap-southeast-12c", Some("ap-southeast-12")),
            ("", None),
        ] {
            assert_eq!(region_of_zone(zone), region);
        }
    }

    #[test]
    fn every_port_is_written_in_three_ways() {
        assert_eq!(ports(None, None), (0, 65_535));
        assert_eq!(ports(Some(-1), Some(-1)), (0, 65_535));
        assert_eq!(ports(Some(0), Some(65_535)), (0, 65_535));
        assert_eq!(ports(Some(22), Some(22)), (22, 22));
    }
}
