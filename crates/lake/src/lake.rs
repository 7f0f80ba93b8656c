//! The lake: seven Delta tables under one location.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, Remove, Transaction};
use deltalake_core::kernel::{DataType as DeltaType, PrimitiveType, StructField};
use deltalake_core::logstore::LogStoreRef;
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableError};
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::sync::Mutex;
use url::Url;

use crate::commit::{self, Manifest};
use crate::files::{Bound, DataFile};
use crate::location::{Location, Place};
use crate::{LakeError, PARTITION, Table};

/// Name under which Weir's batches are recorded in each table's log.
const APPLICATION: &str = "weir-ingest";
/// Under which a commit tells in its log who made the batch.
const MADE: &str = "weir";
/// Commits among which the maker of a batch is looked for.
const RECENT: usize = 1_000;

/// A lake: where it is, and the state of its tables as last read.
///
/// Cheap to share behind an [`Arc`]; all methods take `&self`. Any number of processes read it. One process writes a folder at a time, any
/// number write a bucket: of two batches with one number the store takes one, and the other is [overtaken](crate::Attempt::Overtaken).
#[derive(Debug)]
pub struct Lake {
    place: Place,
    tables: Vec<Mutex<Handle>>,
}

/// A table's log as last read.
#[derive(Debug)]
struct Handle {
    delta: DeltaTable,
    /// Its live files, of the same version.
    state: Option<TableState>,
    /// A version, and the last batch that it holds.
    last_batch: Option<(u64, u64)>,
}

impl std::fmt::Debug for TableState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TableState").field("files", &self.files.len()).finish()
    }
}

/// The live files of one table at one version of its log.
#[derive(Clone)]
pub struct TableState {
    /// Version of the table's log.
    pub version: u64,
    /// Live files, ordered by partition and path.
    pub files: Arc<Vec<DataFile>>,
}

impl Lake {
    /// Opens the lake at a local folder, creating it and its tables when they are not there.
    ///
    /// A batch that a crash interrupted stays as it is until [`recover`](Self::recover) finishes it; whoever is about to write calls
    /// that first.
    ///
    /// # Errors
    /// [`LakeError::Location`] when the folder cannot be made, [`LakeError::Log`] when a table cannot be read or created.
    pub async fn open(folder: &FilePath) -> Result<Self, LakeError> {
        Self::open_at(&Location::Folder(folder.to_owned())).await
    }

    /// The same, at any location.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_at(location: &Location) -> Result<Self, LakeError> {
        Self::open_place(Place::open(location)?).await
    }

    /// The same, in a store that the caller made, which several lakes of this or other processes may share. `url` is the lake's; it ends in
    /// `/`, and its path is where the lake is in the store.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_in(store: Arc<dyn ObjectStore>, url: Url) -> Result<Self, LakeError> {
        Self::open_place(Place::shared(store, url)?).await
    }

    async fn open_place(place: Place) -> Result<Self, LakeError> {
        let mut tables = Vec::new();
        for table in Table::ALL {
            let delta = open_table(&place, table).await?;
            tables.push(Mutex::new(Handle { delta, state: None, last_batch: None }));
        }
        Ok(Self { place, tables })
    }

    /// Finishes a batch that was committed and not yet applied to every table. Whoever else does so at the same time does no harm.
    ///
    /// # Errors
    /// When the lake cannot be read or written; calling again goes on where it stopped.
    pub async fn recover(&self) -> Result<(), LakeError> {
        for table in Table::ALL {
            self.evolve(table).await?;
        }
        commit::recover(self).await
    }

    /// Gives a table that an earlier version made the columns that have been added since; rows of before have none of their values. Columns
    /// are never taken away, and never change their meaning or type.
    async fn evolve(&self, table: Table) -> Result<(), LakeError> {
        let handle = &mut *self.tables[table as usize].lock().await;
        let known = |delta: &DeltaTable| -> Result<Vec<String>, LakeError> {
            let snapshot = delta.snapshot().map_err(log_error(table, "read the log"))?;
            Ok(snapshot.schema().fields().map(|field| field.name().clone()).collect())
        };
        let before = known(&handle.delta)?;
        let missing: Vec<StructField> = fields(table).into_iter().filter(|field| !before.contains(field.name())).collect();
        if missing.is_empty() {
            return Ok(());
        }
        tracing::info!(%table, columns = ?missing.iter().map(StructField::name).collect::<Vec<_>>(), "columns are added");
        let widened = handle.delta.clone().add_columns().with_fields(missing).await;
        handle.delta.update_state().await.map_err(log_error(table, "read the log"))?;
        handle.state = None;
        // Somebody else may have added them meanwhile.
        let after = known(&handle.delta)?;
        match widened {
            Err(source) if fields(table).iter().any(|field| !after.contains(field.name())) => Err(log_error(table, "add columns")(source)),
            _ => Ok(()),
        }
    }

    /// Where the lake is.
    pub const fn location(&self) -> &Url {
        &self.place.url
    }

    /// Whether others may write it too, at the same time.
    pub const fn is_shared(&self) -> bool {
        self.place.shared
    }

    /// The store that the lake's files are in; paths are relative to the lake's location, such as `flows/date=2026-11-24/x.parquet`.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.place.store)
    }

    /// Path of a table's file in [`store`](Self::store).
    pub fn path(table: Table, file: &DataFile) -> Path {
        Path::from_iter([table.name()].into_iter().chain(file.path.split('/')))
    }

    /// Reads what others committed since, and gives the table's live files. Costs one look at the store when nothing was committed.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn state(&self, table: Table) -> Result<TableState, LakeError> {
        let mut handle = self.tables[table as usize].lock().await;
        if let Some(state) = &handle.state
            && !self.is_committed(table, state.version + 1).await?
        {
            return Ok(state.clone());
        }
        handle.delta.update_state().await.map_err(log_error(table, "read the log"))?;
        let snapshot = handle.delta.snapshot().map_err(log_error(table, "read the log"))?;
        let views = snapshot.log_data();
        let mut files: Vec<DataFile> = views.iter().map(|view| data_file(&view.path(), view.size(), view.stats().as_deref())).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let state = TableState { version: snapshot.version(), files: Arc::new(files) };
        handle.state = Some(state.clone());
        Ok(state)
    }

    /// Whether the table's log has this version.
    async fn is_committed(&self, table: Table, version: u64) -> Result<bool, LakeError> {
        let path = Path::from(format!("{}/_delta_log/{version:020}.json", table.name()));
        match self.place.store.head(&path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(source) => Err(LakeError::Store { operation: "look for", path: path.to_string(), source }),
        }
    }

    /// The number of the last batch of which the table holds something; 0 before the first. The ledger has something of every batch.
    pub(crate) async fn last_batch(&self, table: Table) -> Result<u64, LakeError> {
        let handle = &mut *self.tables[table as usize].lock().await;
        if let Some((version, batch)) = handle.last_batch
            && !self.is_committed(table, version + 1).await?
        {
            return Ok(batch);
        }
        handle.delta.update_state().await.map_err(log_error(table, "read the log"))?;
        let log_store = handle.delta.log_store();
        let snapshot = handle.delta.snapshot().map_err(log_error(table, "read the log"))?;
        let batch = snapshot.transaction_version(log_store.as_ref(), APPLICATION).await.map_err(log_error(table, "read the last batch"))?;
        let batch = batch.and_then(|batch| u64::try_from(batch).ok()).unwrap_or(0);
        handle.last_batch = Some((snapshot.version(), batch));
        Ok(batch)
    }

    /// Adds a batch's files to one table, unless the table already has the batch.
    pub(crate) async fn apply(&self, table: Table, manifest: &Manifest) -> Result<(), LakeError> {
        if self.last_batch(table).await? >= manifest.batch {
            return Ok(());
        }
        let committed = self.commit(table, manifest).await;
        match committed {
            // Somebody else finished the batch meanwhile.
            Err(LakeError::Log { .. }) if self.last_batch(table).await? >= manifest.batch => Ok(()),
            committed => committed,
        }
    }

    async fn commit(&self, table: Table, manifest: &Manifest) -> Result<(), LakeError> {
        let handle = &mut self.tables[table as usize].lock().await.delta;
        let removed = manifest.removed.get(&table).into_iter().flatten().map(|file| Action::Remove(remove(file, manifest)));
        let added = manifest.files.get(&table).into_iter().flatten().map(|file| Action::Add(add(file, manifest)));
        let actions = removed.chain(added).collect();
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: Some(vec![PARTITION.to_owned()]), predicate: None };
        let version = i64::try_from(manifest.batch).unwrap_or(i64::MAX);
        let properties = CommitProperties::default()
            .with_application_transaction(Transaction::new(APPLICATION, version))
            .with_metadata([(MADE.to_owned(), serde_json::json!({ "batch": manifest.batch, "writer": manifest.writer }))]);
        let snapshot = handle.snapshot().map_err(log_error(table, "read the log"))?;
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(snapshot), handle.log_store(), operation)
            .await
            .map_err(log_error(table, "commit a batch"))?;
        handle.state = Some(committed.snapshot());
        Ok(())
    }

    /// Who made a batch that a table holds; `None` when the table's log does not tell any more.
    pub(crate) async fn maker(&self, table: Table, batch: u64) -> Result<Option<String>, LakeError> {
        let handle = &mut self.tables[table as usize].lock().await.delta;
        handle.update_state().await.map_err(log_error(table, "read the log"))?;
        let mut commits = handle.history(Some(RECENT));
        while let Some(commit) = commits.try_next().await.map_err(log_error(table, "read the log's past"))? {
            if let Some(made) = commit.info.get(MADE).filter(|made| made["batch"] == batch) {
                return Ok(made["writer"].as_str().map(str::to_owned));
            }
        }
        Ok(None)
    }

    pub(crate) async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<(), LakeError> {
        self.place.store.put(path, bytes.into()).await.map(|_| ()).map_err(|source| LakeError::Store {
            operation: "write",
            path: path.to_string(),
            source,
        })
    }
}

async fn open_table(place: &Place, table: Table) -> Result<DeltaTable, LakeError> {
    let log = place.log(table)?;
    let first = Path::from(format!("{}/_delta_log/{:020}.json", table.name(), 0));
    match place.store.head(&first).await {
        Ok(_) => {
            let mut delta = DeltaTable::new(log);
            delta.load().await.map_err(log_error(table, "open"))?;
            Ok(delta)
        }
        // A log that was cleaned up begins later: creating leaves a table that is there as it is.
        Err(object_store::Error::NotFound { .. }) => create_table(log, table).await,
        Err(source) => Err(LakeError::Store { operation: "look for", path: first.to_string(), source }),
    }
}

async fn create_table(log: LogStoreRef, table: Table) -> Result<DeltaTable, LakeError> {
    // Only what files are skipped by: statistics on every column would make the log larger than it is worth.
    let bounded = table.bounded().join(",");
    CreateBuilder::new()
        .with_log_store(log)
        .with_table_name(table.name())
        .with_comment(table.doc())
        .with_columns(fields(table))
        .with_partition_columns([PARTITION])
        .with_configuration([
            ("delta.dataSkippingStatsColumns".to_owned(), Some(bounded)),
            ("delta.checkpointInterval".to_owned(), Some("20".to_owned())),
        ])
        .with_save_mode(SaveMode::Ignore)
        .await
        .map_err(log_error(table, "create"))
}

/// A table's columns as its log has them.
fn fields(table: Table) -> Vec<StructField> {
    let schema = table.schema();
    let columns = schema.fields().iter().map(|field| StructField::nullable(field.name(), delta_type(field.data_type())));
    columns.chain([StructField::nullable(PARTITION, DeltaType::STRING)]).collect()
}

fn delta_type(arrow: &arrow::datatypes::DataType) -> DeltaType {
    use arrow::datatypes::DataType;
    DeltaType::Primitive(match arrow {
        DataType::Int32 => PrimitiveType::Integer,
        DataType::Int64 => PrimitiveType::Long,
        DataType::Float64 => PrimitiveType::Double,
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Timestamp(..) => PrimitiveType::Timestamp,
        _ => PrimitiveType::String,
    })
}

fn log_error(table: Table, operation: &'static str) -> impl Fn(DeltaTableError) -> LakeError {
    move |source| LakeError::Log { table, operation, source: Box::new(source) }
}

fn add(file: &DataFile, manifest: &Manifest) -> Add {
    let side = |pick: fn(&(Bound, Bound)) -> &Bound| {
        file.bounds.iter().map(|(name, bounds)| (name.clone(), bound_json(pick(bounds)))).collect::<serde_json::Map<_, _>>()
    };
    let stats = serde_json::json!({
        "numRecords": file.rows,
        "minValues": side(|bounds| &bounds.0),
        "maxValues": side(|bounds| &bounds.1),
        "nullCount": {},
    });
    Add {
        path: file.path.clone(),
        partition_values: [(PARTITION.to_owned(), Some(file.date.clone()))].into(),
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
        modification_time: manifest.created.micros() / 1_000,
        data_change: !manifest.rearranged,
        stats: Some(stats.to_string()),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

fn remove(file: &DataFile, manifest: &Manifest) -> Remove {
    Remove {
        path: file.path.clone(),
        data_change: !manifest.rearranged,
        deletion_timestamp: Some(manifest.created.micros() / 1_000),
        extended_file_metadata: Some(true),
        partition_values: Some([(PARTITION.to_owned(), Some(file.date.clone()))].into()),
        size: Some(i64::try_from(file.size).unwrap_or(i64::MAX)),
        ..Remove::default()
    }
}

fn bound_json(bound: &Bound) -> serde_json::Value {
    match bound {
        // The Delta protocol writes timestamps in statistics as ISO 8601.
        Bound::Time(time) => time.datetime().to_rfc3339_opts(chrono::SecondsFormat::Micros, true).into(),
        Bound::Text(text) => text.clone().into(),
    }
}

/// A file as the log has it. Statistics that cannot be read mean only that the file is never skipped.
fn data_file(path: &str, size: i64, stats: Option<&str>) -> DataFile {
    let date = path.split('/').find_map(|part| part.strip_prefix("date=")).unwrap_or_default().to_owned();
    let stats: serde_json::Value = stats.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut bounds = BTreeMap::new();
    if let (Some(least), Some(greatest)) = (stats["minValues"].as_object(), stats["maxValues"].as_object()) {
        for (name, low) in least {
            if let (Some(low), Some(high)) = (bound(low), greatest.get(name).and_then(bound)) {
                bounds.insert(name.clone(), (low, high));
            }
        }
    }
    DataFile {
        path: path.to_owned(),
        date,
        size: u64::try_from(size).unwrap_or(0),
        rows: stats["numRecords"].as_u64().unwrap_or(0),
        bounds,
    }
}

fn bound(value: &serde_json::Value) -> Option<Bound> {
    let text = value.as_str()?;
    let time = (text.len() > 18 && text.as_bytes()[10] == b'T').then(|| text.parse().ok()).flatten();
    Some(time.map_or_else(|| Bound::Text(text.to_owned()), Bound::Time))
}
