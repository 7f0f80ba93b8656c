//! Rows of several ordered files as one ordered run; and rows of one key made one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{concat_batches, interleave_record_batch, take};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use crate::{Merge, Table};

/// Rows handed on at a time.
const RUN_ROWS: usize = 8_192;

/// Batches of one file, in the table's order.
type Source = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// Merges files that are each in the table's order; rows that are equal in that order keep the order of the sources.
///
/// Holds one batch of every source and [`RUN_ROWS`] rows of its own.
pub(crate) struct Ordered {
    sources: Vec<Source>,
    cursors: Vec<Option<Cursor>>,
    heap: BinaryHeap<Reverse<(OwnedRow, usize)>>,
    order: RowConverter,
    columns: Vec<usize>,
    failed: bool,
}

struct Cursor {
    batch: RecordBatch,
    keys: Rows,
    row: usize,
}

impl Ordered {
    pub(crate) fn new(table: Table, sources: Vec<Source>) -> Result<Self, ArrowError> {
        let columns = indices(table, table.order())?;
        let order = converter(table, &columns)?;
        let cursors = sources.iter().map(|_| None).collect();
        let mut merged = Self { sources, cursors, heap: BinaryHeap::new(), order, columns, failed: false };
        for source in 0..merged.sources.len() {
            merged.advance(source)?;
        }
        Ok(merged)
    }

    /// Steps `source` to its next row, or next batch, and puts it in line.
    fn advance(&mut self, source: usize) -> Result<(), ArrowError> {
        if let Some(cursor) = &mut self.cursors[source] {
            cursor.row += 1;
            if cursor.row < cursor.batch.num_rows() {
                self.heap.push(Reverse((cursor.keys.row(cursor.row).owned(), source)));
                return Ok(());
            }
        }
        self.cursors[source] = None;
        for batch in self.sources[source].by_ref() {
            let batch = batch?;
            if batch.num_rows() > 0 {
                let keys: Vec<ArrayRef> = self.columns.iter().map(|&column| Arc::clone(batch.column(column))).collect();
                let keys = self.order.convert_columns(&keys)?;
                self.heap.push(Reverse((keys.row(0).owned(), source)));
                self.cursors[source] = Some(Cursor { batch, keys, row: 0 });
                break;
            }
        }
        Ok(())
    }

    fn run(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        // A batch that is used up is still needed until the run is put together.
        let mut batches: Vec<RecordBatch> = Vec::new();
        let mut place: Vec<Option<usize>> = vec![None; self.sources.len()];
        let mut picks: Vec<(usize, usize)> = Vec::with_capacity(RUN_ROWS);
        while picks.len() < RUN_ROWS {
            let Some(Reverse((_, source))) = self.heap.pop() else { break };
            let Some(cursor) = &self.cursors[source] else { continue };
            let batch = *place[source].get_or_insert_with(|| {
                batches.push(cursor.batch.clone());
                batches.len() - 1
            });
            picks.push((batch, cursor.row));
            if cursor.row + 1 == cursor.batch.num_rows() {
                place[source] = None;
            }
            self.advance(source)?;
        }
        if picks.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = batches.iter().collect();
        interleave_record_batch(&batches, &picks).map(Some)
    }
}

impl Iterator for Ordered {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let run = self.run().transpose();
        self.failed = matches!(run, Some(Err(_)));
        run
    }
}

/// Makes one row of all rows of a key. Takes an ordered run of an additive table; gives rows ordered by the whole key.
///
/// Holds the rows of one value of the table's order, such as one hour of one entity.
pub(crate) struct Summed<I> {
    rows: I,
    table: Table,
    waiting: Option<RecordBatch>,
    order: RowConverter,
    order_columns: Vec<usize>,
    key: RowConverter,
    key_columns: Vec<usize>,
    done: bool,
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Summed<I> {
    pub(crate) fn new(table: Table, rows: I) -> Result<Self, ArrowError> {
        let order_columns = indices(table, table.order())?;
        // The order first, then what else is of the key, so that the rows stay in the table's order.
        let mut names: Vec<&str> = table.order().to_vec();
        let specs = table.columns().unwrap_or_default();
        names.extend(specs.iter().filter(|spec| spec.merge == Merge::Key && !table.order().contains(&spec.name)).map(|spec| spec.name));
        let key_columns = indices(table, &names)?;
        Ok(Self {
            rows,
            table,
            waiting: None,
            order: converter(table, &order_columns)?,
            order_columns,
            key: converter(table, &key_columns)?,
            key_columns,
            done: false,
        })
    }

    fn run(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        loop {
            let Some(batch) = self.rows.next().transpose()? else {
                return self.waiting.take().map(|rest| self.one_each(&rest)).transpose();
            };
            let batch = match self.waiting.take() {
                None => batch,
                Some(waiting) => concat_batches(&batch.schema(), [&waiting, &batch])?,
            };
            // What follows may belong to the last value of the order, so that one waits.
            let keys = columns(&batch, &self.order_columns);
            let keys = self.order.convert_columns(&keys)?;
            let last = keys.num_rows().saturating_sub(1);
            let cut = (0..last).rev().find(|&row| keys.row(row) != keys.row(last)).map_or(0, |row| row + 1);
            self.waiting = Some(batch.slice(cut, batch.num_rows() - cut));
            if cut > 0 {
                return self.one_each(&batch.slice(0, cut)).map(Some);
            }
        }
    }

    fn one_each(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let keys = self.key.convert_columns(&columns(batch, &self.key_columns))?;
        let mut order: Vec<usize> = (0..batch.num_rows()).collect();
        order.sort_by(|&left, &right| keys.row(left).cmp(&keys.row(right)));
        let groups: Vec<&[usize]> = order.chunk_by(|&left, &right| keys.row(left) == keys.row(right)).collect();
        let firsts: UInt32Array = groups.iter().map(|group| u32::try_from(group[0]).ok()).collect();
        let specs = self.table.columns().unwrap_or_default();
        let merged = batch.columns().iter().zip(specs).map(|(column, spec)| match spec.merge {
            Merge::Key => take(column, &firsts, None),
            how => fold(column, &groups, how),
        });
        RecordBatch::try_new(batch.schema(), merged.collect::<Result<_, _>>()?)
    }
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Iterator for Summed<I> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let run = self.run().transpose();
        self.done = !matches!(run, Some(Ok(_)));
        run
    }
}

fn indices(table: Table, names: &[&str]) -> Result<Vec<usize>, ArrowError> {
    let schema = table.schema();
    names.iter().map(|name| schema.index_of(name)).collect()
}

fn converter(table: Table, columns: &[usize]) -> Result<RowConverter, ArrowError> {
    let schema = table.schema();
    RowConverter::new(columns.iter().map(|&column| SortField::new(stored(schema.field(column).data_type()))).collect())
}

/// The type that a column is read back as: dictionaries are a matter of writing.
fn stored(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, value) => value.as_ref().clone(),
        other => other.clone(),
    }
}

fn columns(batch: &RecordBatch, indices: &[usize]) -> Vec<ArrayRef> {
    indices.iter().map(|&column| Arc::clone(batch.column(column))).collect()
}

/// One value for each group of rows.
fn fold(column: &ArrayRef, groups: &[&[usize]], how: Merge) -> Result<ArrayRef, ArrowError> {
    Ok(match column.data_type() {
        DataType::Int64 => Arc::new(Int64Array::from(each::<Int64Type>(column, groups, |left, right| match how {
            Merge::Sum => left.saturating_add(right),
            Merge::Least => left.min(right),
            Merge::Or => left | right,
            Merge::Greatest | Merge::Key => left.max(right),
        }))),
        DataType::Int32 => Arc::new(Int32Array::from(each::<Int32Type>(column, groups, |left, right| match how {
            Merge::Sum => left.saturating_add(right),
            Merge::Least => left.min(right),
            Merge::Or => left | right,
            Merge::Greatest | Merge::Key => left.max(right),
        }))),
        DataType::Float64 => Arc::new(Float64Array::from(each::<Float64Type>(column, groups, |left, right| match how {
            Merge::Sum => left + right,
            Merge::Least => left.min(right),
            _ => left.max(right),
        }))),
        DataType::Timestamp(..) => Arc::new(
            TimestampMicrosecondArray::from(each::<TimestampMicrosecondType>(column, groups, |left, right| match how {
                Merge::Least => left.min(right),
                _ => left.max(right),
            }))
            .with_timezone("UTC"),
        ),
        other => return Err(ArrowError::SchemaError(format!("a column of type {other} cannot be merged"))),
    })
}

fn each<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    groups: &[&[usize]],
    both: impl Fn(T::Native, T::Native) -> T::Native,
) -> Vec<Option<T::Native>> {
    let values = column.as_primitive::<T>();
    groups.iter().map(|group| group.iter().filter(|&&row| values.is_valid(row)).map(|&row| values.value(row)).reduce(&both)).collect()
}
