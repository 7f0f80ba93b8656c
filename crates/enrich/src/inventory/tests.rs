use super::*;
use crate::testing::{cloud, fixture, time};
use flow::TimeRange;

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn instance_of(inventory: &Inventory, interface: &str, at: &str) -> Option<(String, bool)> {
    let dated = inventory.interface_at(interface, time(at))?;
    Some((dated.value.instance_id().unwrap_or("none").to_owned(), dated.assumed))
}

#[test]
fn a_moved_interface_belongs_to_whom_it_was_attached_to() {
    let cloud = cloud();
    let moved = |at| instance_of(&cloud, "eni-0move", at).unwrap();
    assert_eq!(moved("2026-10-01T00:00:00Z"), ("i-0web1".to_owned(), true), "before the attachment, so assumed");
    assert_eq!(moved("2026-10-20T08:10:00Z"), ("i-0web1".to_owned(), false), "known by the attachment, before the first snapshot");
    assert_eq!(moved("2026-11-05T11:59:59Z"), ("i-0web1".to_owned(), false));
    assert_eq!(moved("2026-11-05T12:00:00Z"), ("i-0web2".to_owned(), false));
    assert_eq!(moved("2026-12-01T00:00:00Z"), ("i-0web2".to_owned(), false));
    let dated = cloud.interface_at("eni-0move", time("2026-11-02T00:00:00Z")).unwrap();
    assert_eq!((dated.from, dated.to), (time("2026-10-20T08:10:00Z"), Some(time("2026-11-05T12:00:00Z"))));
}

#[test]
fn what_a_later_snapshot_does_not_list_is_gone() {
    let cloud = cloud();
    assert_eq!(instance_of(&cloud, "eni-0gone", "2026-11-09T23:59:59Z"), Some(("i-0gone".to_owned(), false)));
    assert_eq!(instance_of(&cloud, "eni-0gone", "2026-11-10T00:00:00Z"), None);
    assert!(cloud.instance_at("i-0gone", time("2026-11-10T00:00:00Z")).is_none());
    let details = cloud.describe("i-0gone", time("2026-11-20T00:00:00Z"));
    assert_eq!((details.known, details.gone), (true, Some(time("2026-11-10T00:00:00Z"))));
    assert_eq!((details.name.as_deref(), details.addresses.len()), (Some("batch-1"), 1), "the last known facts");
}

#[test]
fn a_replaced_snapshot_changes_rules() {
    let cloud = cloud();
    let peers = |at| {
        let group = cloud.security_group_at("sg-0web", time(at)).unwrap();
        (group.value.inbound.iter().filter(|rule| rule.from_port == 443).map(|rule| rule.peer.clone()).collect::<Vec<_>>(), group.assumed)
    };
    let (open, assumed) = peers("2026-11-09T00:00:00Z");
    assert_eq!((open.len(), assumed), (2, false));
    assert_eq!(peers("2026-10-01T00:00:00Z"), (open, true), "nothing says since when a rule exists");
    assert_eq!(peers("2026-11-10T00:00:00Z"), (vec![Peer::Group("sg-0elb".to_owned())], false));
}

#[test]
fn interfaces_are_read_whole() {
    let cloud = cloud();
    let web = cloud.interface_at("eni-0web1", time("2026-11-02T00:00:00Z")).unwrap().value;
    assert_eq!(
        (web.account.as_deref(), web.region.as_deref(), web.zone.as_deref()),
        (Some("111122223333"), Some("us-east-1"), Some("us-east-1a"))
    );
    assert_eq!(web.primary_address(), Some(address("10.0.1.10")));
    assert_eq!(web.private_addresses().collect::<Vec<_>>(), [address("10.0.1.10"), address("10.0.1.11")]);
    assert_eq!(web.public_addresses().collect::<Vec<_>>(), [address("203.0.113.10")]);
    assert_eq!(web.ipv6_addresses().collect::<Vec<_>>(), [address("2001:db8:a:1::10")]);
    assert_eq!(web.security_groups, [GroupRef { id: "sg-0web".to_owned(), name: Some("web".to_owned()) }]);
    let nat = cloud.interface_at("eni-0nat", time("2026-11-02T00:00:00Z")).unwrap().value;
    assert_eq!((nat.role(), nat.requester_managed, nat.entity()), (Some("NAT gateway"), true, "eni-0nat"));
    let balancer = cloud.interface_at("eni-0elb", time("2026-11-02T00:00:00Z")).unwrap().value;
    assert_eq!(balancer.role(), Some("application load balancer"));
    let instance = cloud.instance_at("i-0db1", time("2026-11-02T00:00:00Z")).unwrap().value;
    assert_eq!((instance.name(), instance.instance_type.as_deref()), (Some("db-1"), Some("r7i.xlarge")));
    assert_eq!(instance.product_codes.len(), 1);
    assert_eq!(instance.interface_ids, ["eni-0db1"]);
}

#[test]
fn addresses_lead_to_their_holders() {
    let cloud = cloud();
    let holders = |text, at| {
        cloud.entities_with_address(address(text), time(at)).into_iter().map(|held| (held.entity, held.kind)).collect::<Vec<_>>()
    };
    let at = "2026-11-02T00:00:00Z";
    assert_eq!(holders("10.0.1.10", at), [("i-0web1".to_owned(), AddressKind::Primary)]);
    assert_eq!(holders("10.0.1.11", at), [("i-0web1".to_owned(), AddressKind::Secondary)]);
    assert_eq!(holders("203.0.113.10", at), [("i-0web1".to_owned(), AddressKind::Public)]);
    assert_eq!(holders("2001:db8:a:1::10", at), [("i-0web1".to_owned(), AddressKind::Ipv6)]);
    assert_eq!(holders("10.0.1.130", at), [("i-0web2".to_owned(), AddressKind::Secondary)], "from a delegated prefix");
    assert_eq!(holders("10.0.1.200", at), [("eni-0nat".to_owned(), AddressKind::Primary)]);
    assert_eq!(holders("10.0.1.30", at), [("i-0web1".to_owned(), AddressKind::Primary)]);
    assert_eq!(holders("10.0.1.30", "2026-11-08T00:00:00Z"), [("i-0web2".to_owned(), AddressKind::Primary)]);
    assert_eq!(holders("10.9.9.9", at), []);
}

#[test]
fn assignments_have_their_times() {
    let cloud = cloud();
    let range = TimeRange::new(time("2026-11-01T00:00:00Z"), time("2026-11-20T00:00:00Z"));
    let moved: Vec<_> =
        cloud.assignments("10.0.1.30", range).into_iter().map(|held| (held.entity, held.from, held.to, held.assumed)).collect();
    assert_eq!(
        moved,
        [
            ("i-0web1".to_owned(), time("2026-10-20T08:10:00Z"), Some(time("2026-11-05T12:00:00Z")), false),
            ("i-0web2".to_owned(), time("2026-11-05T12:00:00Z"), None, false),
        ]
    );
    let of_instance = cloud.assignments("i-0web1", range);
    assert_eq!(of_instance.iter().filter(|held| held.address == address("10.0.1.30")).count(), 1);
    assert_eq!(
        of_instance.iter().filter(|held| held.address == address("10.0.1.10")).count(),
        1,
        "unchanged snapshots make one assignment"
    );
    let early = TimeRange::new(time("2026-09-01T00:00:00Z"), time("2026-09-02T00:00:00Z"));
    assert!(cloud.assignments("i-0web2", early).iter().all(|held| held.assumed));
    assert_eq!(cloud.assignments("eni-0gone", range).len(), 1);
    assert_eq!(cloud.assignments("eni-0gone", TimeRange::new(time("2026-11-10T00:00:00Z"), time("2026-11-11T00:00:00Z"))), []);
}

#[test]
fn an_instance_knows_its_interfaces() {
    let cloud = cloud();
    let of = |id, at| cloud.interfaces_of(id, time(at)).into_iter().map(|dated| dated.value.id.clone()).collect::<Vec<_>>();
    assert_eq!(of("i-0web1", "2026-11-02T00:00:00Z"), ["eni-0web1", "eni-0move"]);
    assert_eq!(of("i-0web1", "2026-11-12T00:00:00Z"), ["eni-0web1"]);
    assert_eq!(of("i-0web2", "2026-11-12T00:00:00Z"), ["eni-0web2", "eni-0move"]);
    assert_eq!(of("eni-0nat", "2026-11-12T00:00:00Z"), ["eni-0nat"]);
    assert_eq!(of("i-nobody", "2026-11-12T00:00:00Z"), Vec::<String>::new());
    assert_eq!(cloud.addresses_of("i-0web1", time("2026-11-12T00:00:00Z")).len(), 4);
    assert_eq!(cloud.account_of("i-0web1"), Some("111122223333"));
    assert_eq!(cloud.account_of("sg-0web"), Some("111122223333"));
    assert_eq!(cloud.account_of("999999999999"), None);
}

#[test]
fn networks_are_found_by_id() {
    let cloud = cloud();
    let at = time("2026-11-02T00:00:00Z");
    assert_eq!(cloud.network_acl_for_subnet_at("subnet-0a02", at).unwrap().value.id, "acl-0db");
    assert!(cloud.network_acl_for_subnet_at("subnet-none", at).is_none());
    assert_eq!(cloud.subnet_at("subnet-0a01", at).unwrap().value.cidrs.len(), 2);
    assert_eq!(cloud.vpc_at("vpc-0a", at).unwrap().value.cidrs.len(), 2);
    assert!(cloud.flow_log("fl-0a").unwrap().format.as_ref().unwrap().starts_with("${version}"));
    assert_eq!(cloud.flow_logs().count(), 1);
}

#[test]
fn search_finds_by_what_people_know() {
    let cloud = cloud();
    let found = |text| cloud.search(text).into_iter().map(|hit| (hit.entity.id, hit.matched)).collect::<Vec<_>>();
    let hit = |id: &str, matched: &str| (id.to_owned(), matched.to_owned());
    assert_eq!(found("web-1"), [hit("i-0web1", "Name web-1")]);
    assert_eq!(found("WEB"), [hit("i-0web1", "Name web-1"), hit("i-0web2", "Name web-2")]);
    assert_eq!(found("10.0.1.200"), [hit("eni-0nat", "address 10.0.1.200")]);
    assert_eq!(found("10.0.1.30").len(), 2, "both instances held it, at different times");
    assert_eq!(found("10.0.2.0/24"), [hit("i-0db1", "address 10.0.2.20 in 10.0.2.0/24")]);
    assert_eq!(found("eni-0db1"), [hit("i-0db1", "interface eni-0db1")]);
    assert_eq!(found("subnet-0a02"), [hit("i-0db1", "subnet subnet-0a02")]);
    assert_eq!(found("111122223333").len(), cloud.entities().count());
    assert_eq!(found(" "), []);
    assert_eq!(found("nothing like it"), []);
}

#[test]
fn every_reporter_is_an_entity() {
    let ids: Vec<String> = cloud().entities().map(|entity| entity.id).collect();
    assert_eq!(ids, ["eni-0elb", "eni-0free", "eni-0nat", "i-0db1", "i-0gone", "i-0web1", "i-0web2"]);
}

#[test]
fn details_of_every_kind() {
    let cloud = cloud();
    let at = time("2026-11-12T00:00:00Z");
    let web = cloud.describe("i-0web1", at);
    assert_eq!((web.name.as_deref(), web.vpc_id.as_deref(), web.interfaces.len()), (Some("web-1"), Some("vpc-0a"), 1));
    let json = serde_json::to_value(&web).unwrap();
    assert_eq!(json["instance"]["instance_profile"]["id"], "AIPAEXAMPLEWEB1");
    assert_eq!(json["addresses"][0]["address"], "10.0.1.10");
    assert_eq!(json["interfaces"][0]["security_groups"][0]["id"], "sg-0web");
    assert_eq!(cloud.describe("eni-0nat", at).role, Some("NAT gateway"));
    assert_eq!(cloud.describe("203.0.113.10", at).account.as_deref(), Some("111122223333"));
    assert_eq!(cloud.describe("subnet-0a02", at).network_acl.unwrap().id, "acl-0db");
    assert_eq!(cloud.describe("vpc-0a", at).name.as_deref(), Some("shop"));
    assert!(cloud.describe("111122223333", at).known);
    assert!(!cloud.describe("i-nobody", at).known);
    assert!(cloud.describe("i-0web1", time("2026-01-01T00:00:00Z")).assumed);
}

#[test]
fn instances_alone_tell_their_interfaces() {
    let mut inventory = Inventory::default();
    let counts = inventory.add(&fixture("inventory/1793491200000000-instances.json"), time("2026-11-01T00:00:00Z")).unwrap();
    assert_eq!((counts.instances, counts.interfaces), (4, 0));
    assert_eq!(instance_of(&inventory, "eni-0move", "2026-11-02T00:00:00Z"), Some(("i-0web1".to_owned(), false)));
    assert_eq!(inventory.interface_at("eni-0web1", time("2026-11-02T00:00:00Z")).unwrap().value.region.as_deref(), Some("us-east-1"));
}

#[test]
fn order_of_import_does_not_matter() {
    let names = [
        ("inventory/1793491200000000-network-interfaces.json", "2026-11-01T00:00:00Z"),
        ("inventory/1794268800000000-network-interfaces.json", "2026-11-10T00:00:00Z"),
        ("inventory/1794268800000000-security-groups.json", "2026-11-10T00:00:00Z"),
        ("inventory/1793491200000000-security-groups.json", "2026-11-01T00:00:00Z"),
    ];
    let load = |order: &[usize]| {
        let mut inventory = Inventory::default();
        for &index in order {
            inventory.add(&fixture(names[index].0), time(names[index].1)).unwrap();
        }
        inventory
    };
    let range = TimeRange::new(time("2026-10-01T00:00:00Z"), time("2026-12-01T00:00:00Z"));
    let (one, other) = (load(&[0, 1, 2, 3]), load(&[3, 1, 2, 0, 1]));
    for entity in ["i-0web1", "i-0web2", "eni-0gone", "10.0.1.30"] {
        assert_eq!(one.assignments(entity, range), other.assignments(entity, range), "{entity}");
    }
    assert_eq!(one.index.changes, other.index.changes);
}

#[test]
fn a_filtered_answer_deletes_nothing() {
    let mut inventory = cloud();
    let one = br#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-0web1", "OwnerId": "111122223333", "AvailabilityZone": "us-east-1a",
        "PrivateIpAddress": "10.0.1.10", "Attachment": {"InstanceId": "i-0web1"}}]}"#;
    inventory.add(one, time("2026-11-15T00:00:00Z")).unwrap();
    assert!(inventory.interface_at("eni-0web2", time("2026-11-16T00:00:00Z")).is_some());
    assert!(inventory.interface_at("eni-0web1", time("2026-11-16T00:00:00Z")).unwrap().value.public_addresses().next().is_none());
}

#[test]
fn what_is_not_understood_is_named() {
    let mut inventory = Inventory::default();
    let refuse = |inventory: &mut Inventory, json: &str| {
        let error = inventory.add(json.as_bytes(), Timestamp::default()).unwrap_err();
        assert!(inventory.is_empty());
        error.to_string()
    };
    assert!(refuse(&mut inventory, r#"{"Volumes": []}"#).contains("found Volumes: expected"));
    assert!(refuse(&mut inventory, r#"[{"InstanceId": "i-1"}]"#).contains("found an array"));
    assert!(refuse(&mut inventory, "{}").contains("an empty object"));
    assert!(matches!(inventory.add(b"not json", Timestamp::default()), Err(InventoryError::Json(_))));
    assert!(matches!(inventory.add(br#"{"Vpcs": "none"}"#, Timestamp::default()), Err(InventoryError::Json(_))));
    let counts = inventory.add(br#"{"Vpcs": [{"OwnerId": "1"}], "Subnets": null}"#, Timestamp::default()).unwrap();
    assert_eq!((counts.skipped, counts.total()), (1, 0));
    let counts = inventory
        .add(br#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Groups": null, "Attachment": null}]}"#, Timestamp::default());
    assert_eq!(counts.unwrap().interfaces, 1);
}

#[test]
fn folders_name_the_file_at_fault() {
    let folder = std::env::temp_dir().join(format!("enrich-inventory-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("notes.txt"), "not looked at").unwrap();
    assert!(load_dir(&folder).unwrap().is_empty());
    std::fs::write(folder.join("1000-broken.json"), "{").unwrap();
    let broken = load_dir(&folder).unwrap_err().to_string();
    std::fs::rename(folder.join("1000-broken.json"), folder.join("undated.json")).unwrap();
    let undated = load_dir(&folder).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(broken.contains("1000-broken.json"), "{broken}");
    assert!(std::error::Error::source(&undated).unwrap().to_string().contains("undated.json"));
    assert!(matches!(load_dir(&folder), Err(InventoryError::Read { .. })));
}
