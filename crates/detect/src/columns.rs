//! Reading columns by name.

use arrow::array::{Array, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use flow::{Direction, Timestamp};

use crate::{FindingType, ScoreError};

/// One batch of features, read by name. Any integer, text or timestamp type will do where one is asked for.
pub(crate) struct Columns<'a> {
    finding_type: &'static str,
    batch: &'a RecordBatch,
}

/// A column of one kind.
pub(crate) struct Column<T> {
    finding_type: &'static str,
    name: &'static str,
    array: T,
}

impl<'a> Columns<'a> {
    /// The columns of `batch`.
    pub(crate) const fn new(finding_type: FindingType, batch: &'a RecordBatch) -> Self {
        Self { finding_type: finding_type.name(), batch }
    }

    /// A column of text.
    pub(crate) fn text(&self, name: &'static str) -> Result<Column<StringArray>, ScoreError> {
        let array = self.cast(name, "text", DataType::Utf8, |found| match found {
            DataType::Dictionary(_, values) => is_text(values),
            other => is_text(other),
        })?;
        Ok(self.column(name, array.as_string::<i32>().clone()))
    }

    /// A column of integers.
    pub(crate) fn integer(&self, name: &'static str) -> Result<Column<Int64Array>, ScoreError> {
        let array = self.cast(name, "integers", DataType::Int64, DataType::is_integer)?;
        Ok(self.column(name, array.as_primitive::<Int64Type>().clone()))
    }

    /// A column of numbers.
    pub(crate) fn float(&self, name: &'static str) -> Result<Column<Float64Array>, ScoreError> {
        let array = self.cast(name, "numbers", DataType::Float64, DataType::is_numeric)?;
        Ok(self.column(name, array.as_primitive::<Float64Type>().clone()))
    }

    /// A column of instants.
    pub(crate) fn time(&self, name: &'static str) -> Result<Column<TimestampMicrosecondArray>, ScoreError> {
        // Without a zone: instants keep their value, and no table of zones is needed.
        let target = DataType::Timestamp(TimeUnit::Microsecond, None);
        let array = self.cast(name, "timestamps", target, |found| matches!(found, DataType::Timestamp(..)))?;
        Ok(self.column(name, array.as_primitive::<TimestampMicrosecondType>().clone()))
    }

    /// A column of booleans.
    pub(crate) fn boolean(&self, name: &'static str) -> Result<Column<BooleanArray>, ScoreError> {
        let array = self.cast(name, "booleans", DataType::Boolean, |found| *found == DataType::Boolean)?;
        Ok(self.column(name, array.as_boolean().clone()))
    }

    const fn column<T>(&self, name: &'static str, array: T) -> Column<T> {
        Column { finding_type: self.finding_type, name, array }
    }

    fn cast(
        &self,
        column: &'static str,
        expected: &'static str,
        target: DataType,
        fits: impl Fn(&DataType) -> bool,
    ) -> Result<arrow::array::ArrayRef, ScoreError> {
        let finding_type = self.finding_type;
        let Some(array) = self.batch.column_by_name(column) else {
            let present = self.batch.schema().fields().iter().map(|field| field.name().clone()).collect();
            return Err(ScoreError::MissingColumn { finding_type, column, present });
        };
        let found = array.data_type();
        // A column that is null throughout may have no type of its own.
        if !fits(found) && *found != DataType::Null {
            return Err(ScoreError::WrongType { finding_type, column, expected, found: found.clone() });
        }
        cast(array, &target).map_err(|source| ScoreError::Cast { finding_type, column, source })
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

impl<T> Column<T> {
    const fn null(&self, row: usize) -> ScoreError {
        ScoreError::Null { finding_type: self.finding_type, column: self.name, row }
    }

    pub(crate) fn bad(&self, row: usize, value: &str, expected: &'static str) -> ScoreError {
        let value = value.chars().take(64).collect();
        ScoreError::BadValue { finding_type: self.finding_type, column: self.name, row, value, expected }
    }
}

impl Column<StringArray> {
    /// The text, `None` when null.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.array.is_valid(row).then(|| self.array.value(row))
    }

    /// The text, owned.
    pub(crate) fn owned(&self, row: usize) -> Option<String> {
        self.get(row).map(str::to_owned)
    }

    /// The text that must be there.
    pub(crate) fn required(&self, row: usize) -> Result<&str, ScoreError> {
        self.get(row).ok_or_else(|| self.null(row))
    }

    /// A direction that must be there.
    pub(crate) fn direction(&self, row: usize) -> Result<Direction, ScoreError> {
        let word = self.required(row)?;
        Direction::from_word(word).ok_or_else(|| self.bad(row, word, "direction"))
    }
}

impl Column<Int64Array> {
    /// The number, `None` when null.
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.array.is_valid(row).then(|| self.array.value(row))
    }

    /// The number as a narrower type, `None` when null.
    pub(crate) fn narrow<N: TryFrom<i64>>(&self, row: usize, expected: &'static str) -> Result<Option<N>, ScoreError> {
        self.get(row).map(|value| N::try_from(value).map_err(|_| self.bad(row, &value.to_string(), expected))).transpose()
    }

    /// A count, 0 when null.
    pub(crate) fn count(&self, row: usize) -> Result<u64, ScoreError> {
        Ok(self.narrow(row, "count")?.unwrap_or(0))
    }
}

impl Column<Float64Array> {
    /// The number, `None` when null or not a number.
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        self.array.is_valid(row).then(|| self.array.value(row)).filter(|value| value.is_finite())
    }
}

impl Column<BooleanArray> {
    /// Whether it is true; null is not.
    pub(crate) fn is_true(&self, row: usize) -> bool {
        self.array.is_valid(row) && self.array.value(row)
    }
}

impl Column<TimestampMicrosecondArray> {
    /// The instant, `None` when null.
    pub(crate) fn get(&self, row: usize) -> Option<Timestamp> {
        self.array.is_valid(row).then(|| Timestamp::from_micros(self.array.value(row)))
    }

    /// The instant that must be there.
    pub(crate) fn required(&self, row: usize) -> Result<Timestamp, ScoreError> {
        self.get(row).ok_or_else(|| self.null(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int32Array, NullArray, StringViewArray};
    use std::sync::Arc;

    fn batch() -> RecordBatch {
        RecordBatch::try_from_iter([
            ("entity", Arc::new(StringViewArray::from(vec![Some("i-1"), None])) as ArrayRef),
            ("protocol", Arc::new(Int32Array::from(vec![Some(6), Some(300)]))),
            ("list", Arc::new(NullArray::new(2))),
        ])
        .unwrap()
    }

    #[test]
    fn related_types_are_read() {
        let batch = batch();
        let columns = Columns::new(FindingType::TorClient, &batch);
        let entity = columns.text("entity").unwrap();
        assert_eq!((entity.get(0), entity.get(1)), (Some("i-1"), None));
        assert_eq!(columns.text("list").unwrap().get(0), None);
        assert_eq!(columns.integer("protocol").unwrap().narrow::<u8>(0, "protocol").unwrap(), Some(6));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let batch = batch();
        let columns = Columns::new(FindingType::TorClient, &batch);
        let message = |result: Result<(), ScoreError>| result.unwrap_err().to_string();
        assert_eq!(
            message(columns.time("hour").map(drop)),
            "features of UnauthorizedAccess:EC2/TorClient: column \"hour\" is missing; the columns are [\"entity\", \"protocol\", \"list\"]"
        );
        assert_eq!(
            message(columns.integer("entity").map(drop)),
            "features of UnauthorizedAccess:EC2/TorClient: column \"entity\" should hold integers and has type Utf8View"
        );
        assert!(message(columns.text("entity").unwrap().required(1).map(drop)).ends_with("\"entity\" is null in row 1"));
        assert!(message(columns.integer("protocol").unwrap().narrow::<u8>(1, "protocol").map(drop)).contains("\"300\""));
    }
}
