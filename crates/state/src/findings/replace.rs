//! The outcome of a detection run takes the place of the one before.

use std::collections::{BTreeMap, BTreeSet};

use detect::{Finding, FindingType, Occurrence, Resource};
use flow::{TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

use super::{read_occurrence, write_json};
use crate::database::{Transaction, query};
use crate::groups::write_signal;
use crate::notices::notice;
use crate::{StateError, Store};

/// What a detection run changed, by ids of findings in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Findings that were not there before.
    pub new_findings: Vec<String>,
    /// Findings that have other occurrences than before.
    pub updated: Vec<String>,
    /// Findings of which nothing is left.
    pub removed: Vec<String>,
}

impl Changed {
    /// Whether nothing changed.
    pub const fn is_empty(&self) -> bool {
        self.new_findings.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }
}

impl std::ops::AddAssign for Changed {
    fn add_assign(&mut self, other: Self) {
        self.new_findings.extend(other.new_findings);
        self.updated.extend(other.updated);
        self.removed.extend(other.removed);
    }
}

/// The hour that an occurrence was raised for. Its rows may begin before it where a clock is wrong, so the hour is taken from the query
/// for its rows.
fn hour(occurrence: &Occurrence) -> Timestamp {
    let parameters = &occurrence.evidence.rows.parameters;
    let hour = parameters.get("hour").or_else(|| parameters.get("from")).and_then(|text| text.parse().ok());
    hour.unwrap_or(occurrence.first_seen).hour()
}

/// Occurrences of one finding by their keys.
type ByKey = BTreeMap<String, String>;

impl Store {
    /// Makes the occurrences of one type in the hours of `range` exactly these, in one transaction. Occurrences given for other hours
    /// are left out. `resource` describes an entity at a time.
    ///
    /// The same occurrences given again, in any order, change nothing. A finding of which no occurrence is left is removed, unless
    /// somebody archived it or wrote a note; then it stays with a count of 0. An archived finding that has a later occurrence than
    /// before is taken out of the archive.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn replace_occurrences(
        &self,
        finding_type: FindingType,
        range: TimeRange,
        occurrences: &[Occurrence],
        resource: &(dyn Fn(&str, Timestamp) -> Resource + Sync),
    ) -> Result<Changed, StateError> {
        let mut given: BTreeMap<String, ByKey> = BTreeMap::new();
        let mut hours: BTreeMap<(String, String), Timestamp> = BTreeMap::new();
        for occurrence in sorted(finding_type, range, occurrences) {
            let id = occurrence.finding_id();
            let text = write_json(occurrence, "an occurrence")?;
            hours.insert((id.clone(), occurrence.occurrence_key.clone()), hour(occurrence));
            given.entry(id).or_default().insert(occurrence.occurrence_key.clone(), text);
        }
        let mut transaction = self.write("begin to write findings").await?;
        let known = in_range(&mut transaction, finding_type, range).await?;
        let ids: BTreeSet<&String> = given.keys().chain(known.keys()).collect();
        let mut changed = Changed::default();
        let none = ByKey::new();
        for id in ids {
            let (before, now) = (known.get(id).unwrap_or(&none), given.get(id).unwrap_or(&none));
            if before == now {
                continue;
            }
            for key in before.keys().filter(|key| !now.contains_key(*key)) {
                delete(&mut transaction, id, key).await?;
            }
            for (key, text) in now.iter().filter(|(key, text)| before.get(*key) != Some(*text)) {
                let hour = hours.get(&(id.clone(), key.clone())).copied().unwrap_or_default();
                insert(&mut transaction, id, key, hour, text).await?;
            }
            let fresh: BTreeSet<&str> = now.keys().filter(|key| !before.contains_key(*key)).map(String::as_str).collect();
            match settle(&mut transaction, id, &fresh, resource).await? {
                Outcome::New => changed.new_findings.push(id.clone()),
                Outcome::Updated => changed.updated.push(id.clone()),
                Outcome::Removed => changed.removed.push(id.clone()),
            }
        }
        notice(&mut transaction, &changed.new_findings, true).await?;
        notice(&mut transaction, &changed.updated, false).await?;
        transaction.commit().await.map_err(StateError::of("commit findings"))?;
        Ok(changed)
    }
}

/// Writes a finding of one occurrence, whatever a detection run says.
pub(crate) async fn write_one(
    transaction: &mut Transaction,
    occurrence: &Occurrence,
    resource: &(dyn Fn(&str, Timestamp) -> Resource + Sync),
) -> Result<(), StateError> {
    let (id, key) = (occurrence.finding_id(), occurrence.occurrence_key.as_str());
    let text = write_json(occurrence, "an occurrence")?;
    insert(transaction, &id, key, hour(occurrence), &text).await?;
    settle(transaction, &id, &BTreeSet::from([key]), resource).await?;
    Ok(())
}

/// The occurrences of this type in these hours. Of two with the same key the one that knows most comes last, and stays.
fn sorted(finding_type: FindingType, range: TimeRange, occurrences: &[Occurrence]) -> Vec<&Occurrence> {
    let mut sorted: Vec<&Occurrence> =
        occurrences.iter().filter(|occurrence| occurrence.finding_type == finding_type && range.contains(hour(occurrence))).collect();
    sorted.sort_by_cached_key(|occurrence| {
        let bytes = occurrence.connection.bytes_in.saturating_add(occurrence.connection.bytes_out);
        (occurrence.last_seen, bytes, serde_json::to_string(occurrence).unwrap_or_default())
    });
    sorted
}

async fn in_range(
    transaction: &mut Transaction,
    finding_type: FindingType,
    range: TimeRange,
) -> Result<BTreeMap<String, ByKey>, StateError> {
    let rows = query(
        "SELECT finding_id, occurrence_key, occurrence FROM occurrences WHERE finding_type = ? AND hour >= ? AND hour < ? \
             AND NOT EXISTS (SELECT 1 FROM findings f WHERE f.id = finding_id AND f.sample)",
    )
    .bind(finding_type.name())
    .bind(range.from.micros())
    .bind(range.to.micros())
    .fetch_all(&mut *transaction)
    .await
    .map_err(StateError::of("read occurrences"))?;
    let mut known: BTreeMap<String, ByKey> = BTreeMap::new();
    for row in rows {
        known.entry(row.get("finding_id")).or_default().insert(row.get("occurrence_key"), row.get("occurrence"));
    }
    Ok(known)
}

async fn delete(transaction: &mut Transaction, id: &str, key: &str) -> Result<(), StateError> {
    query("DELETE FROM occurrences WHERE finding_id = ? AND occurrence_key = ?")
        .bind(id)
        .bind(key)
        .execute(&mut *transaction)
        .await
        .map_err(StateError::of("delete an occurrence"))?;
    Ok(())
}

async fn insert(transaction: &mut Transaction, id: &str, key: &str, hour: Timestamp, text: &str) -> Result<(), StateError> {
    let occurrence = read_occurrence(text)?;
    // The finding's row first, for the reference; what it holds is settled when all occurrences are there.
    query(
        "INSERT INTO findings (id, finding_type, entity, severity, title, description, count, actors, first_seen, last_seen, latest, resource) \
         VALUES (?, ?, ?, 0, '', '', -1, 0, 0, 0, '', '{}') ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(occurrence.finding_type.name())
    .bind(&occurrence.entity)
    .execute(&mut *transaction)
    .await
    .map_err(StateError::of("write a finding"))?;
    query(
        "INSERT INTO occurrences (finding_id, occurrence_key, finding_type, entity, account_id, hour, first_seen, last_seen, severity, \
         remote_addr, occurrence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (finding_id, occurrence_key) DO UPDATE SET \
         account_id = excluded.account_id, hour = excluded.hour, first_seen = excluded.first_seen, last_seen = excluded.last_seen, \
         severity = excluded.severity, remote_addr = excluded.remote_addr, occurrence = excluded.occurrence",
    )
    .bind(id)
    .bind(key)
    .bind(occurrence.finding_type.name())
    .bind(&occurrence.entity)
    .bind(&occurrence.account_id)
    .bind(hour.micros())
    .bind(occurrence.first_seen.micros())
    .bind(occurrence.last_seen.micros())
    .bind(occurrence.severity)
    .bind(&occurrence.connection.remote_addr)
    .bind(text)
    .execute(&mut *transaction)
    .await
    .map_err(StateError::of("write an occurrence"))?;
    Ok(())
}

enum Outcome {
    New,
    Updated,
    Removed,
}

/// Brings a finding's row in line with its occurrences.
async fn settle(
    transaction: &mut Transaction,
    id: &str,
    fresh: &BTreeSet<&str>,
    resource: &(dyn Fn(&str, Timestamp) -> Resource + Sync),
) -> Result<Outcome, StateError> {
    let row = query("SELECT count, last_seen, archived, triaged_at, note FROM findings WHERE id = ?")
        .bind(id)
        .fetch_one(&mut *transaction)
        .await
        .map_err(StateError::of("read a finding"))?;
    let (count, last_seen): (i64, i64) = (row.get("count"), row.get("last_seen"));
    let archived: bool = row.get("archived");
    let triaged = row.get::<Option<i64>, _>("triaged_at").is_some() || row.get::<Option<String>, _>("note").is_some() || archived;
    let texts: Vec<String> = query("SELECT occurrence FROM occurrences WHERE finding_id = ? ORDER BY occurrence_key")
        .bind(id)
        .fetch_column(&mut *transaction)
        .await
        .map_err(StateError::of("read occurrences"))?;
    let occurrences = texts.iter().map(|text| read_occurrence(text)).collect::<Result<Vec<Occurrence>, StateError>>()?;
    let latest = occurrences.iter().map(|occurrence| occurrence.last_seen).max();
    // Something that happened after it was put away: somebody should look again.
    let again = occurrences
        .iter()
        .any(|occurrence| fresh.contains(occurrence.occurrence_key.as_str()) && occurrence.last_seen.micros() > last_seen && count >= 0);
    let described = occurrences.first().zip(latest).map(|(first, latest)| resource(&first.entity, latest));
    let assembled = described.and_then(|resource| Finding::assemble(id, occurrences, &resource));
    let Some(finding) = assembled else {
        let (sql, outcome) = if triaged {
            ("UPDATE findings SET count = 0 WHERE id = ?", Outcome::Updated)
        } else {
            ("DELETE FROM findings WHERE id = ?", Outcome::Removed)
        };
        query(sql).bind(id).execute(&mut *transaction).await.map_err(StateError::of("write a finding"))?;
        return Ok(outcome);
    };
    query(
        "UPDATE findings SET account_id = ?, region = ?, severity = ?, title = ?, description = ?, count = ?, actors = ?, first_seen = ?, \
         last_seen = ?, latest = ?, evidence = ?, resource = ?, archived = ? WHERE id = ?",
    )
    .bind(&finding.account_id)
    .bind(&finding.region)
    .bind(finding.severity)
    .bind(&finding.title)
    .bind(&finding.description)
    .bind(i64::try_from(finding.count).unwrap_or(i64::MAX))
    .bind(i64::try_from(finding.actors.len()).unwrap_or(i64::MAX))
    .bind(finding.first_seen.micros())
    .bind(finding.last_seen.micros())
    .bind(write_json(&finding.latest(), "an occurrence")?)
    .bind(write_json(&finding.evidence, "the evidence of a finding")?)
    .bind(write_json(&finding.resource, "the resource of a finding")?)
    .bind(archived && !again)
    .bind(id)
    .execute(&mut *transaction)
    .await
    .map_err(StateError::of("write a finding"))?;
    write_signal(transaction, &finding).await?;
    Ok(if count < 0 { Outcome::New } else { Outcome::Updated })
}
