//! What can go wrong with a question.

/// A question that could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The SQL is wrong: it does not parse, names what is not there, or would change something.
    #[error("the query cannot be run: {reason}")]
    Invalid {
        /// The engine's words.
        reason: String,
    },
    /// It asked for more than one query may take.
    #[error("the query was stopped: {limit}")]
    Limit {
        /// Which limit, and what to do.
        limit: String,
    },
    /// The engine failed while answering.
    #[error("the query failed")]
    Engine(#[source] Box<datafusion::error::DataFusionError>),
    /// The lake could not be read.
    #[error("the lake cannot be read")]
    Lake(#[from] lake::LakeError),
    /// An answer did not have the columns it should have.
    #[error("column {column:?} of the answer is missing or of another type")]
    Column {
        /// The column.
        column: String,
    },
}

impl From<datafusion::error::DataFusionError> for QueryError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        use datafusion::error::DataFusionError;
        match error.find_root() {
            DataFusionError::SQL(..)
            | DataFusionError::Plan(_)
            | DataFusionError::SchemaError(..)
            | DataFusionError::NotImplemented(_)
            | DataFusionError::Configuration(_) => Self::Invalid { reason: error.strip_backtrace() },
            // What values lead to: a division by zero, a text that is no number.
            DataFusionError::ArrowError(arrow, _) if of_values(arrow) => Self::Invalid { reason: error.strip_backtrace() },
            DataFusionError::ResourcesExhausted(_) => Self::Limit {
                limit: "it needs more memory than one query may take; narrow the time range or select fewer columns".to_owned(),
            },
            _ => Self::Engine(Box::new(error)),
        }
    }
}

/// Whether an error comes from the values computed with, not from reading them.
const fn of_values(error: &arrow::error::ArrowError) -> bool {
    use arrow::error::ArrowError;
    matches!(
        error,
        ArrowError::DivideByZero
            | ArrowError::ArithmeticOverflow(_)
            | ArrowError::CastError(_)
            | ArrowError::ComputeError(_)
            | ArrowError::ParseError(_)
            | ArrowError::InvalidArgumentError(_)
    )
}

impl QueryError {
    /// An answer of more than `rows` rows.
    pub fn too_many(rows: usize) -> Self {
        Self::Limit { limit: format!("the answer has more than {rows} rows; add a LIMIT or narrow it") }
    }

    /// Whether the asker can mend it.
    pub const fn is_callers(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Limit { .. })
    }
}
