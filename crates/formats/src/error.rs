//! Why an object as a whole could not be used.

use std::io;

use parquet::errors::ParquetError;

/// An error of the caller's, passed through.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An object of which nothing could be read. A single bad record is never an error but a [`flow::Reject`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The compressed or stored bytes cannot be read.
    #[error("the {container} data cannot be read; fetch the object again, it may be cut or damaged")]
    Container {
        /// What the bytes claim to be.
        container: &'static str,
        /// The reader's complaint.
        #[source]
        source: io::Error,
    },
    /// The Parquet file cannot be read.
    #[error("the Parquet file cannot be read; fetch the object again, it may be cut or damaged")]
    Parquet(#[source] ParquetError),
    /// A container that is recognised but not read here.
    #[error("{what} is not read here; {remedy}")]
    Unsupported {
        /// What it is.
        what: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// No header, no known format, and the content fits no documented order of columns.
    #[error(
        "{found}, and the columns are not known: pass --format-line with the flow log's format, as `aws ec2 describe-flow-logs` shows it"
    )]
    UnknownFormat {
        /// What there is instead of a header.
        found: String,
    },
    /// No header, no known format, and the content fits several orders of columns equally well.
    #[error(
        "there is no header and the content fits {} orders of columns equally well ({}): pass --format-line with the right one",
        candidates.len(),
        candidates.join(", ")
    )]
    Ambiguous {
        /// Names of the orders that fit.
        candidates: Vec<String>,
    },
    /// The header cannot be used.
    #[error("the header cannot be used: {reason}")]
    BadHeader {
        /// What is wrong with it.
        reason: String,
    },
    /// The object asks for more than the limits allow.
    #[error("over the limit of {limit} for {what}; raise the limit if the object is to be trusted")]
    OverLimit {
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The caller's chunk function failed.
    #[error("stopped by the receiver of the records")]
    Stopped(#[source] BoxError),
}

impl DecodeError {
    /// Whether reading the object again can help: it may have been cut on its way.
    pub const fn can_retry(&self) -> bool {
        matches!(self, Self::Container { .. } | Self::Parquet(_))
    }

    /// The error and its causes in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
