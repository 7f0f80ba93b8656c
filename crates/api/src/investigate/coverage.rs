//! What is missing from a scope: lost records, and hours of which nothing was delivered.

use std::collections::BTreeSet;

use flow::{EntityKind, HOUR_SECS, TimeRange, Timestamp};
use query::panels::CoverageGap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::typed;
use super::{Investigator, Panel};
use crate::{InvestigateError, words};
use query::panels::{SCOPE, scope_values};

/// Gaps listed with one answer.
const GAP_CAP: u32 = 200;
/// Gaps kept from being learned; one for each minute of 45 days and more.
const LOST_CAP: u32 = 100_000;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Span {
    /// Its start.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Its end.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
}

/// What is missing from the time that an answer is about. Missing is not zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// Whether nothing is known to be missing.
    pub complete: bool,
    /// Intervals in which records of the subject were lost (SKIPDATA); at most 200.
    pub lost: Vec<CoverageGap>,
    /// Hours of the scope in which nobody reported anything, before, after and between what was delivered.
    pub silent: Vec<Span>,
    /// All of it in one sentence.
    pub words: String,
}

impl Coverage {
    fn new(lost: Vec<CoverageGap>, silent: Vec<Span>) -> Self {
        let secs = |spans: &mut dyn Iterator<Item = (Timestamp, Timestamp)>| -> i64 {
            spans.map(|(start, end)| end.secs().saturating_sub(start.secs()).max(0)).sum()
        };
        let quiet = secs(&mut silent.iter().map(|span| (span.start, span.end)));
        let mut parts = Vec::new();
        if !silent.is_empty() {
            parts.push(format!("there are no data at all for {} of it", words::length(quiet)));
        }
        if let (Some(first), Some(last)) = (lost.iter().map(|gap| gap.start).min(), lost.iter().map(|gap| gap.end).max()) {
            let least = if lost.len() >= GAP_CAP as usize { "at least " } else { "" };
            parts.push(format!("records were lost in {least}{} between {first} and {last}", words::count(lost.len(), "interval")));
        }
        let words = match parts.as_slice() {
            [] => "Nothing is known to be missing from this time.".to_owned(),
            parts => format!("This time is not covered wholly: {}.", parts.join(", and ")),
        };
        Self { complete: parts.is_empty(), lost, silent, words }
    }
}

#[derive(Deserialize)]
struct HourRow {
    hour: Timestamp,
}

/// Hours that spans touch.
fn hours(spans: impl Iterator<Item = (Timestamp, Timestamp)>) -> BTreeSet<Timestamp> {
    let mut hours = BTreeSet::new();
    for (start, end) in spans {
        let mut hour = start.hour();
        while hour < end {
            hours.insert(hour);
            hour = hour.plus_secs(HOUR_SECS);
        }
    }
    hours
}

/// The entity, when gaps of its own are all that touch it. An address or an account is seen by many entities.
fn one_entity(entity: Option<&str>) -> Option<&str> {
    entity.filter(|id| !matches!(EntityKind::of(id), EntityKind::IpAddress | EntityKind::Account))
}

impl Investigator {
    /// What is missing from a scope, for one entity or, with `None`, for everybody.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn coverage(&self, entity: Option<&str>, range: TimeRange) -> Result<Coverage, InvestigateError> {
        let entity = one_entity(entity);
        let (gaps, silent) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.gaps(entity, range, GAP_CAP).await?) },
            self.silent_hours(range),
        )?;
        Ok(Coverage::new(gaps.rows, silent))
    }

    /// Gaps of a scope with the query that finds them.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn gaps(&self, entity: Option<&str>, range: TimeRange) -> Result<Panel<CoverageGap>, InvestigateError> {
        let (gaps, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.gaps(entity, range, GAP_CAP).await?) },
            self.coverage(entity, range),
        )?;
        Ok(Panel { rows: gaps.rows, query: gaps.query, coverage })
    }

    /// Hours that are not to be learned from: those without any data, and those of which records of this one entity were lost. An
    /// account of many machines would never learn anything if the gaps of each counted.
    pub(super) async fn missing_hours(&self, entity: &str, range: TimeRange) -> Result<BTreeSet<Timestamp>, InvestigateError> {
        let (silent, gaps) = futures::try_join!(self.silent_hours(range), async {
            match one_entity(Some(entity)) {
                Some(entity) => Ok(self.engine.gaps(Some(entity), range, LOST_CAP).await?.rows),
                None => Ok(Vec::new()),
            }
        })?;
        let mut missing = hours(silent.into_iter().map(|span| (span.start, span.end)));
        missing.append(&mut hours(gaps.into_iter().map(|gap| (gap.start, gap.end))));
        Ok(missing)
    }

    /// The hours of a scope in which no entity had any record.
    async fn silent_hours(&self, range: TimeRange) -> Result<Vec<Span>, InvestigateError> {
        let sql = format!("SELECT DISTINCT hour FROM volume WHERE {SCOPE} ORDER BY hour");
        let answer = self.engine.ask(&sql, &scope_values(range)).await?;
        let hours: Vec<HourRow> = typed("hours with data", &answer)?;
        let mut silent: Vec<Span> = Vec::new();
        let mut next = range.from.hour();
        let end = range.to;
        for hour in hours.into_iter().map(|row| row.hour).chain([end]) {
            if next < hour {
                silent.push(Span { start: next, end: hour });
            }
            next = hour.plus_secs(HOUR_SECS);
        }
        Ok(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let start = Timestamp::from_secs(3_600_000);
        assert!(Coverage::new(Vec::new(), Vec::new()).complete);
        let silent = Span { start, end: start.plus_secs(7_200) };
        let lost = CoverageGap {
            entity: None,
            interface_id: None,
            kind: "skipdata".to_owned(),
            start: start.plus_secs(10_000),
            end: start.plus_secs(11_000),
            object: "a".to_owned(),
        };
        let coverage = Coverage::new(vec![lost], vec![silent]);
        assert!(!coverage.complete);
        assert!(coverage.words.contains("no data at all for 2 h of it, and records were lost in 1 interval"), "{}", coverage.words);
        assert_eq!(hours([(start.plus_secs(10), start.plus_secs(7_200))].into_iter()).len(), 2);
    }
}
