//! Retention: whole days leave a table, and the lake remembers from which day on it is complete.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::Timestamp;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Lake, LakeError, Table};

const HORIZONS: &str = "_horizons.json";

/// What left a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    /// Days.
    pub days: u64,
    /// Files.
    pub files: u64,
    /// Rows.
    pub rows: u64,
    /// Bytes, given back by the next vacuum.
    pub bytes: u64,
}

impl Lake {
    /// Takes every day before `before`, a UTC day as `YYYY-MM-DD`, out of a table in one commit; with `dry_run` only counts. The other
    /// tables keep their days: what flows summed up to outlives the flows.
    ///
    /// # Errors
    /// [`LakeError::NotExpirable`] for the ledger, without which delivered objects would be taken in again; else when the lake cannot be
    /// read or written, and then nothing is changed.
    pub async fn expire(self: &Arc<Self>, table: Table, before: &str, now: Timestamp, dry_run: bool) -> Result<Expired, LakeError> {
        if table == Table::Objects {
            return Err(LakeError::NotExpirable { table });
        }
        let state = self.state(table).await?;
        let leaving = || state.files.iter().filter(|file| file.date.as_str() < before);
        let mut days: Vec<&str> = leaving().map(|file| file.date.as_str()).collect();
        days.dedup();
        let expired = Expired {
            days: days.len() as u64,
            files: leaving().count() as u64,
            rows: leaving().map(|file| file.rows).sum(),
            bytes: leaving().map(|file| file.size).sum(),
        };
        if dry_run || expired.files == 0 {
            return Ok(expired);
        }
        let mut batch = self.begin(now).await?;
        for file in leaving() {
            batch.replace(table, file.clone());
        }
        batch.expires(table, before);
        batch.commit(&mut []).await?;
        Ok(expired)
    }

    /// The first day that each table is kept from; a table that is not named is kept from its beginning.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub async fn horizons(&self) -> Result<BTreeMap<Table, String>, LakeError> {
        self.document(HORIZONS).await
    }

    /// A small document of the lake's own; empty when it is not there.
    pub(crate) async fn document<T: Default + DeserializeOwned>(&self, name: &str) -> Result<T, LakeError> {
        let failed = |source| LakeError::Store { operation: "read", path: name.to_owned(), source };
        match self.store().get(&Path::from(name)).await {
            Ok(found) => {
                let bytes = found.bytes().await.map_err(failed)?;
                serde_json::from_slice(&bytes).map_err(|source| LakeError::Manifest { path: name.to_owned(), source })
            }
            Err(object_store::Error::NotFound { .. }) => Ok(T::default()),
            Err(source) => Err(failed(source)),
        }
    }

    pub(crate) async fn put_document(&self, name: &str, content: &impl Serialize) -> Result<(), LakeError> {
        let text = serde_json::to_vec_pretty(content).map_err(|source| LakeError::Manifest { path: name.to_owned(), source })?;
        self.put(&Path::from(name), text).await
    }

    /// Moves horizons forward, never back. Doing it twice changes nothing.
    pub(crate) async fn advance_horizons(&self, expired: &BTreeMap<Table, String>) -> Result<(), LakeError> {
        let mut horizons = self.horizons().await?;
        for (table, before) in expired {
            let known = horizons.entry(*table).or_default();
            if *known < *before {
                known.clone_from(before);
            }
        }
        self.put_document(HORIZONS, &horizons).await
    }
}
