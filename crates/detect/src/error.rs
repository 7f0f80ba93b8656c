//! What can be wrong with the rows a scorer is given.

use arrow::datatypes::DataType;
use arrow::error::ArrowError;

/// A scorer was given rows that its `features.sql` does not produce. A retry cannot help: the query and the scorer disagree.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A column is not there.
    #[error("features of {finding_type}: column {column:?} is missing; the columns are {present:?}")]
    MissingColumn {
        /// The detector.
        finding_type: &'static str,
        /// The column.
        column: &'static str,
        /// The columns that are there.
        present: Vec<String>,
    },
    /// A column holds another kind of value.
    #[error("features of {finding_type}: column {column:?} should hold {expected} and has type {found}")]
    WrongType {
        /// The detector.
        finding_type: &'static str,
        /// The column.
        column: &'static str,
        /// What it should hold.
        expected: &'static str,
        /// The type it has.
        found: DataType,
    },
    /// A value that every row must have is null.
    #[error("features of {finding_type}: column {column:?} is null in row {row}")]
    Null {
        /// The detector.
        finding_type: &'static str,
        /// The column.
        column: &'static str,
        /// The row in its batch, from 0.
        row: usize,
    },
    /// A value is outside its domain.
    #[error("features of {finding_type}: column {column:?} has {value:?} in row {row}, which is no {expected}")]
    BadValue {
        /// The detector.
        finding_type: &'static str,
        /// The column.
        column: &'static str,
        /// The row in its batch, from 0.
        row: usize,
        /// The value, shortened.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A column of the right kind could not be brought into the form that is read.
    #[error("features of {finding_type}: column {column:?} could not be read")]
    Cast {
        /// The detector.
        finding_type: &'static str,
        /// The column.
        column: &'static str,
        /// Why.
        #[source]
        source: ArrowError,
    },
}
