use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;

use serde_json::Value;

use crate::Made;

fn ids(document: &Value, list: &str, id: &str) -> BTreeSet<String> {
    document[list].as_array().unwrap().iter().map(|entry| entry[id].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_inventory_hangs_together() {
    let made = Made::new(|_| {});
    let interfaces = made.inventory("network-interfaces", false);
    let groups = ids(&made.inventory("security-groups", false), "SecurityGroups", "GroupId");
    let subnets = ids(&made.inventory("subnets", false), "Subnets", "SubnetId");
    let vpcs = ids(&made.inventory("vpcs", false), "Vpcs", "VpcId");
    let acls = made.inventory("network-acls", false);
    let reservations = made.inventory("instances", false);
    let instances: BTreeSet<String> = reservations["Reservations"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|reservation| reservation["Instances"].as_array().unwrap())
        .map(|instance| instance["InstanceId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(instances.len(), 18);
    let mut attached = BTreeSet::new();
    for interface in interfaces["NetworkInterfaces"].as_array().unwrap() {
        assert!(subnets.contains(interface["SubnetId"].as_str().unwrap()) && vpcs.contains(interface["VpcId"].as_str().unwrap()));
        assert!(interface["Groups"].as_array().unwrap().iter().all(|group| groups.contains(group["GroupId"].as_str().unwrap())));
        match interface["Attachment"]["InstanceId"].as_str() {
            Some(instance) => assert!(attached.insert(instance.to_owned()) && interface["Attachment"]["AttachTime"].is_string()),
            None => assert_eq!(interface["RequesterManaged"], true),
        }
    }
    assert_eq!(attached, instances);
    let associated: usize = acls["NetworkAcls"].as_array().unwrap().iter().map(|acl| acl["Associations"].as_array().unwrap().len()).sum();
    assert_eq!(associated, subnets.len());
}

#[test]
fn the_last_snapshot_has_one_more_open_port() {
    let made = Made::new(|_| {});
    let open = |last: bool| -> Vec<String> {
        let document = made.inventory("security-groups", last);
        let mut all = Vec::new();
        for group in document["SecurityGroups"].as_array().unwrap() {
            for permission in group["IpPermissions"].as_array().unwrap() {
                for range in permission["IpRanges"].as_array().unwrap().iter().filter(|range| range["CidrIp"] == "0.0.0.0/0") {
                    assert!(range["CidrIp"].is_string());
                    all.push(format!("{} {} {}", group["GroupName"], permission["IpProtocol"], permission["FromPort"]));
                }
            }
        }
        all
    };
    let (before, after) = (open(false), open(true));
    let new: Vec<_> = after.iter().filter(|rule| !before.contains(rule)).collect();
    assert_eq!(new, ["\"web-maintenance\" \"tcp\" 22"]);
    assert_eq!(after.len(), before.len() + 1);
    for kind in ["instances", "network-interfaces", "network-acls", "subnets", "vpcs"] {
        assert_eq!(made.inventory(kind, false), made.inventory(kind, true));
    }
}

#[test]
fn lists_are_addresses_and_hold_those_of_the_truth() {
    let made = Made::new(|_| {});
    let list = |name: &str| -> BTreeSet<IpAddr> {
        fs::read_to_string(made.root().join("intel").join(name)).unwrap().lines().map(|line| line.parse().unwrap()).collect()
    };
    let intrusion = &made.truth()["intrusion"];
    let of = |name: &str| -> Vec<IpAddr> {
        intrusion[name].as_array().unwrap().iter().map(|address| address.as_str().unwrap().parse().unwrap()).collect()
    };
    let (relays, threats) = (list("tor-relays.txt"), list("threat-list.txt"));
    assert!(of("tor_guards").iter().all(|guard| relays.contains(guard)));
    assert!(of("listed_addresses").iter().all(|address| threats.contains(address)));
    assert!(list("trusted.txt").is_disjoint(&threats) && relays.is_disjoint(&threats));
    assert!(relays.len() > 300 && threats.len() > 50);
}
