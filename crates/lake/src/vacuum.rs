//! Vacuum: data files that no table refers to any more go.

use std::collections::HashSet;

use flow::Timestamp;
use futures::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::{Lake, LakeError, Table, commit};

/// What a vacuum came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vacuumed {
    /// Files that nothing refers to and that are old enough.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that nothing refers to and that are too young: a reader may still be at them, or a writer about to commit them.
    pub kept: u64,
}

impl Lake {
    /// Deletes data files that no table's log refers to and that were written before `older_than`; with `dry_run` only counts them.
    ///
    /// `older_than` must leave time for the longest query that reads the files of an earlier version, and for a batch being written.
    ///
    /// # Errors
    /// When the store cannot be listed or a file not be deleted; what was deleted is.
    pub async fn vacuum(&self, older_than: Timestamp, dry_run: bool) -> Result<Vacuumed, LakeError> {
        // A batch that is committed and not yet applied refers to files that no log has.
        let pending = commit::pending(self).await?;
        let mut done = Vacuumed::default();
        for table in Table::ALL {
            let mut live: HashSet<Path> = self.state(table).await?.files.iter().map(|file| Self::path(table, file)).collect();
            live.extend(
                pending.iter().flat_map(|manifest| manifest.files.get(&table).into_iter().flatten()).map(|file| Self::path(table, file)),
            );
            let folder = Path::from(table.name());
            let failed = |source| LakeError::Store { operation: "list", path: folder.to_string(), source };
            let mut files = self.store().list(Some(&folder)).try_collect::<Vec<_>>().await.map_err(failed)?;
            files.retain(|meta| meta.location.as_ref().ends_with(".parquet") && !meta.location.as_ref().contains("/_delta_log/"));
            files.retain(|meta| !live.contains(&meta.location));
            for meta in files {
                if Timestamp::from_micros(meta.last_modified.timestamp_micros()) >= older_than {
                    done.kept += 1;
                    continue;
                }
                if !dry_run {
                    match self.store().delete(&meta.location).await {
                        Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                        Err(source) => return Err(LakeError::Store { operation: "delete", path: meta.location.to_string(), source }),
                    }
                }
                done.files += 1;
                done.bytes += meta.size;
            }
        }
        Ok(done)
    }
}
