//! What can go wrong with a lake.

use crate::Table;

/// A lake that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The location is no folder or address that can be used.
    #[error("{location:?} cannot be used as a lake: {reason}")]
    Location {
        /// What was given.
        location: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A table's log could not be read or extended.
    #[error("table {table}: {operation}")]
    Log {
        /// The table.
        table: Table,
        /// What was being done.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// A file could not be written or read.
    #[error("{operation} {path}")]
    Store {
        /// What was being done.
        operation: &'static str,
        /// The file.
        path: String,
        /// Why it failed.
        #[source]
        source: object_store::Error,
    },
    /// Rows could not be put into Parquet, or got out of it.
    #[error("{operation} {path}")]
    Parquet {
        /// What was being done.
        operation: &'static str,
        /// The file.
        path: String,
        /// Why it failed.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Rows could not be laid out as the table's schema.
    #[error("rows of table {table} do not fit its schema")]
    Rows {
        /// The table.
        table: Table,
        /// Why.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// The table is not kept by days.
    #[error("table {table} does not expire: without it, objects that are delivered again would be taken in again")]
    NotExpirable {
        /// The table.
        table: Table,
    },
    /// The rows of the table do not say to which account they belong.
    #[error("table {table} does not expire by account: its rows do not say whose they are")]
    NoAccounts {
        /// The table.
        table: Table,
    },
    /// Other processes changed what the batch was made from, again and again.
    #[error("batch {batch} was overtaken: others changed the files that it would have taken the place of")]
    Overtaken {
        /// Its number at the last attempt.
        batch: u64,
    },
    /// Work on another thread did not come to its end.
    #[error("cannot {operation}")]
    Worker {
        /// What was being done.
        operation: &'static str,
        /// Why.
        #[source]
        source: tokio::task::JoinError,
    },
    /// A file of the lake's own does not say what it should.
    #[error("{path} is damaged")]
    Manifest {
        /// The file.
        path: String,
        /// Why it cannot be read.
        #[source]
        source: serde_json::Error,
    },
}

impl LakeError {
    /// Whether trying again may help: the store may answer the next time.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store { source, .. } if !matches!(source, object_store::Error::NotFound { .. } | object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }))
    }
}
