//! Roll-ups: what `activity`, `volume` and `seen` keep of a batch of flows.
//!
//! Rows are additive, so each batch writes its own and no batch needs to know of another.

use std::ops::Range;
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use flow::kind::{self, Addr, Byte, Kind, Small, Text, Time, Wide};
use flow::{Action, Address, Column, Direction, FlowBatch, Symbol, Timestamp, has_ports};

use crate::{LakeError, Table};

/// The roll-ups of flows of one day.
#[derive(Debug)]
pub(crate) struct Rollups {
    pub(crate) activity: RecordBatch,
    pub(crate) volume: RecordBatch,
    pub(crate) seen: RecordBatch,
}

/// Sums the flows of `rows`, which are ordered by entity and lie in one day.
///
/// Reads the attributed columns; a row without entity or hour is a mistake of the caller and counts under the empty entity.
pub(crate) fn roll_up(flows: &FlowBatch, rows: Range<usize>) -> Result<Rollups, LakeError> {
    let mut activity = ActivityRows::default();
    let mut volume = VolumeRows::default();
    let mut cells: AHashMap<Key, Sums> = AHashMap::new();
    let mut ordered: Vec<(Key, Sums)> = Vec::new();
    let mut sums = [[VolumeSums::default(); 3]; 3];
    let mut start = rows.start;
    while start < rows.end {
        let entity = flows.entity.get(start).unwrap_or_default();
        let hour = flows.hour.get(start).unwrap_or_default();
        let account = flows.account_id.get(start);
        let mut row = start;
        while row < rows.end && flows.hour.get(row) == Some(hour) && flows.entity.get(row) == Some(entity) {
            let segment = Segment::of(flows, row);
            sums[segment.direction as usize][segment.action.map_or(0, |action| action as usize + 1)].add(&segment);
            cells.entry(segment.key).or_insert_with(|| Sums::new(flows, row)).add(flows, row, &segment);
            row += 1;
        }
        // A row without entity or hour does not match itself: step over it, so that the loop always ends.
        row = row.max(start + 1);
        volume.push(entity, hour, account, &mut sums);
        ordered.extend(cells.drain());
        ordered.sort_unstable_by_key(|(key, _)| *key);
        for (key, cell) in ordered.drain(..) {
            activity.push(entity, hour, account, key, &cell);
        }
        start = row;
    }
    let strings = kind::strings(&flows.symbols);
    let seen = seen(flows, &activity, &strings)?;
    Ok(Rollups { activity: activity.into_arrow(&strings)?, volume: volume.into_arrow(&strings)?, seen })
}

/// What sums are kept apart by, inside one entity and hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    remote: Option<Address>,
    protocol: Option<u8>,
    service_port: Option<u16>,
    connection: Direction,
    action: Option<Action>,
}

/// One flow record as a roll-up sees it.
struct Segment {
    key: Key,
    direction: Direction,
    action: Option<Action>,
    bytes: u64,
    packets: u64,
}

impl Segment {
    fn of(flows: &FlowBatch, row: usize) -> Self {
        let direction = flows.direction.get(row).unwrap_or_default();
        let connection = flows.connection_direction.get(row).unwrap_or_default();
        let protocol = flows.protocol.get(row);
        let action = flows.action.get(row);
        let remote = match direction {
            Direction::Inbound => flows.src_addr.get(row),
            Direction::Outbound => flows.dst_addr.get(row),
            Direction::Unknown => None,
        };
        // The server's port: the local one when the remote side connected, the remote one when the entity did.
        let service_port = match (direction, connection) {
            _ if !protocol.is_some_and(has_ports) => None,
            (Direction::Inbound, Direction::Inbound) | (Direction::Outbound, Direction::Outbound) => flows.dst_port.get(row),
            (Direction::Inbound, Direction::Outbound) | (Direction::Outbound, Direction::Inbound) => flows.src_port.get(row),
            (Direction::Unknown, _) | (_, Direction::Unknown) => None,
        };
        Self {
            key: Key { remote, protocol, service_port, connection, action },
            direction,
            action,
            bytes: flows.bytes.get(row).unwrap_or(0),
            packets: flows.packets.get(row).unwrap_or(0),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Sums {
    bytes_in: u64,
    bytes_out: u64,
    packets_in: u64,
    packets_out: u64,
    flows: u64,
    flags_in: Option<u8>,
    flags_out: Option<u8>,
    first: Timestamp,
    last: Timestamp,
    confidence: f64,
    country: Option<Symbol>,
    asn: Option<u32>,
}

impl Sums {
    fn new(flows: &FlowBatch, row: usize) -> Self {
        Self {
            bytes_in: 0,
            bytes_out: 0,
            packets_in: 0,
            packets_out: 0,
            flows: 0,
            flags_in: None,
            flags_out: None,
            first: Timestamp::MAX,
            last: Timestamp::MIN,
            confidence: 0.0,
            country: flows.remote_country.get(row),
            asn: flows.remote_asn.get(row),
        }
    }

    fn add(&mut self, flows: &FlowBatch, row: usize, segment: &Segment) {
        let flags = flows.tcp_flags.get(row);
        match segment.direction {
            Direction::Inbound => {
                self.bytes_in = self.bytes_in.saturating_add(segment.bytes);
                self.packets_in = self.packets_in.saturating_add(segment.packets);
                self.flags_in = merge_flags(self.flags_in, flags);
            }
            Direction::Outbound => {
                self.bytes_out = self.bytes_out.saturating_add(segment.bytes);
                self.packets_out = self.packets_out.saturating_add(segment.packets);
                self.flags_out = merge_flags(self.flags_out, flags);
            }
            Direction::Unknown => {}
        }
        self.flows += 1;
        self.first = self.first.min(flows.start_time.get(row).unwrap_or(Timestamp::MAX));
        self.last = self.last.max(flows.end_time.get(row).unwrap_or(Timestamp::MIN));
        self.confidence = self.confidence.max(flows.direction_rule.get(row).unwrap_or_default().confidence());
    }
}

fn merge_flags(known: Option<u8>, new: Option<u8>) -> Option<u8> {
    match (known, new) {
        (Some(known), Some(new)) => Some(known | new),
        (known, new) => known.or(new),
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct VolumeSums {
    bytes: u64,
    packets: u64,
    flows: u64,
}

impl VolumeSums {
    fn add(&mut self, segment: &Segment) {
        self.bytes = self.bytes.saturating_add(segment.bytes);
        self.packets = self.packets.saturating_add(segment.packets);
        self.flows += 1;
    }
}

#[derive(Debug, Default)]
struct VolumeRows {
    len: usize,
    entity: Column<Symbol>,
    hour: Column<Timestamp>,
    direction: Column<Direction>,
    action: Column<Action>,
    bytes: Vec<i64>,
    packets: Vec<i64>,
    flows: Vec<i64>,
    account: Column<Symbol>,
}

impl VolumeRows {
    fn push(&mut self, entity: Symbol, hour: Timestamp, account: Option<Symbol>, sums: &mut [[VolumeSums; 3]; 3]) {
        for direction in Direction::ALL {
            for (index, action) in std::iter::once(None).chain(Action::ALL.iter().copied().map(Some)).enumerate() {
                let cell = std::mem::take(&mut sums[*direction as usize][index]);
                if cell.flows == 0 {
                    continue;
                }
                let row = self.len;
                self.entity.set(row, entity);
                self.hour.set(row, hour);
                self.direction.set(row, *direction);
                self.action.set_option(row, action);
                self.bytes.push(count(cell.bytes));
                self.packets.push(count(cell.packets));
                self.flows.push(count(cell.flows));
                self.account.set_option(row, account);
                self.len += 1;
            }
        }
    }

    fn into_arrow(self, strings: &ArrayRef) -> Result<RecordBatch, LakeError> {
        let all = 0..self.len;
        let columns = || -> Result<Vec<ArrayRef>, arrow::error::ArrowError> {
            Ok(vec![
                Text::to_arrow(&self.entity, all.clone(), strings)?,
                Time::to_arrow(&self.hour, all.clone(), strings)?,
                Direction::to_arrow(&self.direction, all.clone(), strings)?,
                Action::to_arrow(&self.action, all.clone(), strings)?,
                Arc::new(Int64Array::from(self.bytes.clone())),
                Arc::new(Int64Array::from(self.packets.clone())),
                Arc::new(Int64Array::from(self.flows.clone())),
                Text::to_arrow(&self.account, all.clone(), strings)?,
            ])
        };
        named(Table::Volume, columns().map_err(|source| LakeError::Rows { table: Table::Volume, source })?)
    }
}

#[derive(Debug, Default)]
struct ActivityRows {
    len: usize,
    entity: Column<Symbol>,
    hour: Column<Timestamp>,
    remote: Column<Address>,
    service_port: Column<u16>,
    protocol: Column<u8>,
    connection: Column<Direction>,
    action: Column<Action>,
    bytes_in: Vec<i64>,
    bytes_out: Vec<i64>,
    packets_in: Vec<i64>,
    packets_out: Vec<i64>,
    flows: Vec<i64>,
    flags_in: Column<u8>,
    flags_out: Column<u8>,
    first: Column<Timestamp>,
    last: Column<Timestamp>,
    confidence: Vec<f64>,
    country: Column<Symbol>,
    asn: Column<u32>,
    account: Column<Symbol>,
}

impl ActivityRows {
    fn push(&mut self, entity: Symbol, hour: Timestamp, account: Option<Symbol>, key: Key, sums: &Sums) {
        let row = self.len;
        self.entity.set(row, entity);
        self.hour.set(row, hour);
        self.remote.set_option(row, key.remote);
        self.service_port.set_option(row, key.service_port);
        self.protocol.set_option(row, key.protocol);
        self.connection.set(row, key.connection);
        self.action.set_option(row, key.action);
        self.bytes_in.push(count(sums.bytes_in));
        self.bytes_out.push(count(sums.bytes_out));
        self.packets_in.push(count(sums.packets_in));
        self.packets_out.push(count(sums.packets_out));
        self.flows.push(count(sums.flows));
        self.flags_in.set_option(row, sums.flags_in);
        self.flags_out.set_option(row, sums.flags_out);
        self.first.set(row, sums.first);
        self.last.set(row, sums.last);
        self.confidence.push(sums.confidence);
        self.country.set_option(row, sums.country);
        self.asn.set_option(row, sums.asn);
        self.account.set_option(row, account);
        self.len += 1;
    }

    fn into_arrow(self, strings: &ArrayRef) -> Result<RecordBatch, LakeError> {
        let all = 0..self.len;
        let counts = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
        let columns = || -> Result<Vec<ArrayRef>, arrow::error::ArrowError> {
            Ok(vec![
                Text::to_arrow(&self.entity, all.clone(), strings)?,
                Time::to_arrow(&self.hour, all.clone(), strings)?,
                Addr::to_arrow(&self.remote, all.clone(), strings)?,
                Small::to_arrow(&self.service_port, all.clone(), strings)?,
                Byte::to_arrow(&self.protocol, all.clone(), strings)?,
                Direction::to_arrow(&self.connection, all.clone(), strings)?,
                Action::to_arrow(&self.action, all.clone(), strings)?,
                counts(self.bytes_in),
                counts(self.bytes_out),
                counts(self.packets_in),
                counts(self.packets_out),
                counts(self.flows),
                Byte::to_arrow(&self.flags_in, all.clone(), strings)?,
                Byte::to_arrow(&self.flags_out, all.clone(), strings)?,
                Time::to_arrow(&self.first, all.clone(), strings)?,
                Time::to_arrow(&self.last, all.clone(), strings)?,
                Arc::new(Float64Array::from(self.confidence)),
                Text::to_arrow(&self.country, all.clone(), strings)?,
                Wide::to_arrow(&self.asn, all.clone(), strings)?,
                Text::to_arrow(&self.account, all.clone(), strings)?,
            ])
        };
        named(Table::Activity, columns().map_err(|source| LakeError::Rows { table: Table::Activity, source })?)
    }
}

/// Kinds of value in `seen`, in alphabetical order of their names, which is the order they are stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum SeenKind {
    Asn,
    Country,
    LocalPort,
    RemoteAddr,
    RemoteNet,
    RemotePort,
}

impl SeenKind {
    const NAMES: [&'static str; 6] = ["asn", "country", "local_port", "remote_addr", "remote_net", "remote_port"];
}

#[derive(Debug, Clone, Copy)]
struct SeenSums {
    first: Timestamp,
    last: Timestamp,
    flows: i64,
    bytes: i64,
    confidence: f64,
}

/// `seen` of one day, from its activity: fewer rows than the flows, and the same answer.
fn seen(flows: &FlowBatch, activity: &ActivityRows, strings: &ArrayRef) -> Result<RecordBatch, LakeError> {
    let mut rows = SeenRows::default();
    let mut values: AHashMap<(SeenKind, u128), SeenSums> = AHashMap::new();
    let mut start = 0;
    while start < activity.len {
        let entity = activity.entity.get(start).unwrap_or_default();
        let mut row = start;
        while row < activity.len && activity.entity.get(row) == Some(entity) {
            if activity.action.get(row) != Some(Action::Reject) {
                let mut note = |kind, value| {
                    let sums = values.entry((kind, value)).or_insert(SeenSums {
                        first: Timestamp::MAX,
                        last: Timestamp::MIN,
                        flows: 0,
                        bytes: 0,
                        confidence: 0.0,
                    });
                    sums.first = sums.first.min(activity.first.get(row).unwrap_or(Timestamp::MAX));
                    sums.last = sums.last.max(activity.last.get(row).unwrap_or(Timestamp::MIN));
                    sums.flows += activity.flows[row];
                    sums.bytes = sums.bytes.saturating_add(activity.bytes_in[row]).saturating_add(activity.bytes_out[row]);
                    sums.confidence = sums.confidence.max(activity.confidence[row]);
                };
                if let (Some(port), Some(protocol)) = (activity.service_port.get(row), activity.protocol.get(row)) {
                    let value = u128::from(protocol) << 16 | u128::from(port);
                    match activity.connection.get(row) {
                        Some(Direction::Outbound) => note(SeenKind::RemotePort, value),
                        Some(Direction::Inbound) => note(SeenKind::LocalPort, value),
                        _ => {}
                    }
                }
                if let Some(remote) = activity.remote.get(row) {
                    note(SeenKind::RemoteAddr, remote.to_bits());
                    note(SeenKind::RemoteNet, remote.neighbourhood().to_bits());
                }
                if let Some(asn) = activity.asn.get(row) {
                    note(SeenKind::Asn, u128::from(asn));
                }
                if let Some(country) = activity.country.get(row) {
                    note(SeenKind::Country, country.index() as u128);
                }
            }
            row += 1;
        }
        let mut ordered: Vec<_> = values.drain().collect();
        ordered.sort_unstable_by_key(|(key, _)| *key);
        for ((kind, value), sums) in ordered {
            rows.push(flows, entity, kind, value, &sums);
        }
        start = row;
    }
    rows.into_arrow(strings)
}

#[derive(Debug, Default)]
struct SeenRows {
    entity: Column<Symbol>,
    kinds: Vec<&'static str>,
    values: Vec<String>,
    first: Column<Timestamp>,
    last: Column<Timestamp>,
    flows: Vec<i64>,
    bytes: Vec<i64>,
    confidence: Vec<f64>,
}

impl SeenRows {
    fn push(&mut self, flows: &FlowBatch, entity: Symbol, kind: SeenKind, value: u128, sums: &SeenSums) {
        let row = self.kinds.len();
        let text = match kind {
            SeenKind::Asn => value.to_string(),
            // The value is the index of a symbol of this very batch.
            SeenKind::Country => flows.symbols.at(usize::try_from(value).unwrap_or(usize::MAX)).unwrap_or_default().to_owned(),
            SeenKind::RemoteAddr | SeenKind::RemoteNet => Address::from_bits(value).to_string(),
            SeenKind::LocalPort | SeenKind::RemotePort => port_text(value),
        };
        self.entity.set(row, entity);
        self.kinds.push(SeenKind::NAMES[kind as usize]);
        self.values.push(text);
        self.first.set(row, sums.first);
        self.last.set(row, sums.last);
        self.flows.push(sums.flows);
        self.bytes.push(sums.bytes);
        self.confidence.push(sums.confidence);
    }

    fn into_arrow(self, strings: &ArrayRef) -> Result<RecordBatch, LakeError> {
        let all = 0..self.kinds.len();
        let columns = || -> Result<Vec<ArrayRef>, arrow::error::ArrowError> {
            Ok(vec![
                Text::to_arrow(&self.entity, all.clone(), strings)?,
                Arc::new(StringArray::from(self.kinds)),
                Arc::new(StringArray::from(self.values)),
                Time::to_arrow(&self.first, all.clone(), strings)?,
                Time::to_arrow(&self.last, all.clone(), strings)?,
                Arc::new(Int64Array::from(self.flows)),
                Arc::new(Int64Array::from(self.bytes)),
                Arc::new(Float64Array::from(self.confidence)),
            ])
        };
        named(Table::Seen, columns().map_err(|source| LakeError::Rows { table: Table::Seen, source })?)
    }
}

/// `tcp/443`: the protocol's name in lower case, or its number, and the port.
fn port_text(value: u128) -> String {
    let protocol = u8::try_from(value >> 16).unwrap_or_default();
    let port = value & 0xffff;
    match flow::protocol_name(protocol) {
        Some(name) => format!("{}/{port}", name.to_ascii_lowercase()),
        None => format!("{protocol}/{port}"),
    }
}

/// Stored counts are signed; sums above the signed range stay at its end.
fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A batch with the table's column names over these arrays.
fn named(table: Table, columns: Vec<ArrayRef>) -> Result<RecordBatch, LakeError> {
    let schema = table.schema();
    let fields: Vec<Field> =
        schema.fields().iter().zip(&columns).map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|source| LakeError::Rows { table, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::compute::{cast, sum};
    use arrow::datatypes::{DataType, Int64Type};
    use flow::DirectionRule;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    struct Row {
        entity: u8,
        hour: u8,
        remote: u8,
        ports: (u16, u16),
        direction: Direction,
        connection: Direction,
        action: Option<Action>,
        bytes: u64,
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let direction = || prop::sample::select(Direction::ALL);
        let action = prop_oneof![Just(None), Just(Some(Action::Accept)), Just(Some(Action::Reject))];
        let row = (0u8..3, 0u8..3, 0u8..4, (20u16..24, 40_000u16..40_003), direction(), direction(), action, 0u64..1 << 40).prop_map(
            |(entity, hour, remote, ports, direction, connection, action, bytes)| Row {
                entity,
                hour,
                remote,
                ports,
                direction,
                connection,
                action,
                bytes,
            },
        );
        prop::collection::vec(row, 0..60)
    }

    fn batch(mut rows: Vec<Row>) -> FlowBatch {
        rows.sort_by_key(|row| (row.entity, row.hour));
        let mut flows = FlowBatch::default();
        for (index, row) in rows.iter().enumerate() {
            let entity = flows.symbols.intern(&format!("i-{}", row.entity));
            flows.entity.set(index, entity);
            let hour = Timestamp::from_secs(i64::from(row.hour) * 3_600);
            flows.hour.set(index, hour);
            flows.start_time.set(index, hour.plus_secs(60));
            flows.end_time.set(index, hour.plus_secs(119));
            flows.src_addr.set(index, Address::from_v4_bits(u32::from(row.remote)));
            flows.dst_addr.set(index, Address::from_v4_bits(u32::from(row.remote) + 10));
            flows.src_port.set(index, row.ports.0);
            flows.dst_port.set(index, row.ports.1);
            flows.protocol.set(index, 6);
            flows.bytes.set(index, row.bytes);
            flows.packets.set(index, row.bytes / 100);
            flows.action.set_option(index, row.action);
            flows.direction.set(index, row.direction);
            flows.connection_direction.set(index, row.connection);
            flows.direction_rule.set(index, DirectionRule::Syn);
            flows.push_row();
        }
        flows
    }

    fn total(batch: &RecordBatch, column: &str) -> i64 {
        sum(batch.column_by_name(column).unwrap().as_primitive::<Int64Type>()).unwrap_or(0)
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_flows(rows in rows()) {
            let bytes = |direction: Direction| rows.iter().filter(|row| row.direction == direction).map(|row| row.bytes as i64).sum::<i64>();
            let flows = batch(rows.clone());
            let rollups = roll_up(&flows, 0..flows.len()).unwrap();
            prop_assert_eq!(total(&rollups.volume, "bytes"), rows.iter().map(|row| row.bytes as i64).sum::<i64>());
            prop_assert_eq!(total(&rollups.volume, "flows"), rows.len() as i64);
            prop_assert_eq!(total(&rollups.activity, "flows"), rows.len() as i64);
            prop_assert_eq!(total(&rollups.activity, "bytes_in"), bytes(Direction::Inbound));
            prop_assert_eq!(total(&rollups.activity, "bytes_out"), bytes(Direction::Outbound));
        }

        #[test]
        fn one_row_a_key_and_in_order(rows in rows()) {
            let flows = batch(rows);
            let activity = roll_up(&flows, 0..flows.len()).unwrap().activity;
            let columns: Vec<_> = activity.columns()[..7].iter().map(|column| cast(column, &DataType::Utf8).unwrap()).collect();
            let keys: Vec<Vec<Option<String>>> = (0..activity.num_rows())
                .map(|row| columns.iter().map(|column| column.as_string::<i32>().iter().nth(row).flatten().map(str::to_owned)).collect())
                .collect();
            let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
            prop_assert_eq!(distinct.len(), keys.len());
            prop_assert!(keys.windows(2).all(|pair| pair[0][..2] <= pair[1][..2]));
        }
    }

    #[test]
    fn the_port_kept_is_the_server_s() {
        let row = |direction, connection| Row {
            entity: 0,
            hour: 0,
            remote: 1,
            ports: (22, 40_000),
            direction,
            connection,
            action: Some(Action::Accept),
            bytes: 10,
        };
        // The entity answers from its port 22: an inbound connection's outbound half.
        let flows = batch(vec![row(Direction::Outbound, Direction::Inbound)]);
        let rollups = roll_up(&flows, 0..1).unwrap();
        assert_eq!(rollups.activity.column_by_name("service_port").unwrap().as_primitive::<arrow::datatypes::Int32Type>().value(0), 22);
        let values = rollups.seen.column_by_name("value").unwrap().as_string::<i32>();
        assert_eq!(values.iter().flatten().collect::<Vec<_>>(), ["tcp/22", "0.0.0.11", "0.0.0.0"]);
    }

    #[test]
    fn rejected_traffic_is_not_seen() {
        let flows = batch(vec![Row {
            entity: 0,
            hour: 0,
            remote: 1,
            ports: (22, 23),
            direction: Direction::Inbound,
            connection: Direction::Inbound,
            action: Some(Action::Reject),
            bytes: 10,
        }]);
        assert_eq!(roll_up(&flows, 0..1).unwrap().seen.num_rows(), 0);
    }
}
