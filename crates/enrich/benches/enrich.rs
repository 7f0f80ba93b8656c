//! Cost of attribution and of list lookup, in CPU time of the thread, so that a busy machine does not count.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use enrich::{Attributor, Geo, Inventory, List, ListKind, Lists};
use flow::{Action, Address, FlowBatch, FlowDirection, Symbol, Timestamp};

const ROWS: usize = 200_000;
const INTERFACES: u32 = 400;
const START: i64 = 1_795_000_000;

/// CPU time of this thread; wall time where the kernel does not tell.
fn cpu(wall: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| wall.elapsed(), Duration::from_nanos)
}

fn inventory() -> Inventory {
    let mut json = String::from(r#"{"NetworkInterfaces": ["#);
    for index in 0..INTERFACES {
        let comma = if index == 0 { "" } else { "," };
        write!(
            json,
            r#"{comma}{{"NetworkInterfaceId": "eni-{index:017x}", "OwnerId": "111122223333", "AvailabilityZone": "us-east-1a",
            "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.{}.{}", "Groups": [{{"GroupId": "sg-{}"}}],
            "Attachment": {{"InstanceId": "i-{index:017x}", "AttachTime": "2026-01-01T00:00:00+00:00"}}}}"#,
            index / 250,
            index % 250 + 1,
            index % 8
        )
        .unwrap();
    }
    json.push_str(r#"], "SecurityGroups": ["#);
    for index in 0..8 {
        let comma = if index == 0 { "" } else { "," };
        write!(
            json,
            r#"{comma}{{"GroupId": "sg-{index}", "OwnerId": "111122223333", "VpcId": "vpc-1",
            "IpPermissions": [
                {{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{{"CidrIp": "0.0.0.0/0"}}]}},
                {{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{{"CidrIp": "10.0.0.0/16"}}]}},
                {{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8090, "UserIdGroupPairs": [{{"GroupId": "sg-0"}}, {{"GroupId": "sg-1"}}]}}],
            "IpPermissionsEgress": [{{"IpProtocol": "-1", "IpRanges": [{{"CidrIp": "0.0.0.0/0"}}]}}]}}"#
        )
        .unwrap();
    }
    json.push_str("]}");
    let mut inventory = Inventory::default();
    inventory.add(json.as_bytes(), Timestamp::from_secs(START - 86_400)).unwrap();
    inventory
}

/// Records of ten objects, interfaces interleaved as in real ones; `full` has direction and flags, as all-field formats do.
fn batch(full: bool) -> FlowBatch {
    let mut batch = FlowBatch::default();
    let interfaces: Vec<Symbol> = (0..INTERFACES).map(|index| batch.symbols.intern(&format!("eni-{index:017x}"))).collect();
    let account = batch.symbols.intern("111122223333");
    let objects: Vec<Symbol> = (0..10).map(|index| batch.symbols.intern(&format!("object-{index}"))).collect();
    let mut seed = 1u32;
    for row in 0..ROWS {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let index = (seed >> 8) % INTERFACES;
        let local = Address::from_v4_bits(0x0A00_0000 + (index / 250) * 256 + index % 250 + 1);
        let remote = if seed & 3 == 0 {
            Address::from_v4_bits(0x0A00_0000 + (seed >> 20))
        } else {
            Address::from_v4_bits(0x5000_0000 + (seed >> 12))
        };
        let out = seed & 16 != 0;
        let port = 32_768 + (seed >> 18) as u16;
        batch.interface_id.set(row, interfaces[index as usize]);
        batch.account_id.set(row, account);
        batch.source_object.set(row, objects[row * 10 / ROWS]);
        batch.src_addr.set(row, if out { local } else { remote });
        batch.dst_addr.set(row, if out { remote } else { local });
        batch.src_port.set(row, if out { port } else { 443 });
        batch.dst_port.set(row, if out { 443 } else { port });
        batch.protocol.set(row, if seed & 15 == 0 { 17 } else { 6 });
        batch.bytes.set(row, 1_000);
        batch.action.set(row, Action::Accept);
        batch.start_time.set(row, Timestamp::from_secs(START + (seed >> 22) as i64));
        batch.end_time.set(row, Timestamp::from_secs(START + (seed >> 22) as i64 + 60));
        if full {
            batch.vpc_id.set(row, account);
            batch.subnet_id.set(row, account);
            batch.flow_direction.set(row, if out { FlowDirection::Egress } else { FlowDirection::Ingress });
            batch.tcp_flags.set(row, [0, 0, 2, 18, 3, 1][(seed >> 10) as usize % 6]);
        }
        batch.push_row();
    }
    batch
}

fn attribution(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attribute");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    let known = Attributor::new(Arc::new(inventory()), Arc::new(Geo::none()));
    let nothing = Attributor::new(Arc::default(), Arc::new(Geo::none()));
    for (name, attributor, full) in
        [("all fields", &known, true), ("version 2 with inventory", &known, false), ("version 2 alone", &nothing, false)]
    {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let mut spent = Duration::ZERO;
                for _ in 0..rounds {
                    let mut batch = batch(full);
                    let wall = Instant::now();
                    let before = cpu(wall);
                    attributor.attribute(black_box(&mut batch));
                    spent += cpu(wall).saturating_sub(before);
                }
                spent
            });
        });
    }
    group.finish();
}

fn lookup(criterion: &mut Criterion) {
    let mut seed = 1u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed ^ seed >> 16
    };
    let mut text = String::new();
    for _ in 0..120_000 {
        writeln!(text, "{}", Address::from_v4_bits(next())).unwrap();
    }
    for _ in 0..30_000 {
        writeln!(text, "{}/{}", Address::from_v4_bits(next()), 14 + next() % 16).unwrap();
    }
    let (list, _) = List::parse("made-up", ListKind::Threat, text.as_bytes(), Timestamp::default());
    let lists = Lists::new([list]);
    let asked: Vec<Address> = (0..100_000).map(|_| Address::from_v4_bits(next())).collect();
    let mut group = criterion.benchmark_group("lists");
    group.throughput(Throughput::Elements(asked.len() as u64)).sample_size(10);
    group.bench_function("150 thousand entries", |bencher| {
        bencher.iter_custom(|rounds| {
            let wall = Instant::now();
            let before = cpu(wall);
            for _ in 0..rounds {
                black_box(asked.iter().filter(|&&address| lists.matches(address).next().is_some()).count());
            }
            cpu(wall).saturating_sub(before)
        });
    });
    group.finish();
}

criterion_group!(benches, attribution, lookup);
criterion_main!(benches);
