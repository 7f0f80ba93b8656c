//! Data files: rows into Parquet, with the settings that make them small and quick to search.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{cast, max, max_string, min, min_string};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use serde::{Deserialize, Serialize};

use crate::{LakeError, PARTITION, Table};

/// One file of a table, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Path below the table's folder.
    pub path: String,
    /// The partition: a UTC day.
    pub date: String,
    /// Size in bytes.
    pub size: u64,
    /// Number of rows.
    pub rows: u64,
    /// Least and greatest value of the table's bounded columns; a column without values is missing.
    pub bounds: BTreeMap<String, (Bound, Bound)>,
}

/// A least or greatest value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// An instant.
    Time(flow::Timestamp),
    /// A text.
    Text(String),
}

/// Rows encoded into Parquet, not yet stored.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) file: DataFile,
    pub(crate) bytes: Vec<u8>,
}

/// Encodes rows of one table and one day, already in the table's order.
pub(crate) fn encode(
    table: Table,
    date: &str,
    stem: &str,
    batches: impl IntoIterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<Encoded, LakeError> {
    let path = format!("{PARTITION}={date}/{stem}.parquet");
    let failed = |source| LakeError::Parquet { operation: "encode", path: path.clone(), source };
    let mut writer: Option<ArrowWriter<Vec<u8>>> = None;
    let mut bounds = BTreeMap::new();
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        extend_bounds(&mut bounds, table, &batch)?;
        let open = match &mut writer {
            Some(open) => open,
            None => {
                // The files carry plain Parquet types only: the dictionaries of the batches are a matter of this process.
                let options = ArrowWriterOptions::new().with_properties(properties(table)).with_skip_arrow_metadata(true);
                writer.insert(ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options).map_err(failed)?)
            }
        };
        open.write(&batch).map_err(failed)?;
    }
    let bytes = writer.map_or(Ok(Vec::new()), ArrowWriter::into_inner).map_err(failed)?;
    let size = bytes.len() as u64;
    Ok(Encoded { file: DataFile { path, date: date.to_owned(), size, rows, bounds }, bytes })
}

fn extend_bounds(bounds: &mut BTreeMap<String, (Bound, Bound)>, table: Table, batch: &RecordBatch) -> Result<(), LakeError> {
    for &name in table.bounded() {
        let Some(column) = batch.column_by_name(name) else { continue };
        let found = match column.data_type() {
            DataType::Timestamp(..) => {
                let times = column.as_primitive::<TimestampMicrosecondType>();
                min(times)
                    .zip(max(times))
                    .map(|(low, high)| (Bound::Time(flow::Timestamp::from_micros(low)), Bound::Time(flow::Timestamp::from_micros(high))))
            }
            DataType::Dictionary(..) => {
                // Rows are ordered by their first column, so only a text that is not the first needs a look at every row.
                let plain = if table.order().first() == Some(&name) && batch.num_rows() > 1 {
                    let ends = arrow::compute::concat(&[&column.slice(0, 1), &column.slice(batch.num_rows() - 1, 1)]);
                    ends.and_then(|ends| cast(&ends, &DataType::Utf8))
                } else {
                    cast(column, &DataType::Utf8)
                }
                .map_err(|source| LakeError::Rows { table, source })?;
                text_bounds(&plain)
            }
            _ => text_bounds(column),
        };
        if let Some((low, high)) = found {
            match bounds.get_mut(name) {
                None => {
                    bounds.insert(name.to_owned(), (low, high));
                }
                Some((least, greatest)) => {
                    if low < *least {
                        *least = low;
                    }
                    if high > *greatest {
                        *greatest = high;
                    }
                }
            }
        }
    }
    Ok(())
}

fn text_bounds(column: &Arc<dyn Array>) -> Option<(Bound, Bound)> {
    let texts = column.as_string_opt::<i32>()?;
    min_string(texts).zip(max_string(texts)).map(|(low, high)| (Bound::Text(low.to_owned()), Bound::Text(high.to_owned())))
}

/// Rows in a data page: small enough that a two-hour scope of one entity reads little beside itself.
const PAGE_ROWS: usize = 8_192;
/// Rows in a row group.
const GROUP_ROWS: usize = 1_048_576;

fn properties(table: Table) -> WriterProperties {
    static PROPERTIES: LazyLock<Vec<WriterProperties>> = LazyLock::new(|| Table::ALL.iter().map(|table| build(*table)).collect());
    PROPERTIES[table as usize].clone()
}

fn build(table: Table) -> WriterProperties {
    let path = |name: &str| ColumnPath::from(name);
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by("weir".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_dictionary_page_size_limit(4 << 20)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    // A page index on what searches narrow by; on every column it would only be weight.
    for name in table.order().iter().chain(table.bounded()) {
        builder = builder.set_column_statistics_enabled(path(name), EnabledStatistics::Page);
    }
    // Counters do not repeat enough for a dictionary and do not grow enough to be left plain.
    let counters: &[&str] = match table {
        Table::Flows => &["bytes"],
        Table::Activity => &["bytes_in", "bytes_out"],
        Table::Volume => &["bytes", "packets", "flows"],
        Table::Seen => &["bytes", "flows"],
        _ => &[],
    };
    for name in counters {
        builder = builder.set_column_dictionary_enabled(path(name), false).set_column_encoding(path(name), Encoding::DELTA_BINARY_PACKED);
    }
    let sorted = table.order().iter().filter_map(|name| table.schema().index_of(name).ok()).filter_map(|index| i32::try_from(index).ok());
    builder = builder
        .set_sorting_columns(Some(sorted.map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true }).collect()));
    if table == Table::Activity {
        // One remote address over months: a file that never saw it is not read.
        builder = builder
            .set_column_bloom_filter_enabled(path("remote_addr"), true)
            .set_column_bloom_filter_fpp(path("remote_addr"), 0.01)
            .set_column_bloom_filter_max_ndv(path("remote_addr"), 200_000);
    }
    builder.build()
}
