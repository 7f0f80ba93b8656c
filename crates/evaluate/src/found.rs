//! A finding as the command tells it.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::truth::time;

/// Least severity of what interrupts somebody: Medium.
pub(crate) const MEDIUM: f64 = 4.0;

/// What is scored of a finding.
pub(crate) struct Found<'a> {
    pub(crate) finding_type: &'a str,
    pub(crate) entity: &'a str,
    pub(crate) severity: f64,
    /// Whether the machine is said to do it, rather than to suffer it.
    pub(crate) actor: bool,
    pub(crate) first: DateTime<Utc>,
    pub(crate) last: DateTime<Utc>,
    /// The group that it is in.
    pub(crate) group: Option<&'a str>,
    /// Hours since 1970 that it was raised for: those of its occurrences.
    pub(crate) hours: BTreeSet<i64>,
    /// Whether it has evidence and the sentence that says what happened.
    pub(crate) explained: bool,
}

impl<'a> Found<'a> {
    /// Reads GuardDuty's JSON, as `weir findings show` prints it.
    ///
    /// # Errors
    /// When it is not what it should be.
    pub(crate) fn read(finding: &'a Value) -> anyhow::Result<Self> {
        let first = time(&finding["service"]["eventFirstSeen"])?;
        let mut hours = BTreeSet::new();
        for occurrence in finding["weir"]["occurrences"].as_array().into_iter().flatten() {
            hours.insert(hour(judged(occurrence)?));
        }
        if hours.is_empty() {
            hours.insert(hour(first));
        }
        let sql = finding["weir"]["evidence"]["rows"]["sql"].as_str();
        Ok(Self {
            finding_type: finding["type"].as_str().context("a finding has no type")?,
            entity: finding["weir"]["entity"].as_str().context("a finding has no entity")?,
            severity: finding["severity"].as_f64().context("a finding has no severity")?,
            actor: finding["service"]["resourceRole"] == "ACTOR",
            first,
            last: time(&finding["service"]["eventLastSeen"])?,
            group: finding["weir"]["group"].as_str(),
            hours,
            explained: sql.is_some_and(|sql| !sql.is_empty()) && finding["description"].as_str().is_some_and(|text| !text.is_empty()),
        })
    }
}

/// The hour that a detector judged begins the key of most occurrences; of the others it is that of the first packet.
fn judged(occurrence: &Value) -> anyhow::Result<DateTime<Utc>> {
    let key = occurrence["occurrence_key"].as_str().and_then(|key| key.split(' ').next());
    match key.and_then(|key| DateTime::parse_from_rfc3339(key).ok()) {
        Some(time) => Ok(time.to_utc()),
        None => time(&occurrence["first_seen"]),
    }
}

/// Hours since 1970.
pub(crate) fn hour(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(3_600)
}
