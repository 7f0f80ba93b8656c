//! What can go wrong while collecting.

use std::path::PathBuf;

/// Collection that had to stop. What was committed before stays.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The place to collect from cannot be read.
    #[error("{} cannot be read", path.display())]
    Source {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The lake cannot be read or written.
    #[error("the lake")]
    Lake(#[from] lake::LakeError),
    /// Rows of the lake are not what was written.
    #[error("rows of the lake cannot be read back")]
    Rows(#[from] arrow::error::ArrowError),
    /// The decoding side ended before it was done.
    #[error("decoding ended before its time")]
    Decoder(#[source] tokio::task::JoinError),
}

impl IngestError {
    /// Whether trying again may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Lake(error) if error.is_transient())
    }
}
