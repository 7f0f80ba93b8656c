//! What can go wrong with the state.

use std::path::PathBuf;

use sqlx::postgres::PgDatabaseError;

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
    /// The URL of a server's database is none.
    #[error("this is no URL of a state database on PostgreSQL: {problem}")]
    Url {
        /// What is wrong with it, without its text: a password stands in it.
        problem: String,
    },
    /// The server cannot be reached, or refuses.
    #[error("cannot connect to the state database {database}")]
    Connect {
        /// Its URL without the password.
        database: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The database could not be brought to the present schema: it is of a later version, or damaged.
    #[error("cannot bring the state database {database} to the present schema")]
    Migrate {
        /// Which file, or the URL without the password.
        database: String,
        /// Why.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// No connection was to be had.
    #[error("cannot {operation}: no connection to the state database was free, and none could be made in time")]
    NoConnection {
        /// What was to be done.
        operation: &'static str,
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
    /// Whether trying again may help: somebody else was writing, or the server is not there just now.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NoConnection { .. } => true,
            Self::Open { source, .. } => !matches!(source, sqlx::Error::Io(_)) && passes(source),
            Self::Connect { source, .. } | Self::Database { source, .. } => passes(source),
            _ => false,
        }
    }

    /// Makes an error of a failed operation.
    pub(crate) fn of(operation: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |source| match source {
            sqlx::Error::PoolTimedOut => Self::NoConnection { operation },
            source => Self::Database { operation, source },
        }
    }
}

/// Whether what a database said may be otherwise a moment later.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            // Of PostgreSQL's classes of errors those of the connection (08), of two who were in each other's way (40), of resources that ran
            // out (53); then a lock that did not come free in time, a query that was ended, and a server that goes or comes.
            Some(error) => {
                let code = error.code();
                ["08", "40", "53"].iter().any(|class| code.starts_with(class))
                    || ["55P03", "57014", "57P01", "57P02", "57P03"].contains(&code)
            }
            // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes in the higher bits.
            None => error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6)),
        },
        _ => false,
    }
}
