//! The first page: what happened lately, and where to look.

use std::collections::BTreeMap;

use flow::{DAY_SECS, HOUR_SECS, TimeRange, Timestamp};
use query::panels::{LakeRange, SourceTotals};
use serde::{Deserialize, Serialize};
use state::{FindingFilter, FindingSort, FindingSummary, FindingTotal, OccurrenceBin};
use utoipa::ToSchema;

use super::rows::typed;
use super::{Coverage, EntityLine, HISTORY_DAYS, Investigator, ListState, Scope, bin_for};
use crate::InvestigateError;
use query::panels::{SCOPE, scope_values};

/// Entities shown.
const TOP: u32 = 10;
/// Newly seen countries and systems shown.
const NEWCOMERS: usize = 100;
/// Findings shown.
const LATEST: u64 = 10;

/// Bytes of one interval of a small chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SparkPoint {
    /// Start of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
}

/// An entity with much traffic.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TopEntity {
    /// The entity.
    #[serde(flatten)]
    pub entity: EntityLine,
    /// Its traffic over the scope.
    pub spark: Vec<SparkPoint>,
}

/// A country or autonomous system that nobody had spoken with in the 45 days before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Newcomer {
    /// `country` or `asn`.
    pub kind: String,
    /// Its code or number.
    pub value: String,
    /// First time in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last time in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Entities that spoke with it.
    pub entities: u64,
    /// Flow records.
    pub flows: u64,
    /// Bytes, both ways.
    pub bytes: u64,
}

/// The first page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Summary {
    /// The scope.
    pub scope: Scope,
    /// From when to when there are flows.
    pub range: LakeRange,
    /// Totals over everything read.
    pub totals: SourceTotals,
    /// How many findings there are, by type, severity and archive, at whatever time.
    pub findings: Vec<FindingTotal>,
    /// Findings that touch the scope and are not put away, the most severe first.
    pub latest: Vec<FindingSummary>,
    /// Occurrences over the scope, by severity.
    pub findings_over_time: Vec<OccurrenceBin>,
    /// Length of the bins of `findings_over_time` and of the small charts, seconds.
    pub bin_secs: i64,
    /// Entities with most traffic in the scope.
    pub top: Vec<TopEntity>,
    /// Newly seen countries and autonomous systems, largest first.
    pub newcomers: Vec<Newcomer>,
    /// Whether the 45 days before the scope hold any data to compare with.
    pub has_history: bool,
    /// Lists in force, with their age.
    pub lists: Vec<ListState>,
    /// The SQL behind each part, by name.
    pub queries: BTreeMap<String, String>,
    /// What is missing from the scope.
    pub coverage: Coverage,
}

#[derive(Deserialize)]
struct SparkRow {
    entity: String,
    start: Timestamp,
    bytes_in: Option<i64>,
    bytes_out: Option<i64>,
}

impl Investigator {
    /// What happened in the scope, and where to look.
    ///
    /// # Errors
    /// When the lake or the state cannot answer.
    pub async fn summary(&self, range: TimeRange) -> Result<Summary, InvestigateError> {
        let bin_secs = bin_for(range).max(HOUR_SECS);
        let filter = FindingFilter { archived: Some(false), from: Some(range.from), to: Some(range.to), ..FindingFilter::default() };
        let top = Box::pin(self.top(range, bin_secs));
        let newcomers = Box::pin(self.newcomers(range));
        let state = Box::pin(async {
            let findings = self.store.finding_totals().await?;
            let latest = self.store.findings(&filter, FindingSort::Severity, true, 0, LATEST).await?.0;
            let over_time = self.store.occurrences_over_time(range, bin_secs).await?;
            Ok::<_, InvestigateError>((findings, latest, over_time))
        });
        let lake = Box::pin(async {
            let (totals, _) = self.engine.totals().await?;
            Ok::<_, InvestigateError>((self.lake_range().await?, totals))
        });
        let ((top, top_query, coverage), (newcomers, newcomers_query), (findings, latest, findings_over_time), (lake_range, totals)) =
            futures::try_join!(top, newcomers, state, lake)?;
        let queries = [("top", top_query), ("newcomers", newcomers_query)];
        Ok(Summary {
            scope: range.into(),
            range: lake_range,
            totals,
            findings,
            latest,
            findings_over_time,
            bin_secs,
            top,
            newcomers,
            has_history: lake_range.first.is_some_and(|first| first < range.from),
            lists: self.list_states(lake_range.last),
            queries: queries.into_iter().map(|(name, query)| (name.to_owned(), query)).collect(),
            coverage,
        })
    }

    async fn top(&self, range: TimeRange, bin_secs: i64) -> Result<(Vec<TopEntity>, String, Coverage), InvestigateError> {
        let panel = self.entities(range, TOP).await?;
        if panel.rows.is_empty() {
            return Ok((Vec::new(), panel.query, panel.coverage));
        }
        let names: Vec<String> = panel.rows.iter().map(|line| query::Value::from(line.traffic.entity.as_str()).to_sql()).collect();
        let sql = format!(
            "SELECT entity, date_bin(INTERVAL '{bin_secs} seconds', hour, TIMESTAMP '1970-01-01T00:00:00Z') AS start, \
             sum(CASE WHEN direction = 'inbound' THEN bytes ELSE 0 END) AS bytes_in, \
             sum(CASE WHEN direction = 'outbound' THEN bytes ELSE 0 END) AS bytes_out \
             FROM volume WHERE entity IN ({}) AND {SCOPE} GROUP BY 1, 2 ORDER BY 1, 2",
            names.join(", ")
        );
        let answer = self.engine.ask(&sql, &scope_values(range)).await?;
        let mut sparks: BTreeMap<String, Vec<SparkPoint>> = BTreeMap::new();
        for row in typed::<SparkRow>("small charts", &answer)? {
            let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
            let point = SparkPoint { start: row.start, bytes_in: count(row.bytes_in), bytes_out: count(row.bytes_out) };
            sparks.entry(row.entity).or_default().push(point);
        }
        let top = panel
            .rows
            .into_iter()
            .map(|entity| TopEntity { spark: sparks.remove(&entity.traffic.entity).unwrap_or_default(), entity })
            .collect();
        Ok((top, panel.query, panel.coverage))
    }

    async fn newcomers(&self, range: TimeRange) -> Result<(Vec<Newcomer>, String), InvestigateError> {
        let mut values = scope_values(range);
        values.push(("history_date", range.from.plus_secs(-HISTORY_DAYS * DAY_SECS).date().into()));
        let sql = "SELECT kind, value, min(first_time) AS first, max(last_time) AS last, count(DISTINCT entity) AS entities, \
             sum(flows) AS flows, sum(bytes) AS bytes FROM seen \
             WHERE kind IN ('country', 'asn') AND date >= $history_date AND date <= $to_date AND first_time < $to \
             GROUP BY kind, value HAVING min(first_time) >= $from ORDER BY bytes DESC, kind, value LIMIT 100";
        let answer = self.engine.ask(sql, &values).await?;
        let mut newcomers: Vec<Newcomer> = typed("newcomers", &answer)?;
        newcomers.truncate(NEWCOMERS);
        Ok((newcomers, answer.sql))
    }
}
