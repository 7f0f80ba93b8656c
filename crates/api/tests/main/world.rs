//! A small network of three machines over twenty days, of which the last two hours are bad.
//!
//! `WEB` speaks with an update server every hour, answers its load balancer, and is scanned. In the last two hours it sends gigabytes to a
//! listed relay on a port it never used, and opens a connection to the database for the first time. `BATCH` met the same relay days before.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use api::{ApiState, Auth, Investigator};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use detect::{ConnectionAction, FindingType, Occurrence, Thresholds};
use enrich::{Geo, Inventory, List, ListKind, Lists};
use flow::{Action, Address, Counts, CoverageFact, CoverageKind, Direction, DirectionRule, FlowBatch, TimeRange, Timestamp};
use lake::{Lake, ObjectEntry};
use query::{Engine, Limits};
use state::Store;
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(crate) const WEB: &str = "i-0aaaaaaaaaaaaaaa1";
pub(crate) const DB: &str = "i-0bbbbbbbbbbbbbbb2";
pub(crate) const BATCH: &str = "i-0ccccccccccccccc3";
pub(crate) const RELAY: &str = "203.0.113.9";
pub(crate) const UPDATES: &str = "198.51.100.10";
pub(crate) const SCANNER: &str = "192.0.2.77";
pub(crate) const ACCOUNT: &str = "111122223333";

/// 2026-11-01T00:00:00Z, a Sunday.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_793_491_200);
pub(crate) const HOURS: i64 = 20 * 24;

pub(crate) fn hour(index: i64) -> Timestamp {
    START.plus_secs(index * 3_600)
}

/// The bad hours.
pub(crate) fn scope() -> TimeRange {
    TimeRange::new(hour(HOURS - 2), hour(HOURS))
}

struct Machine {
    entity: &'static str,
    interface: &'static str,
    address: &'static str,
}

const MACHINES: [Machine; 3] = [
    Machine { entity: WEB, interface: "eni-web", address: "10.0.1.5" },
    Machine { entity: DB, interface: "eni-db", address: "10.0.1.6" },
    Machine { entity: BATCH, interface: "eni-batch", address: "10.0.2.7" },
];

/// One connection in one hour, of which both ways are reported.
struct Connection<'a> {
    machine: usize,
    start: Timestamp,
    remote: &'a str,
    opener: Direction,
    client_port: u16,
    server_port: u16,
    bytes_in: u64,
    bytes_out: u64,
    action: Action,
}

fn add(flows: &mut FlowBatch, connection: &Connection<'_>) {
    let machine = &MACHINES[connection.machine];
    let (local, remote): (Address, Address) = (machine.address.parse().unwrap(), connection.remote.parse().unwrap());
    let (local_port, remote_port) = match connection.opener {
        Direction::Inbound => (connection.server_port, connection.client_port),
        _ => (connection.client_port, connection.server_port),
    };
    for (direction, bytes) in [(Direction::Outbound, connection.bytes_out), (Direction::Inbound, connection.bytes_in)] {
        if bytes == 0 {
            continue;
        }
        let row = flows.len();
        for (column, text) in [(0, machine.entity), (1, machine.interface), (2, ACCOUNT), (3, "log-1")] {
            let symbol = flows.symbols.intern(text);
            match column {
                0 => flows.entity.set(row, symbol),
                1 => flows.interface_id.set(row, symbol),
                2 => flows.account_id.set(row, symbol),
                _ => flows.source_object.set(row, symbol),
            }
        }
        flows.hour.set(row, connection.start.hour());
        flows.start_time.set(row, connection.start);
        flows.end_time.set(row, connection.start.plus_secs(59));
        let outbound = direction == Direction::Outbound;
        flows.src_addr.set(row, if outbound { local } else { remote });
        flows.dst_addr.set(row, if outbound { remote } else { local });
        flows.src_port.set(row, if outbound { local_port } else { remote_port });
        flows.dst_port.set(row, if outbound { remote_port } else { local_port });
        flows.protocol.set(row, 6);
        flows.bytes.set(row, bytes);
        flows.packets.set(row, bytes.div_ceil(1_000));
        flows.action.set(row, connection.action);
        flows.direction.set(row, direction);
        flows.connection_direction.set(row, connection.opener);
        flows.direction_rule.set(row, DirectionRule::Syn);
        if remote.is_public() {
            let country = flows.symbols.intern(if connection.remote == RELAY { "DE" } else { "US" });
            flows.remote_country.set(row, country);
            flows.remote_asn.set(row, if connection.remote == RELAY { 64_501 } else { 64_500 });
        }
        flows.push_row();
    }
}

fn flows() -> FlowBatch {
    let mut flows = FlowBatch::default();
    for index in 0..HOURS {
        let start = hour(index).plus_secs(600);
        let port = 40_000 + (index % 1_000) as u16;
        let usual = Connection {
            machine: 0,
            start,
            remote: UPDATES,
            opener: Direction::Outbound,
            client_port: port,
            server_port: 443,
            bytes_in: 400_000 + (index as u64 % 7) * 1_000,
            bytes_out: 100_000 + (index as u64 % 5) * 1_000,
            action: Action::Accept,
        };
        add(&mut flows, &usual);
        add(&mut flows, &Connection { machine: 0, remote: "10.0.3.1", opener: Direction::Inbound, server_port: 8_080, ..usual });
        add(&mut flows, &Connection { machine: 1, remote: UPDATES, bytes_in: 50_000, bytes_out: 10_000, ..usual });
        if index % 6 == 0 {
            let scan = Connection { remote: SCANNER, opener: Direction::Inbound, client_port: 55_555, server_port: 23, ..usual };
            add(&mut flows, &Connection { bytes_in: 44, bytes_out: 0, action: Action::Reject, ..scan });
        }
    }
    let bad = |start: Timestamp, machine: usize, bytes_out: u64| Connection {
        machine,
        start,
        remote: RELAY,
        opener: Direction::Outbound,
        client_port: 51_000,
        server_port: 9_001,
        bytes_in: 20_000_000,
        bytes_out,
        action: Action::Accept,
    };
    add(&mut flows, &bad(hour(HOURS - 2).plus_secs(300), 0, 2_000_000_000));
    add(&mut flows, &bad(hour(HOURS - 1).plus_secs(300), 0, 3_000_000_000));
    add(&mut flows, &bad(hour(HOURS - 100).plus_secs(300), 2, 1_000_000));
    let inside = bad(hour(HOURS - 1).plus_secs(900), 0, 2_000_000);
    add(&mut flows, &Connection { remote: "10.0.1.6", server_port: 5_432, ..inside });
    flows
}

async fn build(folder: &Path) {
    let lake = Arc::new(Lake::open(folder).await.unwrap());
    let mut batch = lake.begin(hour(HOURS)).await.unwrap();
    let mut flows = flows();
    let accepted = flows.len() as u64;
    batch.write_flows(&mut flows).await.unwrap();
    let lost = CoverageFact {
        kind: CoverageKind::SkipData,
        interface_id: Some("eni-db".to_owned()),
        account_id: Some(ACCOUNT.to_owned()),
        start_time: hour(HOURS - 1),
        end_time: hour(HOURS - 1).plus_secs(60),
        object: "log-1".to_owned(),
    };
    batch.write_coverage(&mut [lost], &|_| Some(DB.to_owned())).await.unwrap();
    let object = ObjectEntry {
        uri: "log-1".to_owned(),
        size: 1_000,
        modified: None,
        content_hash: "00".to_owned(),
        format: Some("aws-vpc".to_owned()),
        guessed: false,
        complete: true,
        problem: None,
        duplicate_of: None,
        counts: Counts { records: accepted + 1, accepted, coverage: 1, ..Counts::default() },
        first_time: None,
        last_time: None,
    };
    batch.commit(&mut [object]).await.unwrap();
}

/// The lake, made once for all tests; each opens it for itself.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().to_owned();
            let work = move || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(build(&path));
            std::thread::spawn(work).join().unwrap();
            folder
        })
        .path()
}

fn inventory() -> Inventory {
    let interface = |id: &str, address: &str, subnet: &str, group: &str, instance: &str| {
        serde_json::json!({
            "NetworkInterfaceId": id, "OwnerId": ACCOUNT, "AvailabilityZone": "eu-central-1a", "VpcId": "vpc-1", "SubnetId": subnet,
            "PrivateIpAddress": address, "PrivateIpAddresses": [{ "PrivateIpAddress": address, "Primary": true }],
            "Groups": [{ "GroupId": group, "GroupName": format!("{group}-name") }],
            "Attachment": { "InstanceId": instance, "AttachTime": "2026-10-01T00:00:00+00:00", "DeviceIndex": 0 },
        })
    };
    let cidr = |port: u16, network: &str| {
        serde_json::json!({
            "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{ "CidrIp": network, "Description": "as ever" }],
        })
    };
    let group = |id: &str, inbound: serde_json::Value, outbound: serde_json::Value| {
        serde_json::json!({
            "GroupId": id, "GroupName": format!("{id}-name"), "Description": "", "OwnerId": ACCOUNT, "VpcId": "vpc-1",
            "IpPermissions": inbound, "IpPermissionsEgress": outbound,
        })
    };
    let document = serde_json::json!({
        "NetworkInterfaces": [
            interface("eni-web", "10.0.1.5", "subnet-1", "sg-web", WEB),
            interface("eni-db", "10.0.1.6", "subnet-1", "sg-db", DB),
            interface("eni-batch", "10.0.2.7", "subnet-1", "sg-web", BATCH),
        ],
        "Reservations": [{ "OwnerId": ACCOUNT, "Instances": [
            { "InstanceId": WEB, "InstanceType": "m7i.large", "State": { "Name": "running" }, "Placement": { "AvailabilityZone": "eu-central-1a" },
              "Tags": [{ "Key": "Name", "Value": "web-1" }] },
            { "InstanceId": DB, "InstanceType": "r7i.large", "Tags": [{ "Key": "Name", "Value": "db-1" }] },
        ]}],
        "SecurityGroups": [
            group("sg-web", serde_json::json!([cidr(8_080, "10.0.3.0/24")]), serde_json::json!([
                cidr(443, "0.0.0.0/0"), cidr(9_001, "203.0.113.0/24"), cidr(5_432, "10.0.1.0/24"),
            ])),
            group("sg-db", serde_json::json!([cidr(5_432, "10.0.1.0/24")]), serde_json::json!([])),
        ],
        "NetworkAcls": [{
            "NetworkAclId": "acl-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IsDefault": true,
            "Associations": [{ "NetworkAclAssociationId": "a-1", "NetworkAclId": "acl-1", "SubnetId": "subnet-1" }],
            "Entries": [
                { "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": true, "CidrBlock": "0.0.0.0/0" },
                { "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": false, "CidrBlock": "0.0.0.0/0" },
            ],
        }],
        "Subnets": [{ "SubnetId": "subnet-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-central-1a" }],
        "Vpcs": [{ "VpcId": "vpc-1", "OwnerId": ACCOUNT, "CidrBlock": "10.0.0.0/16", "IsDefault": false }],
    });
    let mut inventory = Inventory::default();
    inventory.add(document.to_string().as_bytes(), START).unwrap();
    inventory
}

/// What a Tor detector would note of one bad hour.
pub(crate) fn occurrence(index: i64) -> Occurrence {
    let start = hour(index);
    let evidence = serde_json::json!({
        "summary": format!("{WEB} used a relay"), "expected": null, "actual": { "value": 2.0, "unit": "flows", "words": "2 flows" },
        "factor": null, "rank": null, "since": start, "novelty": [], "threshold": null, "margin": null,
        "confidence": { "score": 0.9, "word": "High", "reasons": [], "factors": [] }, "would_not_fire": [], "contributions": [],
        "technique": FindingType::TorClient.technique(),
        "rows": { "sql": "SELECT * FROM flows", "parameters": { "from": start.to_string() } }, "list_names": ["relays"], "additional": {},
    });
    Occurrence {
        finding_type: FindingType::TorClient,
        entity: WEB.to_owned(),
        aggregation_key: String::new(),
        occurrence_key: format!("{start} outbound {RELAY} 6 9001"),
        first_seen: start.plus_secs(300),
        last_seen: start.plus_secs(359),
        severity: 8.0,
        connection: ConnectionAction {
            connection_direction: Direction::Outbound,
            protocol: Some(6),
            local_port: None,
            remote_port: Some(9_001),
            remote_addr: RELAY.to_owned(),
            action: Action::Accept,
            bytes_in: 20_000_000,
            bytes_out: 2_000_000_000,
            packets_in: 20_000,
            packets_out: 2_000_000,
            flows: 2,
            remote_country: Some("DE".to_owned()),
            remote_asn: Some(64_501),
        },
        account_id: Some(ACCOUNT.to_owned()),
        evidence: serde_json::from_value(evidence).unwrap(),
    }
}

/// The id of the one finding.
pub(crate) fn finding() -> String {
    occurrence(HOURS - 1).finding_id()
}

pub(crate) async fn investigator() -> Arc<Investigator> {
    let lists = Arc::new(Lists::new([List {
        name: "relays".to_owned(),
        kind: ListKind::TorRelay,
        added: hour(HOURS - 48),
        source: None,
        valid_from: None,
        entries: vec![format!("{RELAY}/32").parse().unwrap()],
        guards: None,
    }]));
    let lake = Arc::new(Lake::open(folder()).await.unwrap());
    let engine = Engine::new(lake, Arc::clone(&lists), Limits::default()).await.unwrap();
    let store = Store::in_memory().await.unwrap();
    let inventory = Arc::new(inventory());
    let occurrences = [occurrence(HOURS - 2), occurrence(HOURS - 1)];
    let describe = |entity: &str, at: Timestamp| api::resource(&inventory, entity, at);
    let whole = TimeRange::new(START, hour(HOURS));
    let changed = store.replace_occurrences(FindingType::TorClient, whole, &occurrences, &describe).await.unwrap();
    assert_eq!(changed.new_findings, [finding()]);
    store.set_watermark(api::investigate::DETECTED, hour(HOURS)).await.unwrap();
    Arc::new(Investigator::new(Arc::new(engine), Arc::new(store), inventory, lists, Arc::new(Geo::none()), Thresholds::default()))
}

/// A client of the interface.
pub(crate) struct Client {
    router: Router,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    pub(crate) async fn new(auth: Auth) -> Self {
        let (client, _) = Self::with_investigator(auth).await;
        client
    }

    pub(crate) async fn with_investigator(auth: Auth) -> (Self, Arc<Investigator>) {
        let investigator = investigator().await;
        let state = ApiState::new(Arc::clone(&investigator), auth, Arc::new(|| hour(HOURS + 1)));
        (Self { router: api::router(state) }, investigator)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// Only the headers of the answer.
    pub(crate) async fn head(&self, request: Request<Body>) -> HeaderMap {
        self.router.clone().oneshot(request).await.unwrap().headers().clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The JSON at a path that is expected to be there.
    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        let reply = self.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
        reply.json()
    }

    pub(crate) async fn post(&self, path: &str, body: serde_json::Value) -> Reply {
        let request = Request::post(path).header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
        self.send(request).await
    }
}
