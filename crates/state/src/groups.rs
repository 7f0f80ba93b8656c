//! Finding groups: derived from the findings, and kept so that a list need not derive them again.

use std::collections::{BTreeMap, BTreeSet};

use detect::{Finding, Group, GroupSide, GroupThresholds, Grouping, Signal, group_id};
use flow::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Query, Row, Transaction, query};
use crate::findings::{AT_ONCE, find, read_json, write_json};
use crate::{Severity, StateError, Store};

/// Machines named with a group in a list.
const NAMED: usize = 5;

/// A group as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupSummary {
    /// 32 hexadecimal digits.
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// 1.0 to 10.0.
    pub severity: f64,
    /// The same in a word.
    pub severity_word: Severity,
    /// What to look at first: the higher, the sooner.
    pub score: f64,
    /// Whether every finding in it is put away.
    pub archived: bool,
    /// Start of its first finding.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of its last finding.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Findings in it.
    pub findings: u64,
    /// The tactics that follow each other.
    pub chain: Vec<String>,
    /// Our machines in it, at most five, those with most findings first.
    pub entities: Vec<String>,
    /// Different machines of ours that take part.
    pub entity_count: u64,
}

/// Which groups to give. An absent condition holds always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupFilter {
    /// At least this severity.
    pub min_severity: Option<f64>,
    /// Put away as a whole, or not.
    pub archived: Option<bool>,
    /// With a finding about this entity.
    pub entity: Option<String>,
    /// Last seen at or after.
    pub from: Option<Timestamp>,
    /// First seen before.
    pub to: Option<Timestamp>,
}

impl GroupFilter {
    fn push(&self, query: &mut Query) {
        if let Some(least) = self.min_severity {
            query.push(" AND severity >= ").push_bind(least);
        }
        if let Some(archived) = self.archived {
            query.push(" AND archived = ").push_bind(archived);
        }
        if let Some(entity) = &self.entity {
            query.push(" AND EXISTS (SELECT 1 FROM findings f WHERE f.group_id = groups.id AND f.entity = ");
            query.push_bind(entity.clone()).push(")");
        }
        if let Some(from) = self.from {
            query.push(" AND last_seen >= ").push_bind(from.micros());
        }
        if let Some(to) = self.to {
            query.push(" AND first_seen < ").push_bind(to.micros());
        }
    }
}

fn read_group(row: &Row) -> Result<Group, StateError> {
    read_json(row.get("content"), "a group")
}

fn summary(group: Group) -> GroupSummary {
    let machines: Vec<String> =
        group.entities.into_iter().filter(|entity| entity.side == GroupSide::Local).map(|entity| entity.id).collect();
    GroupSummary {
        id: group.id,
        title: group.title,
        severity: group.severity,
        severity_word: group.severity_word,
        score: group.score,
        archived: group.archived,
        first_seen: group.first_seen,
        last_seen: group.last_seen,
        findings: group.members.len() as u64,
        chain: group.chain,
        entity_count: machines.len() as u64,
        entities: machines.into_iter().take(NAMED).collect(),
    }
}

/// Keeps of a finding what groups are made from.
pub(crate) async fn write_signal(transaction: &mut Transaction, finding: &Finding) -> Result<(), StateError> {
    query("UPDATE findings SET signal = ? WHERE id = ?")
        .bind(write_json(&Signal::of(finding), "what groups are made from")?)
        .bind(&finding.id)
        .execute(&mut *transaction)
        .await
        .map_err(StateError::of("write a finding"))?;
    Ok(())
}

impl Store {
    /// Brings the groups in line with the findings. Doing it twice changes nothing. It is to be called after findings were written; what
    /// people decide about findings does it by itself.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn regroup(&self) -> Result<(), StateError> {
        let mut transaction = self.write("begin to write groups").await?;
        regroup(&mut transaction).await?;
        transaction.commit().await.map_err(StateError::of("commit groups"))
    }

    /// A page of groups, what to look at first coming first, and how many there are on all pages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn groups(&self, filter: &GroupFilter, offset: u64, limit: u64) -> Result<(Vec<GroupSummary>, u64), StateError> {
        let mut count = query("SELECT count(*) FROM groups WHERE TRUE");
        filter.push(&mut count);
        let total = count.fetch_one(&self.database).await.map_err(StateError::of("count groups"))?;
        let mut page = query("SELECT content FROM groups WHERE TRUE");
        filter.push(&mut page);
        page.push(" ORDER BY archived, score DESC, last_seen DESC, id LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        page.push(" OFFSET ").push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
        let rows = page.fetch_all(&self.database).await.map_err(StateError::of("read groups"))?;
        let page = rows.iter().map(|row| read_group(row).map(summary)).collect::<Result<_, _>>()?;
        Ok((page, u64::try_from(total.get::<i64, _>(0)).unwrap_or(0)))
    }

    /// A group by its id, or by one that it had before it grew or merged; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn group(&self, id: &str) -> Result<Option<Group>, StateError> {
        let row = query("SELECT g.content FROM group_ids i JOIN groups g ON g.id = i.group_id WHERE i.id = ?")
            .bind(id)
            .fetch_optional(&self.database)
            .await
            .map_err(StateError::of("read a group"))?;
        row.as_ref().map(read_group).transpose()
    }
}

/// Brings the groups in line with the findings.
pub(crate) async fn regroup(transaction: &mut Transaction) -> Result<(), StateError> {
    let failed = || StateError::of("read findings");
    let old: Vec<String> =
        query("SELECT id FROM findings WHERE signal IS NULL AND count > 0").fetch_column(&mut *transaction).await.map_err(failed())?;
    for ids in old.chunks(AT_ONCE) {
        for finding in find(&mut *transaction, ids).await?.values() {
            write_signal(transaction, finding).await?;
        }
    }
    // What a rule hides is known to be harmless, and a sample is made up: neither belongs to a story.
    let rows =
        query("SELECT signal, archived FROM findings WHERE signal IS NOT NULL AND count > 0 AND NOT sample AND suppressed_by IS NULL")
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed())?;
    let mut grouping = Grouping::new(GroupThresholds::default());
    for row in rows {
        let signal: Signal = read_json(row.get("signal"), "what groups are made from")?;
        grouping.put(Signal { archived: row.get("archived"), ..signal });
    }
    write(transaction, &grouping.groups()).await
}

async fn write(transaction: &mut Transaction, groups: &[Group]) -> Result<(), StateError> {
    let failed = || StateError::of("write groups");
    let rows = query("SELECT id, content FROM groups").fetch_all(&mut *transaction).await.map_err(failed())?;
    let known: BTreeMap<String, String> = rows.iter().map(|row| (row.get("id"), row.get("content"))).collect();
    let mut current = BTreeSet::new();
    let mut changed = Vec::new();
    for group in groups {
        let content = write_json(group, "a group")?;
        current.insert(group.id.as_str());
        if known.get(&group.id) != Some(&content) {
            changed.push((group, content));
        }
    }
    // First everything that changed goes, then it comes: an id may have passed from one group to another.
    let gone = known.keys().map(String::as_str).filter(|id| !current.contains(id));
    for id in gone.chain(changed.iter().map(|(group, _)| group.id.as_str())) {
        query("UPDATE findings SET group_id = NULL WHERE group_id = ?").bind(id).execute(&mut *transaction).await.map_err(failed())?;
        query("DELETE FROM groups WHERE id = ?").bind(id).execute(&mut *transaction).await.map_err(failed())?;
    }
    for (group, content) in changed {
        query(
            "INSERT INTO groups (id, title, severity, score, archived, first_seen, last_seen, findings, content) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&group.id)
        .bind(&group.title)
        .bind(group.severity)
        .bind(group.score)
        .bind(group.archived)
        .bind(group.first_seen.micros())
        .bind(group.last_seen.micros())
        .bind(i64::try_from(group.members.len()).unwrap_or(i64::MAX))
        .bind(content)
        .execute(&mut *transaction)
        .await
        .map_err(failed())?;
        for member in &group.members {
            query("INSERT INTO group_ids (id, group_id) VALUES (?, ?)")
                .bind(group_id(&member.finding_id))
                .bind(&group.id)
                .execute(&mut *transaction)
                .await
                .map_err(failed())?;
            query("UPDATE findings SET group_id = ? WHERE id = ?")
                .bind(&group.id)
                .bind(&member.finding_id)
                .execute(&mut *transaction)
                .await
                .map_err(failed())?;
        }
    }
    Ok(())
}
