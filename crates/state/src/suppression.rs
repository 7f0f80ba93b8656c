//! Suppression rules, what they hide, and what they would have hidden.

use std::collections::BTreeMap;

use detect::{Finding, FindingType, SuppressionRule, suppressed_by};
use flow::{DAY_SECS, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Transaction, query};
use crate::findings::{AT_ONCE, find, read_json, write_json};
use crate::groups::regroup;
use crate::{FindingSummary, Severity, StateError, Store};

/// How far back a preview looks.
const PREVIEW_SECS: i64 = 90 * DAY_SECS;
/// Findings named in a preview.
const NAMED: usize = 100;

/// A rule with what it hides.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuppressionState {
    /// The rule.
    pub rule: SuppressionRule,
    /// Whether it has ended.
    pub expired: bool,
    /// Findings that it hides.
    pub hidden: u64,
    /// Of these, those of high or critical severity: somebody should look at them.
    pub hidden_high: u64,
}

/// A finding of high severity that a rule has just hidden.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HiddenHigh {
    /// The rule.
    pub rule: String,
    /// The finding.
    pub finding: String,
    /// Its type.
    pub finding_type: FindingType,
    /// The entity it is about.
    pub entity: String,
    /// Its severity.
    pub severity: f64,
}

/// What a rule would hide of the last 90 days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuppressionPreview {
    /// Start of what was looked at.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Findings looked at.
    pub looked_at: u64,
    /// Findings that it would hide.
    pub hidden: u64,
    /// Their occurrences.
    pub occurrences: u64,
    /// Of the findings, those of high or critical severity.
    pub hidden_high: u64,
    /// How many it would hide, by severity in a word.
    pub by_severity: BTreeMap<String, u64>,
    /// How many it would hide, by type.
    pub by_type: BTreeMap<String, u64>,
    /// The findings, the gravest first; at most 100.
    pub findings: Vec<FindingSummary>,
}

impl Store {
    /// Keeps a rule, in the place of one with the same name. It hides nothing before [`suppress`](Self::suppress) is called.
    ///
    /// # Errors
    /// When something is wrong with the rule, or the database fails.
    pub async fn put_suppression_rule(&self, rule: &SuppressionRule) -> Result<(), StateError> {
        if let Some(problem) = rule.problem() {
            return Err(StateError::Rule { problem });
        }
        query("INSERT INTO suppression_rules (name, rule) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET rule = excluded.rule")
            .bind(&rule.name)
            .bind(write_json(rule, "a suppression rule")?)
            .execute(&self.database)
            .await
            .map_err(StateError::of("write a suppression rule"))?;
        Ok(())
    }

    /// Takes a rule away; whether there was one. What it hid comes back with the next [`suppress`](Self::suppress).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_suppression_rule(&self, name: &str) -> Result<bool, StateError> {
        let done = query("DELETE FROM suppression_rules WHERE name = ?")
            .bind(name)
            .execute(&self.database)
            .await
            .map_err(StateError::of("delete a suppression rule"))?;
        Ok(done > 0)
    }

    /// Every rule, by name, with what it hides.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn suppression_rules(&self, now: Timestamp) -> Result<Vec<SuppressionState>, StateError> {
        let rows = query(
            "SELECT r.rule, count(f.id) AS hidden, count(CASE WHEN f.severity >= 7 THEN 1 END) AS high \
             FROM suppression_rules r LEFT JOIN findings f ON f.suppressed_by = r.name AND f.count > 0 GROUP BY r.name ORDER BY r.name",
        )
        .fetch_all(&self.database)
        .await
        .map_err(StateError::of("read the suppression rules"))?;
        rows.iter()
            .map(|row| {
                let rule: SuppressionRule = read_json(row.get("rule"), "a suppression rule")?;
                let number = |column: &str| u64::try_from(row.get::<i64, _>(column)).unwrap_or(0);
                Ok(SuppressionState { expired: rule.expired(now), hidden: number("hidden"), hidden_high: number("high"), rule })
            })
            .collect()
    }

    /// Brings findings in line with the rules: what a rule hides is put away under its name, what none hides any more comes back. What
    /// somebody took back by hand stays. Gives the findings of high severity that were hidden just now.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn suppress(&self, now: Timestamp) -> Result<Vec<HiddenHigh>, StateError> {
        let mut transaction = self.write("begin to hide findings").await?;
        let rules = rules(&mut transaction).await?;
        let candidates =
            query("SELECT id, kept FROM findings WHERE count > 0 AND NOT sample AND (? OR suppressed_by IS NOT NULL) ORDER BY id")
                .bind(!rules.is_empty())
                .fetch_all(&mut transaction)
                .await
                .map_err(StateError::of("read findings"))?;
        let kept: BTreeMap<String, bool> = candidates.iter().map(|row| (row.get("id"), row.get("kept"))).collect();
        let (ids, mut high, mut decided): (Vec<&String>, _, _) = (kept.keys().collect(), Vec::new(), false);
        for ids in ids.chunks(AT_ONCE) {
            for (id, finding) in find(&mut transaction, ids).await? {
                let rule = if kept.get(&id).is_some_and(|kept| *kept) { None } else { suppressed_by(&rules, &finding, now) };
                let (before, rule) = (finding.suppressed_by.as_ref(), rule.map(|rule| rule.name.as_str()));
                if let Some(rule) = rule.filter(|_| before.is_none() && Severity::of(finding.severity) >= Severity::High) {
                    high.push(hidden_high(rule, &finding));
                }
                // Again even where the rule is the same: a later occurrence may have taken the finding out of the archive.
                if rule.is_some() || before.is_some() {
                    hide(&mut transaction, &id, rule).await?;
                    decided = true;
                }
            }
        }
        if decided {
            regroup(&mut transaction).await?;
            transaction.commit().await.map_err(StateError::of("commit what is hidden"))?;
        }
        Ok(high)
    }

    /// What a rule would hide of the 90 days before `now`, whether other rules hide it already or not.
    ///
    /// # Errors
    /// When something is wrong with the rule, or the database fails.
    pub async fn preview_suppression(&self, rule: &SuppressionRule, now: Timestamp) -> Result<SuppressionPreview, StateError> {
        if let Some(problem) = rule.problem() {
            return Err(StateError::Rule { problem });
        }
        let from = now.plus_secs(-PREVIEW_SECS);
        let ids: Vec<String> =
            query("SELECT id FROM findings WHERE count > 0 AND NOT sample AND last_seen >= ? ORDER BY severity DESC, last_seen DESC, id")
                .bind(from.micros())
                .fetch_column(&self.database)
                .await
                .map_err(StateError::of("read findings"))?;
        let mut preview = SuppressionPreview {
            from,
            looked_at: ids.len() as u64,
            hidden: 0,
            occurrences: 0,
            hidden_high: 0,
            by_severity: BTreeMap::new(),
            by_type: BTreeMap::new(),
            findings: Vec::new(),
        };
        for ids in ids.chunks(AT_ONCE) {
            let found = find(&self.database, ids).await?;
            for finding in ids.iter().filter_map(|id| found.get(id)).filter(|finding| rule.fits(finding)) {
                let severity = Severity::of(finding.severity);
                preview.hidden += 1;
                preview.occurrences += finding.count;
                preview.hidden_high += u64::from(severity >= Severity::High);
                *preview.by_severity.entry(severity.as_str().to_owned()).or_default() += 1;
                *preview.by_type.entry(finding.finding_type.name().to_owned()).or_default() += 1;
                if preview.findings.len() < NAMED {
                    preview.findings.extend(self.finding_summary(&finding.id).await?);
                }
            }
        }
        Ok(preview)
    }
}

async fn rules(transaction: &mut Transaction) -> Result<Vec<SuppressionRule>, StateError> {
    let rows = query("SELECT rule FROM suppression_rules ORDER BY name")
        .fetch_all(&mut *transaction)
        .await
        .map_err(StateError::of("read the suppression rules"))?;
    rows.iter().map(|row| read_json(row.get("rule"), "a suppression rule")).collect()
}

fn hidden_high(rule: &str, finding: &Finding) -> HiddenHigh {
    HiddenHigh {
        rule: rule.to_owned(),
        finding: finding.id.clone(),
        finding_type: finding.finding_type,
        entity: finding.entity.clone(),
        severity: finding.severity,
    }
}

/// Puts a finding away under a rule's name, or takes it back when only a rule had put it away.
async fn hide(transaction: &mut Transaction, id: &str, rule: Option<&str>) -> Result<(), StateError> {
    let sql = if rule.is_some() {
        "UPDATE findings SET suppressed_by = ?, hidden = hidden OR NOT archived, archived = TRUE WHERE id = ?"
    } else {
        "UPDATE findings SET suppressed_by = ?, archived = archived AND NOT hidden, hidden = FALSE WHERE id = ?"
    };
    query(sql).bind(rule).bind(id).execute(&mut *transaction).await.map_err(StateError::of("hide a finding"))?;
    Ok(())
}
