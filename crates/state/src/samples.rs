//! Sample findings.

use detect::{FindingType, sample, sample_resource};
use flow::Timestamp;

use crate::database::query;
use crate::findings::write_one;
use crate::{StateError, Store};

impl Store {
    /// Makes a sample finding of each of these types, as of `at`, in the place of those that are there. Gives their ids.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn make_samples(&self, types: &[FindingType], at: Timestamp) -> Result<Vec<String>, StateError> {
        let mut transaction = self.write("begin to write samples").await?;
        let mut ids = Vec::with_capacity(types.len());
        for finding_type in types {
            let occurrence = sample(*finding_type, at);
            let id = occurrence.finding_id();
            let gone = query("DELETE FROM findings WHERE sample AND id = ?").bind(&id).execute(&mut transaction).await;
            gone.map_err(StateError::of("write a sample"))?;
            write_one(&mut transaction, &occurrence, &|_, _| sample_resource()).await?;
            let marked = query("UPDATE findings SET sample = TRUE WHERE id = ?").bind(&id).execute(&mut transaction).await;
            marked.map_err(StateError::of("write a sample"))?;
            ids.push(id);
        }
        transaction.commit().await.map_err(StateError::of("commit samples"))?;
        Ok(ids)
    }

    /// Takes every sample finding away; how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_samples(&self) -> Result<u64, StateError> {
        let mut transaction = self.write("begin to delete samples").await?;
        let gone = query("DELETE FROM findings WHERE sample").execute(&mut transaction).await.map_err(StateError::of("delete samples"))?;
        transaction.commit().await.map_err(StateError::of("commit that samples are gone"))?;
        Ok(gone)
    }
}
