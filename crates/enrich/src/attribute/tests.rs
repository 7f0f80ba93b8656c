use super::*;
use crate::testing::{cloud, time};
use flow::{Action, Direction, DirectionRule, TimeQuality};
use proptest::prelude::*;

/// One record to be attributed; what is left out is null.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    interface: Option<&'static str>,
    instance: Option<&'static str>,
    resource: Option<&'static str>,
    account: Option<&'static str>,
    object: Option<&'static str>,
    src: &'static str,
    dst: &'static str,
    shown_src: Option<&'static str>,
    shown_dst: Option<&'static str>,
    ports: Option<(u16, u16)>,
    protocol: Option<u8>,
    flags: Option<u8>,
    rejected: bool,
    way: Option<FlowDirection>,
    at: Option<&'static str>,
    suspect_end: Option<&'static str>,
}

const AT: &str = "2026-11-02T10:30:00Z";

fn push(batch: &mut FlowBatch, record: &Row) {
    let row = batch.len();
    let address = |text: &str| text.parse::<Address>().unwrap();
    let mut intern = |text: Option<&str>| text.map(|text| batch.symbols.intern(text));
    let (interface, instance) = (intern(record.interface), intern(record.instance));
    let (resource, account) = (intern(record.resource), intern(record.account));
    let object = intern(record.object.or(Some("object-1")));
    batch.interface_id.set_option(row, interface);
    batch.instance_id.set_option(row, instance);
    batch.resource_id.set_option(row, resource);
    batch.account_id.set_option(row, account);
    batch.source_object.set_option(row, object);
    if !record.src.is_empty() {
        batch.src_addr.set(row, address(record.src));
        batch.dst_addr.set(row, address(record.dst));
    }
    batch.iface_src_addr.set_option(row, record.shown_src.map(address));
    batch.iface_dst_addr.set_option(row, record.shown_dst.map(address));
    batch.src_port.set_option(row, record.ports.map(|ports| ports.0));
    batch.dst_port.set_option(row, record.ports.map(|ports| ports.1));
    batch.protocol.set_option(row, record.protocol.or(Some(6)));
    batch.tcp_flags.set_option(row, record.flags);
    batch.action.set(row, if record.rejected { Action::Reject } else { Action::Accept });
    batch.flow_direction.set_option(row, record.way);
    batch.start_time.set(row, time(record.at.unwrap_or(AT)));
    batch.end_time.set(row, time(record.suspect_end.unwrap_or(AT)));
    batch.clock_suspect.set_option(row, record.suspect_end.map(|_| true));
    batch.time_quality.set(row, TimeQuality::Second);
    batch.push_row();
}

fn attribute_with(inventory: Inventory, records: &[Row]) -> FlowBatch {
    let mut batch = FlowBatch::default();
    for record in records {
        push(&mut batch, record);
    }
    Attributor::new(Arc::new(inventory), Arc::new(Geo::none())).attribute(&mut batch);
    batch
}

fn directions(batch: &FlowBatch) -> Vec<Direction> {
    (0..batch.len()).map(|row| batch.direction.get(row).unwrap()).collect()
}

fn opener(inventory: Inventory, record: Row) -> (Direction, DirectionRule) {
    let batch = attribute_with(inventory, &[record]);
    (batch.connection_direction.get(0).unwrap(), batch.direction_rule.get(0).unwrap())
}

const IN: Direction = Direction::Inbound;
const OUT: Direction = Direction::Outbound;
const UNKNOWN: Direction = Direction::Unknown;

#[test]
fn entities_by_the_best_that_is_known() {
    let record = |interface, instance, resource, account| Row {
        interface,
        instance,
        resource,
        account,
        src: "10.0.0.1",
        dst: "10.0.0.2",
        ..Row::default()
    };
    let batch = attribute_with(
        cloud(),
        &[
            record(Some("eni-0web1"), None, None, None),
            record(Some("eni-0other"), Some("i-0named"), None, None),
            record(Some("eni-0other"), None, Some("nat-1"), None),
            record(None, None, Some("nat-1"), Some("111122223333")),
            record(None, None, None, Some("111122223333")),
            record(None, None, None, None),
            record(Some("eni-0nat"), None, None, None),
        ],
    );
    let entities: Vec<&str> = (0..batch.len()).map(|row| batch.text(&batch.entity, row).unwrap()).collect();
    assert_eq!(entities, ["i-0web1", "i-0named", "eni-0other", "nat-1", "111122223333", "unknown", "eni-0nat"]);
}

#[test]
fn entities_follow_the_attachment() {
    let record =
        |at, instance| Row { interface: Some("eni-0move"), instance, at: Some(at), src: "10.0.1.30", dst: "10.0.0.2", ..Row::default() };
    let batch = attribute_with(
        cloud(),
        &[
            record("2026-11-05T11:59:59Z", None),
            record("2026-11-05T12:00:00Z", None),
            record("2026-11-05T11:00:00Z", None),
            record("2026-10-01T00:00:00Z", None),
            record("2026-10-01T00:00:00Z", Some("i-0before")),
            record("2026-11-20T00:00:00Z", Some("i-0other")),
        ],
    );
    let entities: Vec<&str> = (0..batch.len()).map(|row| batch.text(&batch.entity, row).unwrap()).collect();
    assert_eq!(entities, ["i-0web1", "i-0web2", "i-0web1", "i-0web1", "i-0before", "i-0web2"], "a record beats what is only assumed");
}

#[test]
fn hours_are_of_the_start_unless_the_clock_is_suspect() {
    let batch = attribute_with(
        Inventory::default(),
        &[
            Row { at: Some("2026-11-02T10:59:59Z"), ..Row::default() },
            Row { at: Some("2026-11-02T11:00:00Z"), ..Row::default() },
            Row { at: Some("2030-01-01T00:00:00Z"), suspect_end: Some("2026-11-02T10:00:01Z"), ..Row::default() },
        ],
    );
    let hours: Vec<String> = (0..3).map(|row| batch.hour.get(row).unwrap().to_string()).collect();
    assert_eq!(hours, ["2026-11-02T10:00:00Z", "2026-11-02T11:00:00Z", "2026-11-02T10:00:00Z"]);
}

#[test]
fn the_source_knows_the_direction_best() {
    let record = |way| Row { interface: Some("eni-0web1"), src: "10.0.1.10", dst: "198.51.100.7", way: Some(way), ..Row::default() };
    assert_eq!(directions(&attribute_with(cloud(), &[record(FlowDirection::Egress), record(FlowDirection::Ingress)])), [OUT, IN]);
}

#[test]
fn addresses_of_the_interface_tell_the_side() {
    let record = |src, dst| Row { interface: Some("eni-0web1"), src, dst, ..Row::default() };
    let batch = attribute_with(
        cloud(),
        &[
            record("10.0.1.10", "10.0.2.20"),
            record("10.0.2.20", "10.0.1.11"),
            record("203.0.113.10", "198.51.100.7"),
            record("2001:db8:ffff::1", "2001:db8:a:1::10"),
            Row { interface: Some("eni-0web2"), src: "10.0.1.130", dst: "10.0.2.20", ..Row::default() },
            Row { interface: Some("eni-0web1"), src: "10.0.2.20", dst: "10.9.9.9", shown_dst: Some("10.0.1.10"), ..Row::default() },
        ],
    );
    assert_eq!(
        directions(&batch),
        [OUT, IN, OUT, IN, OUT, IN],
        "primary, secondary, public, IPv6, delegated prefix, shown by the interface"
    );
}

/// The four records that one connection through a NAT gateway leaves at the gateway's interface.
fn nat_records(interface: &'static str) -> [Row; 4] {
    let record = |src, dst, shown_src, shown_dst| Row { interface: Some(interface), src, dst, shown_src, shown_dst, ..Row::default() };
    [
        record("10.0.2.20", "198.51.100.7", None, Some("10.0.1.200")),
        record("10.0.1.200", "198.51.100.7", None, None),
        record("198.51.100.7", "10.0.1.200", None, None),
        record("198.51.100.7", "10.0.2.20", Some("10.0.1.200"), None),
    ]
}

#[test]
fn a_nat_gateway_is_its_own_entity() {
    let batch = attribute_with(cloud(), &nat_records("eni-0nat"));
    assert_eq!(directions(&batch), [IN, OUT, IN, OUT]);
    assert!((0..4).all(|row| batch.text(&batch.entity, row) == Some("eni-0nat")));
    let learned = attribute_with(Inventory::default(), &nat_records("eni-0nat"));
    assert_eq!(directions(&learned), [IN, OUT, IN, OUT], "the address that the interface shows stands in all of its records");
}

#[test]
fn an_object_tells_the_address_of_its_interfaces() {
    let record = |src, dst| Row { interface: Some("eni-0other"), src, dst, ..Row::default() };
    let batch = attribute_with(
        Inventory::default(),
        &[record("10.0.0.1", "10.0.0.2"), record("10.0.0.3", "10.0.0.1"), record("10.0.0.2", "10.0.0.1")],
    );
    assert_eq!(directions(&batch), [OUT, IN, IN]);
    let pair = attribute_with(Inventory::default(), &[record("10.0.0.1", "10.0.0.2"), record("10.0.0.2", "10.0.0.1")]);
    assert_eq!(directions(&pair), [UNKNOWN, UNKNOWN], "of two that only speak with each other nothing can be told");
    let apart = [record("10.0.0.1", "10.0.0.2"), Row { object: Some("object-2"), ..record("10.0.0.3", "10.0.0.1") }];
    assert_eq!(directions(&attribute_with(Inventory::default(), &apart)), [UNKNOWN, UNKNOWN], "objects are not learned from together");
}

#[test]
fn one_private_side_is_the_local_one() {
    let record = |src, dst| Row { interface: Some("eni-0other"), src, dst, ..Row::default() };
    let one = |src, dst| directions(&attribute_with(Inventory::default(), &[record(src, dst)]))[0];
    assert_eq!(one("10.0.0.1", "198.51.100.7"), OUT);
    assert_eq!(one("198.51.100.7", "10.0.0.1"), IN);
    assert_eq!(one("10.0.0.1", "10.0.0.2"), UNKNOWN);
    assert_eq!(one("198.51.100.7", "198.51.100.8"), UNKNOWN);
    assert_eq!(directions(&attribute_with(Inventory::default(), &[Row::default()])), [UNKNOWN], "without addresses");
}

/// A record that leaves the entity, of a machine that is not in the inventory.
fn leaving(ports: (u16, u16), protocol: u8, flags: Option<u8>) -> Row {
    Row {
        src: "10.0.0.1",
        dst: "198.51.100.7",
        ports: Some(ports),
        protocol: Some(protocol),
        flags,
        way: Some(FlowDirection::Egress),
        ..Row::default()
    }
}

#[test]
fn flags_decide_first() {
    let by_flags = |ports, flags| opener(Inventory::default(), leaving(ports, 6, Some(flags)));
    assert_eq!(by_flags((40_000, 443), 2), (OUT, DirectionRule::Syn));
    assert_eq!(by_flags((443, 40_000), 18), (IN, DirectionRule::SynAck), "whoever sends SYN-ACK is the server");
    assert_eq!(by_flags((443, 40_000), 2), (OUT, DirectionRule::Syn), "against the ports");
    for flags in [3, 6, 7] {
        assert_eq!(by_flags((40_000, 443), flags).1, DirectionRule::Syn);
    }
    for flags in [19, 22, 23] {
        assert_eq!(by_flags((443, 40_000), flags).1, DirectionRule::SynAck);
    }
    assert_eq!(by_flags((40_000, 443), 26), (OUT, DirectionRule::RegisteredPort), "PSH shows that every flag is reported");
    assert_eq!(by_flags((40_000, 443), 1), (OUT, DirectionRule::RegisteredPort), "FIN tells nothing");
    let mut arriving = leaving((40_000, 443), 6, Some(2));
    (arriving.src, arriving.dst, arriving.way) = ("198.51.100.7", "10.0.0.1", Some(FlowDirection::Ingress));
    assert_eq!(opener(Inventory::default(), arriving), (IN, DirectionRule::Syn));
}

#[test]
fn ports_decide_last() {
    let by_ports = |ports, protocol| opener(Inventory::default(), leaving(ports, protocol, None));
    assert_eq!(by_ports((40_000, 5_432), 6), (OUT, DirectionRule::RegisteredPort));
    assert_eq!(by_ports((5_432, 40_000), 6), (IN, DirectionRule::RegisteredPort));
    assert_eq!(by_ports((8_080, 600), 6), (IN, DirectionRule::RegisteredPort), "a registered port is believed before a low one");
    assert_eq!(by_ports((40_000, 600), 6), (OUT, DirectionRule::WellKnownPort));
    assert_eq!(by_ports((8_080, 22), 6), (OUT, DirectionRule::WellKnownPort), "both registered, one below 1024");
    assert_eq!(by_ports((40_000, 7_000), 6), (OUT, DirectionRule::EphemeralPort));
    assert_eq!(by_ports((7_000, 7_001), 6), (UNKNOWN, DirectionRule::Unknown));
    assert_eq!(by_ports((40_000, 50_001), 6), (UNKNOWN, DirectionRule::Unknown));
    assert_eq!(by_ports((40_000, 53), 17), (OUT, DirectionRule::RegisteredPort));
    assert_eq!(by_ports((40_000, 7_000), 17), (UNKNOWN, DirectionRule::Unknown), "UDP is judged by registered ports only");
    assert_eq!(by_ports((40_000, 600), 17), (UNKNOWN, DirectionRule::Unknown));
    assert_eq!(by_ports((0, 0), 1), (UNKNOWN, DirectionRule::Unknown));
    let mut sideless = leaving((40_000, 443), 6, Some(2));
    (sideless.src, sideless.dst, sideless.way) = ("198.51.100.7", "198.51.100.8", None);
    assert_eq!(opener(Inventory::default(), sideless), (UNKNOWN, DirectionRule::Unknown), "it is not known which side is the entity");
}

/// A record that leaves the database of the made-up cloud.
fn database(remote: &'static str, local_port: u16, remote_port: u16) -> Row {
    Row { interface: Some("eni-0db1"), src: "10.0.2.20", dst: remote, ports: Some((local_port, remote_port)), ..Row::default() }
}

#[test]
fn security_groups_decide_before_ports() {
    let decide = |record| opener(cloud(), record);
    assert_eq!(decide(database("10.0.3.9", 5_432, 443)), (OUT, DirectionRule::SecurityGroup), "only the web group may come in");
    assert_eq!(decide(database("10.0.1.10", 5_432, 8_443)), (IN, DirectionRule::SecurityGroup), "only 443 may be called");
    assert_eq!(decide(database("10.0.1.10", 5_432, 443)), (OUT, DirectionRule::WellKnownPort), "both ways allowed, so ports decide");
    assert_eq!(
        decide(database("10.0.3.9", 40_000, 25)),
        (OUT, DirectionRule::RegisteredPort),
        "neither allowed: the rules are not those of then"
    );
    assert_eq!(
        decide(Row { rejected: true, ..database("10.0.3.9", 5_432, 443) }).1,
        DirectionRule::WellKnownPort,
        "a rejected packet belongs to no connection"
    );
    assert_eq!(decide(Row { flags: Some(2), ..database("10.0.1.10", 5_432, 8_443) }), (OUT, DirectionRule::Syn));
    let early = Row { at: Some("2026-10-15T00:00:00Z"), ..database("10.0.3.9", 5_432, 443) };
    assert_eq!(decide(early).1, DirectionRule::WellKnownPort, "the rules of that time are only assumed");
    let web = Row { interface: Some("eni-0web1"), src: "10.0.1.10", dst: "198.51.100.7", ports: Some((9_100, 40_000)), ..Row::default() };
    assert_eq!(
        decide(web),
        (IN, DirectionRule::RegisteredPort),
        "nothing lets the remote side in any more, but a connection outlives its rule"
    );
    let unregistered = Row { ports: Some((7_777, 40_000)), ..web };
    assert_eq!(decide(unregistered), (OUT, DirectionRule::SecurityGroup), "nothing lets the remote side in");
    let listed = Row { ports: Some((9_005, 40_000)), ..web };
    assert_eq!(decide(listed), (IN, DirectionRule::EphemeralPort), "a prefix list may let it in");
}

#[test]
fn security_groups_are_those_of_the_time() {
    let record = |at| Row {
        interface: Some("eni-0web1"),
        src: "10.0.1.10",
        dst: "198.51.100.7",
        ports: Some((443, 443)),
        at: Some(at),
        ..Row::default()
    };
    let batch = attribute_with(cloud(), &[record("2026-11-09T00:00:00Z"), record("2026-11-10T00:00:00Z"), record("2026-11-09T23:00:00Z")]);
    let rules: Vec<DirectionRule> = (0..3).map(|row| batch.direction_rule.get(row).unwrap()).collect();
    assert_eq!(rules, [DirectionRule::Unknown, DirectionRule::SecurityGroup, DirectionRule::Unknown]);
}

#[test]
fn missing_columns_are_completed() {
    let batch = attribute_with(
        cloud(),
        &[
            Row { interface: Some("eni-0web1"), account: Some("444455556666"), src: "10.0.1.10", dst: "10.0.2.20", ..Row::default() },
            Row { interface: Some("eni-0other"), src: "10.0.0.1", dst: "10.0.2.20", ..Row::default() },
            Row { interface: Some("eni-0db1"), src: "10.0.2.20", dst: "10.0.1.10", ..Row::default() },
        ],
    );
    let texts = |column: &Column<Symbol>| (0..3).map(|row| batch.text(column, row)).collect::<Vec<_>>();
    assert_eq!(texts(&batch.account_id), [Some("444455556666"), None, Some("111122223333")]);
    assert_eq!(texts(&batch.vpc_id), [Some("vpc-0a"), None, Some("vpc-0a")]);
    assert_eq!(texts(&batch.subnet_id), [Some("subnet-0a01"), None, Some("subnet-0a02")]);
    assert_eq!(texts(&batch.instance_id), [None; 3], "the column is what the record itself named");
}

#[test]
fn what_is_attributed_already_stays() {
    let attributor = Attributor::new(Arc::new(cloud()), Arc::new(Geo::none()));
    let mut batch = FlowBatch::default();
    let web = Row { interface: Some("eni-0web1"), src: "10.0.1.10", dst: "10.0.2.20", ..Row::default() };
    push(&mut batch, &web);
    attributor.attribute(&mut batch);
    push(&mut batch, &database("10.0.1.10", 5_432, 40_000));
    attributor.attribute(&mut batch);
    attributor.attribute(&mut batch);
    assert_eq!((batch.text(&batch.entity, 0), batch.text(&batch.entity, 1)), (Some("i-0web1"), Some("i-0db1")));
    assert_eq!(batch.text(&batch.subnet_id, 1), Some("subnet-0a02"));
    attributor.attribute(&mut FlowBatch::default());
}

#[test]
fn remote_addresses_have_places() {
    use crate::testing::mmdb::{Value, map, write};
    let record = map([("country_code", Value::Text("DE".to_owned())), ("asn", Value::Text("AS64500".to_owned()))]);
    let path = std::env::temp_dir().join(format!("enrich-attribute-{}.mmdb", std::process::id()));
    std::fs::write(&path, write("flat", 1, 4, &[("198.51.100.0/24", record)])).unwrap();
    let geo = Geo::open(std::slice::from_ref(&path)).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut batch = FlowBatch::default();
    let web = Row { interface: Some("eni-0web1"), src: "10.0.1.10", dst: "198.51.100.7", ..Row::default() };
    push(&mut batch, &web);
    push(&mut batch, &Row { dst: "10.0.2.20", ..web });
    push(&mut batch, &Row { src: "198.51.100.8", dst: "10.0.1.10", ..web });
    push(&mut batch, &Row { dst: "203.0.113.1", ..web });
    Attributor::new(Arc::new(cloud()), Arc::new(geo)).attribute(&mut batch);
    let countries: Vec<Option<&str>> = (0..4).map(|row| batch.text(&batch.remote_country, row)).collect();
    let systems: Vec<Option<u32>> = (0..4).map(|row| batch.remote_asn.get(row)).collect();
    assert_eq!(countries, [Some("DE"), None, Some("DE"), None]);
    assert_eq!(systems, [Some(64_500), None, Some(64_500), None]);
}

fn any_row() -> impl Strategy<Value = Row> {
    let addresses = ["10.0.1.10", "10.0.1.12", "10.0.2.20", "10.0.9.9", "198.51.100.7", "203.0.113.9", "2001:db8:a:1::10", "2001:db8:f::1"];
    let interfaces = ["eni-0web1", "eni-0db1", "eni-0nat", "eni-0move", "eni-0other", "eni-0another"];
    let times = ["2026-09-01T00:00:00Z", "2026-11-05T11:59:30Z", "2026-11-05T12:00:30Z", "2026-11-12T00:00:00Z"];
    let address = prop::sample::select(addresses.to_vec());
    (
        prop::option::of(prop::sample::select(interfaces.to_vec())),
        (address.clone(), address.clone(), prop::option::of(address)),
        prop::option::of((
            prop::sample::select(vec![22u16, 443, 5_432, 9_000, 40_000, 50_000]),
            prop::sample::select(vec![53u16, 443, 8_080, 600, 45_000]),
        )),
        (prop::sample::select(vec![6u8, 17, 1]), prop::option::of(prop::sample::select(vec![0u8, 1, 2, 18, 26]))),
        (
            any::<bool>(),
            prop::option::of(any::<bool>()),
            prop::sample::select(times.to_vec()),
            prop::sample::select(vec!["object-1", "object-2"]),
        ),
    )
        .prop_map(|(interface, (src, dst, shown_dst), ports, (protocol, flags), (rejected, way, at, object))| Row {
            interface,
            src,
            dst,
            shown_dst,
            ports,
            protocol: Some(protocol),
            flags,
            rejected,
            way: way.filter(|_| ports.is_some()).map(|egress| if egress { FlowDirection::Egress } else { FlowDirection::Ingress }),
            at: Some(at),
            object: Some(object),
            ..Row::default()
        })
}

type Answer = (String, Timestamp, Direction, Direction, DirectionRule, Option<String>);

fn answer(batch: &FlowBatch, row: usize) -> Answer {
    (
        batch.text(&batch.entity, row).unwrap().to_owned(),
        batch.hour.get(row).unwrap(),
        batch.direction.get(row).unwrap(),
        batch.connection_direction.get(row).unwrap(),
        batch.direction_rule.get(row).unwrap(),
        batch.text(&batch.account_id, row).map(str::to_owned),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn order_does_not_matter(rows in prop::collection::vec(any_row(), 1..40), seed in any::<prop::sample::Index>()) {
        let inventory = cloud();
        let straight = attribute_with(inventory.clone(), &rows);
        // Any stride that is prime to the length visits every record once.
        let len = rows.len();
        let stride = (1..=len).rev().find(|stride| gcd(*stride, len) == 1).unwrap();
        let order: Vec<usize> = (0..len).map(|step| (seed.index(len) + step * stride) % len).collect();
        let shuffled = attribute_with(inventory, &order.iter().map(|&row| rows[row]).collect::<Vec<_>>());
        for (position, &row) in order.iter().enumerate() {
            prop_assert_eq!(answer(&shuffled, position), answer(&straight, row));
        }
    }

    #[test]
    fn batches_may_be_cut_between_objects(rows in prop::collection::vec(any_row(), 1..40)) {
        let inventory = cloud();
        let whole = attribute_with(inventory.clone(), &rows);
        for object in ["object-1", "object-2"] {
            let picked: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].object == Some(object)).collect();
            let part = attribute_with(inventory.clone(), &picked.iter().map(|&row| rows[row]).collect::<Vec<_>>());
            for (position, &row) in picked.iter().enumerate() {
                prop_assert_eq!(answer(&part, position), answer(&whole, row));
            }
        }
    }
}

fn gcd(left: usize, right: usize) -> usize {
    if right == 0 { left } else { gcd(right, left % right) }
}
