//! Suppression rules: findings that somebody knows to be harmless.
//!
//! A rule is GuardDuty's filter criteria, with networks, ranges, tags, a schedule and an expiry beside them, an owner and a reason. It
//! hides a finding only when what it says of the connection holds for *every* connection of the finding: an attacker who joins the
//! addresses of a known scanner is not hidden with them. The schedule likewise has to hold for every occurrence.

mod condition;
mod facts;
mod schedule;

use std::collections::BTreeMap;

use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use condition::{Bound, Condition, wildcard};
pub use schedule::Schedule;

use crate::Finding;
use facts::Facts;

/// Attributes in one rule, as in GuardDuty.
const ATTRIBUTES_CAP: usize = 50;

/// GuardDuty's filter criteria: what has to hold of each attribute, by its path in GuardDuty's JSON. All have to hold.
///
/// Beside GuardDuty's attributes there are `weir.entity`, `weir.tactic`, `weir.technique`, `weir.remote` (an address of either family) and
/// `weir.tags.KEY` (the value of one tag).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// The conditions.
    #[serde(alias = "Criterion")]
    pub criterion: BTreeMap<String, Condition>,
}

/// A rule that hides findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SuppressionRule {
    /// 3 to 64 characters.
    pub name: String,
    /// What it hides.
    pub criteria: Criteria,
    /// When what it hides has to happen; at any time without one.
    pub schedule: Option<Schedule>,
    /// When it ends. What it hid comes back then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<Timestamp>,
    /// Who answers for it.
    pub owner: String,
    /// Why it is right.
    pub reason: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
}

impl SuppressionRule {
    /// What is wrong with it, in words.
    pub fn problem(&self) -> Option<String> {
        let length = self.name.chars().count();
        if !(3..=64).contains(&length) || !self.name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)) {
            return Some("a name has 3 to 64 letters, digits, dots, hyphens and underscores".to_owned());
        }
        if self.owner.trim().is_empty() || self.reason.trim().is_empty() {
            return Some("a rule needs an owner and a reason".to_owned());
        }
        if self.criteria.criterion.is_empty() {
            return Some("a rule without conditions would hide everything".to_owned());
        }
        if self.criteria.criterion.len() > ATTRIBUTES_CAP {
            return Some(format!("at most {ATTRIBUTES_CAP} attributes"));
        }
        for (attribute, condition) in &self.criteria.criterion {
            if !facts::is_known(attribute) {
                return Some(format!("{attribute:?} is no attribute of a finding"));
            }
            if let Some(problem) = condition.problem() {
                return Some(format!("{attribute}: {problem}"));
            }
        }
        self.schedule.as_ref().and_then(Schedule::problem)
    }

    /// Whether it has ended.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether it fits a finding, whether or not it has ended.
    pub fn fits(&self, finding: &Finding) -> bool {
        if self
            .schedule
            .as_ref()
            .is_some_and(|schedule| !finding.occurrences.iter().all(|occurrence| schedule.covers(occurrence.first_seen)))
        {
            return false;
        }
        let facts = Facts::of(finding);
        self.criteria.criterion.iter().all(|(attribute, condition)| facts.all(attribute).iter().all(|values| condition.holds(values)))
    }
}

/// The first rule, by name, that hides a finding.
pub fn suppressed_by<'a>(
    rules: impl IntoIterator<Item = &'a SuppressionRule>,
    finding: &Finding,
    now: Timestamp,
) -> Option<&'a SuppressionRule> {
    let fitting = rules.into_iter().filter(|rule| !rule.expired(now) && rule.fits(finding));
    fitting.min_by(|left, right| left.name.cmp(&right.name))
}

#[cfg(test)]
mod tests;
