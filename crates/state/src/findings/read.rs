//! Findings read back: pages of summaries, and one as a whole.

use detect::{Confidence, Evidence, Finding, FindingType, Severity, Technique};
use flow::Timestamp;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _};
use utoipa::ToSchema;

use super::{FindingFilter, FindingSort, read_json, read_occurrence, read_resource};
use crate::{StateError, Store};

/// A finding as a list shows it, with what people decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FindingSummary {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its type.
    pub finding_type: FindingType,
    /// The highest severity of its occurrences, 1.0 to 10.0.
    pub severity: f64,
    /// The same in a word.
    pub severity_word: Severity,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// The entity it is about.
    pub entity: String,
    /// The value of the entity's tag `Name`.
    pub entity_name: Option<String>,
    /// Account of the entity.
    pub account_id: Option<String>,
    /// Region of the entity.
    pub region: Option<String>,
    /// Start of the first occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of the last occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Occurrences; 0 when the data no longer show any and triage keeps the finding.
    pub count: u64,
    /// Different remote end points.
    pub actors: u64,
    /// Remote address of the latest occurrence.
    pub remote_addr: String,
    /// What all its occurrences come to, in one sentence.
    pub summary: String,
    /// How sure the detector is of the strongest occurrence.
    pub confidence: Confidence,
    /// The technique it is a sign of.
    pub technique: Technique,
    /// Whether somebody put it away.
    pub archived: bool,
    /// Who decided last.
    pub triaged_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub triaged_at: Option<Timestamp>,
    /// What they wrote.
    pub note: Option<String>,
    /// The group that it is in.
    pub group: Option<String>,
    /// The suppression rule that hides it.
    pub suppressed_by: Option<String>,
    /// Whether it was made up, to show what a finding of its type looks like.
    pub sample: bool,
}

/// How many findings there are of one type and severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingTotal {
    /// The type.
    pub finding_type: FindingType,
    /// The severity.
    pub severity: Severity,
    /// Whether they are put away.
    pub archived: bool,
    /// How many.
    pub count: u64,
}

fn number(row: &SqliteRow, column: &str) -> u64 {
    u64::try_from(row.get::<i64, _>(column)).unwrap_or(0)
}

fn time(row: &SqliteRow, column: &str) -> Timestamp {
    Timestamp::from_micros(row.get(column))
}

fn summary(row: &SqliteRow) -> Result<FindingSummary, StateError> {
    let latest = read_occurrence(row.get("latest"))?;
    let resource = read_resource(row.get("resource"))?;
    let severity: f64 = row.get("severity");
    let evidence = match row.get::<Option<&str>, _>("evidence") {
        Some(text) => read_json::<Evidence>(text, "the evidence of a finding")?,
        None => latest.evidence,
    };
    Ok(FindingSummary {
        id: row.get("id"),
        finding_type: latest.finding_type,
        severity,
        severity_word: Severity::of(severity),
        title: row.get("title"),
        description: row.get("description"),
        entity: row.get("entity"),
        entity_name: resource.tags.into_iter().find(|tag| tag.key == "Name" && !tag.value.is_empty()).map(|tag| tag.value),
        account_id: row.get("account_id"),
        region: row.get("region"),
        first_seen: time(row, "first_seen"),
        last_seen: time(row, "last_seen"),
        count: number(row, "count"),
        actors: number(row, "actors"),
        remote_addr: latest.connection.remote_addr,
        summary: evidence.summary,
        confidence: evidence.confidence,
        technique: latest.finding_type.technique(),
        archived: row.get("archived"),
        triaged_by: row.get("triaged_by"),
        triaged_at: row.get::<Option<i64>, _>("triaged_at").map(Timestamp::from_micros),
        note: row.get("note"),
        group: row.get("group_id"),
        suppressed_by: row.get("suppressed_by"),
        sample: row.get("sample"),
    })
}

impl Store {
    /// A page of findings, and how many there are on all pages.
    ///
    /// # Errors
    /// When the database fails, or holds a finding of a type that is not known here.
    pub async fn findings(
        &self,
        filter: &FindingFilter,
        sort: FindingSort,
        descending: bool,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<FindingSummary>, u64), StateError> {
        let mut query = QueryBuilder::new("SELECT count(*) FROM findings WHERE TRUE");
        filter.push(&mut query);
        let total: i64 = query.build_query_scalar().fetch_one(&self.pool).await.map_err(StateError::of("count findings"))?;
        let mut query = QueryBuilder::new("SELECT * FROM findings WHERE TRUE");
        filter.push(&mut query);
        query.push(format_args!(" ORDER BY {}{}, id LIMIT ", sort.column(), if descending { " DESC" } else { "" }));
        query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).push(" OFFSET ").push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
        let rows = query.build().fetch_all(&self.pool).await.map_err(StateError::of("read findings"))?;
        let page = rows.iter().map(summary).collect::<Result<_, _>>()?;
        Ok((page, u64::try_from(total).unwrap_or(0)))
    }

    /// A finding in a line; `None` when there is none with this id.
    ///
    /// # Errors
    /// As [`findings`](Self::findings).
    pub async fn finding_summary(&self, id: &str) -> Result<Option<FindingSummary>, StateError> {
        let row = sqlx::query("SELECT * FROM findings WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(StateError::of("read a finding"))?;
        row.as_ref().map(summary).transpose()
    }

    /// A finding with all its occurrences; `None` when there is none with this id. A finding whose occurrences all vanished comes with
    /// a count of 0 and the evidence of the last one known.
    ///
    /// # Errors
    /// As [`findings`](Self::findings).
    pub async fn finding(&self, id: &str) -> Result<Option<Finding>, StateError> {
        let row = sqlx::query("SELECT latest, resource, archived, group_id, suppressed_by FROM findings WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(StateError::of("read a finding"))?;
        let Some(row) = row else { return Ok(None) };
        let texts: Vec<String> = sqlx::query_scalar("SELECT occurrence FROM occurrences WHERE finding_id = ? ORDER BY occurrence_key")
            .bind(id)
            .fetch_all(&self.pool)
            .await
            .map_err(StateError::of("read occurrences"))?;
        let resource = read_resource(row.get("resource"))?;
        let vanished = texts.is_empty();
        let occurrences = if vanished {
            vec![read_occurrence(row.get("latest"))?]
        } else {
            texts.iter().map(|text| read_occurrence(text)).collect::<Result<_, _>>()?
        };
        let mut finding = Finding::assemble(id, occurrences, &resource);
        if let Some(finding) = &mut finding {
            finding.archived = row.get("archived");
            finding.group = row.get("group_id");
            finding.suppressed_by = row.get("suppressed_by");
            if vanished {
                finding.count = 0;
                finding.occurrences.clear();
            }
        }
        Ok(finding)
    }

    /// How many findings there are, by type, severity and archive.
    ///
    /// # Errors
    /// As [`findings`](Self::findings).
    pub async fn finding_totals(&self) -> Result<Vec<FindingTotal>, StateError> {
        let rows = sqlx::query(
            "SELECT finding_type, archived, CASE WHEN severity < 4 THEN 0 WHEN severity < 7 THEN 1 WHEN severity < 9 THEN 2 ELSE 3 END AS band, \
             count(*) AS count FROM findings GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StateError::of("count findings"))?;
        let total = |row: &SqliteRow| {
            let finding_type = FindingType::from_name(row.get("finding_type"))?;
            let severity = usize::try_from(row.get::<i64, _>("band")).ok().and_then(|band| Severity::ALL.get(band).copied())?;
            Some(FindingTotal { finding_type, severity, archived: row.get("archived"), count: number(row, "count") })
        };
        Ok(rows.iter().filter_map(total).collect())
    }
}
