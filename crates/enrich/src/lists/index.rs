//! All lists at once: single addresses in a hash map, networks as disjoint spans to be searched in two halves.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ahash::AHashMap;
use flow::{Address, Timestamp};
use ipnet::IpNet;
use serde::Serialize;

use super::{List, ListKind};

/// That a list holds an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListMatch {
    /// The list's name.
    #[serde(serialize_with = "as_text")]
    pub list: Arc<str>,
    /// What being on it means.
    pub kind: ListKind,
    /// The network of the list that holds the address.
    pub network: IpNet,
    /// When the list was added.
    pub added: Timestamp,
    /// From when on the list counts.
    pub valid_from: Option<Timestamp>,
    /// For Tor relays: whether a client may use it as its first.
    pub possible_guard: bool,
}

fn as_text<S: serde::Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl ListMatch {
    /// Whether this is a hit when asked for `kind`.
    pub fn counts_as(&self, kind: ListKind) -> bool {
        self.kind == kind || (kind == ListKind::TorGuard && self.kind == ListKind::TorRelay && self.possible_guard)
    }

    fn new(list: &List, name: &Arc<str>, network: IpNet) -> Self {
        let guards = list.guards.as_ref();
        Self {
            list: Arc::clone(name),
            kind: list.kind,
            network,
            added: list.added,
            valid_from: list.valid_from,
            possible_guard: list.kind == ListKind::TorGuard
                || (list.kind == ListKind::TorRelay && guards.is_none_or(|guards| guards.binary_search(&network).is_ok())),
        }
    }
}

/// A run of `matches`.
type Run = Range<u32>;

#[derive(Debug, Default)]
pub(super) struct Index {
    matches: Vec<ListMatch>,
    single: AHashMap<Address, Run>,
    /// First bits of each span, ascending; a span ends where the next begins.
    starts: Vec<u128>,
    /// What holds the span; empty for the gaps.
    spans: Vec<Run>,
    /// How many spans begin before each IPv4 /16, and before the end of the last: where to look for an IPv4 address.
    buckets: Vec<u32>,
}

/// Networks of this length are looked up without searching.
const BUCKET_BITS: u32 = 16;

/// The bits of an address of the network in the mapped form in which all addresses are compared, and how many of them are fixed.
fn bits_of(network: &IpNet) -> (u128, u32) {
    let length = u32::from(network.prefix_len());
    let bits = Address::from(network.network()).to_bits();
    match network {
        IpNet::V4(_) => (bits, length + 96),
        IpNet::V6(_) => (bits, length),
    }
}

impl Index {
    pub(super) fn build<'a>(lists: impl Iterator<Item = &'a List>) -> Self {
        let mut index = Self::default();
        let mut single: Vec<(Address, ListMatch)> = Vec::new();
        let mut networks: Vec<(u128, u32, ListMatch)> = Vec::new();
        for list in lists {
            let name: Arc<str> = list.name.as_str().into();
            for &network in &list.entries {
                let found = ListMatch::new(list, &name, network);
                match bits_of(&network) {
                    (bits, 128) => single.push((Address::from_bits(bits), found)),
                    (bits, length) => networks.push((bits, length, found)),
                }
            }
        }
        // Stable: lists come in the order of their names.
        single.sort_by_key(|(address, _)| *address);
        let mut rest = single.into_iter().peekable();
        while let Some((address, found)) = rest.next() {
            let start = index.matches.len();
            index.matches.push(found);
            while let Some((_, found)) = rest.next_if(|(next, _)| *next == address) {
                index.matches.push(found);
            }
            let run = index.run(start);
            index.single.insert(address, run);
        }
        index.sweep(networks);
        index
    }

    /// Cuts overlapping networks into disjoint spans.
    fn sweep(&mut self, mut networks: Vec<(u128, u32, ListMatch)>) {
        // Outer networks before the inner ones that begin at the same address.
        networks.sort_by_key(|(bits, length, _)| (*bits, *length));
        // Networks that hold the present position, outermost first, with their last addresses.
        let mut open: Vec<(u128, ListMatch)> = Vec::new();
        for (bits, length, found) in networks {
            self.close(&mut open, Some(bits));
            let last = bits | (u128::MAX.checked_shr(length).unwrap_or(0));
            open.push((last, found));
            self.begin(bits, &open);
        }
        self.close(&mut open, None);
        let before = |bucket: u64| {
            let first = Address::from_v4_bits(0).to_bits() + u128::from(bucket << (32 - BUCKET_BITS));
            u32::try_from(self.starts.partition_point(|&start| start < first)).unwrap_or(u32::MAX)
        };
        self.buckets = (0..=1 << BUCKET_BITS).map(before).collect();
    }

    /// How many spans begin at or before the address.
    fn spans_before(&self, address: Address) -> usize {
        let bits = address.to_bits();
        if let Some(v4) = address.to_v4_bits()
            && let bucket = (v4 >> (32 - BUCKET_BITS)) as usize
            && let Some(&[from, to]) = self.buckets.get(bucket..bucket + 2)
        {
            let within = &self.starts[from as usize..to as usize];
            return from as usize + within.partition_point(|&start| start <= bits);
        }
        self.starts.partition_point(|&start| start <= bits)
    }

    /// Ends the networks that end before `next`, innermost first.
    fn close(&mut self, open: &mut Vec<(u128, ListMatch)>, next: Option<u128>) {
        while let Some(&(last, _)) = open.last()
            && next.is_none_or(|next| last < next)
        {
            open.pop();
            // Outer ones may end at the same address.
            while open.last().is_some_and(|&(outer, _)| outer == last) {
                open.pop();
            }
            if last < u128::MAX && next != Some(last + 1) {
                self.begin(last + 1, open);
            }
        }
    }

    fn begin(&mut self, bits: u128, open: &[(u128, ListMatch)]) {
        // Of the networks of one list the innermost counts.
        let mut innermost: BTreeMap<&str, &ListMatch> = BTreeMap::new();
        for (_, found) in open {
            innermost.insert(&found.list, found);
        }
        let start = self.matches.len();
        let found: Vec<ListMatch> = innermost.into_values().cloned().collect();
        self.matches.extend(found);
        let run = self.run(start);
        if self.starts.last() == Some(&bits) {
            self.spans.pop();
        } else {
            self.starts.push(bits);
        }
        self.spans.push(run);
    }

    fn run(&self, start: usize) -> Run {
        let bound = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        bound(start)..bound(self.matches.len())
    }

    fn slice(&self, run: Option<&Run>) -> &[ListMatch] {
        run.and_then(|run| self.matches.get(run.start as usize..run.end as usize)).unwrap_or_default()
    }

    pub(super) fn matches(&self, address: Address) -> impl Iterator<Item = &ListMatch> {
        let single = self.slice(self.single.get(&address));
        let after = self.spans_before(address);
        let around = self.slice(after.checked_sub(1).and_then(|span| self.spans.get(span)));
        single.iter().chain(around.iter().filter(|found| !single.iter().any(|nearer| Arc::ptr_eq(&nearer.list, &found.list))))
    }
}
