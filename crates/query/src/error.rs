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
            DataFusionError::SQL(..) | DataFusionError::Plan(_) | DataFusionError::SchemaError(..) | DataFusionError::NotImplemented(_) => {
                Self::Invalid { reason: error.strip_backtrace() }
            }
            DataFusionError::ResourcesExhausted(_) => Self::Limit {
                limit: "it needs more memory than one query may take; narrow the time range or select fewer columns".to_owned(),
            },
            _ => Self::Engine(Box::new(error)),
        }
    }
}

impl QueryError {
    /// Whether the asker can mend it.
    pub const fn is_callers(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Limit { .. })
    }
}
