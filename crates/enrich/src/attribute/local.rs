//! Which side of a record is the interface that saw it.

use ahash::AHashMap;
use flow::{Address, Direction, FlowBatch, Symbol};

use crate::inventory::Interface;

/// The interface's own side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The interface sent the packets.
    Source,
    /// The interface received them.
    Destination,
    /// It cannot be told.
    Unknown,
}

impl Side {
    /// The side for which something holds, when it holds for exactly one.
    const fn only(source: bool, destination: bool) -> Self {
        match (source, destination) {
            (true, false) => Self::Source,
            (false, true) => Self::Destination,
            _ => Self::Unknown,
        }
    }

    /// Which way the bytes of a record go whose interface is on this side.
    pub(super) const fn direction(self) -> Direction {
        match self {
            Self::Source => Direction::Outbound,
            Self::Destination => Direction::Inbound,
            Self::Unknown => Direction::Unknown,
        }
    }
}

/// The side whose address the interface holds: the address of the packets, or the one that the interface shows for it.
#[inline]
pub(super) fn by_inventory(batch: &FlowBatch, row: usize, interface: Option<&Interface>, primary: Option<Address>) -> Side {
    let Some(interface) = interface else { return Side::Unknown };
    if primary.is_some() && batch.iface_src_addr.is_absent() && batch.iface_dst_addr.is_absent() {
        // The common case: sources without packet-level addresses show the primary one.
        let side = Side::only(batch.src_addr.get(row) == primary, batch.dst_addr.get(row) == primary);
        if side != Side::Unknown {
            return side;
        }
    }
    let holds = |address: Option<Address>| address.is_some_and(|address| interface.holds(address));
    // What the interface shows is its own even where packets pass through it, as in a NAT gateway: it comes first.
    let shown = Side::only(holds(batch.iface_src_addr.get(row)), holds(batch.iface_dst_addr.get(row)));
    if shown != Side::Unknown {
        return shown;
    }
    Side::only(holds(batch.src_addr.get(row)), holds(batch.dst_addr.get(row)))
}

/// Share of an interface's records in which its own address must stand.
///
/// Flow logs show the primary address of an interface in all of its records, so its own address stands in all of them but for
/// secondary addresses that only packet-level fields show.
const NEARLY_ALL: f64 = 0.9;

/// Candidates kept while counting. Among the at most four addresses of a record, one that stands in nine of ten records makes up more
/// than a fifth of all: the summary of Misra and Gries (1982) with four counters is certain to keep it, in whatever order they come.
const CANDIDATES: usize = 4;

#[derive(Debug, Default)]
struct Tally {
    candidates: Vec<(Address, u32)>,
    records: u32,
    own: Option<Address>,
}

/// No tally.
const NONE: u32 = u32::MAX;

/// An object, and an interface in it.
type Key = (Option<Symbol>, Option<Symbol>);

/// Finds the tallies of an object's interface, one for each address family.
#[derive(Debug, Default)]
struct Tallies {
    index: AHashMap<Key, [u32; 2]>,
    /// The object in which each interface was last looked for, and what was found: records of an object come together.
    recent: Vec<(Key, [u32; 2])>,
}

impl Tallies {
    /// The place of a record's tally, `NONE` when there is none.
    fn of(&mut self, batch: &FlowBatch, row: usize) -> u32 {
        let Some(family) = family(batch, row) else { return NONE };
        let key = (batch.source_object.get(row), batch.interface_id.get(row));
        let slot = key.1.map_or(0, |interface| interface.index() + 1);
        if self.recent.len() <= slot {
            self.recent.resize(slot + 1, ((None, None), [NONE; 2]));
        }
        if self.recent[slot].0 != key {
            self.recent[slot] = (key, self.index.get(&key).copied().unwrap_or([NONE; 2]));
        }
        self.recent[slot].1[family]
    }
}

/// 0 for IPv6, 1 for IPv4; `None` without addresses.
fn family(batch: &FlowBatch, row: usize) -> Option<usize> {
    Some(usize::from(batch.src_addr.get(row).or_else(|| batch.dst_addr.get(row))?.is_ipv4()))
}

/// The interfaces' own addresses as the objects tell them.
#[derive(Debug)]
pub(super) struct Learned {
    first: usize,
    /// The tally of each record from `first` on.
    places: Vec<u32>,
    tallies: Vec<Tally>,
}

/// The addresses in a record, each once.
fn addresses(batch: &FlowBatch, row: usize) -> impl Iterator<Item = Address> {
    let all = [batch.src_addr.get(row), batch.dst_addr.get(row), batch.iface_src_addr.get(row), batch.iface_dst_addr.get(row)];
    (0..all.len()).filter_map(move |index| all[index].filter(|_| !all[..index].contains(&all[index])))
}

/// Learns the own address of every interface that has a record in `open`, from all its records of the same object.
pub(super) fn learn(batch: &FlowBatch, first: usize, open: &[usize]) -> Learned {
    let mut finder = Tallies::default();
    let mut tallies: Vec<Tally> = Vec::new();
    for &row in open {
        let Some(family) = family(batch, row) else { continue };
        let places = finder.index.entry((batch.source_object.get(row), batch.interface_id.get(row))).or_insert([NONE; 2]);
        if places[family] == NONE {
            // There are never more tallies than records.
            places[family] = u32::try_from(tallies.len()).unwrap_or(NONE);
            tallies.push(Tally::default());
        }
    }
    let mut places = Vec::with_capacity(batch.len() - first);
    for row in first..batch.len() {
        let place = finder.of(batch, row);
        places.push(place);
        if let Some(tally) = tallies.get_mut(place as usize) {
            tally.records += 1;
            addresses(batch, row).for_each(|address| tally.note(address));
        }
    }
    // The summary names candidates; how often they really stand takes a second look.
    for tally in &mut tallies {
        tally.candidates.iter_mut().for_each(|(_, count)| *count = 0);
    }
    for (offset, &place) in places.iter().enumerate() {
        let Some(tally) = tallies.get_mut(place as usize) else { continue };
        for address in addresses(batch, first + offset) {
            if let Some((_, count)) = tally.candidates.iter_mut().find(|(known, _)| *known == address) {
                *count += 1;
            }
        }
    }
    tallies.iter_mut().for_each(Tally::settle);
    Learned { first, places, tallies }
}

impl Tally {
    fn note(&mut self, address: Address) {
        if let Some((_, count)) = self.candidates.iter_mut().find(|(known, _)| *known == address) {
            *count += 1;
        } else if self.candidates.len() < CANDIDATES {
            self.candidates.push((address, 1));
        } else {
            self.candidates.iter_mut().for_each(|(_, count)| *count -= 1);
            self.candidates.retain(|&(_, count)| count > 0);
        }
    }

    /// The one address that stands in more records than any other, and in nearly all. Of several that stand in all, such as when an
    /// interface spoke with one other only, the one that is private: what an interface shows for itself is its private address.
    fn settle(&mut self) {
        let most = self.candidates.iter().map(|&(_, count)| count).max().unwrap_or(0);
        if f64::from(most) < NEARLY_ALL * f64::from(self.records) {
            return;
        }
        let equals = || self.candidates.iter().filter(|&&(_, count)| count == most).map(|&(address, _)| address);
        self.own = only(equals()).or_else(|| only(equals().filter(|address| !address.is_public())));
    }
}

/// The item, when there is exactly one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    if items.next().is_none() { first } else { None }
}

impl Learned {
    /// The side of a record: by the learned address, else the one private side.
    pub(super) fn side(&self, batch: &FlowBatch, row: usize) -> Side {
        let own = self.tallies.get(self.places[row - self.first] as usize).and_then(|tally| tally.own);
        let (source, destination) = (batch.src_addr.get(row), batch.dst_addr.get(row));
        if own.is_some() {
            let shown = Side::only(batch.iface_src_addr.get(row) == own, batch.iface_dst_addr.get(row) == own);
            let side = if shown == Side::Unknown { Side::only(source == own, destination == own) } else { shown };
            if side != Side::Unknown {
                return side;
            }
        }
        let private = |address: Option<Address>| address.is_some_and(|address| !address.is_public());
        match (source, destination) {
            (Some(_), Some(_)) => Side::only(private(source), private(destination)),
            _ => Side::Unknown,
        }
    }
}
