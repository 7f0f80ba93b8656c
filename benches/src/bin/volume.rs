//! Hourly volume of every interface, straight from the objects, without keeping rows.
//!
//!     volume LOGS [INVENTORY]
//!
//! LOGS is a folder or an object, INVENTORY a folder of AWS documents. Decodes and attributes as ingest does, and adds up. Prints
//! "interface hour direction action bytes packets", in the order of the text; null is `-`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::PathBuf;
use std::sync::Arc;

use ahash::AHashMap;
use anyhow::Context as _;
use enrich::{Attributor, Geo, Inventory};
use flow::{Action, Decoded, Direction, FlowBatch, Symbol, Symbols, Timestamp};
use formats::{Body, Options};

/// Records attributed together, so that they stay in the processor's cache; an object is never cut.
const CHUNK_RECORDS: usize = 16_384;

/// Bytes and packets of every interface (a symbol of `interfaces`), hour, direction of the bytes and action.
#[derive(Default)]
struct Totals {
    interfaces: Symbols,
    cells: AHashMap<(Option<Symbol>, Timestamp, Direction, Option<Action>), (u64, u64)>,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (logs, inventory) = match arguments.as_slice() {
        [logs] => (logs, None),
        [logs, inventory] => (logs, Some(inventory)),
        _ => anyhow::bail!("volume LOGS [INVENTORY]"),
    };
    let inventory = inventory.map_or_else(|| Ok(Inventory::default()), |folder| benches::inventory::read(folder))?;
    let attributor = Attributor::new(Arc::new(inventory), Arc::new(Geo::none()));
    let mut totals = Totals::default();
    let options = Options { chunk_records: usize::MAX, ..Options::default() };
    let mut out = Decoded::default();
    let mut settle = |out: &mut Decoded| {
        attributor.attribute_direction(&mut out.flows);
        totals.add(&out.flows);
        out.clear();
    };
    for object in ingest::sources::folder::list(logs)? {
        let bytes = std::fs::read(&object.path).with_context(|| format!("cannot read {}", object.uri))?;
        let nobody = &mut |_: &mut Decoded| Err("a chunk holds every record there is".into());
        formats::decode(&object.uri, Body::Whole(bytes.into()), &options, &mut out, nobody)?;
        if out.len() >= CHUNK_RECORDS {
            settle(&mut out);
        }
    }
    settle(&mut out);
    let mut lines: Vec<String> = totals.lines().collect();
    lines.sort_unstable();
    print!("{}", lines.concat());
    Ok(())
}

impl Totals {
    /// Adds flows whose direction is known.
    fn add(&mut self, flows: &FlowBatch) {
        let mut known: Vec<Option<Symbol>> = vec![None; flows.symbols.len()];
        for row in 0..flows.len() {
            let interface = flows
                .interface_id
                .get(row)
                .map(|symbol| *known[symbol.index()].get_or_insert_with(|| self.interfaces.intern(flows.symbols.text(symbol))));
            let hour = flows.hour.get(row).unwrap_or_default();
            let key = (interface, hour, flows.direction.get(row).unwrap_or_default(), flows.action.get(row));
            let (bytes, packets) = self.cells.entry(key).or_default();
            *bytes = bytes.saturating_add(flows.bytes.get(row).unwrap_or(0));
            *packets = packets.saturating_add(flows.packets.get(row).unwrap_or(0));
        }
    }

    /// One line a cell, in any order.
    #[expect(clippy::iter_over_hash_type, reason = "the caller orders the lines")]
    fn lines(&self) -> impl Iterator<Item = String> {
        self.cells.iter().map(|((interface, hour, direction, action), (bytes, packets))| {
            let interface = interface.map_or("-", |symbol| self.interfaces.text(symbol));
            format!("{interface} {} {direction} {} {bytes} {packets}\n", hour.secs(), action.map_or("-", Action::as_str))
        })
    }
}
