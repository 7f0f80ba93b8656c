//! Compaction: the small files of many commits become few large ones, with the rows in the table's order.
//!
//! The rows of `flows`, `coverage`, `rejects` and `objects` are the same afterwards. Those of the additive tables mean the same: rows of
//! one key are made one. Committed like any other batch, so a crash leaves either the old files or the new ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use flow::Timestamp;
use object_store::ObjectStoreExt as _;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use crate::files::{self, DataFile};
use crate::merge::{Ordered, Summed};
use crate::{Lake, LakeError, Table};

/// Rows of each file held at a time while merging.
const READ_ROWS: usize = 4_096;

/// When files are worth merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactionPolicy {
    /// Files this large are left as they are, and files are merged up to about this size, bytes.
    pub target_bytes: u64,
    /// Fewer small files than this in one day are left as they are.
    pub min_files: usize,
    /// Files merged at a time: bounds memory.
    pub max_files: usize,
}

impl Default for CompactionPolicy {
    /// A day of a busy account in one file, and a month of commits every half minute in tiers.
    fn default() -> Self {
        Self { target_bytes: 128 << 20, min_files: 2, max_files: 64 }
    }
}

/// Files of one day of one table that become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compaction {
    /// The table.
    pub table: Table,
    /// The UTC day.
    pub date: String,
    /// The files.
    pub files: Vec<DataFile>,
}

/// What compactions came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compacted {
    /// Files read.
    pub files_before: u64,
    /// Files written.
    pub files_after: u64,
    /// Rows read.
    pub rows_before: u64,
    /// Rows written; fewer than read where rows of one key were made one.
    pub rows_after: u64,
    /// Bytes of the files read.
    pub bytes_before: u64,
    /// Bytes of the files written.
    pub bytes_after: u64,
}

impl std::ops::AddAssign for Compacted {
    fn add_assign(&mut self, other: Self) {
        self.files_before += other.files_before;
        self.files_after += other.files_after;
        self.rows_before += other.rows_before;
        self.rows_after += other.rows_after;
        self.bytes_before += other.bytes_before;
        self.bytes_after += other.bytes_after;
    }
}

impl Lake {
    /// What is worth merging now, the earliest day first. Merging may leave more to merge: ask again until nothing is left.
    ///
    /// # Errors
    /// When a table's log cannot be read.
    pub async fn plan_compaction(&self, policy: &CompactionPolicy) -> Result<Vec<Compaction>, LakeError> {
        let mut planned = Vec::new();
        for table in Table::ALL {
            let mut days: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
            for file in self.state(table).await?.files.iter().filter(|file| file.size < policy.target_bytes) {
                days.entry(file.date.clone()).or_default().push(file.clone());
            }
            for (date, mut files) in days {
                // The smallest first: what is merged already is touched again only when it is of the size of its company.
                files.sort_by(|left, right| left.size.cmp(&right.size).then_with(|| left.path.cmp(&right.path)));
                let mut group: Vec<DataFile> = Vec::new();
                let mut bytes = 0;
                for file in files {
                    if !group.is_empty() && (bytes + file.size > policy.target_bytes || group.len() == policy.max_files) {
                        push(&mut planned, policy, table, &date, std::mem::take(&mut group));
                        bytes = 0;
                    }
                    bytes += file.size;
                    group.push(file);
                }
                push(&mut planned, policy, table, &date, group);
            }
        }
        planned.sort_by(|left, right| left.date.cmp(&right.date));
        Ok(planned)
    }

    /// Merges the files of one plan and commits. `now` is written into the log as the time of the commit.
    ///
    /// # Errors
    /// When a file cannot be read, or the merged one not be written: nothing is changed.
    pub async fn compact(self: &Arc<Self>, compaction: &Compaction, now: Timestamp) -> Result<Compacted, LakeError> {
        let table = compaction.table;
        let mut sources = Vec::with_capacity(compaction.files.len());
        for file in &compaction.files {
            sources.push((file.clone(), self.bytes(table, file).await?));
        }
        let mut batch = self.begin(now).await?;
        let stem = format!("{:08}-c-{}", batch.batch(), batch.writer());
        let date = compaction.date.clone();
        let encoded = tokio::task::spawn_blocking(move || merge(table, &date, &stem, sources))
            .await
            .map_err(|source| LakeError::Worker { operation: "merge files", source })??;
        let mut done = Compacted {
            files_before: compaction.files.len() as u64,
            files_after: 1,
            rows_before: compaction.files.iter().map(|file| file.rows).sum(),
            rows_after: encoded.file.rows,
            bytes_before: compaction.files.iter().map(|file| file.size).sum(),
            bytes_after: encoded.file.size,
        };
        if encoded.file.rows == 0 {
            done.files_after = 0;
        } else {
            batch.store(table, encoded).await?;
        }
        for file in &compaction.files {
            batch.replace(table, file.clone());
        }
        batch.rearranges();
        batch.commit(&mut []).await?;
        Ok(done)
    }

    /// A file as stored.
    pub(crate) async fn bytes(&self, table: Table, file: &DataFile) -> Result<Bytes, LakeError> {
        let path = Self::path(table, file);
        let failed = |source| LakeError::Store { operation: "read", path: path.to_string(), source };
        self.store().get(&path).await.map_err(failed)?.bytes().await.map_err(failed)
    }
}

/// A file this much larger than all the smaller ones together waits for more company: else a day's large file would be written anew
/// with every small one that comes.
const TIER: u64 = 4;

/// Takes up a group of files, ordered by size, when it is worth merging.
fn push(planned: &mut Vec<Compaction>, policy: &CompactionPolicy, table: Table, date: &str, mut files: Vec<DataFile>) {
    while let Some((last, smaller)) = files.split_last()
        && last.size > TIER * smaller.iter().map(|file| file.size).sum::<u64>()
    {
        files.pop();
    }
    if files.len() >= policy.min_files.max(2) {
        planned.push(Compaction { table, date: date.to_owned(), files });
    }
}

fn merge(table: Table, date: &str, stem: &str, sources: Vec<(DataFile, Bytes)>) -> Result<files::Encoded, LakeError> {
    let mut readers = Vec::with_capacity(sources.len());
    for (file, bytes) in sources {
        let failed = |source| LakeError::Parquet { operation: "read", path: file.path.clone(), source };
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed)?;
        let reader = reader.with_batch_size(READ_ROWS).build().map_err(failed)?;
        let schema = table.schema();
        readers.push(Box::new(reader.map(move |batch| whole(&schema, &batch?))) as Box<_>);
    }
    let rows = |source| LakeError::Rows { table, source };
    let ordered = Ordered::new(table, readers).map_err(rows)?;
    if table.is_additive() {
        let summed = Summed::new(table, ordered).map_err(rows)?;
        files::encode(table, date, stem, summed.map(|batch| batch.map_err(rows)))
    } else {
        files::encode(table, date, stem, ordered.map(|batch| batch.map_err(rows)))
    }
}

/// The rows with all columns of the table: an older file may lack some, which are null for its rows.
pub(crate) fn whole(
    schema: &arrow::datatypes::SchemaRef,
    batch: &arrow::array::RecordBatch,
) -> Result<arrow::array::RecordBatch, arrow::error::ArrowError> {
    use arrow::datatypes::{DataType, Field, Schema};
    let plain = |data_type: &DataType| match data_type {
        DataType::Dictionary(_, value) => value.as_ref().clone(),
        other => other.clone(),
    };
    let mut columns = Vec::with_capacity(schema.fields().len());
    let mut fields = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let data_type = plain(field.data_type());
        columns.push(match batch.column_by_name(field.name()) {
            Some(column) => arrow::compute::cast(column, &data_type)?,
            None => arrow::array::new_null_array(&data_type, batch.num_rows()),
        });
        fields.push(Field::new(field.name(), data_type, true));
    }
    arrow::array::RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
