//! Records that are already in the lake.
//!
//! Two flow logs on one VPC, an object delivered in part and again, a copy under another name: the same record must count once. A
//! record's identity is what it says and which interface said it, never the object it came in. Identities of recent hours are held in
//! memory; an hour that is touched for the first time, or again after it was let go, is read back from the lake.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use flow::{FlowBatch, Symbol, Timestamp};
use lake::{Bound, DataFile, Lake, Table};
use xxhash_rust::xxh3::xxh3_64;

use crate::IngestError;

/// Columns that make a record's identity, and those that tell where it belongs.
const COLUMNS: [&str; 18] = [
    "hour",
    "start_time",
    "end_time",
    "src_addr",
    "dst_addr",
    "src_port",
    "dst_port",
    "protocol",
    "bytes",
    "packets",
    "tcp_flags",
    "action",
    "interface_id",
    "account_id",
    "resource_id",
    "flow_direction",
    "iface_src_addr",
    "iface_dst_addr",
];

/// The identities of records that are in the lake or on their way into it.
#[derive(Debug)]
pub(crate) struct Known {
    lake: Arc<Lake>,
    /// The files of `flows` when the batch began.
    committed: Arc<Vec<DataFile>>,
    /// Files of our own since the batch before began.
    own: HashSet<String>,
    /// Hours that the batch holds records of.
    touched: HashSet<Timestamp>,
    hours: HashMap<Timestamp, Hour>,
    /// Identities in memory, all hours together, and how many there may be.
    held: usize,
    most: usize,
    clock: u64,
}

#[derive(Debug, Default)]
struct Hour {
    identities: HashSet<u64, BuildHasherDefault<Identity>>,
    used: u64,
}

/// The identities are hashes already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl Known {
    pub(crate) fn new(lake: Arc<Lake>, most: usize) -> Self {
        Self {
            lake,
            committed: Arc::default(),
            own: HashSet::new(),
            touched: HashSet::new(),
            hours: HashMap::new(),
            held: 0,
            most,
            clock: 0,
        }
    }

    /// Begins a batch: from here on the lake's own files are those of this moment, whatever a compaction made of those before. Hours that
    /// others brought something of are read anew when they are touched.
    pub(crate) async fn begin(&mut self) -> Result<(), IngestError> {
        let present = self.lake.state(Table::Flows).await?.files;
        if self.lake.is_shared() {
            let others: Vec<DataFile> = self.new_among(&present);
            self.let_go(|hour| others.iter().any(|file| may_hold(file, hour)));
        }
        self.committed = present;
        self.own.clear();
        self.touched.clear();
        Ok(())
    }

    /// Takes note that the batch is committed with these files.
    pub(crate) fn committed(&mut self, files: &[DataFile]) {
        self.own.extend(files.iter().map(|file| file.path.clone()));
    }

    /// Whether others have committed, since the batch began, a record that may be one of the batch's.
    pub(crate) async fn meets_others(&mut self) -> Result<bool, IngestError> {
        let present = self.lake.state(Table::Flows).await?.files;
        for file in self.new_among(&present) {
            if !self.touched.iter().any(|hour| may_hold(&file, *hour)) {
                continue;
            }
            let flows = self.read(&file).await?;
            let names = name_hashes(&flows);
            for row in 0..flows.len() {
                let hour = flows.hour.get(row).unwrap_or_default();
                if !self.touched.contains(&hour) {
                    continue;
                }
                let known = self.hours.get(&hour).is_none_or(|known| known.identities.contains(&identity(&flows, row, &names)));
                if known {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The files that were not there when the batch began, and are not ours.
    fn new_among(&self, present: &[DataFile]) -> Vec<DataFile> {
        let before: HashSet<&str> = self.committed.iter().map(|file| file.path.as_str()).collect();
        present.iter().filter(|file| !before.contains(file.path.as_str()) && !self.own.contains(&file.path)).cloned().collect()
    }

    async fn read(&self, file: &DataFile) -> Result<FlowBatch, IngestError> {
        let mut flows = FlowBatch::default();
        for batch in self.lake.read(Table::Flows, file, &COLUMNS).await? {
            flows.append_arrow(&batch)?;
        }
        Ok(flows)
    }

    /// The rows of `flows` that are new, in order; they count as known from here on. The flows must have their hours. `written` are the
    /// files that this batch has written so far: an hour that was let go of is read back from them too.
    pub(crate) async fn keep_new(&mut self, flows: &FlowBatch, written: &[DataFile]) -> Result<Vec<u32>, IngestError> {
        self.clock += 1;
        let mut touched: Vec<Timestamp> = Vec::new();
        for row in 0..flows.len() {
            let hour = flows.hour.get(row).unwrap_or_default();
            if touched.last() != Some(&hour) && !touched.contains(&hour) {
                touched.push(hour);
            }
        }
        for hour in touched {
            self.prepare(hour, written).await?;
            self.touched.insert(hour);
        }
        let names = name_hashes(flows);
        let mut kept = Vec::with_capacity(flows.len());
        let mut current: Option<(Timestamp, &mut Hour)> = None;
        let mut new = 0;
        for row in 0..flows.len() {
            let hour = flows.hour.get(row).unwrap_or_default();
            if current.as_ref().is_none_or(|(known, _)| *known != hour) {
                current = self.hours.get_mut(&hour).map(|set| (hour, set));
            }
            let Some((_, set)) = &mut current else { continue };
            if set.identities.insert(identity(flows, row, &names)) {
                new += 1;
                kept.push(u32::try_from(row).unwrap_or(u32::MAX));
            }
        }
        self.held += new;
        self.let_go_of_the_oldest();
        Ok(kept)
    }

    /// Brings an hour's identities into memory.
    async fn prepare(&mut self, hour: Timestamp, written: &[DataFile]) -> Result<(), IngestError> {
        let clock = self.clock;
        if let Some(known) = self.hours.get_mut(&hour) {
            known.used = clock;
            return Ok(());
        }
        let date = hour.date();
        let mut set = Hour { used: clock, ..Hour::default() };
        let files = self.committed.iter().chain(written);
        for file in files.filter(|file| file.date == date && may_hold(file, hour)) {
            let flows = self.read(file).await?;
            let names = name_hashes(&flows);
            let rows = (0..flows.len()).filter(|row| flows.hour.get(*row) == Some(hour));
            set.identities.extend(rows.map(|row| identity(&flows, row, &names)));
        }
        self.held += set.identities.len();
        self.hours.insert(hour, set);
        Ok(())
    }

    fn let_go(&mut self, which: impl Fn(Timestamp) -> bool) {
        self.hours.retain(|hour, _| !which(*hour));
        self.held = self.hours.values().map(|hour| hour.identities.len()).sum();
    }

    fn let_go_of_the_oldest(&mut self) {
        while self.held > self.most {
            let oldest = self.hours.iter().filter(|(_, hour)| hour.used < self.clock).min_by_key(|(time, hour)| (hour.used, **time));
            let Some(hour) = oldest.map(|(hour, _)| *hour) else { return };
            if let Some(gone) = self.hours.remove(&hour) {
                self.held -= gone.identities.len();
            }
        }
    }
}

fn may_hold(file: &DataFile, hour: Timestamp) -> bool {
    match file.bounds.get("hour") {
        Some((Bound::Time(low), Bound::Time(high))) => *low <= hour && hour <= *high,
        _ => true,
    }
}

/// A hash of each string of a batch, so that a record's names cost nothing.
fn name_hashes(flows: &FlowBatch) -> Vec<u64> {
    flows.symbols.iter().map(|text| xxh3_64(text.as_bytes())).collect()
}

/// What a record says and which interface said it, as one number.
///
/// 64 bits over the records of one hour: with ten million records in an hour the chance of one false match is about 3 in a million.
fn identity(flows: &FlowBatch, row: usize, names: &[u64]) -> u64 {
    let name = |symbol: Option<Symbol>| symbol.map_or(0, |symbol| names[symbol.index()]);
    let who = flows.interface_id.get(row).or_else(|| flows.resource_id.get(row)).or_else(|| flows.account_id.get(row));
    let address = |address: Option<flow::Address>| address.map_or(0, |address| address.to_bits().wrapping_add(1));
    let number = |value: Option<u64>| value.map_or(u64::MAX, |value| value);
    let mut bytes = [0u8; 120];
    let mut at = 0;
    let mut put = |part: &[u8]| {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    };
    put(&address(flows.src_addr.get(row)).to_le_bytes());
    put(&address(flows.dst_addr.get(row)).to_le_bytes());
    put(&address(flows.iface_src_addr.get(row)).to_le_bytes());
    put(&address(flows.iface_dst_addr.get(row)).to_le_bytes());
    put(&flows.start_time.get(row).unwrap_or_default().micros().to_le_bytes());
    put(&flows.end_time.get(row).unwrap_or_default().micros().to_le_bytes());
    put(&number(flows.bytes.get(row)).to_le_bytes());
    put(&number(flows.packets.get(row)).to_le_bytes());
    put(&name(who).to_le_bytes());
    put(&flows.src_port.get(row).unwrap_or(0).to_le_bytes());
    put(&flows.dst_port.get(row).unwrap_or(0).to_le_bytes());
    put(&[
        flows.protocol.get(row).unwrap_or(0),
        flows.tcp_flags.get(row).unwrap_or(u8::MAX),
        flows.action.get(row).map_or(0, |action| action as u8 + 1),
        flows.flow_direction.get(row).map_or(0, |direction| direction as u8 + 1),
    ]);
    xxh3_64(&bytes)
}
