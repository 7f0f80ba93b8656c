//! Objects as the flow-log service delivers them: slots of time, one account each, compressed, with its key names.
//!
//! AWS writes an object for every account and five minutes. A company with little traffic would so have tens of thousands of tiny files, so
//! the slot grows to ten or thirty minutes when there are few records; keys keep their form, and say when the slot begins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use libdeflater::{CompressionLvl, Compressor};

use crate::dice::{Dice, index32, mix, real};
use crate::line::{Status, Writer};
use crate::record::Segment;
use crate::time::Span;
use crate::world::{REGION, World};
use crate::{Config, SimulateError};

/// Lengths of a slot in seconds, shortest first.
const SLOTS: [u64; 3] = [300, 600, 1800];
/// The slot grows until an object has about so many records.
const RECORDS_PER_OBJECT: u64 = 300;
/// Windows without traffic that are reported, per record.
const NO_DATA: f64 = 0.003;
/// One object in so many reports that records were lost.
const SKIPPED: u64 = 240;
/// One slot in so many comes in two objects.
const SECOND_OBJECT: u64 = 50;

/// Length of a slot for so many records.
pub(crate) fn slot_secs(config: &Config, span: Span) -> u64 {
    let accounts = 2;
    let fits = |slot: &u64| config.records / ((span.end - span.start) / slot * accounts).max(1) >= RECORDS_PER_OBJECT;
    // A window that may be reported empty ends within a slot, so a slot is as long as one at least.
    SLOTS.into_iter().filter(|slot| *slot >= config.window_secs).find(fits).unwrap_or(SLOTS[SLOTS.len() - 1])
}

/// What has been written.
#[derive(Default, Clone)]
pub(crate) struct Written {
    pub(crate) objects: u64,
    /// Lines without the headers, by account.
    pub(crate) records: [u64; 2],
    pub(crate) bytes: u64,
    pub(crate) text_bytes: u64,
}

/// Collects segments and writes the slots that are complete.
pub(crate) struct Delivery<'a> {
    world: &'a World,
    span: Span,
    slot: u64,
    out: PathBuf,
    writer: Writer,
    pending: BTreeMap<(u64, usize), Vec<Segment>>,
    compressor: Compressor,
    text: Vec<u8>,
    packed: Vec<u8>,
    folders: BTreeSet<PathBuf>,
    pub(crate) written: Written,
}

impl<'a> Delivery<'a> {
    /// Nothing is written yet.
    pub(crate) fn new(world: &'a World, config: &Config, span: Span) -> Self {
        Self {
            world,
            span,
            slot: slot_secs(config, span),
            out: config.out.clone(),
            writer: Writer::new(world, config.version),
            pending: BTreeMap::new(),
            // Level 6 is what gzip does when nobody says anything.
            compressor: Compressor::new(CompressionLvl::new(6).unwrap_or_default()),
            text: Vec::new(),
            packed: Vec::new(),
            folders: BTreeSet::new(),
            written: Written::default(),
        }
    }

    /// Takes a segment; one whose window ends after the last hour would be delivered later, and is left out.
    pub(crate) fn push(&mut self, segment: Segment) {
        let end = segment.end();
        if end < self.span.end {
            let account = self.world.interface(segment.interface).account;
            self.pending.entry((end - end % self.slot, account)).or_default().push(segment);
        }
    }

    /// Writes every slot that ends at or before `time`; no segment of theirs may come later.
    pub(crate) fn flush(&mut self, time: u64) -> Result<(), SimulateError> {
        while let Some((&(slot, account), _)) = self.pending.first_key_value() {
            if slot + self.slot > time {
                break;
            }
            if let Some(segments) = self.pending.remove(&(slot, account)) {
                self.slot_objects(slot, account, segments)?;
            }
        }
        Ok(())
    }

    fn slot_objects(&mut self, slot: u64, account: usize, mut segments: Vec<Segment>) -> Result<(), SimulateError> {
        // Within a window an interface's records come in no particular order.
        segments.sort_by_cached_key(|segment| {
            let ports = u64::from(segment.source_port) << 16 | u64::from(segment.destination_port);
            (segment.window, segment.interface, mix(&[ports, segment.bytes]))
        });
        let mut dice = Dice::new(&[self.world.seed, 0xde, slot, account as u64]);
        let quiet = self.quiet_windows(slot, account, &segments, &mut dice);
        let second = mix(&[self.world.seed, 0x2d, slot, account as u64]).is_multiple_of(SECOND_OBJECT).then(|| dice.between(0, 6));
        let late = |interface: u32| second.is_some_and(|share| u64::from(interface) % 7 == share);
        for part in 0..=u64::from(second.is_some()) {
            let mut records = 0;
            self.text.clear();
            self.text.extend_from_slice(self.writer.header());
            for segment in segments.iter().filter(|segment| late(segment.interface) == (part == 1)) {
                self.writer.line(segment, &mut self.text);
                records += 1;
            }
            for (interface, window, status) in quiet.iter().filter(|(interface, ..)| late(*interface) == (part == 1)) {
                self.writer.status(*interface, *window, *status, &mut self.text);
                records += 1;
            }
            if records > 0 {
                self.written.records[account] += records;
                self.object(slot, account, part)?;
            }
        }
        Ok(())
    }

    /// Some of the windows in which an interface had no traffic, and rarely one whose records were lost.
    fn quiet_windows(&self, slot: u64, account: usize, segments: &[Segment], dice: &mut Dice) -> Vec<(u32, u64, Status)> {
        let interfaces: Vec<u32> =
            (0..index32(self.world.interfaces.len())).filter(|index| self.world.interface(*index).account == account).collect();
        // Windows that end within the slot.
        let some_window = |interface: u32, dice: &mut Dice| {
            let window = self.world.window;
            let end = slot + dice.between(0, self.slot / window - 1) * window;
            end + (self.world.interface(interface).offset + window - 1) % window + 1 - window
        };
        let mut taken = BTreeSet::new();
        let mut all = Vec::new();
        let wanted = dice.count(real(segments.len() as u64) * NO_DATA);
        for _ in 0..wanted * 4 {
            if all.len() as u64 >= wanted {
                break;
            }
            let interface = dice.pick(&interfaces);
            let window = some_window(interface, dice);
            let busy = segments.binary_search_by_key(&(window, interface), |segment| (segment.window, segment.interface)).is_ok();
            if !busy && taken.insert((window, interface)) {
                all.push((interface, window, Status::NoData));
            }
        }
        // The day that matters has no holes of its own making.
        if slot < self.span.last_day() && dice.between(1, SKIPPED) == 1 {
            let interface = dice.pick(&interfaces);
            let window = some_window(interface, dice);
            if taken.insert((window, interface)) {
                all.push((interface, window, Status::SkipData));
            }
        }
        all
    }

    /// Compresses and writes the text that stands in the buffer.
    fn object(&mut self, slot: u64, account: usize, part: u64) -> Result<(), SimulateError> {
        let owner = &self.world.accounts[account];
        let hash = mix(&[self.world.seed, 0x0b, slot, account as u64, part]) & 0xffff_ffff;
        let path = self.out.join(key(owner.id, &owner.flow_log, slot, hash));
        let bound = self.compressor.gzip_compress_bound(self.text.len());
        self.packed.resize(bound, 0);
        // The header carries neither a name nor a time.
        let packed = self.compressor.gzip_compress(&self.text, &mut self.packed);
        let size = packed.map_err(|source| SimulateError::Compress { path: path.clone(), source })?;
        if let Some(folder) = path.parent()
            && !self.folders.contains(folder)
        {
            create_folder(folder)?;
            self.folders.insert(folder.to_path_buf());
        }
        write(&path, &self.packed[..size])?;
        self.written.objects += 1;
        self.written.bytes += size as u64;
        self.written.text_bytes += self.text.len() as u64;
        Ok(())
    }
}

/// The key of an object under the output folder.
fn key(account: &str, flow_log: &str, slot: u64, hash: u64) -> PathBuf {
    let time = instant(slot);
    let day = time.format("%Y/%m/%d");
    let stamp = time.format("%Y%m%dT%H%MZ");
    PathBuf::from(format!(
        "AWSLogs/{account}/vpcflowlogs/{REGION}/{day}/{account}_vpcflowlogs_{REGION}_{flow_log}_{stamp}_{hash:08x}.log.gz"
    ))
}

/// An instant from epoch seconds.
pub(crate) fn instant(secs: u64) -> DateTime<Utc> {
    i64::try_from(secs).ok().and_then(|secs| DateTime::from_timestamp(secs, 0)).unwrap_or_default()
}

/// Creates a folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<(), SimulateError> {
    fs::create_dir_all(path).map_err(|source| SimulateError::CreateFolder { path: path.to_path_buf(), source })
}

/// Writes a file whole.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), SimulateError> {
    fs::write(path, content).map_err(|source| SimulateError::Write { path: path.to_path_buf(), source })
}
