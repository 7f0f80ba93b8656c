//! What the lake holds: its entities, its sources, and whether it keeps its promises.

use std::collections::BTreeMap;

use flow::{EntityKind, TimeRange, Timestamp};
use query::Check;
use query::panels::{CoverageGap, EntityTraffic, LakeRange, ObjectRow, RejectRow, SourceTotals};
use serde::Serialize;
use state::{FindingFilter, FindingSort, Severity};
use utoipa::ToSchema;

use super::{Investigator, Panel};
use crate::InvestigateError;

/// Troubled objects, refused records and gaps shown among the sources.
const SHOWN: u32 = 100;
/// Findings looked at for a list of entities.
const FINDINGS: u64 = 10_000;

/// An entity of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntityLine {
    /// Its traffic in the scope.
    #[serde(flatten)]
    pub traffic: EntityTraffic,
    /// `instance`, `interface`, …
    pub kind: String,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// Findings that touch the scope and are not put away.
    pub findings: u64,
    /// Their highest severity.
    pub severity: Option<Severity>,
}

/// A list in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListState {
    /// Its name.
    pub name: String,
    /// What being on it means.
    pub kind: String,
    /// When its content was added.
    #[schema(value_type = String, format = DateTime)]
    pub added: Timestamp,
    /// How old it was at the end of the lake's data, whole days; a stale list looks just like a fresh one.
    pub age_days: i64,
    /// Where it came from.
    pub source: Option<String>,
    /// Addresses and networks on it.
    pub entries: usize,
}

/// A geography file in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GeoFacts {
    /// Where it is.
    pub path: String,
    /// What its maker calls it.
    pub database_type: String,
    /// When it was built.
    #[schema(value_type = String, format = DateTime)]
    pub built: Timestamp,
}

/// What was read, what was refused, what is missing, and what is known beside it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Sources {
    /// From when to when there are flows.
    pub range: LakeRange,
    /// Totals over everything read.
    pub totals: SourceTotals,
    /// Objects with refused records or a problem, the latest first.
    pub troubled: Vec<ObjectRow>,
    /// Refused records.
    pub rejects: Vec<RejectRow>,
    /// Intervals in which records were lost.
    pub gaps: Vec<CoverageGap>,
    /// Lists in force.
    pub lists: Vec<ListState>,
    /// Geography files in use.
    pub geography: Vec<GeoFacts>,
    /// Whether there is an inventory.
    pub inventory: bool,
    /// How far detection has come.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub detected_through: Option<Timestamp>,
    /// The SQL behind each part, by name.
    pub queries: BTreeMap<String, String>,
}

impl Investigator {
    /// Entities by traffic in the scope, largest first.
    ///
    /// # Errors
    /// When the lake or the state cannot answer.
    pub async fn entities(&self, range: TimeRange, limit: u32) -> Result<Panel<EntityLine>, InvestigateError> {
        let filter = FindingFilter { archived: Some(false), from: Some(range.from), to: Some(range.to), ..FindingFilter::default() };
        let (panel, coverage, (findings, _)) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.entities(range, limit).await?) },
            self.coverage(None, range),
            async { Ok(self.store.findings(&filter, FindingSort::LastSeen, true, 0, FINDINGS).await?) },
        )?;
        let mut by_entity: BTreeMap<&str, (u64, Severity)> = BTreeMap::new();
        for finding in &findings {
            let (count, severity) = by_entity.entry(&finding.entity).or_insert((0, finding.severity_word));
            *count += 1;
            *severity = (*severity).max(finding.severity_word);
        }
        let rows = panel
            .rows
            .into_iter()
            .map(|traffic| {
                let found = by_entity.get(traffic.entity.as_str());
                EntityLine {
                    kind: EntityKind::of(&traffic.entity).to_string(),
                    name: self.name_of(&traffic.entity, range.to),
                    findings: found.map_or(0, |(count, _)| *count),
                    severity: found.map(|(_, severity)| *severity),
                    traffic,
                }
            })
            .collect();
        Ok(Panel { rows, query: panel.query, coverage })
    }

    /// What was read, what was refused, what is missing, and what is known beside it.
    ///
    /// # Errors
    /// When the lake or the state cannot answer.
    pub async fn sources(&self) -> Result<Sources, InvestigateError> {
        let range = self.lake_range().await?;
        let whole = TimeRange::new(range.first.unwrap_or_default(), range.last.unwrap_or_default());
        let ((totals, totals_query), troubled, rejects, gaps) = futures::try_join!(
            self.engine.totals(),
            self.engine.objects(true, 0, SHOWN),
            self.engine.rejects(None, 0, SHOWN),
            self.engine.gaps(None, whole, SHOWN),
        )?;
        let queries = [("totals", totals_query), ("troubled", troubled.query), ("rejects", rejects.query), ("gaps", gaps.query)];
        Ok(Sources {
            range,
            totals,
            troubled: troubled.rows,
            rejects: rejects.rows,
            gaps: gaps.rows,
            lists: self.list_states(range.last),
            geography: self.geography(),
            inventory: !self.inventory.is_empty(),
            detected_through: self.store.watermark(super::DETECTED).await?,
            queries: queries.into_iter().map(|(name, query)| (name.to_owned(), query)).collect(),
        })
    }

    /// Lists in force, with their age at `now`.
    pub(super) fn list_states(&self, now: Option<Timestamp>) -> Vec<ListState> {
        let age = |added: Timestamp| now.map_or(0, |now| (now.secs() - added.secs()).div_euclid(flow::DAY_SECS).max(0));
        let state = |list: &enrich::List| ListState {
            name: list.name.clone(),
            kind: list.kind.to_string(),
            added: list.added,
            age_days: age(list.added),
            source: list.source.clone(),
            entries: list.entries.len(),
        };
        self.lists.iter().map(state).collect()
    }

    fn geography(&self) -> Vec<GeoFacts> {
        let facts = |file: enrich::GeoFile| GeoFacts {
            path: file.path.display().to_string(),
            database_type: file.database_type,
            built: file.built,
        };
        self.geo.describe().into_iter().map(facts).collect()
    }

    /// Checks the promises about the data on the whole lake; takes time in proportion.
    ///
    /// # Errors
    /// When a check cannot be run.
    pub async fn verify(&self) -> Result<Vec<Check>, InvestigateError> {
        Ok(self.engine.verify().await?)
    }
}
