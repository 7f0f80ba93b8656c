//! What people decide about findings. A detection run never changes it, but for what happens after.

use flow::Timestamp;

use crate::database::query;
use crate::groups::regroup;
use crate::{StateError, Store};

impl Store {
    /// Puts findings away, or takes them back. Gives how many of the ids there are.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn archive(&self, ids: &[String], archived: bool, by: &str, at: Timestamp) -> Result<u64, StateError> {
        if ids.is_empty() {
            return Ok(0);
        }
        let mut query = query("UPDATE findings SET archived = ");
        query.push_bind(archived).push(", hidden = FALSE, kept = ").push_bind(!archived);
        query.push(", triaged_by = ").push_bind(by).push(", triaged_at = ").push_bind(at.micros());
        query.push(" WHERE id IN ").push_list(ids);
        let mut transaction = self.write("begin to archive findings").await?;
        let done = query.execute(&mut transaction).await.map_err(StateError::of("archive findings"))?;
        regroup(&mut transaction).await?;
        transaction.commit().await.map_err(StateError::of("commit what is archived"))?;
        Ok(done)
    }

    /// Writes or, with `None`, takes away the note on a finding; whether there is such a finding.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_note(&self, id: &str, note: Option<&str>, by: &str, at: Timestamp) -> Result<bool, StateError> {
        let mut transaction = self.write("begin to write a note").await?;
        let done = query("UPDATE findings SET note = ?, triaged_by = ?, triaged_at = ? WHERE id = ?")
            .bind(note)
            .bind(by)
            .bind(at.micros())
            .bind(id)
            .execute(&mut transaction)
            .await
            .map_err(StateError::of("write a note"))?;
        transaction.commit().await.map_err(StateError::of("commit a note"))?;
        Ok(done > 0)
    }
}
