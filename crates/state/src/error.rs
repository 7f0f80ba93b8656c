//! What can go wrong with the state.

use std::path::PathBuf;

/// State that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The database file cannot be opened or created.
    #[error("cannot open the state database {path}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The database could not be brought to the present schema: it is of a later version, or damaged.
    #[error("cannot bring the state database {path} to the present schema")]
    Migrate {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// The database failed.
    #[error("cannot {operation}")]
    Database {
        /// What was being done.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: sqlx::Error,
    },
    /// A stored text is not what was once written there.
    #[error("cannot read {what} in the state database")]
    Stored {
        /// What it should be.
        what: &'static str,
        /// Why it cannot be read.
        #[source]
        source: serde_json::Error,
    },
    /// Something is wrong with a suppression rule.
    #[error("this is no suppression rule: {problem}")]
    Rule {
        /// What.
        problem: String,
    },
    /// There is a token with that name already.
    #[error("there is a token named {name:?} already")]
    TokenExists {
        /// The name.
        name: String,
    },
    /// A name is empty or too long.
    #[error("{name:?} is no name: write 1 to 64 characters")]
    Name {
        /// The name, cut.
        name: String,
    },
}

impl StateError {
    /// Whether trying again may help: somebody else was writing.
    pub fn is_transient(&self) -> bool {
        let source = match self {
            Self::Open { source, .. } | Self::Database { source, .. } => source,
            _ => return false,
        };
        match source {
            sqlx::Error::PoolTimedOut => true,
            // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes in the higher bits.
            sqlx::Error::Database(error) => {
                error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
            }
            _ => false,
        }
    }

    /// Makes an error of a failed operation.
    pub(crate) fn of(operation: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |source| Self::Database { operation, source }
    }
}
