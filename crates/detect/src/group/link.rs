//! What two findings have in common, and how much that says.

use std::collections::{BTreeMap, BTreeSet};

use flow::{Address, DAY_SECS, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::signal::{Signal, Span, nearest, spans};
use super::{GroupThresholds, clock};

/// What more machines than this share is not looked at: it could add 0.1 at the most, and there would be a great many pairs.
const HUB: usize = 256;
/// A key becomes known as a hub from what is seen after it as well: the first two victims of a scanner look like a pair.
const HINDSIGHT_SECS: i64 = DAY_SECS;
/// Autonomous systems of the cloud itself. What is in them has nothing else in common.
const CLOUD_ASNS: [u32; 4] = [14_618, 16_509, 7_224, 8_987];

/// What kind of thing is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SharedKind {
    /// The same machine.
    Entity,
    /// The same address, remote to both, or of the machine that the other is about.
    Address,
    /// The same network of remote addresses, /24 or /64.
    Network,
    /// The same autonomous system and service.
    Service,
    /// The same instance profile.
    Principal,
    /// The same scaling group.
    ScalingGroup,
}

/// One thing that two findings share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Shared {
    /// Its kind.
    pub kind: SharedKind,
    /// Which.
    pub value: String,
}

impl Shared {
    fn new(kind: SharedKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into() }
    }

    /// In words, after "because of".
    pub(super) fn words(&self) -> String {
        let value = &self.value;
        match self.kind {
            SharedKind::Entity => format!("the same machine, {value}"),
            SharedKind::Address => format!("the same address, {value}"),
            SharedKind::Network => format!("the same remote network, {value}"),
            SharedKind::Service => format!("the same provider and service, {value}"),
            SharedKind::Principal => format!("the same instance profile, {value}"),
            SharedKind::ScalingGroup => format!("the same scaling group, {value}"),
        }
    }
}

/// A link between two findings of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupLink {
    /// Id of the earlier finding.
    pub from: String,
    /// Id of the later finding.
    pub to: String,
    /// How strong, from the threshold up.
    pub weight: f64,
    /// Time between them, seconds.
    pub gap_secs: i64,
    /// What they share, what says most first.
    pub shared: Vec<Shared>,
}

/// How one finding holds a key.
pub(super) struct Hold {
    base: f64,
    /// The finding's own machine or its address, not a remote one.
    own: bool,
    spans: Vec<Span>,
}

/// The keys of a finding.
pub(super) fn holds(signal: &Signal) -> BTreeMap<Shared, Hold> {
    let mut holds = BTreeMap::new();
    let own = |base| Hold { base, own: true, spans: signal.spans.clone() };
    holds.insert(Shared::new(SharedKind::Entity, &signal.entity), own(1.0));
    // Private addresses mean the same machine only inside one account's networks; findings of others that name them are few.
    for address in &signal.addresses {
        holds.insert(Shared::new(SharedKind::Address, address), own(0.8));
    }
    if let Some(principal) = &signal.principal {
        holds.insert(Shared::new(SharedKind::Principal, principal), own(0.4));
    }
    if let Some(group) = &signal.scaling_group {
        holds.insert(Shared::new(SharedKind::ScalingGroup, group), own(0.4));
    }
    for remote in signal.remotes.iter().filter(|remote| signal.tells(remote)) {
        let mut hold = |kind, value: String, base| {
            let hold = holds.entry(Shared::new(kind, value)).or_insert_with(|| Hold { base, own: false, spans: Vec::new() });
            if !hold.own {
                hold.spans.extend(&remote.spans);
            }
        };
        hold(SharedKind::Address, remote.remote_addr.clone(), 0.8);
        let Some(address) = Address::parse(remote.remote_addr.as_bytes()).filter(|address| address.is_public()) else { continue };
        if remote.asn.is_some_and(|asn| CLOUD_ASNS.contains(&asn)) {
            continue;
        }
        let net = address.neighbourhood();
        hold(SharedKind::Network, format!("{net}/{}", if net.is_ipv4() { 24 } else { 64 }), 0.5);
        if let (Some(asn), Some(port)) = (remote.asn, remote.service_port) {
            let protocol = crate::wording::protocol_text(remote.protocol);
            hold(SharedKind::Service, format!("AS{asn} {protocol} {port}"), 0.3);
        }
    }
    for hold in holds.values_mut() {
        hold.spans = spans(std::mem::take(&mut hold.spans));
    }
    holds
}

/// Who has what: the findings of each key.
#[derive(Default)]
pub(super) struct Index {
    holders: BTreeMap<Shared, BTreeSet<String>>,
}

impl Index {
    pub(super) fn add(&mut self, id: &str, keys: impl Iterator<Item = Shared>) {
        for key in keys {
            self.holders.entry(key).or_default().insert(id.to_owned());
        }
    }

    pub(super) fn remove<'a>(&mut self, id: &str, keys: impl Iterator<Item = &'a Shared>) {
        for key in keys {
            if let Some(holders) = self.holders.get_mut(key) {
                holders.remove(id);
                if holders.is_empty() {
                    self.holders.remove(key);
                }
            }
        }
    }

    pub(super) fn of(&self, key: &Shared) -> impl Iterator<Item = &str> {
        self.holders.get(key).into_iter().flatten().map(String::as_str)
    }
}

/// A finding with its keys.
pub(super) struct Node {
    pub(super) signal: Signal,
    pub(super) holds: BTreeMap<Shared, Hold>,
}

impl Node {
    pub(super) fn new(signal: Signal) -> Self {
        let holds = holds(&signal);
        Self { signal, holds }
    }

    /// What stands at the other end of a key: for a machine, what is done there; for anything else, the machine.
    fn counterpart(&self, key: &Shared) -> Option<&str> {
        match key.kind {
            SharedKind::Entity if self.signal.background => None,
            SharedKind::Entity => Some(self.signal.finding_type.name()),
            _ => Some(&self.signal.entity),
        }
    }
}

pub(super) type Nodes = BTreeMap<String, Node>;

/// Measures links, remembering how many share each key at a time.
pub(super) struct Measure<'a> {
    nodes: &'a Nodes,
    index: &'a Index,
    thresholds: &'a GroupThresholds,
    degrees: BTreeMap<(&'a Shared, Timestamp), usize>,
}

impl<'a> Measure<'a> {
    pub(super) const fn new(nodes: &'a Nodes, index: &'a Index, thresholds: &'a GroupThresholds) -> Self {
        Self { nodes, index, thresholds, degrees: BTreeMap::new() }
    }

    /// How many different counterparts a key has around a time.
    fn degree(&mut self, key: &'a Shared, at: Timestamp) -> usize {
        let at = at.hour();
        if let Some(known) = self.degrees.get(&(key, at)) {
            return *known;
        }
        let (from, to) = (at.plus_secs(-self.thresholds.degree_secs), at.plus_secs(HINDSIGHT_SECS));
        let mut counterparts = BTreeSet::new();
        for node in self.index.of(key).filter_map(|id| self.nodes.get(id)) {
            let seen = node.holds.get(key).is_some_and(|hold| hold.spans.iter().any(|span| span.first < to && span.last >= from));
            if seen {
                counterparts.extend(node.counterpart(key));
            }
        }
        self.degrees.insert((key, at), counterparts.len());
        counterparts.len()
    }

    /// Pairs of findings that share a key and are near each other in time.
    pub(super) fn pairs(&mut self, key: &'a Shared) -> Vec<(&'a str, &'a str)> {
        let ids: Vec<&'a str> = self.index.of(key).collect();
        let mut pairs = Vec::new();
        let (nodes, window) = (self.nodes, self.thresholds.window_secs);
        let spans = |id: &str| nodes.get(id).and_then(|node| node.holds.get(key)).map(|hold| hold.spans.as_slice());
        for (position, one) in ids.iter().enumerate() {
            for other in &ids[position + 1..] {
                let Some((gap, at)) = spans(one).zip(spans(other)).and_then(|(left, right)| nearest(left, right)) else { continue };
                if gap <= window && (key.kind == SharedKind::Entity || self.degree(key, at) <= HUB) {
                    pairs.push((*one, *other));
                }
            }
        }
        pairs
    }

    /// The link between two findings, if what they share is enough.
    pub(super) fn link(&mut self, one: &str, other: &str) -> Option<GroupLink> {
        let nodes = self.nodes;
        let (one, other) = (nodes.get(one)?, nodes.get(other)?);
        let mut best: BTreeMap<u8, (f64, i64, &Shared)> = BTreeMap::new();
        for (key, left) in &one.holds {
            let Some(right) = other.holds.get(key) else { continue };
            // Two findings of one machine share its addresses, role and group by being of one machine.
            let same_machine = one.signal.entity == other.signal.entity;
            // Two machines that have the same address are in networks of their own, or had it one after the other.
            let own = left.own && right.own;
            if own && (same_machine != (key.kind == SharedKind::Entity) || (!same_machine && key.kind == SharedKind::Address)) {
                continue;
            }
            if !allowed(&one.signal, &other.signal, key.kind) {
                continue;
            }
            let Some((gap, at)) = nearest(&left.spans, &right.spans).filter(|(gap, _)| *gap <= self.thresholds.window_secs) else {
                continue;
            };
            let fan = |signal: &Signal, hold: &Hold| {
                if hold.own || signal.background { 0 } else { usize::try_from(signal.fan).unwrap_or(usize::MAX) }
            };
            let degree = self.degree(key, at);
            if key.kind != SharedKind::Entity && degree > HUB {
                continue;
            }
            let many = degree.max(fan(&one.signal, left)).max(fan(&other.signal, right)).max(1);
            #[expect(clippy::cast_precision_loss, reason = "counts of machines")]
            let weight = left.base.min(right.base) / (many as f64 + 1.0).log2() * (-clock::ratio(gap, self.thresholds.decay_secs)).exp();
            // An address implies its network and its provider, so of the three the one that says most counts; the sum would count one
            // thing three times.
            let family = match key.kind {
                SharedKind::Entity => 0,
                SharedKind::Address | SharedKind::Network | SharedKind::Service => 1,
                SharedKind::Principal | SharedKind::ScalingGroup => 2,
            };
            match best.get(&family) {
                Some((known, _, _)) if *known >= weight => {}
                _ => {
                    best.insert(family, (weight, gap, key));
                }
            }
        }
        let weight: f64 = best.values().map(|(weight, _, _)| weight).sum();
        // Rounded before it is compared, so that the last bit of a sum decides nothing.
        let weight = crate::confidence::round(weight);
        if weight < self.thresholds.link {
            return None;
        }
        let mut shared: Vec<(f64, i64, &Shared)> = best.into_values().collect();
        shared.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.2.cmp(right.2)));
        let gap_secs = shared.iter().map(|(_, gap, _)| *gap).min().unwrap_or(0);
        let order = |signal: &Signal| (signal.first_seen, signal.id.clone());
        let (from, to) = if order(&one.signal) <= order(&other.signal) { (one, other) } else { (other, one) };
        Some(GroupLink {
            from: from.signal.id.clone(),
            to: to.signal.id.clone(),
            weight,
            gap_secs,
            shared: shared.into_iter().map(|(_, _, key)| key.clone()).collect(),
        })
    }
}

/// Whether two findings may be linked by a key of this kind. The noise of the internet joins by the same remote side only, or, when it
/// says that something succeeded, by the machine where it did.
fn allowed(one: &Signal, other: &Signal, kind: SharedKind) -> bool {
    let quiet = |signal: &Signal| signal.background && !(signal.success && kind == SharedKind::Entity);
    let remote = matches!(kind, SharedKind::Address | SharedKind::Network);
    remote || !(quiet(one) || quiet(other))
}
