//! The inventory as the AWS command line prints it: `aws ec2 describe-instances` and its five sisters, both accounts in one document.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::SimulateError;
use crate::delivery::{create_folder, instant, write};
use crate::dice::mix;
use crate::internet::DENIED_NET;
use crate::time::Span;
use crate::world::{Group, Interface, InterfaceKind, MAINTENANCE, PEERING, Peer, Rule, World};

/// Time in the form that the command line prints.
fn time(secs: u64) -> String {
    instant(secs).format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// Writes the inventory as it was at each of these instants; gives the files.
pub(crate) fn write_all(world: &World, span: Span, instants: &[u64], out: &Path) -> Result<Vec<PathBuf>, SimulateError> {
    let folder = out.join("inventory");
    create_folder(&folder)?;
    let mut files = Vec::new();
    for as_of in instants {
        let documents = [
            ("instances", instances(world)),
            ("network-interfaces", interfaces(world)),
            ("security-groups", groups(world, *as_of)),
            ("network-acls", acls(world)),
            ("subnets", subnets(world)),
            ("vpcs", vpcs(world, span)),
        ];
        for (kind, document) in documents {
            let path = folder.join(format!("{}-describe-{kind}.json", instant(*as_of).format("%Y%m%dT%H%M%SZ")));
            let mut text = serde_json::to_vec_pretty(&document).map_err(|source| SimulateError::Json { path: path.clone(), source })?;
            text.push(b'\n');
            write(&path, &text)?;
            files.push(path);
        }
    }
    Ok(files)
}

fn private_name(interface: &Interface) -> String {
    format!("ip-{}.eu-west-1.compute.internal", interface.address.to_string().replace('.', "-"))
}

fn hex(prefix: &str, world: &World, tag: u64, index: u64) -> String {
    format!("{prefix}-0{:016x}", mix(&[world.seed, tag, index]))
}

fn tag(key: &str, value: &str) -> Value {
    json!({ "Key": key, "Value": value })
}

fn group_list(world: &World, interface: &Interface) -> Value {
    let entry = |group: &usize| json!({ "GroupName": world.groups[*group].name, "GroupId": world.groups[*group].id });
    interface.groups.iter().map(entry).collect()
}

fn association(world: &World, interface: &Interface, number: u64) -> Option<Value> {
    let public = interface.public?.to_string();
    let name = format!("ec2-{}.eu-west-1.compute.amazonaws.com", public.replace('.', "-"));
    let owner = if interface.kind == InterfaceKind::Balancer { "amazon-elb" } else { world.accounts[interface.account].id };
    Some(json!({
        "AllocationId": hex("eipalloc", world, 0xe1, number),
        "AssociationId": hex("eipassoc", world, 0xe2, number),
        "IpOwnerId": owner,
        "PublicDnsName": name,
        "PublicIp": public,
    }))
}

fn addresses(world: &World, interface: &Interface, number: u64) -> Value {
    let mut own = Map::new();
    if let Some(association) = association(world, interface, number) {
        own.insert("Association".to_owned(), association);
    }
    own.insert("Primary".to_owned(), true.into());
    own.insert("PrivateDnsName".to_owned(), private_name(interface).into());
    own.insert("PrivateIpAddress".to_owned(), interface.address.to_string().into());
    json!([own])
}

fn addresses_v6(interface: &Interface) -> Value {
    interface.v6.iter().map(|address| json!({ "Ipv6Address": address.to_string(), "IsPrimaryIpv6": false })).collect()
}

fn interfaces(world: &World) -> Value {
    let entry = |(number, interface): (u64, &Interface)| {
        let account = &world.accounts[interface.account];
        let subnet = &world.subnets[interface.subnet];
        let attach = hex("eni-attach", world, 0xa7, number);
        let (attachment, description, requester) = match interface.kind {
            InterfaceKind::Instance => {
                let instance = &world.instances[usize::try_from(number).unwrap_or(0)];
                let attachment = json!({
                    "AttachTime": time(instance.launched), "AttachmentId": attach, "DeleteOnTermination": true, "DeviceIndex": 0,
                    "NetworkCardIndex": 0, "InstanceId": instance.id, "InstanceOwnerId": account.id, "Status": "attached",
                });
                (attachment, String::new(), None)
            }
            InterfaceKind::Nat => {
                let attachment = json!({
                    "AttachmentId": hex("ela-attach", world, 0xa8, number), "DeleteOnTermination": false, "DeviceIndex": 1,
                    "InstanceOwnerId": "amazon-aws", "Status": "attached",
                });
                (attachment, format!("Interface for NAT Gateway {}", hex("nat", world, 0x4a, number)), Some(account.id))
            }
            InterfaceKind::Balancer => {
                let attachment = json!({
                    "AttachmentId": hex("ela-attach", world, 0xa8, number), "DeleteOnTermination": false, "DeviceIndex": 1,
                    "InstanceOwnerId": "amazon-elb", "Status": "attached",
                });
                (attachment, format!("ELB app/staging/{:016x}", mix(&[world.seed, 0x1b])), Some("amazon-elb"))
            }
        };
        let tags = match interface.kind {
            InterfaceKind::Instance => json!([tag("Name", &world.instances[usize::try_from(number).unwrap_or(0)].name)]),
            InterfaceKind::Nat | InterfaceKind::Balancer => json!([]),
        };
        let mut value = json!({
            "Attachment": attachment,
            "AvailabilityZone": subnet.zone_name(),
            "Description": description,
            "Groups": group_list(world, interface),
            "InterfaceType": if interface.kind == InterfaceKind::Nat { "nat_gateway" } else { "interface" },
            "Ipv6Addresses": addresses_v6(interface),
            "MacAddress": interface.mac,
            "NetworkInterfaceId": interface.id,
            "OwnerId": account.id,
            "PrivateDnsName": private_name(interface),
            "PrivateIpAddress": interface.address.to_string(),
            "PrivateIpAddresses": addresses(world, interface, number),
            "RequesterManaged": requester.is_some(),
            "SourceDestCheck": interface.kind != InterfaceKind::Nat,
            "Status": "in-use",
            "SubnetId": subnet.id,
            "TagSet": tags,
            "VpcId": account.vpc,
        });
        if let Some(association) = association(world, interface, number) {
            value["Association"] = association;
        }
        if let Some(requester) = requester {
            value["RequesterId"] = requester.into();
        }
        value
    };
    json!({ "NetworkInterfaces": (0_u64..).zip(&world.interfaces).map(entry).collect::<Vec<_>>() })
}

fn instances(world: &World) -> Value {
    let entry = |(number, instance): (u64, &crate::world::Instance)| {
        let interface = &world.interfaces[usize::try_from(number).unwrap_or(0)];
        let account = &world.accounts[interface.account];
        let subnet = &world.subnets[interface.subnet];
        let spec = world.role(instance);
        let mut own = json!({
            "AmiLaunchIndex": 0,
            "ImageId": hex("ami", world, 0xa3, instance.role as u64),
            "InstanceId": instance.id,
            "InstanceType": spec.instance_type,
            "KeyName": account.name,
            "LaunchTime": time(instance.launched),
            "Monitoring": { "State": "disabled" },
            "Placement": { "AvailabilityZone": subnet.zone_name(), "GroupName": "", "Tenancy": "default" },
            "PrivateDnsName": private_name(interface),
            "PrivateIpAddress": interface.address.to_string(),
            "PublicDnsName": "",
            "State": { "Code": 16, "Name": "running" },
            "SubnetId": subnet.id,
            "VpcId": account.vpc,
            "Architecture": "x86_64",
            "EbsOptimized": true,
            "Hypervisor": "xen",
            "NetworkInterfaces": [{
                "Attachment": {
                    "AttachTime": time(instance.launched), "AttachmentId": hex("eni-attach", world, 0xa7, number),
                    "DeleteOnTermination": true, "DeviceIndex": 0, "Status": "attached", "NetworkCardIndex": 0,
                },
                "Description": "",
                "Groups": group_list(world, interface),
                "Ipv6Addresses": addresses_v6(interface),
                "MacAddress": interface.mac,
                "NetworkInterfaceId": interface.id,
                "OwnerId": account.id,
                "PrivateDnsName": private_name(interface),
                "PrivateIpAddress": interface.address.to_string(),
                "PrivateIpAddresses": addresses(world, interface, number),
                "SourceDestCheck": true,
                "Status": "in-use",
                "SubnetId": subnet.id,
                "VpcId": account.vpc,
                "InterfaceType": "interface",
            }],
            "SecurityGroups": group_list(world, interface),
            "SourceDestCheck": true,
            "Tags": [tag("Name", &instance.name), tag("role", spec.name), tag("environment", account.name)],
            "VirtualizationType": "hvm",
        });
        if let Some(public) = interface.public {
            own["PublicIpAddress"] = public.to_string().into();
        }
        json!({
            "Groups": [],
            "Instances": [own],
            "OwnerId": account.id,
            "ReservationId": format!("r-0{:016x}", mix(&[world.seed, 0x3e, number])),
        })
    };
    json!({ "Reservations": (0_u64..).zip(&world.instances).map(entry).collect::<Vec<_>>() })
}

/// One entry of `IpPermissions`; rules for the same ports stand together.
#[derive(Default)]
struct Permission {
    protocol: &'static str,
    from: i32,
    to: i32,
    ranges: Vec<Value>,
    ranges_v6: Vec<Value>,
    pairs: Vec<Value>,
}

fn permissions(world: &World, group: &Group, rules: &[Rule]) -> Value {
    let mut all: Vec<Permission> = Vec::new();
    for rule in rules {
        let same = |permission: &Permission| (permission.protocol, permission.from, permission.to) == (rule.protocol, rule.from, rule.to);
        let position = all.iter().position(same).unwrap_or_else(|| {
            all.push(Permission { protocol: rule.protocol, from: rule.from, to: rule.to, ..Permission::default() });
            all.len() - 1
        });
        let permission = &mut all[position];
        match &rule.peer {
            Peer::Cidr(cidr, text) => permission.ranges.push(json!({ "CidrIp": cidr, "Description": text })),
            Peer::CidrV6(cidr, text) => permission.ranges_v6.push(json!({ "CidrIpv6": cidr, "Description": text })),
            Peer::Group(name, text) => {
                let Some(peer) = world.groups.iter().find(|peer| peer.name == *name) else { continue };
                let mut pair = json!({ "Description": text, "GroupId": peer.id, "UserId": world.accounts[peer.account].id });
                if peer.account != group.account {
                    pair["PeeringStatus"] = "active".into();
                    pair["VpcId"] = world.accounts[peer.account].vpc.clone().into();
                    pair["VpcPeeringConnectionId"] = PEERING.into();
                }
                permission.pairs.push(pair);
            }
        }
    }
    all.into_iter()
        .map(|permission| {
            json!({
                "IpProtocol": permission.protocol, "FromPort": permission.from, "ToPort": permission.to,
                "UserIdGroupPairs": permission.pairs, "IpRanges": permission.ranges, "Ipv6Ranges": permission.ranges_v6, "PrefixListIds": [],
            })
        })
        .collect()
}

fn groups(world: &World, as_of: u64) -> Value {
    let entry = |group: &Group| {
        let mut rules = group.inbound.clone();
        if group.name == MAINTENANCE && world.opened.is_some_and(|opened| as_of >= opened) {
            let peer = Peer::Cidr("0.0.0.0/0".to_owned(), "tmp");
            rules.push(Rule { protocol: "tcp", from: 22, to: 22, peer });
        }
        let account = &world.accounts[group.account];
        json!({
            "GroupId": group.id,
            "IpPermissionsEgress": [{
                "IpProtocol": "-1", "UserIdGroupPairs": [], "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
                "Ipv6Ranges": [{ "CidrIpv6": "::/0" }], "PrefixListIds": [],
            }],
            "Tags": [],
            "VpcId": account.vpc,
            "SecurityGroupArn": format!("arn:aws:ec2:eu-west-1:{}:security-group/{}", account.id, group.id),
            "OwnerId": account.id,
            "GroupName": group.name,
            "Description": group.description,
            "IpPermissions": permissions(world, group, &rules),
        })
    };
    json!({ "SecurityGroups": world.groups.iter().map(entry).collect::<Vec<_>>() })
}

fn acls(world: &World) -> Value {
    let entry = |cidr: &str, number: u32, egress: bool, action: &str, protocol: &str| json!({ "CidrBlock": cidr, "Egress": egress, "Protocol": protocol, "RuleAction": action, "RuleNumber": number });
    let entry_v6 = |number: u32, egress: bool, action: &str| json!({ "Egress": egress, "Ipv6CidrBlock": "::/0", "Protocol": "-1", "RuleAction": action, "RuleNumber": number });
    let mut all = Vec::new();
    for (index, account) in world.accounts.iter().enumerate() {
        for (public, id) in [(true, &account.acl_public), (false, &account.acl_private)] {
            let mut entries = Vec::new();
            for egress in [true, false] {
                if public && !egress {
                    for (number, protocol) in [(50, "6"), (51, "17")] {
                        let mut denied = entry(DENIED_NET, number, false, "deny", protocol);
                        denied["PortRange"] = json!({ "From": 0, "To": 65535 });
                        entries.push(denied);
                    }
                }
                entries.push(entry("0.0.0.0/0", 100, egress, "allow", "-1"));
                entries.push(entry_v6(101, egress, "allow"));
                entries.push(entry("0.0.0.0/0", 32_767, egress, "deny", "-1"));
                entries.push(entry_v6(32_768, egress, "deny"));
            }
            let subnets = world.subnets.iter().filter(|subnet| subnet.account == index && subnet.public == public);
            let associations: Vec<Value> = subnets
                .map(|subnet| {
                    let bits = subnet.id.bytes().fold(0, |bits, byte| mix(&[bits, byte.into()]));
                    json!({ "NetworkAclAssociationId": hex("aclassoc", world, 0xac, bits), "NetworkAclId": id, "SubnetId": subnet.id })
                })
                .collect();
            let name = if public { "public" } else { "private" };
            all.push(json!({
                "Associations": associations, "Entries": entries, "IsDefault": false, "NetworkAclId": id,
                "Tags": [tag("Name", name)], "VpcId": account.vpc, "OwnerId": account.id,
            }));
        }
    }
    json!({ "NetworkAcls": all })
}

fn subnets(world: &World) -> Value {
    let entry = |(index, subnet): (usize, &crate::world::Subnet)| {
        let account = &world.accounts[subnet.account];
        let used = world.interfaces.iter().filter(|interface| interface.subnet == index).count();
        json!({
            "AvailabilityZone": subnet.zone_name(),
            "AvailabilityZoneId": subnet.zone_id(),
            "AvailableIpAddressCount": 4091 - used,
            "CidrBlock": subnet.cidr(),
            "DefaultForAz": false,
            "MapPublicIpOnLaunch": subnet.public,
            "State": "available",
            "SubnetId": subnet.id,
            "VpcId": account.vpc,
            "OwnerId": account.id,
            "AssignIpv6AddressOnCreation": subnet.public,
            "Ipv6CidrBlockAssociationSet": [{
                "AssociationId": hex("subnet-cidr-assoc", world, 0x5c, index as u64),
                "Ipv6CidrBlock": subnet.cidr_v6,
                "Ipv6CidrBlockState": { "State": "associated" },
            }],
            "Tags": [tag("Name", &format!("{}-{}-{}", account.name, if subnet.public { "public" } else { "private" }, char::from(b'a' + subnet.zone)))],
            "SubnetArn": format!("arn:aws:ec2:eu-west-1:{}:subnet/{}", account.id, subnet.id),
        })
    };
    json!({ "Subnets": world.subnets.iter().enumerate().map(entry).collect::<Vec<_>>() })
}

fn vpcs(world: &World, span: Span) -> Value {
    let entry = |(index, account): (u64, &crate::world::Account)| {
        json!({
            "CidrBlock": account.cidr,
            "DhcpOptionsId": hex("dopt", world, 0xd0, index),
            "State": "available",
            "VpcId": account.vpc,
            "OwnerId": account.id,
            "InstanceTenancy": "default",
            "Ipv6CidrBlockAssociationSet": [{
                "AssociationId": hex("vpc-cidr-assoc", world, 0xc6, index),
                "Ipv6CidrBlock": account.cidr_v6,
                "Ipv6CidrBlockState": { "State": "associated" },
            }],
            "CidrBlockAssociationSet": [{
                "AssociationId": hex("vpc-cidr-assoc", world, 0xc4, index),
                "CidrBlock": account.cidr,
                "CidrBlockState": { "State": "associated" },
            }],
            "IsDefault": false,
            "Tags": [tag("Name", account.name), tag("flow-logs-since", &time(span.start))],
        })
    };
    json!({ "Vpcs": (0_u64..).zip(&world.accounts).map(entry).collect::<Vec<_>>() })
}
