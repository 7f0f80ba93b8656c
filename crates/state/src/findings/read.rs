//! Findings read back: pages of summaries, and one as a whole.

use std::collections::BTreeMap;

use detect::{Confidence, Evidence, Finding, FindingType, Occurrence, Severity, Technique};
use flow::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{FindingFilter, FindingSort, read_json, read_occurrence, read_resource};
use crate::database::{On, Row, query};
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

/// What a summary is read from. Every column by its name: a later version adds some, which a process of this one must not stumble over.
const SUMMARIES: &str = "SELECT id, severity, title, description, entity, account_id, region, first_seen, last_seen, count, actors, latest, \
                         evidence, resource, archived, triaged_by, triaged_at, note, group_id, suppressed_by, sample FROM findings";

fn number(row: &Row, column: &str) -> u64 {
    u64::try_from(row.get::<i64, _>(column)).unwrap_or(0)
}

fn time(row: &Row, column: &str) -> Timestamp {
    Timestamp::from_micros(row.get(column))
}

fn summary(row: &Row) -> Result<FindingSummary, StateError> {
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
        let mut count = query("SELECT count(*) FROM findings WHERE TRUE");
        filter.push(&mut count);
        let total = count.fetch_one(&self.database).await.map_err(StateError::of("count findings"))?;
        let mut page = query(SUMMARIES);
        page.push(" WHERE TRUE");
        filter.push(&mut page);
        page.push(" ORDER BY ").push(sort.column()).push(if descending { " DESC" } else { "" }).push(", id LIMIT ");
        page.push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).push(" OFFSET ").push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
        let rows = page.fetch_all(&self.database).await.map_err(StateError::of("read findings"))?;
        let page = rows.iter().map(summary).collect::<Result<_, _>>()?;
        Ok((page, u64::try_from(total.get::<i64, _>(0)).unwrap_or(0)))
    }

    /// A finding in a line; `None` when there is none with this id.
    ///
    /// # Errors
    /// As [`findings`](Self::findings).
    pub async fn finding_summary(&self, id: &str) -> Result<Option<FindingSummary>, StateError> {
        let mut one = query(SUMMARIES);
        one.push(" WHERE id = ").push_bind(id);
        let row = one.fetch_optional(&self.database).await.map_err(StateError::of("read a finding"))?;
        row.as_ref().map(summary).transpose()
    }

    /// A finding with all its occurrences; `None` when there is none with this id. A finding whose occurrences all vanished comes with
    /// a count of 0 and the evidence of the last one known.
    ///
    /// # Errors
    /// As [`findings`](Self::findings).
    pub async fn finding(&self, id: &str) -> Result<Option<Finding>, StateError> {
        Ok(find(&self.database, &[id]).await?.remove(id))
    }

    /// How many findings there are, by type, severity and archive.
    ///
    /// # Errors
    /// As [`findings`](Self::findings).
    pub async fn finding_totals(&self) -> Result<Vec<FindingTotal>, StateError> {
        let rows = query(
            "SELECT finding_type, archived, \
             CAST(CASE WHEN severity < 4 THEN 0 WHEN severity < 7 THEN 1 WHEN severity < 9 THEN 2 ELSE 3 END AS BIGINT) AS band, \
             count(*) AS count FROM findings GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        )
        .fetch_all(&self.database)
        .await
        .map_err(StateError::of("count findings"))?;
        let total = |row: &Row| {
            let finding_type = FindingType::from_name(row.get("finding_type"))?;
            let severity = usize::try_from(row.get::<i64, _>("band")).ok().and_then(|band| Severity::ALL.get(band).copied())?;
            Some(FindingTotal { finding_type, severity, archived: row.get("archived"), count: number(row, "count") })
        };
        Ok(rows.iter().filter_map(total).collect())
    }
}

/// Findings with all their occurrences, those of the ids that there are. To be asked for [`AT_ONCE`] of them at most.
pub(crate) async fn find<'a, T: AsRef<str>>(on: impl Into<On<'a>>, ids: &[T]) -> Result<BTreeMap<String, Finding>, StateError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (mut on, ids) = (on.into(), || ids.iter().map(AsRef::as_ref));
    let mut findings = query("SELECT id, latest, resource, archived, group_id, suppressed_by FROM findings WHERE id IN ");
    findings.push_list(ids());
    let rows = findings.fetch_all(on.again()).await.map_err(StateError::of("read findings"))?;
    let mut occurrences = query("SELECT finding_id, occurrence FROM occurrences WHERE finding_id IN ");
    occurrences.push_list(ids()).push(" ORDER BY finding_id, occurrence_key");
    let mut known: BTreeMap<String, Vec<Occurrence>> = BTreeMap::new();
    for row in occurrences.fetch_all(on).await.map_err(StateError::of("read occurrences"))? {
        known.entry(row.get("finding_id")).or_default().push(read_occurrence(row.get("occurrence"))?);
    }
    let mut found = BTreeMap::new();
    for row in rows {
        let id: String = row.get("id");
        let occurrences = known.remove(&id).unwrap_or_default();
        found.extend(assemble(&row, &id, occurrences)?.map(|finding| (id, finding)));
    }
    Ok(found)
}

fn assemble(row: &Row, id: &str, occurrences: Vec<Occurrence>) -> Result<Option<Finding>, StateError> {
    let vanished = occurrences.is_empty();
    let occurrences = if vanished { vec![read_occurrence(row.get("latest"))?] } else { occurrences };
    let mut finding = Finding::assemble(id, occurrences, &read_resource(row.get("resource"))?);
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
