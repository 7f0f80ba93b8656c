//! How far an attack has come, and how bad that is.

use std::collections::{BTreeMap, BTreeSet};

use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::ratio;
use super::signal::Signal;
use super::{GroupThresholds, is_weak};
use crate::confidence::round;

/// Where command and control stands in the order of an attack.
const CONTROL: u8 = 5;
/// Where exfiltration and impact stand.
const OUTCOME: u8 = 6;
const HIGH: f64 = 7.0;
const CRITICAL: f64 = 9.0;

/// One tactic of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GroupTactic {
    /// Its name in ATT&CK.
    pub tactic: String,
    /// Its place in the order of an attack, 1 to 6; tactics of one place come in either order.
    pub stage: u8,
    /// When it was first noted.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// When it was last noted.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// The findings of it, the earliest first.
    pub findings: Vec<String>,
    /// The machines they are about.
    pub entities: Vec<String>,
    /// Whether it is part of the chain.
    pub in_chain: bool,
}

/// What a group comes to.
pub(super) struct Score {
    pub(super) score: f64,
    pub(super) severity: f64,
    pub(super) severity_reason: String,
    pub(super) chain: Vec<String>,
    pub(super) tactics: Vec<GroupTactic>,
}

/// A tactic: its place in the order of an attack, and its name.
type Tactic = (u8, String);
/// Tactics that follow each other.
type Chain = Vec<Tactic>;

/// The tactic of a finding.
pub(super) fn tactic(signal: &Signal) -> (u8, String) {
    let tactic = signal.finding_type.technique().tactic;
    let stage = match tactic.as_str() {
        "Reconnaissance" | "Resource Development" => 1,
        "Initial Access" | "Credential Access" => 2,
        "Discovery" | "Lateral Movement" | "Collection" => 4,
        "Command and Control" => CONTROL,
        "Exfiltration" | "Impact" => OUTCOME,
        _ => 3,
    };
    (stage, tactic)
}

/// Scores the findings of a group, given in order of time. Those put away count for nothing, unless all of them are.
pub(super) fn score(signals: &[&Signal], thresholds: &GroupThresholds) -> Score {
    let archived = signals.iter().all(|signal| signal.archived);
    let counted: Vec<&Signal> = signals.iter().filter(|signal| archived || !signal.archived).copied().collect();
    let strong: Vec<&Signal> = counted.iter().filter(|signal| !is_weak(signal)).copied().collect();
    let (certain, mut chain) = (chain(&strong), chain(&counted));
    // Weak signals may lengthen the chain by one.
    if chain.len() > certain.len() + 1 {
        chain = with_one_more(&certain, &chain);
    }
    let last = counted.iter().map(|signal| signal.last_seen).max().unwrap_or_default();
    let mut weights: BTreeMap<_, f64> = BTreeMap::new();
    for signal in &counted {
        let age = (-ratio(last.secs() - signal.last_seen.secs(), thresholds.score_decay_secs)).exp();
        let weight = signal.severity / 10.0 * signal.confidence.clamp(0.0, 1.0) * age;
        let known = weights.entry((signal.finding_type, signal.entity.as_str())).or_default();
        *known = known.max(weight);
    }
    let nothing: f64 = weights.values().map(|weight| 1.0 - weight).product();
    #[expect(clippy::cast_precision_loss, reason = "a chain has at most a dozen links")]
    let score = (1.0 - nothing) * (1.0 + 0.25 * (chain.len().saturating_sub(1)) as f64);
    let (severity, severity_reason) = severity(&counted, &strong, &chain);
    Score {
        score: if archived { 0.0 } else { round(score) },
        severity,
        severity_reason,
        tactics: tactics(signals, &chain),
        chain: chain.into_iter().map(|(_, tactic)| tactic).collect(),
    }
}

/// The longest chain of different tactics that follow each other in time and in the order of an attack; of several, the first found.
fn chain(signals: &[&Signal]) -> Vec<Tactic> {
    // The best chain for each set of tactics that it ends with: tactics of one stage may come in either order, and each counts once.
    let mut best: BTreeMap<(u8, BTreeSet<String>), Chain> = BTreeMap::new();
    for signal in signals {
        let (stage, name) = tactic(signal);
        let mut grown: Vec<Vec<Tactic>> = vec![vec![(stage, name.clone())]];
        for chain in best.values() {
            let fits = chain.last().is_none_or(|(last, _)| *last <= stage) && chain.iter().all(|(_, known)| *known != name);
            if fits {
                let mut chain = chain.clone();
                chain.push((stage, name.clone()));
                grown.push(chain);
            }
        }
        for chain in grown {
            let at_stage = chain.iter().filter(|(at, _)| *at == stage).map(|(_, name)| name.clone()).collect();
            let known = best.entry((stage, at_stage)).or_default();
            if chain.len() > known.len() {
                *known = chain;
            }
        }
    }
    let longest = best.values().map(Vec::len).max().unwrap_or(0);
    best.into_values().find(|chain| chain.len() == longest).unwrap_or_default()
}

/// The certain chain with the first tactic of the longer one that fits into it.
fn with_one_more(certain: &[(u8, String)], longer: &[(u8, String)]) -> Vec<Tactic> {
    let mut chain = certain.to_vec();
    chain.extend(longer.iter().find(|tactic| !certain.contains(tactic)).cloned());
    chain.sort_by_key(|(stage, _)| *stage);
    chain
}

fn severity(counted: &[&Signal], strong: &[&Signal], chain: &[(u8, String)]) -> (f64, String) {
    let gravest = counted.iter().map(|signal| signal.severity).fold(0.0, f64::max);
    let certain: BTreeSet<(u8, String)> = strong.iter().map(|signal| tactic(signal)).collect();
    let fact = counted.iter().any(|signal| signal.listed || signal.success);
    let outcome = certain.iter().find(|(stage, name)| serious(*stage, name));
    let (least, reason) = if chain.len() >= 4 && fact {
        (CRITICAL, format!("Critical: {} tactics follow each other, and an address is on a list or something succeeded.", chain.len()))
    } else if chain.len() >= 3 {
        (HIGH, format!("High at least: {} tactics follow each other.", chain.len()))
    } else if let Some((_, name)) = outcome.filter(|_| certain.len() > 1) {
        (HIGH, format!("High at least: {name} together with another tactic."))
    } else {
        (0.0, String::new())
    };
    if gravest >= least { (gravest, "That of its gravest finding.".to_owned()) } else { (least, reason) }
}

/// Command and control, or exfiltration: what turns something else into an intrusion.
fn serious(stage: u8, name: &str) -> bool {
    stage == CONTROL || name == "Exfiltration"
}

fn tactics(signals: &[&Signal], chain: &[(u8, String)]) -> Vec<GroupTactic> {
    let mut found: BTreeMap<(u8, String), Vec<&Signal>> = BTreeMap::new();
    for signal in signals {
        found.entry(tactic(signal)).or_default().push(signal);
    }
    found
        .into_iter()
        .map(|(key, signals)| GroupTactic {
            first_seen: signals.iter().map(|signal| signal.first_seen).min().unwrap_or_default(),
            last_seen: signals.iter().map(|signal| signal.last_seen).max().unwrap_or_default(),
            findings: signals.iter().map(|signal| signal.id.clone()).collect(),
            entities: signals.iter().map(|signal| signal.entity.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
            in_chain: chain.contains(&key),
            stage: key.0,
            tactic: key.1,
        })
        .collect()
}
