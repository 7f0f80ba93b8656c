//! Parquet: columns by name, whatever their order and types.
//!
//! Source: Amazon VPC user guide, "Flow log files" (types); tools that rewrite the files use every width of integer, floating point and
//! text, so each is read.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema, TimeUnit, UInt64Type};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::fields::{self, Plan, Slot};
use super::record::{Cells, Integer, assemble, is_null};
use super::text::parse_u64;
use crate::sink::Sink;
use crate::{DecodeError, Limits};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 8_192;

/// One column of a batch, as one of few types.
enum Values {
    Signed(Int64Array),
    Unsigned(UInt64Array),
    Floating(Float64Array),
    Text(StringArray),
    Bytes(BinaryArray),
    /// Structures and lists: no field of a flow log.
    None,
}

/// One row of a batch.
struct Row<'a> {
    columns: &'a [Values],
    row: usize,
}

/// Decodes a Parquet file; `fields` and `source` take the number of columns and the kind of record.
pub(crate) fn decode(
    file: Bytes,
    limits: &Limits,
    sink: &mut Sink<'_, '_>,
    fields: &mut usize,
    source: &mut &'static str,
) -> Result<(), DecodeError> {
    let size = file.len() as u64;
    let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file))?;
    let unpacked: i64 = builder.metadata().row_groups().iter().map(|group| group.total_byte_size().max(0)).fold(0, i64::saturating_add);
    limits.check(u64::try_from(unpacked).unwrap_or(0), size)?;
    let plan = plan(builder.schema(), limits)?;
    *fields = plan.width;
    if plan.gateway.is_some() {
        *source = "aws-tgw";
    }
    let mut reader = guarded(|| builder.with_batch_size(BATCH_ROWS).build())?;
    let mut position = 0;
    while let Some(columns) = guarded(|| reader.next().map(|batch| columns(&batch?)).transpose())? {
        rows(&columns, &plan, &mut position, sink)?;
    }
    Ok(())
}

/// Calls the Parquet reader, which panics on some damaged files: that is one more way for it to say that it cannot read them.
fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, DecodeError> {
    // Nothing of what a panic may have left half-done is used again.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(DecodeError::Parquet),
        Err(_) => Err(DecodeError::Parquet(ParquetError::General("the reader stopped at contradictory contents".to_owned()))),
    }
}

/// The columns of a batch.
struct Columns {
    values: Vec<Values>,
    rows: usize,
}

fn columns(batch: &RecordBatch) -> Result<Columns, ParquetError> {
    let values = batch.columns().iter().map(values).collect::<Result<_, _>>()?;
    Ok(Columns { values, rows: batch.num_rows() })
}

fn plan(schema: &Schema, limits: &Limits) -> Result<Plan, DecodeError> {
    let names: Vec<Cow<'_, str>> = schema.fields().iter().map(|field| fields::normalise(field.name())).collect();
    let known = names.iter().filter(|name| fields::is_known(name)).count();
    if known == 0 || (known < 5 && known < names.len()) {
        let first: Vec<String> = names.iter().take(5).map(|name| fields::cut(name)).collect();
        return Err(DecodeError::UnknownFormat {
            found: format!("the Parquet columns are not those of a flow log ({} …)", first.join(", ")),
        });
    }
    Plan::compile(&names, limits.max_columns).map_err(|reason| DecodeError::BadHeader { reason })
}

fn rows(columns: &Columns, plan: &Plan, position: &mut u64, sink: &mut Sink<'_, '_>) -> Result<(), DecodeError> {
    for row in 0..columns.rows {
        *position += 1;
        let cells = Row { columns: &columns.values, row };
        match assemble(&cells, plan, None, sink) {
            Ok(()) => sink.after_record()?,
            Err(reason) => sink.reject(*position, reason, &cells.line())?,
        }
    }
    Ok(())
}

/// The column as one of the types that [`Values`] has.
fn values(column: &ArrayRef) -> Result<Values, arrow::error::ArrowError> {
    let to = |data_type: &DataType| cast(column, data_type);
    Ok(match column.data_type() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            Values::Signed(to(&DataType::Int64)?.as_primitive::<Int64Type>().clone())
        }
        DataType::UInt64 => Values::Unsigned(column.as_primitive::<UInt64Type>().clone()),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            Values::Floating(to(&DataType::Float64)?.as_primitive::<Float64Type>().clone())
        }
        DataType::Timestamp(..) => {
            let micros = to(&DataType::Timestamp(TimeUnit::Microsecond, None))?;
            Values::Signed(cast(&micros, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            Values::Bytes(to(&DataType::Binary)?.as_binary::<i32>().clone())
        }
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Dictionary(..)
        | DataType::Boolean
        | DataType::Date32
        | DataType::Date64
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => Values::Text(to(&DataType::Utf8)?.as_string::<i32>().clone()),
        _ => Values::None,
    })
}

impl Cells for Row<'_> {
    fn text(&self, slot: Slot) -> Option<Cow<'_, [u8]>> {
        let row = self.row;
        let value = match self.columns.get(slot)? {
            Values::Signed(array) if array.is_valid(row) => Cow::Owned(array.value(row).to_string().into_bytes()),
            Values::Unsigned(array) if array.is_valid(row) => Cow::Owned(array.value(row).to_string().into_bytes()),
            Values::Floating(array) if array.is_valid(row) => Cow::Owned(array.value(row).to_string().into_bytes()),
            Values::Text(array) if array.is_valid(row) => Cow::Borrowed(array.value(row).as_bytes()),
            Values::Bytes(array) if array.is_valid(row) => Cow::Borrowed(array.value(row)),
            _ => return None,
        };
        (!is_null(&value)).then_some(value)
    }

    fn integer(&self, slot: Slot) -> Integer {
        let row = self.row;
        let value = match self.columns.get(slot) {
            Some(Values::Signed(array)) if array.is_valid(row) => u64::try_from(array.value(row)).ok(),
            Some(Values::Unsigned(array)) if array.is_valid(row) => Some(array.value(row)),
            Some(Values::Floating(array)) if array.is_valid(row) && !array.value(row).is_nan() => integral(array.value(row)),
            Some(Values::Text(_) | Values::Bytes(_)) => match self.text(slot) {
                Some(text) => parse_u64(&text),
                None => return Integer::Absent,
            },
            _ => return Integer::Absent,
        };
        value.map_or(Integer::Invalid, Integer::Value)
    }
}

/// The whole number that a floating-point value is, if it is one that such a value can hold exactly.
fn integral(value: f64) -> Option<u64> {
    let exact = value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number in range")]
    exact.then_some(value as u64)
}

impl Row<'_> {
    /// The row as a line, for a reject.
    fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        for slot in 0..self.columns.len() {
            if slot > 0 {
                line.push(b' ');
            }
            line.extend_from_slice(self.text(slot).as_deref().unwrap_or(b"-"));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_are_numbers() {
        assert_eq!(integral(6.0), Some(6));
        for value in [0.5, -1.0, f64::INFINITY, 1e300, f64::NAN] {
            assert_eq!(integral(value), None, "{value}");
        }
    }
}
