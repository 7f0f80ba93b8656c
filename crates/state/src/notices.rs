//! Notices that findings are new or have changed, and how far each receiver has settled them.

use flow::Timestamp;

use crate::database::{Row, Transaction, query};
use crate::{StateError, Store};

/// That a finding is new or has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// Its place in the order of notices.
    pub position: u64,
    /// The finding.
    pub finding_id: String,
    /// Whether the finding was not there before.
    pub is_new: bool,
    /// When it was let out.
    pub at: Timestamp,
}

impl Store {
    /// Makes these the receivers of notices. A new one begins with what comes next; one that is not named any more is forgotten. Without
    /// receivers no notices are kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_receivers(&self, names: &[String]) -> Result<(), StateError> {
        let failed = StateError::of("write receivers");
        let mut transaction = self.write("write receivers").await?;
        let known: Vec<String> = query("SELECT target FROM deliveries").fetch_column(&mut transaction).await.map_err(&failed)?;
        for gone in known.iter().filter(|name| !names.contains(name)) {
            query("DELETE FROM deliveries WHERE target = ?").bind(gone).execute(&mut transaction).await.map_err(&failed)?;
        }
        for name in names {
            query(
                "INSERT INTO deliveries (target, position) VALUES (?, (SELECT coalesce(max(position), 0) FROM notices)) \
                 ON CONFLICT (target) DO NOTHING",
            )
            .bind(name)
            .execute(&mut transaction)
            .await
            .map_err(&failed)?;
        }
        prune(&mut transaction).await?;
        transaction.commit().await.map_err(&failed)
    }

    /// Lets everything that has been noticed be told, as of `at`. Called when suppression rules have been applied to what the detectors
    /// found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_notices(&self, at: Timestamp) -> Result<(), StateError> {
        query("UPDATE notices SET at = ? WHERE at IS NULL")
            .bind(at.micros())
            .execute(&self.database)
            .await
            .map_err(StateError::of("release notices"))?;
        Ok(())
    }

    /// What the receiver has not settled and may be told, at most `limit`, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notices(&self, receiver: &str, limit: usize) -> Result<Vec<StoredNotice>, StateError> {
        let rows = query(
            "SELECT n.position, n.finding_id, n.is_new, n.at FROM notices n JOIN deliveries d ON d.target = ? \
             WHERE n.position > d.position AND n.at IS NOT NULL ORDER BY n.position LIMIT ?",
        )
        .bind(receiver)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.database)
        .await
        .map_err(StateError::of("read notices"))?;
        let notice = |row: &Row| StoredNotice {
            position: u64::try_from(row.get::<i64, _>("position")).unwrap_or_default(),
            finding_id: row.get("finding_id"),
            is_new: row.get("is_new"),
            at: Timestamp::from_micros(row.get("at")),
        };
        Ok(rows.iter().map(notice).collect())
    }

    /// Everything up to `position` is settled for the receiver. What all have settled is deleted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_notices(&self, receiver: &str, position: u64) -> Result<(), StateError> {
        let failed = StateError::of("settle notices");
        let mut transaction = self.write("settle notices").await?;
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        query("UPDATE deliveries SET position = ? WHERE target = ? AND position < ?")
            .bind(position)
            .bind(receiver)
            .bind(position)
            .execute(&mut transaction)
            .await
            .map_err(&failed)?;
        prune(&mut transaction).await?;
        transaction.commit().await.map_err(&failed)
    }
}

/// Notes that findings are new or have changed, in the transaction that changes them.
pub(crate) async fn notice(transaction: &mut Transaction, ids: &[String], is_new: bool) -> Result<(), StateError> {
    for id in ids {
        query("INSERT INTO notices (finding_id, is_new) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM deliveries)")
            .bind(id)
            .bind(is_new)
            .execute(&mut *transaction)
            .await
            .map_err(StateError::of("write a notice"))?;
    }
    Ok(())
}

async fn prune(transaction: &mut Transaction) -> Result<(), StateError> {
    query("DELETE FROM notices WHERE position <= coalesce((SELECT min(position) FROM deliveries), position)")
        .execute(&mut *transaction)
        .await
        .map_err(StateError::of("delete notices"))?;
    Ok(())
}
