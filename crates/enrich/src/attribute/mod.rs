//! Attribution: whose record it is, which way the bytes went, who opened the connection, and where the other side is.
//!
//! An answer is made of the record, the object it came in, and tables that do not change meanwhile. It never looks at records of other
//! objects, because then it would depend on what had arrived before. The two rules that need more than that, another segment of the
//! same connection and servers known to answer, are applied when records are read: at that time all of them are there.

mod context;
mod local;
mod opener;

use std::sync::Arc;

use ahash::AHashMap;
use flow::{Address, Column, FlowBatch, FlowDirection, Symbol, Timestamp};

use crate::{Geo, Inventory};
use context::Contexts;
use local::Side;
use opener::{Opener, Question};

/// Fills the attributed columns of flow batches.
#[derive(Debug)]
pub struct Attributor {
    inventory: Arc<Inventory>,
    geo: Arc<Geo>,
    opener: Opener,
}

/// What the first pass finds out of one record.
#[derive(Debug, Clone, Copy)]
struct Found {
    context: u32,
    side: Side,
}

/// Country and autonomous system of a remote address.
type Place = (Option<Symbol>, Option<u32>);

impl Attributor {
    /// An attributor over these tables.
    pub fn new(inventory: Arc<Inventory>, geo: Arc<Geo>) -> Self {
        Self { inventory, geo, opener: Opener::new() }
    }

    /// Fills every column of the stage `Attributed` from the first record that has no `entity` to the last, and `account_id`, `vpc_id`
    /// and `subnet_id` where the record lacks them and the inventory knows the interface.
    ///
    /// The records of one object must be in one batch, wholly: from them the interface's own address is learned when neither record
    /// nor inventory tells. Their order does not matter.
    pub fn attribute(&self, batch: &mut FlowBatch) {
        let first = first_without_entity(batch);
        if first == batch.len() {
            return;
        }
        let mut contexts = Contexts::new(&self.inventory);
        let found = self.find_sides(batch, first, &mut contexts);
        self.fill(batch, first, &found, &mut contexts);
        contexts.complete(batch, first, |row| found[row - first].context);
    }

    /// Fills `hour` and `direction` alone, of every record: what sums by interface need. They are what [`attribute`](Self::attribute)
    /// fills, under the same condition.
    pub fn attribute_direction(&self, batch: &mut FlowBatch) {
        let mut contexts = Contexts::new(&self.inventory);
        let mut hour = Hour::default();
        for (row, found) in self.find_sides(batch, 0, &mut contexts).into_iter().enumerate() {
            batch.hour.set(row, hour.of(time_of(batch, row)));
            batch.direction.set(row, found.side.direction());
        }
    }

    /// Which interface each record belongs to, and which of its sides is the interface's own.
    fn find_sides(&self, batch: &mut FlowBatch, first: usize, contexts: &mut Contexts<'_>) -> Vec<Found> {
        let mut found = Vec::with_capacity(batch.len() - first);
        let mut open: Vec<usize> = Vec::new();
        for row in first..batch.len() {
            let context = contexts.of(batch, row);
            let side = match batch.flow_direction.get(row) {
                Some(FlowDirection::Egress) => Side::Source,
                Some(FlowDirection::Ingress) => Side::Destination,
                None => {
                    let (interface, primary) = contexts.interface(context);
                    local::by_inventory(batch, row, interface, primary)
                }
            };
            if side == Side::Unknown {
                open.push(row);
            }
            found.push(Found { context, side });
        }
        if !open.is_empty() {
            let learned = local::learn(batch, first, &open);
            for row in open {
                found[row - first].side = learned.side(batch, row);
            }
        }
        found
    }

    fn fill(&self, batch: &mut FlowBatch, first: usize, found: &[Found], contexts: &mut Contexts<'_>) {
        let mut places: AHashMap<Address, Place> = AHashMap::new();
        let mut hour = Hour::default();
        for (offset, &Found { context, side }) in found.iter().enumerate() {
            let row = first + offset;
            let at = time_of(batch, row);
            let entity = contexts.entity(batch, row, context);
            batch.entity.set(row, entity);
            batch.hour.set(row, hour.of(at));
            let direction = side.direction();
            let remote = match side {
                Side::Source => batch.dst_addr.get(row),
                Side::Destination => batch.src_addr.get(row),
                Side::Unknown => None,
            };
            batch.direction.set(row, direction);
            let question = Question {
                direction,
                protocol: batch.protocol.get(row),
                flags: batch.tcp_flags.get(row).unwrap_or(0),
                ports: batch.src_port.get(row).zip(batch.dst_port.get(row)),
                remote,
                action: batch.action.get(row),
            };
            let (connection, rule) = self.opener.decide(&question, || contexts.rules(context));
            batch.connection_direction.set(row, connection);
            batch.direction_rule.set(row, rule);
            if let Some(remote) = remote
                && !self.geo.is_empty()
                && remote.is_public()
            {
                let symbols = &mut batch.symbols;
                let (country, asn) = *places.entry(remote).or_insert_with(|| {
                    let mut country = None;
                    let asn = self.geo.brief(remote, |code| country = Some(symbols.intern(code)));
                    (country, asn)
                });
                batch.remote_country.set_option(row, country);
                batch.remote_asn.set_option(row, asn);
            }
        }
    }
}

/// The time a record is judged at: its start, or its end when the start cannot be true.
fn time_of(batch: &FlowBatch, row: usize) -> Timestamp {
    let (start, end) = (batch.start_time.get(row), batch.end_time.get(row));
    let suspect = batch.clock_suspect.get(row) == Some(true);
    if suspect { end.or(start) } else { start.or(end) }.unwrap_or_default()
}

/// Attributed records are the first ones: every one of them has an entity.
fn first_without_entity(batch: &FlowBatch) -> usize {
    let (mut low, mut high) = (0, batch.len());
    while low < high {
        let middle = low.midpoint(high);
        if batch.entity.get(middle).is_some() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The hour of the last record asked about: neighbours share it.
#[derive(Debug)]
struct Hour {
    start: i64,
}

impl Default for Hour {
    fn default() -> Self {
        Self { start: i64::MIN }
    }
}

impl Hour {
    fn of(&mut self, at: Timestamp) -> Timestamp {
        const LENGTH: u64 = flow::HOUR_SECS.unsigned_abs() * 1_000_000;
        if at.micros().wrapping_sub(self.start).cast_unsigned() >= LENGTH || at.micros() < self.start {
            self.start = at.hour().micros();
        }
        Timestamp::from_micros(self.start)
    }
}

/// The same column with the gaps from `first` on filled by `value`.
fn completed<T: Copy + Default>(column: &Column<T>, len: usize, first: usize, mut value: impl FnMut(usize) -> Option<T>) -> Column<T> {
    if column.is_absent() {
        let mut filled = Column::new();
        for row in first..len {
            filled.set_option(row, value(row));
        }
        return filled;
    }
    let mut filled = Column::new();
    for row in 0..len {
        let known = column.get(row);
        filled.set_option(row, if row < first { known } else { known.or_else(|| value(row)) });
    }
    filled
}

#[cfg(test)]
mod tests;
