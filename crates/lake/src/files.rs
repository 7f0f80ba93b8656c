//! Data files: rows into Parquet, with the settings that make them small and quick to search.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, max, max_string, min, min_string};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::data_type as plain;
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, SchemaDescPtr};
use serde::{Deserialize, Serialize};
use zstd::bulk::Compressor;

use crate::chunk::{self, Layout};
use crate::gather::Gathered;
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

/// Encodes rows of one table and one day, already in the table's order, that come in small batches of plain columns.
pub(crate) fn encode(
    table: Table,
    date: &str,
    stem: &str,
    batches: impl IntoIterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<Encoded, LakeError> {
    let rows = |source| LakeError::Rows { table, source };
    let mut writer = FileWriter::new(table, date, stem)?;
    let mut gathered = Gathered::new(table.schema());
    for batch in batches {
        gathered.push(&batch?).map_err(rows)?;
        if gathered.rows() >= GROUP_ROWS {
            writer.group(gathered.take().map(|column| column.map_err(rows)))?;
        }
    }
    if gathered.rows() > 0 {
        writer.group(gathered.take().map(|column| column.map_err(rows)))?;
    }
    writer.finish()
}

/// Encodes the rows of one table and one day, already in the table's order, column by column: only one column is in memory twice.
///
/// `columns` are those of the table's schema; texts that repeat come as dictionaries.
pub(crate) fn encode_columns(
    table: Table,
    date: &str,
    stem: &str,
    columns: impl IntoIterator<Item = Result<ArrayRef, LakeError>>,
) -> Result<Encoded, LakeError> {
    let mut writer = FileWriter::new(table, date, stem)?;
    writer.group(columns)?;
    writer.finish()
}

/// A file being written, row group by row group.
struct FileWriter {
    table: Table,
    path: String,
    date: String,
    columns: SchemaDescPtr,
    writer: SerializedFileWriter<Vec<u8>>,
    compressor: Compressor<'static>,
    bounds: BTreeMap<String, (Bound, Bound)>,
    rows: u64,
}

impl FileWriter {
    fn new(table: Table, date: &str, stem: &str) -> Result<Self, LakeError> {
        let path = format!("{PARTITION}={date}/{stem}.parquet");
        // The files carry plain Parquet types only: the dictionaries of the columns are a matter of this process.
        let open = || -> Result<_, ParquetError> {
            let columns = Arc::new(ArrowSchemaConverter::new().convert(&table.schema())?);
            let writer = SerializedFileWriter::new(Vec::new(), columns.root_schema_ptr(), Arc::new(properties(table)))?;
            Ok((columns, writer, Compressor::new(ZstdLevel::default().compression_level())?))
        };
        let (columns, writer, compressor) =
            open().map_err(|source| LakeError::Parquet { operation: "encode", path: path.clone(), source })?;
        Ok(Self { table, path, date: date.to_owned(), columns, writer, compressor, bounds: BTreeMap::new(), rows: 0 })
    }

    /// Writes one row group of these columns.
    fn group(&mut self, columns: impl IntoIterator<Item = Result<ArrayRef, LakeError>>) -> Result<(), LakeError> {
        let Self { table, path, writer, compressor, bounds, rows, .. } = self;
        let table = *table;
        let failed = |source| LakeError::Parquet { operation: "encode", path: path.clone(), source };
        let schema = table.schema();
        let mut group = writer.next_row_group().map_err(failed)?;
        let mut count = 0;
        for (index, column) in columns.into_iter().enumerate() {
            let column = column?;
            let name = schema.field(index).name().as_str();
            count = column.len() as u64;
            if table.bounded().contains(&name) {
                extend_bounds(bounds, table, name, &column)?;
            }
            if delta(table).contains(&name) || column.data_type() == &DataType::Boolean {
                let open = group.next_column().map_err(failed)?;
                let mut open = open.ok_or_else(|| failed(ParquetError::General("there are more columns than the table has".to_owned())))?;
                write_plain(&mut open, &column).and_then(|()| open.close()).map_err(failed)?;
            } else {
                let encoded = chunk::encode(&self.columns.column(index), &column, layout(table, name), compressor).map_err(failed)?;
                group.append_column(&encoded.bytes, encoded.close).map_err(failed)?;
            }
        }
        group.close().map_err(failed)?;
        *rows += count;
        Ok(())
    }

    fn finish(self) -> Result<Encoded, LakeError> {
        let Self { path, date, rows, bounds, .. } = self;
        let bytes = self.writer.into_inner().map_err(|source| LakeError::Parquet { operation: "encode", path: path.clone(), source })?;
        Ok(Encoded { file: DataFile { path, date, size: bytes.len() as u64, rows, bounds }, bytes })
    }
}

/// Writes a column as its properties say.
fn write_plain(writer: &mut SerializedColumnWriter<'_>, column: &ArrayRef) -> Result<(), ParquetError> {
    let levels: Option<Vec<i16>> = column.nulls().map(|nulls| nulls.iter().map(i16::from).collect());
    // Every column may be null, so each row has a level.
    let levels = levels.unwrap_or_else(|| vec![1; column.len()]);
    macro_rules! write {
        ($arrow:ty, $parquet:ty) => {{
            let array = column.as_primitive::<$arrow>();
            let values = if array.null_count() == 0 { array.values().to_vec() } else { array.iter().flatten().collect() };
            writer.typed::<$parquet>().write_batch(&values, Some(&levels), None)
        }};
    }
    match column.data_type() {
        DataType::Int32 => write!(Int32Type, plain::Int32Type),
        DataType::Int64 => write!(Int64Type, plain::Int64Type),
        DataType::Timestamp(..) => write!(TimestampMicrosecondType, plain::Int64Type),
        DataType::Float64 => write!(Float64Type, plain::DoubleType),
        DataType::Boolean => {
            let values: Vec<bool> = column.as_boolean().iter().flatten().collect();
            writer.typed::<plain::BoolType>().write_batch(&values, Some(&levels), None)
        }
        other => return Err(ParquetError::ArrowError(format!("a column of type {other} has no plain form"))),
    }
    .map(|_| ())
}

fn extend_bounds(bounds: &mut BTreeMap<String, (Bound, Bound)>, table: Table, name: &str, column: &ArrayRef) -> Result<(), LakeError> {
    let found = match column.data_type() {
        DataType::Timestamp(..) => {
            let times = column.as_primitive::<TimestampMicrosecondType>();
            min(times)
                .zip(max(times))
                .map(|(low, high)| (Bound::Time(flow::Timestamp::from_micros(low)), Bound::Time(flow::Timestamp::from_micros(high))))
        }
        DataType::Dictionary(..) => {
            // Rows are ordered by their first column, so only a text that is not the first needs a look at every row.
            let plain = if table.order().first() == Some(&name) && column.len() > 1 {
                let ends = arrow::compute::concat(&[&column.slice(0, 1), &column.slice(column.len() - 1, 1)]);
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
    Ok(())
}

fn text_bounds(column: &Arc<dyn Array>) -> Option<(Bound, Bound)> {
    let texts = column.as_string_opt::<i32>()?;
    min_string(texts).zip(max_string(texts)).map(|(low, high)| (Bound::Text(low.to_owned()), Bound::Text(high.to_owned())))
}

/// Rows in a data page: small enough that a two-hour scope of one entity reads little beside itself.
const PAGE_ROWS: usize = 8_192;
/// Rows in a row group of rows that come in small batches, which are held until there are enough.
const GROUP_ROWS: usize = 524_288;

/// Columns written as differences: counters that repeat too little for a dictionary, and times, which grow.
const fn delta(table: Table) -> &'static [&'static str] {
    match table {
        Table::Flows => &["start_time", "end_time", "bytes"],
        Table::Activity => &["bytes_in", "bytes_out"],
        Table::Volume => &["bytes", "packets", "flows"],
        Table::Seen => &["bytes", "flows"],
        _ => &[],
    }
}

/// Share of false answers of the Bloom filter over a column, where it has one: one remote address over months, and a file that never saw
/// it is not read.
fn bloom(table: Table, column: &str) -> Option<f64> {
    (table == Table::Activity && column == "remote_addr").then_some(0.01)
}

/// A page index is kept on what searches narrow by; on every column it would only be weight.
fn layout(table: Table, column: &str) -> Layout {
    Layout {
        page_rows: PAGE_ROWS,
        page_bounds: table.order().contains(&column) || table.bounded().contains(&column),
        bloom: bloom(table, column),
        level: ZstdLevel::default(),
    }
}

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
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for name in table.order().iter().chain(table.bounded()) {
        builder = builder.set_column_statistics_enabled(path(name), EnabledStatistics::Page);
    }
    for name in delta(table) {
        builder = builder.set_column_dictionary_enabled(path(name), false).set_column_encoding(path(name), Encoding::DELTA_BINARY_PACKED);
    }
    let sorted = table.order().iter().filter_map(|name| table.schema().index_of(name).ok()).filter_map(|index| i32::try_from(index).ok());
    builder = builder
        .set_sorting_columns(Some(sorted.map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true }).collect()));
    builder.build()
}
