//! What can go wrong with a whole input. A bad line or packet is no error; see [`Skipped`](crate::Skipped).

use std::io;
use std::path::PathBuf;

/// Why an input could not be converted. Asking again does not help unless the input, the options or the disk change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The input could not be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The input.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The beginning of the input is none of the formats.
    #[error("{} is no packet capture, Zeek conn.log or Argus CSV: it begins with {begins:?}", path.display())]
    UnknownKind {
        /// The input.
        path: PathBuf,
        /// The first characters.
        begins: String,
    },
    /// The header that names the columns lacks one that is needed.
    #[error("{}, line {line}: the header has no column {column}", path.display())]
    MissingColumn {
        /// The input.
        path: PathBuf,
        /// Line of the header, from 1.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// Nothing of the input could be used.
    #[error("nothing in {} could be used; {reason}", path.display())]
    NothingUsed {
        /// The input.
        path: PathBuf,
        /// The most frequent reason, with its first place.
        reason: String,
    },
    /// More records than are to be held in memory.
    #[error("{} makes more than {most} records", path.display())]
    TooManyRecords {
        /// The input.
        path: PathBuf,
        /// The limit.
        most: usize,
    },
    /// An option is out of range.
    #[error("{name}: {reason}")]
    Option {
        /// Name of the option.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The folder already holds logs; two captures in one folder would be neither.
    #[error("{} already holds flow logs", path.display())]
    NotEmpty {
        /// The folder with the logs.
        path: PathBuf,
    },
    /// A folder or file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The folder or file.
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
