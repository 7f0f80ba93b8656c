//! Which connections belong to which findings, and how many occurrences there were over time.

use detect::Severity;
use std::collections::BTreeMap;

use flow::{Direction, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read_occurrence;
use crate::database::query;
use crate::{StateError, Store};

/// Whose occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkSubject<'a> {
    /// Those of an entity.
    Entity(&'a str),
    /// Those with a remote address.
    Remote(&'a str),
    /// Those of an account's entities.
    Account(&'a str),
}

/// That connections of an entity belong to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The finding.
    pub finding_id: String,
    /// The entity.
    pub entity: String,
    /// The remote address.
    pub remote_addr: String,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// The server's port, whichever side that is.
    pub service_port: Option<u16>,
    /// Who opened the connections.
    pub direction: Direction,
    /// From when.
    pub first_seen: Timestamp,
    /// Until when.
    pub last_seen: Timestamp,
}

/// How much was noted in one interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OccurrenceBin {
    /// Start of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Severity of the occurrences.
    pub severity: Severity,
    /// Different findings with occurrences in it.
    pub findings: u64,
    /// Occurrences that begin in it.
    pub occurrences: u64,
}

impl Store {
    /// The connections that findings rest on and that touch `range`, ordered by finding and time; findings that are put away count
    /// too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn marks(&self, subject: MarkSubject<'_>, range: TimeRange) -> Result<Vec<Mark>, StateError> {
        let (sql, id) = match subject {
            MarkSubject::Entity(id) => (
                "SELECT finding_id, occurrence FROM occurrences WHERE entity = ? AND first_seen < ? AND last_seen >= ? \
                 ORDER BY finding_id, first_seen, occurrence_key",
                id,
            ),
            MarkSubject::Remote(id) => (
                "SELECT finding_id, occurrence FROM occurrences WHERE remote_addr = ? AND first_seen < ? AND last_seen >= ? \
                 ORDER BY finding_id, first_seen, occurrence_key",
                id,
            ),
            MarkSubject::Account(id) => (
                "SELECT finding_id, occurrence FROM occurrences WHERE account_id = ? AND first_seen < ? AND last_seen >= ? \
                 ORDER BY finding_id, first_seen, occurrence_key",
                id,
            ),
        };
        let rows = query(sql)
            .bind(id)
            .bind(range.to.micros())
            .bind(range.from.micros())
            .fetch_all(&self.database)
            .await
            .map_err(StateError::of("read occurrences"))?;
        rows.iter()
            .map(|row| {
                let occurrence = read_occurrence(row.get("occurrence"))?;
                let connection = occurrence.connection;
                Ok(Mark {
                    finding_id: row.get("finding_id"),
                    entity: occurrence.entity,
                    service_port: connection.service_port(),
                    remote_addr: connection.remote_addr,
                    protocol: connection.protocol,
                    direction: connection.connection_direction,
                    first_seen: occurrence.first_seen,
                    last_seen: occurrence.last_seen,
                })
            })
            .collect()
    }

    /// Occurrences that begin in `range`, in bins of `bin_secs`, by severity; of findings that are not put away. Empty bins are left
    /// out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn occurrences_over_time(&self, range: TimeRange, bin_secs: i64) -> Result<Vec<OccurrenceBin>, StateError> {
        let rows = query(
            "SELECT o.finding_id, o.first_seen, o.severity FROM occurrences o JOIN findings f ON f.id = o.finding_id \
             WHERE NOT f.archived AND o.first_seen >= ? AND o.first_seen < ?",
        )
        .bind(range.from.micros())
        .bind(range.to.micros())
        .fetch_all(&self.database)
        .await
        .map_err(StateError::of("read occurrences"))?;
        let mut bins: BTreeMap<(Timestamp, Severity), (std::collections::BTreeSet<String>, u64)> = BTreeMap::new();
        for row in rows {
            let start = Timestamp::from_micros(row.get("first_seen")).floor(bin_secs.max(1));
            let (findings, occurrences) = bins.entry((start, Severity::of(row.get("severity")))).or_default();
            findings.insert(row.get("finding_id"));
            *occurrences += 1;
        }
        let bin = |((start, severity), (findings, occurrences)): (_, (std::collections::BTreeSet<String>, u64))| OccurrenceBin {
            start,
            severity,
            findings: findings.len() as u64,
            occurrences,
        };
        Ok(bins.into_iter().map(bin).collect())
    }
}
