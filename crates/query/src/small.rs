//! Small files of roll-ups, decoded once and held in memory by column.
//!
//! A year of roll-ups is hundreds of files of some kilobytes in each table. To open one through the engine's scan, with predicates
//! rewritten for it, statistics and bloom filters asked, costs milliseconds; to decode it wholly costs less, and the next question about
//! the same columns costs nothing. Files are never written again under the same name, so what is held never goes stale.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array as _, ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::compute::{cast, concat};
use arrow::datatypes::SchemaRef;
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use lake::{DataFile, Lake, Table};
use tokio::task::JoinSet;

/// Largest file that is held: some ten thousand rows of a roll-up.
const FILE_CAP: u64 = 256 << 10;
/// Bytes of files that one scan takes this way; beyond it the scan that skips row groups and pages is the better one.
const SCAN_CAP: u64 = 64 << 20;

/// Decoded columns of small files, the least recently used given up first.
#[derive(Debug)]
pub(crate) struct SmallFiles {
    lake: Arc<Lake>,
    budget: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    columns: HashMap<(Table, String, String), Column>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Column {
    array: ArrayRef,
    bytes: usize,
    used: u64,
}

impl SmallFiles {
    /// Holds at most `budget` bytes.
    pub(crate) fn new(lake: Arc<Lake>, budget: usize) -> Self {
        Self { lake, budget, held: Mutex::default() }
    }

    /// The lake that the files are in.
    pub(crate) fn lake(&self) -> &Lake {
        &self.lake
    }

    /// The files of a scan that are taken from here, and the others.
    pub(crate) fn split<'a>(&self, table: Table, files: Vec<&'a DataFile>) -> (Vec<&'a DataFile>, Vec<&'a DataFile>) {
        let rollup = matches!(table, Table::Activity | Table::Volume | Table::Seen | Table::Coverage);
        if !rollup || self.budget == 0 {
            return (Vec::new(), files);
        }
        let (small, large): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.size <= FILE_CAP);
        if small.iter().map(|file| file.size).sum::<u64>() > SCAN_CAP {
            return (Vec::new(), small.into_iter().chain(large).collect());
        }
        (small, large)
    }

    /// Every row of these files in `lanes` parts, with the columns of `schema`; the one that is named `partition` holds the file's day.
    pub(crate) async fn rows(
        self: &Arc<Self>,
        table: Table,
        files: Vec<&DataFile>,
        schema: &SchemaRef,
        partition: &'static str,
        lanes: usize,
    ) -> Result<Vec<Vec<RecordBatch>>> {
        let mut tasks = JoinSet::new();
        for (lane, files) in files.chunks(files.len().div_ceil(lanes.max(1)).max(1)).enumerate() {
            let (this, schema, files) =
                (Arc::clone(self), Arc::clone(schema), files.iter().map(|file| (*file).clone()).collect::<Vec<_>>());
            tasks.spawn(async move {
                let mut batches = Vec::with_capacity(files.len());
                for file in &files {
                    batches.push(this.batch(table, file, &schema, partition).await?);
                }
                Ok::<_, DataFusionError>((lane, batches))
            });
        }
        let mut lanes = Vec::new();
        while let Some(done) = tasks.join_next().await {
            lanes.push(done.map_err(|error| DataFusionError::External(Box::new(error)))??);
        }
        lanes.sort_by_key(|(lane, _)| *lane);
        Ok(lanes.into_iter().map(|(_, batches)| batches).collect())
    }

    async fn batch(&self, table: Table, file: &DataFile, schema: &SchemaRef, partition: &str) -> Result<RecordBatch> {
        let rows = usize::try_from(file.rows).unwrap_or(usize::MAX);
        let mut arrays: Vec<Option<ArrayRef>> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            arrays.push(if field.name() == partition {
                Some(ScalarValue::Utf8(Some(file.date.clone())).to_array_of_size(rows)?)
            } else {
                self.known(table, file, field.name())
            });
        }
        let missing: Vec<&str> =
            schema.fields().iter().zip(&arrays).filter(|(_, array)| array.is_none()).map(|(field, _)| field.name().as_str()).collect();
        if !missing.is_empty() {
            let read = self.lake.read(table, file, &missing).await.map_err(|error| DataFusionError::External(Box::new(error)))?;
            for (field, array) in schema.fields().iter().zip(&mut arrays).filter(|(_, array)| array.is_none()) {
                let parts: Vec<&dyn arrow::array::Array> =
                    read.iter().filter_map(|batch| batch.column_by_name(field.name())).map(AsRef::as_ref).collect();
                // A column that is younger than the file.
                let column =
                    if parts.is_empty() { new_null_array(field.data_type(), rows) } else { cast(&concat(&parts)?, field.data_type())? };
                self.hold(table, file, field.name(), &column);
                *array = Some(column);
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::clone(schema), arrays.into_iter().flatten().collect(), &options)?)
    }

    fn known(&self, table: Table, file: &DataFile, column: &str) -> Option<ArrayRef> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clock += 1;
        let clock = held.clock;
        let column = held.columns.get_mut(&(table, file.path.clone(), column.to_owned()))?;
        column.used = clock;
        Some(Arc::clone(&column.array))
    }

    fn hold(&self, table: Table, file: &DataFile, name: &str, array: &ArrayRef) {
        let bytes = array.get_array_memory_size();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clock += 1;
        let column = Column { array: Arc::clone(array), bytes, used: held.clock };
        let before = held.columns.insert((table, file.path.clone(), name.to_owned()), column);
        held.bytes = held.bytes + bytes - before.map_or(0, |before| before.bytes);
        if held.bytes > self.budget {
            held.shrink(self.budget / 10 * 9);
        }
    }
}

impl Held {
    /// Gives up what was not used for the longest time until no more than `budget` bytes are left.
    fn shrink(&mut self, budget: usize) {
        let mut ages: Vec<(u64, usize)> = self.columns.values().map(|column| (column.used, column.bytes)).collect();
        ages.sort_unstable();
        let mut left = self.bytes;
        let mut oldest = 0;
        for (used, bytes) in ages {
            if left <= budget {
                break;
            }
            left -= bytes;
            oldest = used;
        }
        self.columns.retain(|_, column| column.used > oldest);
        self.bytes = left;
    }
}
