//! Answers as typed rows.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use flow::Timestamp;

use crate::{Answer, QueryError};

/// One row of an answer, read by column name.
pub(crate) struct Row<'a> {
    columns: &'a Columns,
    row: usize,
}

/// The columns of one batch, cast to the few types that panels read.
struct Columns {
    names: Vec<String>,
    arrays: Vec<ArrayRef>,
}

/// Makes a value of every row of the answer.
pub(crate) fn rows<T>(answer: &Answer, mut read: impl FnMut(&Row<'_>) -> Result<T, QueryError>) -> Result<Vec<T>, QueryError> {
    let mut values = Vec::with_capacity(answer.rows());
    for batch in &answer.batches {
        let columns = Columns::new(batch)?;
        for row in 0..batch.num_rows() {
            values.push(read(&Row { columns: &columns, row })?);
        }
    }
    Ok(values)
}

impl Columns {
    fn new(batch: &RecordBatch) -> Result<Self, QueryError> {
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let arrays = batch.columns().iter().zip(&names).map(|(column, name)| {
            let target = match column.data_type() {
                DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                DataType::Float32 | DataType::Float64 | DataType::Decimal128(..) => DataType::Float64,
                DataType::Boolean => DataType::Boolean,
                kind if kind.is_integer() => DataType::Int64,
                _ => DataType::Utf8,
            };
            cast(column, &target).map_err(|_| QueryError::Column { column: name.clone() })
        });
        Ok(Self { arrays: arrays.collect::<Result<_, _>>()?, names })
    }
}

impl Row<'_> {
    fn array(&self, name: &str) -> Result<&ArrayRef, QueryError> {
        let index = self.columns.names.iter().position(|known| known == name);
        index.map(|index| &self.columns.arrays[index]).ok_or_else(|| QueryError::Column { column: name.to_owned() })
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, QueryError> {
        let array = self.array(name)?;
        let texts = array.as_string_opt::<i32>().ok_or_else(|| QueryError::Column { column: name.to_owned() })?;
        Ok(texts.is_valid(self.row).then(|| texts.value(self.row).to_owned()))
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<String, QueryError> {
        self.text(name).map(Option::unwrap_or_default)
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, QueryError> {
        let array = self.array(name)?;
        let numbers = array.as_primitive_opt::<Int64Type>().ok_or_else(|| QueryError::Column { column: name.to_owned() })?;
        Ok(numbers.is_valid(self.row).then(|| numbers.value(self.row)))
    }

    /// A count: null is 0, as a sum over nothing is.
    pub(crate) fn count(&self, name: &str) -> Result<u64, QueryError> {
        Ok(self.integer(name)?.and_then(|number| u64::try_from(number).ok()).unwrap_or(0))
    }

    pub(crate) fn real(&self, name: &str) -> Result<Option<f64>, QueryError> {
        let array = self.array(name)?;
        let numbers = array.as_primitive_opt::<Float64Type>().ok_or_else(|| QueryError::Column { column: name.to_owned() })?;
        Ok(numbers.is_valid(self.row).then(|| numbers.value(self.row)))
    }

    /// Yes or no; null is no.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, QueryError> {
        let array = self.array(name)?;
        let flags = array.as_boolean_opt().ok_or_else(|| QueryError::Column { column: name.to_owned() })?;
        Ok(flags.is_valid(self.row) && flags.value(self.row))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, QueryError> {
        let array = self.array(name)?;
        let times = array.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| QueryError::Column { column: name.to_owned() })?;
        Ok(times.is_valid(self.row).then(|| Timestamp::from_micros(times.value(self.row))))
    }

    pub(crate) fn required_time(&self, name: &str) -> Result<Timestamp, QueryError> {
        self.time(name).map(Option::unwrap_or_default)
    }
}
