//! A lake small enough to know by heart.
//!
//! `i-web` answers on port 443 to two clients and once to a refused ssh probe, and opens one connection of its own on port 4444. `i-db`
//! answers `i-web` on 5432. All on 2026-11-20, from 10:00 on, a minute a record.

use std::path::Path;
use std::sync::Arc;

use enrich::{List, ListKind, Lists};
use flow::{Action, Address, Counts, Direction, DirectionRule, FlowBatch, Timestamp};
use lake::{Lake, ObjectEntry};
use query::{Engine, Limits};

pub(crate) const NOON: &str = "2026-11-20T12:00:00Z";

pub(crate) struct Record {
    pub(crate) entity: &'static str,
    pub(crate) minute: i64,
    pub(crate) from: (&'static str, u16),
    pub(crate) to: (&'static str, u16),
    pub(crate) direction: Direction,
    pub(crate) opened: Direction,
    pub(crate) rule: DirectionRule,
    pub(crate) flags: Option<u8>,
    pub(crate) action: Action,
    pub(crate) bytes: u64,
}

const WEB: &str = "10.0.0.5";
const DB: &str = "10.0.0.6";
const CLIENTS: [&str; 2] = ["198.51.100.7", "198.51.100.8"];
const FAR: &str = "203.0.113.9";

pub(crate) fn records() -> Vec<Record> {
    use Direction::{Inbound, Outbound};
    let mut records = Vec::new();
    let mut exchange = |entity, minute, local: (&'static str, u16), remote: (&'static str, u16), opened, sizes: (u64, u64)| {
        let syn = |side: Direction| if side == opened { (DirectionRule::Syn, 2) } else { (DirectionRule::SynAck, 18) };
        for (direction, from, to, bytes) in [(Inbound, remote, local, sizes.0), (Outbound, local, remote, sizes.1)] {
            let (rule, flags) = syn(direction);
            records.push(Record { entity, minute, from, to, direction, opened, rule, flags: Some(flags), action: Action::Accept, bytes });
        }
    };
    for (index, client) in CLIENTS.into_iter().enumerate() {
        exchange("i-web", index as i64, (WEB, 443), (client, 50_000 + index as u16), Inbound, (500, 9_000));
        exchange("i-web", 70 + index as i64, (WEB, 443), (client, 50_010 + index as u16), Inbound, (700, 11_000));
    }
    exchange("i-web", 5, (WEB, 40_001), (FAR, 4_444), Outbound, (2_000_000, 100_000));
    exchange("i-web", 6, (WEB, 40_002), (DB, 5_432), Outbound, (30_000, 3_000));
    exchange("i-db", 6, (DB, 5_432), (WEB, 40_002), Inbound, (3_000, 30_000));
    // A long session goes on: no flags any more, and only the ports speak, wrongly.
    for (direction, from, to) in [(Inbound, (FAR, 4_444), (WEB, 40_001)), (Outbound, (WEB, 40_001), (FAR, 4_444))] {
        let (rule, opened) = (DirectionRule::EphemeralPort, Direction::Inbound);
        records.push(Record {
            entity: "i-web",
            minute: 7,
            from,
            to,
            direction,
            opened,
            rule,
            flags: Some(0),
            action: Action::Accept,
            bytes: 10_000,
        });
    }
    records.push(Record {
        entity: "i-web",
        minute: 9,
        from: (FAR, 50_100),
        to: (WEB, 22),
        direction: Inbound,
        opened: Inbound,
        rule: DirectionRule::Syn,
        flags: Some(2),
        action: Action::Reject,
        bytes: 60,
    });
    records
}

pub(crate) fn batch(records: &[Record]) -> FlowBatch {
    let ten: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    let mut flows = FlowBatch::default();
    for (row, record) in records.iter().enumerate() {
        let start = ten.plus_secs(record.minute * 60);
        let symbols = &mut flows.symbols;
        let (entity, object, account) = (symbols.intern(record.entity), symbols.intern("a.log"), symbols.intern("123456789012"));
        let interface = symbols.intern(&record.entity.replace("i-", "eni-"));
        flows.entity.set(row, entity);
        flows.source_object.set(row, object);
        flows.account_id.set(row, account);
        flows.interface_id.set(row, interface);
        flows.hour.set(row, start.hour());
        flows.start_time.set(row, start);
        flows.end_time.set(row, start.plus_secs(59));
        flows.src_addr.set(row, record.from.0.parse::<Address>().unwrap());
        flows.dst_addr.set(row, record.to.0.parse::<Address>().unwrap());
        flows.src_port.set(row, record.from.1);
        flows.dst_port.set(row, record.to.1);
        flows.protocol.set(row, 6);
        flows.bytes.set(row, record.bytes);
        flows.packets.set(row, record.bytes.div_ceil(1_400));
        flows.tcp_flags.set_option(row, record.flags);
        flows.action.set(row, record.action);
        flows.direction.set(row, record.direction);
        flows.connection_direction.set(row, record.opened);
        flows.direction_rule.set(row, record.rule);
        flows.push_row();
    }
    flows
}

/// An engine over the small lake; the records are committed in two batches, so that roll-ups have to be summed.
pub(crate) async fn engine(folder: &Path) -> Engine {
    engine_within(folder, Limits::default()).await
}

/// The same, within other limits.
pub(crate) async fn engine_within(folder: &Path, limits: Limits) -> Engine {
    let lake = Arc::new(Lake::open(folder).await.unwrap());
    let mut records = records();
    let now: Timestamp = NOON.parse().unwrap();
    let total = records.len() as u64;
    let rest = records.split_off(5);
    for (index, part) in [records, rest].iter().enumerate() {
        let mut writer = lake.begin(now).await.unwrap();
        writer.write_flows(&mut batch(part)).await.unwrap();
        let accepted = if index == 0 { 0 } else { total };
        let entry = ObjectEntry {
            uri: if index == 0 { "empty.log" } else { "a.log" }.to_owned(),
            size: accepted,
            modified: None,
            content_hash: format!("{index}"),
            format: Some("test".to_owned()),
            guessed: false,
            complete: true,
            problem: None,
            duplicate_of: None,
            counts: Counts { records: accepted, accepted, ..Counts::default() },
            first_time: None,
            last_time: None,
        };
        writer.commit(&mut [entry]).await.unwrap();
    }
    let list = |name: &str, kind, text: &str| List::parse(name, kind, text.as_bytes(), now).0;
    let lists = Lists::new([
        list("bad", ListKind::Threat, "203.0.113.0/24\n"),
        list("ours", ListKind::Trusted, "198.51.100.8\n"),
        list("worse", ListKind::Threat, "203.0.113.9\n198.51.100.8\n"),
    ]);
    Engine::new(lake, Arc::new(lists), limits).await.unwrap()
}
