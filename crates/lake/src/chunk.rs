//! One column of a file, written from its distinct values.
//!
//! The general writer of Parquet hashes and compares every value of a column to build its dictionary. Here the values are known to be
//! few beforehand: texts come as keys of a dictionary, and numbers that repeat are looked up once. What is written is plain Parquet:
//! a dictionary page and data pages of keys, with statistics, page index and Bloom filter like those of any other writer.

use std::cmp::Ordering;
use std::hash::Hash;

use ahash::AHashMap;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, StringArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType, Type, ZstdLevel};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use crate::hybrid;

/// How a column is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// Rows in a data page.
    pub(crate) page_rows: usize,
    /// Whether each page's least and greatest value are kept, for searches that narrow by this column.
    pub(crate) page_bounds: bool,
    /// Share of false answers of a Bloom filter over the values, if there is to be one.
    pub(crate) bloom: Option<f64>,
    /// How hard pages are compressed.
    pub(crate) level: ZstdLevel,
}

/// What a column is written with.
struct Context<'c, 'z> {
    descr: &'c ColumnDescPtr,
    layout: Layout,
    compressor: &'c mut Compressor<'z>,
}

/// A column, encoded.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Bytes,
    pub(crate) close: ColumnCloseResult,
}

/// Texts longer than this are left out of statistics.
const LONGEST_BOUND: usize = 64;

/// Encodes an array of texts, integers, instants or floats. `compressor` is of the layout's level.
///
/// # Errors
/// When the array is of another type, or has more distinct values than a dictionary can.
pub(crate) fn encode(descr: &ColumnDescPtr, array: &ArrayRef, layout: Layout, compressor: &mut Compressor<'_>) -> Result<Chunk> {
    let context = &mut Context { descr, layout, compressor };
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    let rows = array.len();
    if nulls.as_ref().is_some_and(|nulls| nulls.null_count() == rows) {
        return write::<i32>(context, rows, nulls.as_ref(), &[], &[]);
    }
    let valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
    match array.data_type() {
        DataType::Dictionary(..) => {
            let dictionary = array.as_dictionary_opt::<Int32Type>().ok_or_else(|| unfit(array))?;
            let texts = dictionary.values().as_string_opt::<i32>().ok_or_else(|| unfit(array))?;
            let (keys, values) = occurring(dictionary.keys().values(), nulls.as_ref(), texts)?;
            write(context, rows, nulls.as_ref(), &keys, &values)
        }
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            let (keys, values) = distinct((0..rows).filter(valid).map(|row| texts.value(row)), |text| *text)?;
            write(context, rows, nulls.as_ref(), &keys, &values)
        }
        DataType::Int32 => numbers::<Int32Type, _>(context, array.as_primitive(), nulls.as_ref(), |value| *value),
        DataType::Int64 => numbers::<Int64Type, _>(context, array.as_primitive(), nulls.as_ref(), |value| *value),
        DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, _) => {
            numbers::<TimestampMicrosecondType, _>(context, array.as_primitive(), nulls.as_ref(), |value| *value)
        }
        DataType::Float64 => numbers::<Float64Type, _>(context, array.as_primitive(), nulls.as_ref(), |value| value.to_bits()),
        _ => Err(unfit(array)),
    }
}

/// The values of a dictionary that occur, in the order of their first row, and the place of each row's value among them.
fn occurring<'a>(keys: &[i32], nulls: Option<&NullBuffer>, texts: &'a StringArray) -> Result<(Vec<u32>, Vec<&'a str>)> {
    let mut places = vec![u32::MAX; texts.len()];
    let mut values: Vec<&str> = Vec::new();
    // Valid keys of a dictionary array are indices of its values.
    let index = |key: i32| usize::try_from(key).unwrap_or(usize::MAX);
    let mut note = |key: i32| {
        let found = &mut places[index(key)];
        if *found == u32::MAX {
            *found = u32::try_from(values.len()).unwrap_or(u32::MAX);
            values.push(texts.value(index(key)));
        }
        *found
    };
    let found = match (nulls, keys.first()) {
        (None, Some(&first)) if keys.iter().all(|&key| key == first) => vec![note(first); keys.len()],
        (None, _) => keys.iter().map(|&key| note(key)).collect(),
        (Some(nulls), _) => keys.iter().zip(nulls).filter(|(_, valid)| *valid).map(|(&key, _)| note(key)).collect(),
    };
    place(values.len())?;
    Ok((found, values))
}

fn unfit(array: &ArrayRef) -> ParquetError {
    ParquetError::ArrowError(format!("a column of type {} cannot be written from its distinct values", array.data_type()))
}

fn place(values: usize) -> Result<u32> {
    match u32::try_from(values) {
        Ok(place) if place < 1 << 31 => Ok(place),
        _ => Err(ParquetError::General("a column has more distinct values than a dictionary can".to_owned())),
    }
}

fn numbers<T: ArrowPrimitiveType, K: Eq + Hash + Copy>(
    context: &mut Context<'_, '_>,
    array: &PrimitiveArray<T>,
    nulls: Option<&NullBuffer>,
    identity: impl Fn(&T::Native) -> K,
) -> Result<Chunk>
where
    T::Native: Value,
{
    let (keys, values) = match nulls {
        None => distinct(array.values().iter().copied(), identity)?,
        Some(nulls) => distinct(array.values().iter().zip(nulls.iter()).filter(|(_, valid)| *valid).map(|(value, _)| *value), identity)?,
    };
    write(context, array.len(), nulls, &keys, &values)
}

/// The distinct values in the order of their first appearance, and the place of each value among them.
fn distinct<V: Copy, K: Eq + Hash + Copy>(values: impl Iterator<Item = V>, identity: impl Fn(&V) -> K) -> Result<(Vec<u32>, Vec<V>)> {
    let mut known: AHashMap<K, u32> = AHashMap::new();
    let mut found = Vec::new();
    let mut keys = Vec::with_capacity(values.size_hint().0);
    let mut last: Option<(K, u32)> = None;
    for value in values {
        let id = identity(&value);
        let key = match last {
            Some((known, key)) if known == id => key,
            _ => match known.get(&id) {
                Some(key) => *key,
                None => {
                    let key = place(found.len())?;
                    found.push(value);
                    known.insert(id, key);
                    key
                }
            },
        };
        last = Some((id, key));
        keys.push(key);
    }
    Ok((keys, found))
}

/// A value as Parquet stores it.
trait Value: Copy {
    /// Appends the value in the plain encoding of its type.
    fn put(self, plain: &mut Vec<u8>);
    /// The order that statistics are in; `None` when the value has no place in it.
    fn order(&self, other: &Self) -> Option<Ordering>;
    /// Statistics of a column between these two.
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics;
    /// The value as a page index holds it.
    fn bound(self) -> Vec<u8>;
    /// Adds the value to a Bloom filter.
    fn note(self, filter: &mut Sbbf);
}

macro_rules! number_value {
    ($($native:ty, $statistics:ident;)+) => { $(
        impl Value for $native {
            fn put(self, plain: &mut Vec<u8>) {
                plain.extend_from_slice(&self.to_le_bytes());
            }
            fn order(&self, other: &Self) -> Option<Ordering> {
                self.partial_cmp(other)
            }
            fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
                Statistics::$statistics(bounds.map(|bounds| bounds.0), bounds.map(|bounds| bounds.1), None, Some(nulls), false)
            }
            fn bound(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
            fn note(self, filter: &mut Sbbf) {
                filter.insert(&self);
            }
        }
    )+ };
}

number_value! {
    i32, int32;
    i64, int64;
    f64, double;
}

impl Value for &str {
    fn put(self, plain: &mut Vec<u8>) {
        plain.extend_from_slice(&u32::try_from(self.len()).unwrap_or(u32::MAX).to_le_bytes());
        plain.extend_from_slice(self.as_bytes());
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
        let short = bounds.filter(|(low, high)| low.len().max(high.len()) <= LONGEST_BOUND);
        let (low, high) = short.map(|(low, high)| (ByteArray::from(low), ByteArray::from(high))).unzip();
        Statistics::byte_array(low, high, None, Some(nulls), false)
    }

    fn bound(self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn note(self, filter: &mut Sbbf) {
        filter.insert(self);
    }
}

/// Least and greatest of `values`; `None` when there are none, or one of them has no order.
fn bounds<V: Value>(values: impl Iterator<Item = V>) -> Option<(V, V)> {
    let mut found: Option<(V, V)> = None;
    for value in values {
        found = Some(match found {
            None => value.order(&value).map(|_| (value, value))?,
            Some((low, high)) => (
                if value.order(&low)? == Ordering::Less { value } else { low },
                if value.order(&high)? == Ordering::Greater { value } else { high },
            ),
        });
    }
    found
}

/// Writes a column of `rows` rows. `keys` are the places among `values` of the rows that are not null.
fn write<V: Value>(context: &mut Context<'_, '_>, rows: usize, nulls: Option<&NullBuffer>, keys: &[u32], values: &[V]) -> Result<Chunk> {
    let Context { descr, layout, compressor } = context;
    let layout = *layout;
    let mut writer = ChunkWriter::new(descr.physical_type(), layout, compressor);
    if !values.is_empty() {
        let mut plain = Vec::new();
        values.iter().for_each(|value| value.put(&mut plain));
        writer.dictionary(plain, values.len())?;
    }
    // A column without any value is one page: there is nothing in it to find.
    let page_rows = if values.is_empty() { rows } else { layout.page_rows };
    let mut rest = keys;
    let mut start = 0;
    while start < rows {
        let count = page_rows.min(rows - start);
        let here = nulls.map(|nulls| nulls.slice(start, count));
        let null_count = here.as_ref().map_or(0, NullBuffer::null_count);
        let (page, others) = rest.split_at(count - null_count);
        rest = others;
        if layout.page_bounds {
            let mut last = u32::MAX;
            let changes = page.iter().filter(|&&key| std::mem::replace(&mut last, key) != key);
            let found = bounds(changes.map(|&key| values[key as usize]));
            writer.page_bounds(found.map(|(low, high)| (low.bound(), high.bound())), null_count);
        }
        writer.page(page, count, here.as_ref())?;
        start += count;
    }
    let nulls = nulls.map_or(0, NullBuffer::null_count) as u64;
    let filter = match layout.bloom {
        Some(share) if !values.is_empty() => {
            let mut filter = Sbbf::new_with_ndv_fpp(values.len() as u64, share)?;
            values.iter().for_each(|value| value.note(&mut filter));
            Some(filter)
        }
        _ => None,
    };
    writer.finish(descr, rows, V::statistics(bounds(values.iter().copied()), nulls), filter)
}

/// Writes the pages of one column and keeps count of them.
struct ChunkWriter<'c, 'z> {
    sink: TrackedWrite<Vec<u8>>,
    level: ZstdLevel,
    compressor: &'c mut Compressor<'z>,
    dictionary: bool,
    /// Where the data pages begin.
    data_start: u64,
    pages: i32,
    uncompressed: u64,
    offsets: OffsetIndexBuilder,
    bounds: Option<ColumnIndexBuilder>,
}

impl<'c, 'z> ChunkWriter<'c, 'z> {
    fn new(physical: Type, layout: Layout, compressor: &'c mut Compressor<'z>) -> Self {
        Self {
            sink: TrackedWrite::new(Vec::new()),
            level: layout.level,
            compressor,
            dictionary: false,
            data_start: 0,
            pages: 0,
            uncompressed: 0,
            offsets: OffsetIndexBuilder::new(),
            bounds: layout.page_bounds.then(|| ColumnIndexBuilder::new(physical)),
        }
    }

    fn dictionary(&mut self, plain: Vec<u8>, values: usize) -> Result<()> {
        let compressed = self.compressor.compress(&plain)?;
        let page = Page::DictionaryPage { buf: compressed.into(), num_values: place(values)?, encoding: Encoding::PLAIN, is_sorted: false };
        let written = SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(page, plain.len()))?;
        self.dictionary = true;
        self.uncompressed += written.uncompressed_size as u64;
        self.data_start = written.bytes_written;
        Ok(())
    }

    fn page_bounds(&mut self, found: Option<(Vec<u8>, Vec<u8>)>, nulls: usize) {
        let Some(index) = &mut self.bounds else { return };
        let nulls = i64::try_from(nulls).unwrap_or(i64::MAX);
        match found {
            Some((low, high)) => index.append(false, low, high, nulls),
            None => index.append(true, Vec::new(), Vec::new(), nulls),
        }
    }

    /// A page of `rows` rows whose values have these keys.
    fn page(&mut self, keys: &[u32], rows: usize, nulls: Option<&NullBuffer>) -> Result<()> {
        let mut body = Vec::new();
        match nulls {
            Some(nulls) if nulls.null_count() > 0 => {
                let levels: Vec<u32> = nulls.iter().map(u32::from).collect();
                hybrid::encode(&levels, 1, &mut body);
            }
            _ => hybrid::run(1, rows, 1, &mut body),
        }
        let levels = body.len();
        let mut raw = Vec::new();
        let encoding = if keys.is_empty() {
            Encoding::PLAIN
        } else {
            let width = match hybrid::width(keys.iter().copied().max().unwrap_or(0)) {
                // Whole bytes: zstd finds what repeats among them, and nothing in bits that lie across them.
                width @ 5.. => width.next_multiple_of(8),
                width => width,
            };
            raw.push(width);
            hybrid::encode(keys, width, &mut raw);
            Encoding::RLE_DICTIONARY
        };
        let uncompressed = levels + raw.len();
        // What zstd does not make smaller is kept as it is, which is quicker to read; a few bytes never become fewer.
        let compressed = if raw.len() > 16 { self.compressor.compress(&raw)? } else { Vec::new() };
        let is_compressed = !compressed.is_empty() && compressed.len() < raw.len();
        body.extend_from_slice(if is_compressed { &compressed } else { &raw });
        let number = |count: usize| u32::try_from(count).map_err(|_| ParquetError::General("a page is too large".to_owned()));
        let page = Page::DataPageV2 {
            buf: body.into(),
            num_values: number(rows)?,
            encoding,
            num_nulls: number(rows - keys.len())?,
            num_rows: number(rows)?,
            def_levels_byte_len: number(levels)?,
            rep_levels_byte_len: 0,
            is_compressed,
            statistics: None,
        };
        let written = SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(page, uncompressed))?;
        self.pages += 1;
        self.uncompressed += written.uncompressed_size as u64;
        self.offsets.append_row_count(signed(rows as u64));
        self.offsets.append_offset_and_size(signed(written.offset), i32::try_from(written.bytes_written).unwrap_or(i32::MAX));
        Ok(())
    }

    fn finish(self, descr: &ColumnDescPtr, rows: usize, statistics: Statistics, bloom_filter: Option<Sbbf>) -> Result<Chunk> {
        let bytes_written = self.sink.bytes_written() as u64;
        let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
        let count = |page_type, encoding, count| PageEncodingStats { page_type, encoding, count };
        let mut pages = vec![];
        if self.dictionary {
            encodings.push(Encoding::RLE_DICTIONARY);
            pages.push(count(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1));
            pages.push(count(PageType::DATA_PAGE_V2, Encoding::RLE_DICTIONARY, self.pages));
        } else {
            pages.push(count(PageType::DATA_PAGE_V2, Encoding::PLAIN, self.pages));
        }
        let metadata = ColumnChunkMetaData::builder(descr.clone())
            .set_compression(Compression::ZSTD(self.level))
            .set_encodings(encodings)
            .set_page_encoding_stats(pages)
            .set_total_compressed_size(signed(bytes_written))
            .set_total_uncompressed_size(signed(self.uncompressed))
            .set_num_values(signed(rows as u64))
            .set_data_page_offset(signed(self.data_start))
            .set_dictionary_page_offset(self.dictionary.then_some(0))
            .set_statistics(statistics)
            .build()?;
        let column_index = self.bounds.map(ColumnIndexBuilder::build).transpose()?;
        let close = ColumnCloseResult {
            bytes_written,
            rows_written: rows as u64,
            metadata,
            bloom_filter,
            column_index,
            offset_index: Some(self.offsets.build()),
        };
        Ok(Chunk { bytes: self.sink.into_inner()?.into(), close })
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch};
    use arrow::compute::{cast, concat_batches};
    use arrow::datatypes::{Field, Schema};
    use parquet::arrow::ArrowSchemaConverter;
    use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
    use parquet::file::metadata::PageIndexPolicy;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use proptest::prelude::*;

    use super::*;

    fn layout() -> Layout {
        Layout { page_rows: 16, page_bounds: true, bloom: Some(0.01), level: ZstdLevel::default() }
    }

    /// A file of one column.
    fn file(array: &ArrayRef) -> Bytes {
        let stored = match array.data_type() {
            DataType::Dictionary(_, value) => value.as_ref(),
            other => other,
        };
        let schema = Schema::new(vec![Field::new("value", stored.clone(), true)]);
        let description = ArrowSchemaConverter::new().convert(&schema).unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(Vec::new(), description.root_schema_ptr(), properties).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let chunk = encode(&description.column(0), array, layout(), &mut Compressor::new(1).unwrap()).unwrap();
        group.append_column(&chunk.bytes, chunk.close).unwrap();
        group.close().unwrap();
        writer.into_inner().unwrap().into()
    }

    /// The rows of a file from `skip` on.
    fn read(file: &Bytes, rows: usize, skip: usize) -> ArrayRef {
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).unwrap();
        let schema = reader.schema().clone();
        let selection = RowSelection::from(vec![RowSelector::skip(skip), RowSelector::select(rows - skip)]);
        let batches: Vec<RecordBatch> = reader.with_row_selection(selection).build().unwrap().map(|batch| batch.unwrap()).collect();
        Arc::clone(concat_batches(&schema, &batches).unwrap().column(0))
    }

    fn check(array: &ArrayRef, skip: usize) {
        let file = file(array);
        let plain = match array.data_type() {
            DataType::Dictionary(_, value) => cast(array, value).unwrap(),
            _ => Arc::clone(array),
        };
        let skip = skip.min(array.len());
        assert_eq!(&read(&file, array.len(), skip), &plain.slice(skip, array.len() - skip));
    }

    proptest! {
        #[test]
        fn texts_read_back(rows in prop::collection::vec(prop::option::weighted(0.9, "[a-d]{0,2}"), 1..200), skip in 0usize..100) {
            check(&(Arc::new(StringArray::from(rows.clone())) as ArrayRef), skip);
            let keyed: DictionaryArray<Int32Type> = rows.iter().map(Option::as_deref).collect();
            check(&(Arc::new(keyed) as ArrayRef), skip);
        }

        #[test]
        fn numbers_read_back(rows in prop::collection::vec(prop::option::weighted(0.9, -4i32..300), 1..200), skip in 0usize..100) {
            check(&(Arc::new(Int32Array::from(rows.clone())) as ArrayRef), skip);
            check(&(Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.map(i64::from)))) as ArrayRef), skip);
            check(&(Arc::new(Float64Array::from_iter(rows.iter().map(|row| row.map(f64::from)))) as ArrayRef), skip);
        }

        #[test]
        fn bounds_are_those_of_the_rows(rows in prop::collection::vec(prop::option::weighted(0.5, 0i32..50), 1..200)) {
            let array: ArrayRef = Arc::new(Int32Array::from(rows.clone()));
            let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
            let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file(&array), options).unwrap();
            let column = reader.metadata().row_group(0).column(0);
            let Some(Statistics::Int32(found)) = column.statistics() else { panic!("there are statistics") };
            prop_assert_eq!(found.min_opt(), rows.iter().flatten().min());
            prop_assert_eq!(found.max_opt(), rows.iter().flatten().max());
            prop_assert_eq!(found.null_count_opt(), Some(rows.iter().filter(|row| row.is_none()).count() as u64));
        }
    }

    #[test]
    fn a_column_without_values_is_one_page() {
        let array: ArrayRef = Arc::new(StringArray::new_null(1_000));
        check(&array, 10);
        let chunk = file(&array);
        assert!(chunk.len() < 400, "{}", chunk.len());
    }

    #[test]
    fn the_filter_knows_every_value() {
        let array: ArrayRef =
            Arc::new(StringArray::from_iter_values((0..500).map(|number| format!("10.0.{}.{}", number / 256, number % 256))));
        let reader = ParquetRecordBatchReaderBuilder::try_new(file(&array)).unwrap();
        let filter = reader.get_row_group_column_bloom_filter(0, 0).unwrap().unwrap();
        assert!(array.as_string::<i32>().iter().flatten().all(|text| filter.check(text)));
        assert!((0..500).filter(|number| filter.check(format!("10.1.0.{number}").as_str())).count() < 50);
    }

    #[test]
    fn what_has_no_plain_form_is_refused() {
        let array: ArrayRef = Arc::new(arrow::array::BooleanArray::from(vec![true]));
        let schema = Schema::new(vec![Field::new("value", DataType::Boolean, true)]);
        let description = ArrowSchemaConverter::new().convert(&schema).unwrap();
        assert!(encode(&description.column(0), &array, layout(), &mut Compressor::new(1).unwrap()).is_err());
    }
}
