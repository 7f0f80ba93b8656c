//! The inventory as the AWS command line prints it: each host an instance with one interface, in a subnet of its neighbourhood.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use serde_json::{Map, Value, json};

use crate::delivery::write;
use crate::host::{Host, id, subnet_of};
use crate::line::{vpc_id, zone_id};
use crate::{ConvertError, Options};

/// Writes the documents; gives the files.
pub(crate) fn write_all(hosts: &[Host], since: DateTime<Utc>, options: &Options, out: &Path) -> Result<Vec<PathBuf>, ConvertError> {
    let launched = since.format("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let documents = [
        ("instances", instances(hosts, &launched, options)),
        (
            "network-interfaces",
            json!({ "NetworkInterfaces": hosts.iter().map(|host| interface(host, &launched, options, true)).collect::<Vec<_>>() }),
        ),
        ("subnets", subnets(hosts, options)),
        ("vpcs", vpcs(hosts, options)),
    ];
    let mut files = Vec::new();
    for (kind, document) in documents {
        let path = out.join("inventory").join(format!("{}-describe-{kind}.json", since.format("%Y%m%dT%H%M%SZ")));
        let mut text = serde_json::to_vec_pretty(&document).map_err(|source| ConvertError::Json { path: path.clone(), source })?;
        text.push(b'\n');
        write(&path, &text)?;
        files.push(path);
    }
    Ok(files)
}

fn zone(options: &Options) -> String {
    format!("{}a", options.region)
}

/// Addresses as members of an interface or an instance.
fn addresses(host: &Host, members: &mut Map<String, Value>) {
    let address = host.address.to_string();
    if host.address.is_ipv4() {
        members.insert("PrivateIpAddress".to_owned(), address.clone().into());
        members.insert("PrivateIpAddresses".to_owned(), json!([{ "Primary": true, "PrivateIpAddress": address }]));
        members.insert("Ipv6Addresses".to_owned(), json!([]));
    } else {
        // An instance of a subnet that has IPv6 only.
        members.insert("PrivateIpAddresses".to_owned(), json!([]));
        members.insert("Ipv6Addresses".to_owned(), json!([{ "Ipv6Address": address, "IsPrimaryIpv6": true }]));
    }
}

/// The interface of a host: as `describe-network-interfaces` prints it, or inside an instance.
fn interface(host: &Host, launched: &str, options: &Options, alone: bool) -> Value {
    let mut attachment = json!({
        "AttachTime": launched, "AttachmentId": id("eni-attach", options, &host.address.to_string()), "DeleteOnTermination": true,
        "DeviceIndex": 0, "NetworkCardIndex": 0, "Status": "attached",
    });
    if alone {
        attachment["InstanceId"] = host.instance_id.clone().into();
        attachment["InstanceOwnerId"] = options.account.clone().into();
    }
    let mut value = json!({
        "Attachment": attachment,
        "AvailabilityZone": zone(options),
        "Description": "",
        "Groups": [],
        "InterfaceType": "interface",
        "NetworkInterfaceId": host.interface_id,
        "OwnerId": options.account,
        "RequesterManaged": false,
        "SourceDestCheck": true,
        "Status": "in-use",
        "SubnetId": host.subnet_id,
        "TagSet": [],
        "VpcId": vpc_id(options),
    });
    if let Value::Object(members) = &mut value {
        addresses(host, members);
    }
    value
}

fn instances(hosts: &[Host], launched: &str, options: &Options) -> Value {
    let reservation = |host: &Host| {
        let mut instance = json!({
            "InstanceId": host.instance_id,
            "LaunchTime": launched,
            "NetworkInterfaces": [interface(host, launched, options, false)],
            "Placement": { "AvailabilityZone": zone(options), "GroupName": "", "Tenancy": "default" },
            "SecurityGroups": [],
            "State": { "Code": 16, "Name": "running" },
            "SubnetId": host.subnet_id,
            "Tags": [{ "Key": "Name", "Value": host.address.to_string() }],
            "VpcId": vpc_id(options),
        });
        if host.address.is_ipv4() {
            instance["PrivateIpAddress"] = host.address.to_string().into();
        }
        json!({ "Instances": [instance], "OwnerId": options.account, "ReservationId": id("r", options, &host.address.to_string()) })
    };
    json!({ "Reservations": hosts.iter().map(reservation).collect::<Vec<_>>() })
}

fn associations(nets: &BTreeSet<IpNet>, v4: bool) -> Value {
    let key = if v4 { "CidrBlock" } else { "Ipv6CidrBlock" };
    nets.iter().filter(|net| net.addr().is_ipv4() == v4).map(|net| json!({ key: net.to_string() })).collect()
}

fn subnets(hosts: &[Host], options: &Options) -> Value {
    let nets: BTreeSet<(String, IpNet)> = hosts.iter().map(|host| (host.subnet_id.clone(), subnet_of(host.address))).collect();
    let subnet = |(subnet_id, net): &(String, IpNet)| {
        let mut value = json!({
            "AvailabilityZone": zone(options),
            "AvailabilityZoneId": zone_id(&options.region),
            "Ipv6CidrBlockAssociationSet": associations(&BTreeSet::from([*net]), false),
            "MapPublicIpOnLaunch": false,
            "OwnerId": options.account,
            "SubnetId": subnet_id,
            "Tags": [],
            "VpcId": vpc_id(options),
        });
        if net.addr().is_ipv4() {
            value["CidrBlock"] = net.to_string().into();
        }
        value
    };
    json!({ "Subnets": nets.iter().map(subnet).collect::<Vec<_>>() })
}

/// The VPC: the networks that are inside and have a host.
fn vpcs(hosts: &[Host], options: &Options) -> Value {
    let used = |net: &&IpNet| hosts.iter().any(|host| net.contains(&host.address));
    let nets: BTreeSet<IpNet> = options.local.iter().filter(used).map(IpNet::trunc).collect();
    let mut vpc = json!({
        "CidrBlockAssociationSet": associations(&nets, true),
        "Ipv6CidrBlockAssociationSet": associations(&nets, false),
        "IsDefault": false,
        "OwnerId": options.account,
        "Tags": [],
        "VpcId": vpc_id(options),
    });
    if let Some(first) = nets.iter().find(|net| net.addr().is_ipv4()) {
        vpc["CidrBlock"] = first.to_string().into();
    }
    json!({ "Vpcs": [vpc] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_an_instance_with_one_interface_in_both_documents() {
        let options = Options::default();
        let hosts: Vec<Host> = ["10.0.0.5", "fd00::5"].map(|text| Host::new(text.parse().unwrap(), &options)).into();
        let folder = tempfile::tempdir().unwrap();
        let files = write_all(&hosts, DateTime::from_timestamp(1_700_000_000, 0).unwrap(), &options, folder.path()).unwrap();
        let read = |kind: &str| -> Value {
            let file =
                files.iter().find(|file| file.to_string_lossy().ends_with(&format!("20231114T221320Z-describe-{kind}.json"))).unwrap();
            serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
        };
        let (instances, interfaces) = (read("instances"), read("network-interfaces"));
        for (index, host) in hosts.iter().enumerate() {
            let instance = &instances["Reservations"][index]["Instances"][0];
            let interface = &interfaces["NetworkInterfaces"][index];
            assert_eq!(
                (&instance["InstanceId"], &interface["Attachment"]["InstanceId"]),
                (&host.instance_id.as_str().into(), &host.instance_id.as_str().into())
            );
            assert_eq!(instance["NetworkInterfaces"][0]["NetworkInterfaceId"], interface["NetworkInterfaceId"]);
        }
        assert_eq!(interfaces["NetworkInterfaces"][0]["PrivateIpAddress"], "10.0.0.5");
        assert_eq!(interfaces["NetworkInterfaces"][1]["Ipv6Addresses"][0]["Ipv6Address"], "fd00::5");
        assert_eq!(read("vpcs")["Vpcs"][0]["CidrBlock"], "10.0.0.0/8");
        assert_eq!(read("subnets")["Subnets"].as_array().unwrap().len(), 2);
    }
}
