//! Which findings, and in what order.

use std::str::FromStr;

use detect::FindingType;
use flow::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Sqlite};
use utoipa::ToSchema;

/// Severity in a word: the bands that GuardDuty uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Below 4.
    Low,
    /// 4 to below 7.
    Medium,
    /// 7 to below 9.
    High,
    /// 9 and above.
    Critical,
}

impl Severity {
    /// Every band, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The band of a number.
    pub fn of(severity: f64) -> Self {
        if severity < Self::Medium.least() {
            Self::Low
        } else if severity < Self::High.least() {
            Self::Medium
        } else if severity < Self::Critical.least() {
            Self::High
        } else {
            Self::Critical
        }
    }

    /// The least number in the band.
    pub const fn least(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Medium => 4.0,
            Self::High => 7.0,
            Self::Critical => 9.0,
        }
    }

    /// The first number above the band.
    const fn above(self) -> f64 {
        match self {
            Self::Low => Self::Medium.least(),
            Self::Medium => Self::High.least(),
            Self::High => Self::Critical.least(),
            Self::Critical => f64::MAX,
        }
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("{text:?} is no severity: write low, medium, high or critical"))
    }
}

/// Which findings to give. All conditions hold at once; an empty or absent one holds always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingFilter {
    /// Any of these types.
    pub types: Vec<FindingType>,
    /// Any of these bands.
    pub severities: Vec<Severity>,
    /// At least this severity.
    pub min_severity: Option<f64>,
    /// About this entity.
    pub entity: Option<String>,
    /// Of this account.
    pub account: Option<String>,
    /// With this remote address among its actors.
    pub remote: Option<String>,
    /// Put away, or not.
    pub archived: Option<bool>,
    /// Last seen at or after.
    pub from: Option<Timestamp>,
    /// First seen before.
    pub to: Option<Timestamp>,
    /// A part of the title, the description, the id, the type, the entity, the account, the note, or a remote address; any case.
    pub text: Option<String>,
}

impl FindingFilter {
    /// Writes the conditions after `WHERE TRUE`.
    pub(super) fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        if !self.types.is_empty() {
            query.push(" AND finding_type IN (");
            let mut names = query.separated(", ");
            for finding_type in &self.types {
                names.push_bind(finding_type.name());
            }
            query.push(")");
        }
        if !self.severities.is_empty() {
            query.push(" AND (FALSE");
            for severity in &self.severities {
                query.push(" OR (severity >= ").push_bind(severity.least());
                query.push(" AND severity < ").push_bind(severity.above()).push(")");
            }
            query.push(")");
        }
        if let Some(least) = self.min_severity {
            query.push(" AND severity >= ").push_bind(least);
        }
        for (column, wanted) in [("entity", &self.entity), ("account_id", &self.account)] {
            if let Some(wanted) = wanted {
                query.push(format_args!(" AND {column} = ")).push_bind(wanted.clone());
            }
        }
        if let Some(remote) = &self.remote {
            query.push(" AND EXISTS (SELECT 1 FROM occurrences o WHERE o.finding_id = findings.id AND o.remote_addr = ");
            query.push_bind(remote.clone()).push(")");
        }
        if let Some(archived) = self.archived {
            query.push(" AND archived = ").push_bind(i64::from(archived));
        }
        if let Some(from) = self.from {
            query.push(" AND last_seen >= ").push_bind(from.micros());
        }
        if let Some(to) = self.to {
            query.push(" AND first_seen < ").push_bind(to.micros());
        }
        if let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) {
            let pattern = like(text.trim());
            query.push(" AND (FALSE");
            for column in ["title", "description", "id", "finding_type", "entity", "account_id", "note"] {
                query.push(format_args!(" OR {column} LIKE ")).push_bind(pattern.clone()).push(" ESCAPE '\\'");
            }
            query.push(" OR EXISTS (SELECT 1 FROM occurrences o WHERE o.finding_id = findings.id AND o.remote_addr LIKE ");
            query.push_bind(pattern).push(" ESCAPE '\\'))");
        }
    }
}

/// A pattern for `LIKE` that finds the text itself, anywhere.
fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// What to order findings by. Ties are broken by id, so that pages never overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingSort {
    /// End of the last occurrence.
    #[default]
    LastSeen,
    /// Start of the first occurrence.
    FirstSeen,
    /// Severity.
    Severity,
    /// Number of occurrences.
    Count,
    /// Type, by name.
    Type,
    /// Entity.
    Entity,
}

impl FindingSort {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::LastSeen => "last_seen",
            Self::FirstSeen => "first_seen",
            Self::Severity => "severity",
            Self::Count => "count",
            Self::Type => "finding_type",
            Self::Entity => "entity",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_meet() {
        for (number, band) in
            [(1.0, "low"), (3.9, "low"), (4.0, "medium"), (6.9, "medium"), (7.0, "high"), (9.0, "critical"), (10.0, "critical")]
        {
            assert_eq!(Severity::of(number).as_str(), band, "{number}");
        }
        assert_eq!("HIGH".parse(), Ok(Severity::High));
        assert!("severe".parse::<Severity>().is_err());
    }

    #[test]
    fn patterns_are_taken_literally() {
        assert_eq!(like("50%_a\\b"), "%50\\%\\_a\\\\b%");
    }
}
