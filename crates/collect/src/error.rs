//! What can go wrong while collecting.

use std::path::PathBuf;
use std::time::Duration;

/// A source that cannot be set up, or an object that could not be brought here.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// A setting makes no sense; the text says which and why.
    #[error("source {name}: {problem}")]
    Setting {
        /// Name of the source.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A local file or folder cannot be read or written.
    #[error("cannot {operation} {}", path.display())]
    File {
        /// What was being done.
        operation: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The folder cannot be watched for changes; it is still listed from time to time.
    #[error("cannot watch {}", path.display())]
    Watch {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: notify::Error,
    },
    /// A request to a service failed.
    #[error("cannot {operation}")]
    Service {
        /// What was being done, and to what.
        operation: String,
        /// The service's own code, such as `AccessDenied`, when it answered with one.
        code: Option<String>,
        /// Whether the same request may succeed later.
        transient: bool,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The object is not there, or not to be read by us.
    #[error("{uri} is {}", if *denied { "denied to us" } else { "gone" })]
    Absent {
        /// Its name.
        uri: String,
        /// It may be there, but the service says that we may not read it.
        denied: bool,
    },
    /// A body ended before, or after, the length that was announced for it.
    #[error("{uri} was cut short: {got} of {expected} bytes came")]
    CutShort {
        /// Its name.
        uri: String,
        /// Bytes announced.
        expected: u64,
        /// Bytes that came.
        got: u64,
    },
    /// Nothing came for too long.
    #[error("no answer within {} seconds while {operation}", after.as_secs())]
    TimedOut {
        /// What was being done.
        operation: String,
        /// How long was waited.
        after: Duration,
    },
    /// An answer was not what the service promises.
    #[error("cannot understand {what}: {problem}")]
    Answer {
        /// Of what.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An answer is larger than is accepted.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What was fetched.
        what: String,
        /// The largest size accepted, bytes.
        limit: u64,
    },
}

impl CollectError {
    /// Whether trying again may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Setting { .. } | Self::Absent { .. } | Self::Answer { .. } | Self::TooLarge { .. } => false,
            Self::File { .. } | Self::Watch { .. } | Self::CutShort { .. } | Self::TimedOut { .. } => true,
            Self::Service { transient, .. } => *transient,
        }
    }

    /// The error and what caused it, in one line.
    pub fn chain(&self) -> String {
        chain(self)
    }

    pub(crate) fn file(operation: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { operation, path, source }
    }
}

/// An error and its causes, in one line; a cause that repeats what stands before it is left out.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
