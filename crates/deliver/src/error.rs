//! What can be wrong with a target before anything is sent.

use std::path::PathBuf;

/// A target that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// A setting makes no sense.
    #[error("deliver {name}: {problem}")]
    Setting {
        /// Name of the target.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A variable of the environment that should hold a secret is not there, or is empty.
    #[error("deliver {name}: the variable {variable} holds no text")]
    Variable {
        /// Name of the target.
        name: String,
        /// The variable.
        variable: String,
    },
    /// A file cannot be read.
    #[error("deliver {name}: cannot read {}", path.display())]
    File {
        /// Name of the target.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// TLS cannot be set up, for want of certificates that are trusted for instance.
    #[error("deliver {name}: cannot set up TLS")]
    Tls {
        /// Name of the target.
        name: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DeliverError {
    pub(crate) fn setting(name: &str, problem: impl Into<String>) -> Self {
        Self::Setting { name: name.to_owned(), problem: problem.into() }
    }
}

/// An error and its causes, in one line; a cause that repeats what stands before it is left out.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
