//! The lake: seven Delta tables under one location.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, Remove, Transaction};
use deltalake_core::kernel::{DataType as DeltaType, PrimitiveType, StructField};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::sync::Mutex;
use url::Url;

use crate::commit::{self, Manifest};
use crate::files::{Bound, DataFile};
use crate::{LakeError, PARTITION, Table};

/// Name under which Weir's batches are recorded in each table's log.
const APPLICATION: &str = "weir-ingest";

/// A lake: where it is, and the state of its tables as last read.
///
/// Cheap to share behind an [`Arc`]; all methods take `&self`. One process writes a lake at a time; any number read it.
#[derive(Debug)]
pub struct Lake {
    location: Url,
    store: Arc<dyn ObjectStore>,
    tables: Vec<Mutex<Handle>>,
}

/// A table's log as last read.
#[derive(Debug)]
struct Handle {
    delta: DeltaTable,
    /// Its live files, of the same version.
    state: Option<TableState>,
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
        let location = |reason: String| LakeError::Location { location: folder.display().to_string(), reason };
        std::fs::create_dir_all(folder).map_err(|error| location(error.to_string()))?;
        let folder = folder.canonicalize().map_err(|error| location(error.to_string()))?;
        let url = Url::from_directory_path(&folder).map_err(|()| location("it is not an absolute path".to_owned()))?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| location(error.to_string()))?;
        let mut tables = Vec::new();
        for table in Table::ALL {
            // Delta creates tables in folders that exist.
            std::fs::create_dir_all(folder.join(table.name())).map_err(|error| location(error.to_string()))?;
            tables.push(Mutex::new(Handle { delta: open_table(&url, &store, table).await?, state: None }));
        }
        Ok(Self { location: url, store: Arc::new(store), tables })
    }

    /// Finishes a batch that was committed and not yet applied to every table. Only one process may do this at a time, and none while
    /// another writes.
    ///
    /// # Errors
    /// When the lake cannot be read or written; calling again goes on where it stopped.
    pub async fn recover(&self) -> Result<(), LakeError> {
        commit::recover(self).await
    }

    /// Where the lake is.
    pub const fn location(&self) -> &Url {
        &self.location
    }

    /// The store that the lake's files are in; paths are relative to the lake's location, such as `flows/date=2026-11-24/x.parquet`.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
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
        match self.store.head(&path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(source) => Err(LakeError::Store { operation: "look for", path: path.to_string(), source }),
        }
    }

    /// The number of the last batch that the table holds wholly; 0 before the first.
    pub(crate) async fn last_batch(&self, table: Table) -> Result<u64, LakeError> {
        let handle = &mut self.tables[table as usize].lock().await.delta;
        handle.update_state().await.map_err(log_error(table, "read the log"))?;
        let log_store = handle.log_store();
        let snapshot = handle.snapshot().map_err(log_error(table, "read the log"))?;
        let version =
            snapshot.transaction_version(log_store.as_ref(), APPLICATION).await.map_err(log_error(table, "read the last batch"))?;
        Ok(version.and_then(|version| u64::try_from(version).ok()).unwrap_or(0))
    }

    /// Adds a batch's files to one table, unless the table already has the batch.
    pub(crate) async fn apply(&self, table: Table, manifest: &Manifest) -> Result<(), LakeError> {
        if self.last_batch(table).await? >= manifest.batch {
            return Ok(());
        }
        let handle = &mut self.tables[table as usize].lock().await.delta;
        let removed = manifest.removed.get(&table).into_iter().flatten().map(|file| Action::Remove(remove(file, manifest)));
        let added = manifest.files.get(&table).into_iter().flatten().map(|file| Action::Add(add(file, manifest)));
        let actions = removed.chain(added).collect();
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: Some(vec![PARTITION.to_owned()]), predicate: None };
        let version = i64::try_from(manifest.batch).unwrap_or(i64::MAX);
        let builder = CommitBuilder::from(CommitProperties::default().with_application_transaction(Transaction::new(APPLICATION, version)));
        let snapshot = handle.snapshot().map_err(log_error(table, "read the log"))?;
        let committed = builder
            .with_actions(actions)
            .build(Some(snapshot), handle.log_store(), operation)
            .await
            .map_err(log_error(table, "commit a batch"))?;
        handle.state = Some(committed.snapshot());
        Ok(())
    }

    pub(crate) async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<(), LakeError> {
        self.store.put(path, bytes.into()).await.map(|_| ()).map_err(|source| LakeError::Store {
            operation: "write",
            path: path.to_string(),
            source,
        })
    }
}

async fn open_table(lake: &Url, store: &dyn ObjectStore, table: Table) -> Result<DeltaTable, LakeError> {
    let url = lake
        .join(&format!("{}/", table.name()))
        .map_err(|error| LakeError::Location { location: lake.to_string(), reason: error.to_string() })?;
    let first = Path::from(format!("{}/_delta_log/{:020}.json", table.name(), 0));
    match store.head(&first).await {
        Ok(_) => DeltaTableBuilder::from_url(url).map_err(log_error(table, "open"))?.load().await.map_err(log_error(table, "open")),
        // A log that was cleaned up begins later: creating leaves a table that is there as it is.
        Err(object_store::Error::NotFound { .. }) => create_table(&url, table).await,
        Err(source) => Err(LakeError::Store { operation: "look for", path: first.to_string(), source }),
    }
}

async fn create_table(url: &Url, table: Table) -> Result<DeltaTable, LakeError> {
    let columns = table
        .schema()
        .fields()
        .iter()
        .map(|field| StructField::nullable(field.name(), delta_type(field.data_type())))
        .chain([StructField::nullable(PARTITION, DeltaType::STRING)])
        .collect::<Vec<_>>();
    // Only what files are skipped by: statistics on every column would make the log larger than it is worth.
    let bounded = table.bounded().join(",");
    CreateBuilder::new()
        .with_location(url.as_str())
        .with_table_name(table.name())
        .with_comment(table.doc())
        .with_columns(columns)
        .with_partition_columns([PARTITION])
        .with_configuration([
            ("delta.dataSkippingStatsColumns".to_owned(), Some(bounded)),
            ("delta.checkpointInterval".to_owned(), Some("20".to_owned())),
        ])
        .with_save_mode(SaveMode::Ignore)
        .await
        .map_err(log_error(table, "create"))
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
