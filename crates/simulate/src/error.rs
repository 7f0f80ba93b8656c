//! What can go wrong while a world is made.

use std::io;
use std::path::PathBuf;

use crate::Config;

/// Why a world could not be made. Asking again does not help unless the configuration or the disk changes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// A company needs at least one machine of each role.
    #[error("{instances} instances are too few for a company; at least {} are needed", Config::MIN_INSTANCES)]
    TooFewInstances {
        /// As asked.
        instances: u32,
    },
    /// The subnets have room for so many.
    #[error("{instances} instances do not fit the subnets; at most {} do", Config::MAX_INSTANCES)]
    TooManyInstances {
        /// As asked.
        instances: u32,
    },
    /// At least one whole day, at most ten years.
    #[error("{days} days: between 1 and {} can be made", Config::MAX_DAYS)]
    Days {
        /// As asked.
        days: u32,
    },
    /// Interfaces report by the minute or by ten minutes.
    #[error("windows of {window_secs} seconds: they are 60 or 600 seconds long")]
    Window {
        /// As asked.
        window_secs: u64,
    },
    /// The traffic that every day must have does not fit the number of records.
    #[error("{records} records are too few for this world; it needs at least about {least}")]
    TooFewRecords {
        /// As asked.
        records: u64,
        /// About the smallest number that works.
        least: u64,
    },
    /// The folder already holds logs; two worlds in one folder would be neither.
    #[error("{} already holds flow logs", path.display())]
    NotEmpty {
        /// The folder with the logs.
        path: PathBuf,
    },
    /// A folder could not be made.
    #[error("cannot create folder {}", path.display())]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A document could not be written as JSON.
    #[error("cannot write {} as JSON", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// An object could not be compressed.
    #[error("cannot compress {}", path.display())]
    Compress {
        /// The object.
        path: PathBuf,
        /// Why not.
        source: libdeflater::CompressionError,
    },
}
