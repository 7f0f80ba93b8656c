//! The entry: one input in, flow logs and an inventory out.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::aggregate::{Aggregate, Observation};
use crate::delivery::deliver;
use crate::host::Host;
use crate::input::{kind as told, open};
use crate::number::SECOND;
use crate::summary::{Place, Tally};
use crate::{ConvertError, Kind, Options, Summary, argus, inventory, pcap, zeek};

/// Converts a packet capture, a Zeek `conn.log` or an Argus CSV, packed with gzip or not, into flow logs and an inventory under `out`.
/// Without a `kind` it is told by content.
///
/// # Errors
/// When the input cannot be read or is none of these, when nothing of it can be used, when an option is out of range, when `out` already
/// holds flow logs or cannot be written, and when there would be more records than [`Options::max_records`]. Lines and packets that
/// cannot be used are no error: [`Summary::skipped`] counts them by reason.
pub fn convert(input: &Path, kind: Option<Kind>, options: &Options, out: &Path) -> Result<Summary, ConvertError> {
    options.check()?;
    let logs = out.join("AWSLogs");
    if logs.exists() {
        return Err(ConvertError::NotEmpty { path: logs });
    }
    let kind = kind.map_or_else(|| told(input), Ok)?;
    let shift = match options.begin {
        Some(begin) => begin.timestamp_micros() - earliest(input, kind)?,
        None => 0,
    };
    // Whole seconds, so that instants keep their fractions.
    let shift = shift.div_euclid(SECOND) * SECOND;
    let mut tally = Tally::default();
    let mut aggregate = Aggregate::new(options, input, shift);
    read(input, kind, &mut tally, &mut |place, observation, tally| aggregate.push(place, observation, tally))?;
    let (records, addresses) = aggregate.finish();
    let (Some((first, _)), Some((last, _))) = (records.first(), records.last()) else {
        return Err(ConvertError::NothingUsed { path: input.to_path_buf(), reason: tally.reason() });
    };
    let instant = |secs: i64| DateTime::<Utc>::from_timestamp(secs, 0).unwrap_or_default();
    let (first, last) = (instant(first.window), instant(last.window + i64::from(options.window_secs)));
    let hosts: Vec<Host> = addresses.into_iter().map(|address| Host::new(address, options)).collect();
    let objects = deliver(&records, &hosts, options, out)?;
    let inventory = inventory::write_all(&hosts, first, options, out)?;
    Ok(Summary {
        kind,
        packets: tally.packets,
        connections: tally.connections,
        records: records.len() as u64,
        objects,
        skipped: tally.skipped,
        first,
        last,
        moved_secs: shift / SECOND,
        hosts,
        logs,
        inventory,
    })
}

fn read(
    path: &Path,
    kind: Kind,
    tally: &mut Tally,
    sink: &mut dyn FnMut(Place, &Observation, &mut Tally) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    let input = open(path)?;
    match kind {
        Kind::Pcap => pcap::read(path, input, tally, sink),
        Kind::Zeek => zeek::read(path, input, tally, sink),
        Kind::Argus => argus::read(path, input, tally, sink),
    }
}

/// When the first packet or connection is, microseconds since 1970.
fn earliest(path: &Path, kind: Kind) -> Result<i64, ConvertError> {
    let mut tally = Tally::default();
    let mut first = None;
    read(path, kind, &mut tally, &mut |_, observation, _| {
        first = Some(first.map_or(observation.start(), |first: i64| first.min(observation.start())));
        Ok(())
    })?;
    first.ok_or_else(|| ConvertError::NothingUsed { path: path.to_path_buf(), reason: tally.reason() })
}
