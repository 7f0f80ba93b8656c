//! Which findings hang together.

use std::collections::{BTreeMap, BTreeSet};

use super::link::Nodes;
use super::signal::Signal;
use super::{GroupLink, GroupMerge, GroupThresholds, group_id, is_weak};

/// A group to be: at least two findings, one of which is strong.
pub(super) struct Part {
    /// The oldest of its strong findings, which names it.
    pub(super) oldest: String,
    pub(super) members: BTreeSet<String>,
}

/// Sets that unite.
#[derive(Default)]
struct Union<'a> {
    parent: BTreeMap<&'a str, &'a str>,
}

impl<'a> Union<'a> {
    fn root(&mut self, id: &'a str) -> &'a str {
        let mut root = id;
        while let Some(parent) = self.parent.get(root).filter(|parent| **parent != root) {
            root = parent;
        }
        // Shortens the way for the next who asks.
        let mut at = id;
        while let Some(next) = self.parent.insert(at, root).filter(|next| *next != root && *next != at) {
            at = next;
        }
        root
    }

    fn unite(&mut self, one: &'a str, other: &'a str) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent.insert(one.max(other), one.min(other));
    }
}

/// How large a set of findings is.
#[derive(Clone)]
struct Extent<'a> {
    findings: usize,
    entities: BTreeSet<&'a str>,
    first: i64,
    last: i64,
}

impl<'a> Extent<'a> {
    fn of(signal: &'a Signal) -> Self {
        let begun = signal.first_seen.secs();
        Self { findings: 1, entities: BTreeSet::from([signal.entity.as_str()]), first: begun, last: begun }
    }

    fn with(mut self, other: &Self) -> Self {
        self.findings += other.findings;
        self.entities.extend(&other.entities);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self
    }

    fn fits(&self, thresholds: &GroupThresholds) -> bool {
        self.findings <= thresholds.max_findings
            && self.entities.len() <= thresholds.max_entities
            && self.last - self.first <= thresholds.max_secs
    }
}

/// Splits the findings into groups. `links` come strongest first.
pub(super) fn parts(nodes: &Nodes, links: &[&GroupLink], thresholds: &GroupThresholds) -> Vec<Part> {
    let strong = |id: &str| nodes.get(id).is_some_and(|node| !is_weak(&node.signal));
    let backbone: Vec<&GroupLink> = links.iter().filter(|link| strong(&link.from) && strong(&link.to)).copied().collect();
    let mut union = Union::default();
    for link in &backbone {
        union.unite(&link.from, &link.to);
    }
    let mut whole: BTreeMap<&str, Vec<&Signal>> = BTreeMap::new();
    for (id, node) in nodes.iter().filter(|(_, node)| !is_weak(&node.signal)) {
        whole.entry(union.root(id)).or_default().push(&node.signal);
    }
    // What is too large grows again from its strongest links, and stops where it would be too large.
    let mut cut = Union::default();
    let mut extents: BTreeMap<&str, Extent<'_>> = BTreeMap::new();
    let mut oversize = BTreeSet::new();
    for (root, signals) in &whole {
        let extent = signals.iter().map(|signal| Extent::of(signal)).reduce(|whole, one| whole.with(&one));
        if extent.is_some_and(|extent| !extent.fits(thresholds)) {
            oversize.insert(*root);
            extents.extend(signals.iter().map(|signal| (signal.id.as_str(), Extent::of(signal))));
        }
    }
    for link in &backbone {
        if !oversize.contains(union.root(&link.from)) {
            cut.unite(&link.from, &link.to);
            continue;
        }
        let (one, other) = (cut.root(&link.from), cut.root(&link.to));
        let (Some(left), Some(right)) = (extents.get(one), extents.get(other)) else { continue };
        let both = left.clone().with(right);
        if one != other && both.fits(thresholds) {
            cut.unite(one, other);
            extents.insert(cut.root(one), both);
        }
    }
    let mut members: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, _) in nodes.iter().filter(|(_, node)| !is_weak(&node.signal)) {
        members.entry(cut.root(id)).or_default().insert(id);
    }
    // A weak finding joins where its strongest link leads.
    let mut joined = BTreeSet::new();
    for link in links {
        let (weak, host) = match (strong(&link.from), strong(&link.to)) {
            (true, false) => (link.to.as_str(), link.from.as_str()),
            (false, true) => (link.from.as_str(), link.to.as_str()),
            _ => continue,
        };
        if joined.insert(weak) {
            members.entry(cut.root(host)).or_default().insert(weak);
        }
    }
    members
        .into_values()
        .filter(|members| members.len() > 1)
        .filter_map(|members| {
            let signals = members.iter().filter_map(|id| nodes.get(*id)).map(|node| &node.signal);
            let oldest = signals.filter(|signal| !is_weak(signal)).min_by_key(|signal| (signal.first_seen, &signal.id))?;
            Some(Part { oldest: oldest.id.clone(), members: members.into_iter().map(str::to_owned).collect() })
        })
        .collect()
}

/// Which groups there were before a finding joined them. `signals` are those of one group, the earliest first.
pub(super) fn lineage(signals: &[&Signal], links: &[GroupLink]) -> Vec<GroupMerge> {
    let mut merges = Vec::new();
    // Groups so far, each with its findings in order of time.
    let mut groups: Vec<Vec<&Signal>> = Vec::new();
    for signal in signals.iter().filter(|signal| !is_weak(signal)) {
        let linked = |other: &&Signal| {
            let between =
                |link: &GroupLink| (link.from == other.id && link.to == signal.id) || (link.to == other.id && link.from == signal.id);
            links.iter().any(between)
        };
        let (mut touched, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.iter().any(linked));
        groups = apart;
        touched.sort_by_key(|group| group.first().map(|oldest| (oldest.first_seen, oldest.id.clone())));
        let mut merged: Vec<&Signal> = Vec::new();
        for group in touched {
            let later = group.first().filter(|_| !merged.is_empty() && group.len() > 1);
            if let Some(oldest) = later {
                merges.push(GroupMerge {
                    id: group_id(&oldest.id),
                    findings: group.iter().map(|signal| signal.id.clone()).collect(),
                    merged_at: signal.first_seen,
                    by: signal.id.clone(),
                });
            }
            merged.extend(group);
        }
        merged.push(signal);
        merged.sort_by_key(|signal| (signal.first_seen, &signal.id));
        groups.push(merged);
    }
    merges
}
