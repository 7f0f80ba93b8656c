//! From packets and connections to what each interface reports of each window.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;
use xxhash_rust::xxh3::xxh3_64;

use crate::connection::{Connection, Side, spread};
use crate::host::unlogged;
use crate::summary::{Place, Tally};
use crate::{ConvertError, Options};

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tuple {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) protocol: u8,
    /// 0 for protocols without ports.
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
}

impl Tuple {
    /// The way back.
    pub(crate) const fn reversed(self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            protocol: self.protocol,
            source_port: self.destination_port,
            destination_port: self.source_port,
        }
    }
}

/// What was read at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Observation {
    /// One packet: instant in microseconds, bytes of the IP packet, flags as flow logs report them.
    Packet { tuple: Tuple, instant: i64, bytes: u64, flags: u8 },
    /// A whole connection.
    Connection(Connection),
}

impl Observation {
    /// When it began, microseconds since 1970.
    pub(crate) const fn start(&self) -> i64 {
        match self {
            Self::Packet { instant, .. } => *instant,
            Self::Connection(connection) => connection.start,
        }
    }
}

/// What identifies a record, in the order in which records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// Start of the window, seconds since 1970.
    pub(crate) window: i64,
    /// Whether the interface is that of the source.
    pub(crate) egress: bool,
    pub(crate) tuple: Tuple,
}

impl Key {
    /// Address of the interface that reports.
    pub(crate) const fn interface(&self) -> IpAddr {
        if self.egress { self.tuple.source } else { self.tuple.destination }
    }
}

/// What a record sums up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) flags: u8,
}

/// Longest connection that is believed: what is longer comes from a broken clock.
const LONGEST: i64 = 62 * 86_400 * crate::number::SECOND;
/// Last instant that is believed: the year 2100.
const LATEST: i64 = 4_102_444_800 * crate::number::SECOND;

/// Sums by interface, direction, 5-tuple and window.
pub(crate) struct Aggregate<'a> {
    options: &'a Options,
    path: &'a Path,
    /// Added to every instant, microseconds.
    shift: i64,
    cells: HashMap<Key, Cell>,
    senders: HashSet<IpAddr>,
    offsets: HashMap<IpAddr, i64>,
}

impl<'a> Aggregate<'a> {
    pub(crate) fn new(options: &'a Options, path: &'a Path, shift: i64) -> Self {
        Self { options, path, shift, cells: HashMap::new(), senders: HashSet::new(), offsets: HashMap::new() }
    }

    /// Takes what was read, or counts why not.
    pub(crate) fn push(&mut self, place: Place, observation: &Observation, tally: &mut Tally) -> Result<(), ConvertError> {
        let (tuple, duration) = match observation {
            Observation::Packet { tuple, .. } => (*tuple, 0),
            Observation::Connection(connection) => (connection.tuple, connection.duration),
        };
        if let Some((reason, detail)) = self.refused(&tuple, observation.start() + self.shift, duration) {
            tally.skip(place, reason, detail);
            return Ok(());
        }
        match observation {
            Observation::Packet { tuple, instant, bytes, flags } => {
                let side = Side { packets: 1, bytes: *bytes, ends: crate::flags::Ends::new(*flags, 0) };
                self.side(*tuple, *instant, 0, &side);
            }
            Observation::Connection(connection) => {
                self.side(connection.tuple, connection.start, connection.duration, &connection.forward);
                self.side(connection.tuple.reversed(), connection.start, connection.duration, &connection.reverse);
            }
        }
        if self.cells.len() > self.options.max_records {
            return Err(ConvertError::TooManyRecords { path: self.path.to_path_buf(), most: self.options.max_records });
        }
        Ok(())
    }

    fn refused(&self, tuple: &Tuple, start: i64, duration: i64) -> Option<(&'static str, String)> {
        for address in [tuple.source, tuple.destination] {
            if let Some(reason) = unlogged(address) {
                return Some((reason, address.to_string()));
            }
        }
        if !self.inside(tuple.source) && !self.inside(tuple.destination) {
            return Some(("neither end is inside", format!("{} to {}", tuple.source, tuple.destination)));
        }
        if tuple.source == tuple.destination {
            return Some(("a host with itself", tuple.source.to_string()));
        }
        // The window must not begin before 1970 either.
        let earliest = i64::from(self.options.window_secs) * crate::number::SECOND;
        if !(earliest..LATEST).contains(&start) || !(0..=LONGEST).contains(&duration) {
            return Some(("time out of range", format!("starts {} s after 1970 and lasts {} s", start / 1_000_000, duration / 1_000_000)));
        }
        None
    }

    fn inside(&self, address: IpAddr) -> bool {
        self.options.local.iter().any(|net| net.contains(&address))
    }

    fn side(&mut self, tuple: Tuple, start: i64, duration: i64, side: &Side) {
        if side.packets == 0 {
            return;
        }
        let window_secs = i64::from(self.options.window_secs);
        let start = start + self.shift;
        for egress in [true, false] {
            let interface = if egress { tuple.source } else { tuple.destination };
            if !self.inside(interface) {
                continue;
            }
            if egress {
                self.senders.insert(interface);
            }
            let offset = *self.offsets.entry(interface).or_insert_with(|| offset(interface, window_secs));
            let cells = &mut self.cells;
            spread(start, duration, side, offset, window_secs, &mut |share| {
                let cell = cells.entry(Key { window: share.window, egress, tuple }).or_default();
                cell.packets = cell.packets.saturating_add(share.packets);
                cell.bytes = cell.bytes.saturating_add(share.bytes);
                cell.flags |= share.flags;
            });
        }
    }

    /// The records of hosts, in order, and the hosts.
    pub(crate) fn finish(self) -> (Vec<(Key, Cell)>, Vec<IpAddr>) {
        let named = |address: &IpAddr| self.options.local.iter().any(|net| *net == IpNet::from(*address));
        let host = |address: &IpAddr| self.senders.contains(address) || named(address);
        let mut hosts: Vec<IpAddr> = self.offsets.keys().copied().filter(host).collect();
        hosts.sort_unstable();
        let mut records: Vec<(Key, Cell)> =
            self.cells.into_iter().filter(|(key, _)| hosts.binary_search(&key.interface()).is_ok()).collect();
        records.sort_unstable_by_key(|(key, _)| *key);
        (records, hosts)
    }
}

/// When the windows of an interface begin, seconds after full multiples of their length.
fn offset(interface: IpAddr, window_secs: i64) -> i64 {
    let hash = i64::try_from(xxh3_64(interface.to_string().as_bytes()) >> 1).unwrap_or(0);
    hash % window_secs
}

/// Which window of an interface an instant (seconds) is in.
#[cfg(test)]
pub(crate) fn window(interface: IpAddr, secs: i64, window_secs: i64) -> i64 {
    crate::connection::window_of(secs * crate::number::SECOND, offset(interface, window_secs), window_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(source: &str, destination: &str) -> Tuple {
        Tuple {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
            protocol: 6,
            source_port: 40_000,
            destination_port: 443,
        }
    }

    fn packet(tuple: Tuple, secs: i64, flags: u8) -> Observation {
        Observation::Packet { tuple, instant: secs * 1_000_000, bytes: 60, flags }
    }

    fn aggregate(options: &Options, observations: &[Observation]) -> (Vec<(Key, Cell)>, Vec<IpAddr>, Tally) {
        let mut tally = Tally::default();
        let mut aggregate = Aggregate::new(options, Path::new("x"), 0);
        for observation in observations {
            aggregate.push(Place::Packet(1), observation, &mut tally).unwrap();
        }
        let (records, hosts) = aggregate.finish();
        (records, hosts, tally)
    }

    #[test]
    fn both_inside_is_reported_at_both_ends_and_flags_are_joined() {
        let there = tuple("10.0.0.1", "10.0.0.2");
        let seen = [packet(there, 1_000_000_000, 2), packet(there.reversed(), 1_000_000_000, 18), packet(there, 1_000_000_000, 1)];
        let (records, hosts, _) = aggregate(&Options::default(), &seen);
        assert_eq!((records.len(), hosts.len()), (4, 2));
        let forward: Vec<&(Key, Cell)> = records.iter().filter(|(key, _)| key.tuple == there).collect();
        assert!(forward.iter().all(|(_, cell)| *cell == Cell { packets: 2, bytes: 120, flags: 3 }), "{forward:?}");
        for (key, _) in &records {
            assert_eq!(key.window, window(key.interface(), 1_000_000_000, 60));
            assert!((1_000_000_000 - 59..=1_000_000_000).contains(&key.window));
        }
    }

    #[test]
    fn empty_addresses_are_no_machines_unless_they_are_named() {
        let there = tuple("10.0.0.1", "10.0.0.2");
        let (records, hosts, _) = aggregate(&Options::default(), &[packet(there, 1_000, 2)]);
        assert_eq!((records.len(), hosts), (1, vec![there.source]));
        let named = Options { local: vec!["10.0.0.2/32".parse().unwrap()], ..Options::default() };
        let (records, hosts, _) = aggregate(&named, &[packet(there, 1_000, 2)]);
        assert_eq!((records.len(), records[0].0.egress, hosts), (1, false, vec![there.destination]));
    }

    #[test]
    fn what_flow_logs_do_not_have_is_counted_by_reason() {
        let all = [("8.8.8.8", "1.1.1.1"), ("10.0.0.1", "224.0.0.1"), ("10.0.0.1", "10.0.0.1")];
        let mut observations: Vec<Observation> = all.iter().map(|(from, to)| packet(tuple(from, to), 1_000, 2)).collect();
        observations.push(packet(tuple("10.0.0.1", "8.8.8.8"), -5, 2));
        let (records, _, tally) = aggregate(&Options::default(), &observations);
        assert!(records.is_empty());
        let reasons: Vec<&str> = tally.skipped.keys().copied().collect();
        assert_eq!(reasons, ["a host with itself", "multicast or broadcast", "neither end is inside", "time out of range"]);
    }

    #[test]
    fn memory_is_bounded() {
        let options = Options { max_records: 2, ..Options::default() };
        let mut aggregate = Aggregate::new(&options, Path::new("x"), 0);
        let mut tally = Tally::default();
        let mut push = |secs| aggregate.push(Place::Packet(1), &packet(tuple("10.0.0.1", "8.8.8.8"), secs, 2), &mut tally);
        assert!(push(1_000).is_ok() && push(2_000).is_ok());
        assert!(matches!(push(3_000), Err(ConvertError::TooManyRecords { most: 2, .. })));
    }
}
