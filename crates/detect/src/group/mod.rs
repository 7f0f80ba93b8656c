//! Finding groups: findings that belong to one story.
//!
//! Two findings are *linked* when what they share says enough: the machine, a remote address, network or service, a role. What is shared
//! by many says little, and what lies further back says less; the sum has to reach [`GroupThresholds::link`]. A group is what links
//! hold together. Its id is made from its oldest finding, and every id made from one of its other findings leads to it as well, so that
//! an address once written down keeps working when groups merge.
//!
//! Weak findings, those of low severity, may join the group that they are linked with most; they never begin one and never join two.
//! The noise of the internet, probes and guesses from outside, joins only by the remote side, or where a guess fitted.
//!
//! Groups are a function of the set of findings. The order in which findings arrive does not matter; [`Grouping`] keeps the links of
//! findings that did not change.

mod clock;
mod link;
mod parts;
mod score;
mod signal;
mod story;

use std::collections::{BTreeMap, BTreeSet};

use flow::{DAY_SECS, HOUR_SECS, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use link::{GroupLink, Shared, SharedKind};
pub use score::GroupTactic;
pub use signal::{Signal, SignalRemote, Span};
pub use story::StoryLine;

use crate::occurrence::digest;
use crate::{FindingType, Severity, Technique};
use link::{Index, Measure, Node, Nodes};

/// Findings of a lower severity than this are weak signals.
const WEAK_BELOW: f64 = 4.0;

/// When findings belong together. Weights and limits come from a simulation of three intrusions among the findings of a thousand machines in
/// a week: at 0.4 intrusions fall into two pieces, without the penalty for what many share the largest group doubles. The tests of this
/// module repeat it: with these numbers each of 60 intrusions is one group, and nothing else is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroupThresholds {
    /// The least weight of a link.
    pub link: f64,
    /// What is this much older says 1/e as much, seconds.
    pub decay_secs: i64,
    /// Findings further apart than this are never linked, seconds.
    pub window_secs: i64,
    /// How far back it is counted how many share something, seconds.
    pub degree_secs: i64,
    /// A group with more findings is split at its weakest links.
    pub max_findings: usize,
    /// A group with more machines is split.
    pub max_entities: usize,
    /// A group whose findings began further apart is split, seconds.
    pub max_secs: i64,
    /// Against the latest finding, what is this much older counts 1/e as much in the score, seconds.
    pub score_decay_secs: i64,
}

impl Default for GroupThresholds {
    fn default() -> Self {
        Self {
            link: 0.2,
            decay_secs: DAY_SECS,
            window_secs: 72 * HOUR_SECS,
            degree_secs: 7 * DAY_SECS,
            max_findings: 50,
            max_entities: 25,
            max_secs: 14 * DAY_SECS,
            score_decay_secs: 72 * HOUR_SECS,
        }
    }
}

/// A finding in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupMember {
    /// Id of the finding.
    pub finding_id: String,
    /// Its type.
    pub finding_type: FindingType,
    /// Its title.
    pub title: String,
    /// The entity it is about.
    pub entity: String,
    /// The value of the entity's tag `Name`.
    pub entity_name: Option<String>,
    /// Its severity.
    pub severity: f64,
    /// The same in a word.
    pub severity_word: Severity,
    /// How sure its detector is, 0 to 1.
    pub confidence: f64,
    /// The technique it is a sign of.
    pub technique: Technique,
    /// Start of its first occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of its last occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Its occurrences.
    pub count: u64,
    /// Whether somebody put it away: it counts for nothing here then.
    pub archived: bool,
    /// Whether it is a weak signal, which joins a group but makes none.
    pub weak: bool,
    /// Why it is here, in words.
    pub because: String,
}

/// Which side a participant is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupSide {
    /// A machine of ours that a finding is about.
    Local,
    /// A remote address.
    Remote,
}

/// A machine or an address that takes part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupEntity {
    /// Its identifier.
    pub id: String,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// Which side it is on.
    pub side: GroupSide,
    /// The findings it takes part in.
    pub findings: Vec<String>,
    /// The tactics of these findings, in the order of an attack.
    pub tactics: Vec<String>,
}

/// A group that became part of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupMerge {
    /// Its id, which leads to this group now.
    pub id: String,
    /// The findings it had.
    pub findings: Vec<String>,
    /// When the finding that joined the two was first seen.
    #[schema(value_type = String, format = DateTime)]
    pub merged_at: Timestamp,
    /// The finding that joined the two.
    pub by: String,
}

/// Findings that belong to one story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// 32 hexadecimal digits; see [`group_id`].
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// 1.0 to 10.0: that of the gravest finding, or more when the findings together say more.
    pub severity: f64,
    /// The same in a word.
    pub severity_word: Severity,
    /// Why the severity is what it is.
    pub severity_reason: String,
    /// What to look at first: grows with severity, confidence, and the length of the chain of tactics; 0 when all is put away.
    pub score: f64,
    /// Whether every finding is put away.
    pub archived: bool,
    /// Start of the first finding.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of the last finding.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// The tactics that follow each other in the order of an attack.
    pub chain: Vec<String>,
    /// Every tactic, in the order of an attack.
    pub tactics: Vec<GroupTactic>,
    /// What happened, in order of time.
    pub story: Vec<StoryLine>,
    /// The findings, the earliest first.
    pub members: Vec<GroupMember>,
    /// What holds them together.
    pub links: Vec<GroupLink>,
    /// Who takes part: our machines first, then remote addresses, those in most findings first; at most 200.
    pub entities: Vec<GroupEntity>,
    /// Different machines and addresses that take part.
    pub entity_count: u64,
    /// Groups that became part of it, the earliest first.
    pub merged: Vec<GroupMerge>,
}

/// The id of the group whose oldest finding this is: 32 hexadecimal digits, the same on every machine.
pub fn group_id(finding_id: &str) -> String {
    digest(&["group", finding_id])
}

/// Findings with their links, from which groups follow.
pub struct Grouping {
    thresholds: GroupThresholds,
    nodes: Nodes,
    index: Index,
    links: BTreeMap<(String, String), GroupLink>,
    changed: BTreeSet<Shared>,
}

impl Grouping {
    /// No findings yet.
    pub fn new(thresholds: GroupThresholds) -> Self {
        Self { thresholds, nodes: Nodes::new(), index: Index::default(), links: BTreeMap::new(), changed: BTreeSet::new() }
    }

    /// Takes a finding in, in the place of what was known of it.
    pub fn put(&mut self, signal: Signal) {
        let id = signal.id.clone();
        if self.nodes.get(&id).is_some_and(|known| known.signal == signal) {
            return;
        }
        self.remove(&id);
        let node = Node::new(signal);
        self.index.add(&id, node.holds.keys().cloned());
        self.changed.extend(node.holds.keys().cloned());
        self.nodes.insert(id, node);
    }

    /// Forgets a finding.
    pub fn remove(&mut self, id: &str) {
        let Some(node) = self.nodes.remove(id) else { return };
        self.index.remove(id, node.holds.keys());
        self.changed.extend(node.holds.into_keys());
        self.links.retain(|(from, to), _| from != id && to != id);
    }

    /// Groups of at least two findings, by id. Only pairs that share something with a finding that came, changed or went are measured
    /// again.
    pub fn groups(&mut self) -> Vec<Group> {
        self.settle();
        let mut measured: Vec<&GroupLink> = self.links.values().collect();
        measured.sort_by(|left, right| stronger(left, right));
        let parts = parts::parts(&self.nodes, &measured, &self.thresholds);
        let mut groups: Vec<Group> = parts.iter().map(|part| self.group(part, &measured)).collect();
        groups.sort_by(|left, right| left.id.cmp(&right.id));
        groups
    }

    fn settle(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let mut measure = Measure::new(&self.nodes, &self.index, &self.thresholds);
        let mut pairs: BTreeSet<(&str, &str)> = BTreeSet::new();
        for key in &changed {
            pairs.extend(measure.pairs(key));
        }
        // Links that a changed key may have made and that no key makes any more.
        for (one, other) in self.links.keys() {
            let touched = self.nodes.get(one).is_some_and(|node| node.holds.keys().any(|key| changed.contains(key)));
            if touched {
                pairs.insert((one, other));
            }
        }
        let measured: Vec<(String, String, Option<GroupLink>)> =
            pairs.into_iter().map(|(one, other)| (one.to_owned(), other.to_owned(), measure.link(one, other))).collect();
        for (one, other, link) in measured {
            match link {
                Some(link) => self.links.insert((one, other), link),
                None => self.links.remove(&(one, other)),
            };
        }
    }

    fn group(&self, part: &parts::Part, measured: &[&GroupLink]) -> Group {
        let inside = |id: &str| part.members.contains(id);
        let mut signals: Vec<&Signal> = part.members.iter().filter_map(|id| self.nodes.get(id)).map(|node| &node.signal).collect();
        signals.sort_by_key(|signal| (signal.first_seen, &signal.id));
        let mut links: Vec<GroupLink> =
            measured.iter().filter(|link| inside(&link.from) && inside(&link.to)).map(|link| (*link).clone()).collect();
        links.sort_by(|left, right| (&left.from, &left.to).cmp(&(&right.from, &right.to)));
        let score = score::score(&signals, &self.thresholds);
        let entities = entities(&signals);
        let first_seen = signals.iter().map(|signal| signal.first_seen).min().unwrap_or_default();
        let last_seen = signals.iter().map(|signal| signal.last_seen).max().unwrap_or_default();
        Group {
            id: group_id(&part.oldest),
            title: story::title(&signals, &score),
            story: story::story(&signals, &links, &score),
            severity: score.severity,
            severity_word: Severity::of(score.severity),
            severity_reason: score.severity_reason,
            score: score.score,
            archived: signals.iter().all(|signal| signal.archived),
            first_seen,
            last_seen,
            chain: score.chain,
            tactics: score.tactics,
            members: signals.iter().map(|signal| member(signal, &links)).collect(),
            entity_count: entities.len() as u64,
            entities: entities.into_iter().take(ENTITIES_CAP).collect(),
            merged: parts::lineage(&signals, &links),
            links,
        }
    }
}

/// Participants listed with a group.
const ENTITIES_CAP: usize = 200;

/// Strongest first; ties are settled by ids, so that the order never depends on anything else.
fn stronger(left: &GroupLink, right: &GroupLink) -> std::cmp::Ordering {
    right.weight.total_cmp(&left.weight).then_with(|| (&left.from, &left.to).cmp(&(&right.from, &right.to)))
}

fn is_weak(signal: &Signal) -> bool {
    signal.severity < WEAK_BELOW
}

fn member(signal: &Signal, links: &[GroupLink]) -> GroupMember {
    GroupMember {
        finding_id: signal.id.clone(),
        finding_type: signal.finding_type,
        title: signal.title.clone(),
        entity: signal.entity.clone(),
        entity_name: signal.entity_name.clone(),
        severity: signal.severity,
        severity_word: Severity::of(signal.severity),
        confidence: signal.confidence,
        technique: signal.finding_type.technique(),
        first_seen: signal.first_seen,
        last_seen: signal.last_seen,
        count: signal.count,
        archived: signal.archived,
        weak: is_weak(signal),
        because: story::because(signal, links),
    }
}

/// A participant's name, and the findings it takes part in.
type Part<'a> = (Option<&'a String>, Vec<&'a Signal>);

fn entities(signals: &[&Signal]) -> Vec<GroupEntity> {
    let mut found: BTreeMap<(GroupSide, &str), Part<'_>> = BTreeMap::new();
    let owners: BTreeMap<&str, &str> =
        signals.iter().flat_map(|signal| signal.addresses.iter().map(|address| (address.as_str(), signal.entity.as_str()))).collect();
    for signal in signals {
        let (name, findings) = found.entry((GroupSide::Local, &signal.entity)).or_default();
        *name = name.or(signal.entity_name.as_ref());
        findings.push(signal);
        for remote in &signal.remotes {
            // The address of a machine that is in the group itself is that machine.
            let key = match owners.get(remote.remote_addr.as_str()) {
                Some(owner) => (GroupSide::Local, *owner),
                None => (GroupSide::Remote, remote.remote_addr.as_str()),
            };
            let (_, findings) = found.entry(key).or_default();
            if findings.last().is_none_or(|last| last.id != signal.id) {
                findings.push(signal);
            }
        }
    }
    let mut entities: Vec<GroupEntity> = found
        .into_iter()
        .map(|((side, id), (name, findings))| {
            let tactics: BTreeSet<(u8, String)> = findings.iter().map(|signal| score::tactic(signal)).collect();
            GroupEntity {
                id: id.to_owned(),
                name: name.cloned(),
                side,
                findings: findings.iter().map(|signal| signal.id.clone()).collect(),
                tactics: tactics.into_iter().map(|(_, tactic)| tactic).collect(),
            }
        })
        .collect();
    entities.sort_by(|left, right| {
        left.side.cmp(&right.side).then(right.findings.len().cmp(&left.findings.len())).then_with(|| left.id.cmp(&right.id))
    });
    entities
}

#[cfg(test)]
mod tests;
