//! The store itself: opened, written, closed.

use std::path::Path;

use crate::StateError;
use crate::database::{Database, Transaction};

/// The state: in one SQLite file, or in a PostgreSQL database that several processes share. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) database: Database,
}

impl Store {
    /// Opens the SQLite file at `path`, makes it when it is not there, and brings it to the present schema.
    ///
    /// # Errors
    /// [`StateError::Open`] when the file cannot be opened or made, [`StateError::Migrate`] when it was written by a later version.
    pub async fn open(path: &Path) -> Result<Self, StateError> {
        Ok(Self { database: Database::open(path).await? })
    }

    /// Connects to the PostgreSQL database at `url`, `postgres://user:password@host:port/database`, and brings it to the present schema. The
    /// database has to be there; its tables are made. Parameters as libpq knows them: `sslmode`, `host` for the folder of a socket,
    /// `options`, and a few more. A password may also come from `PGPASSWORD` or a password file.
    ///
    /// # Errors
    /// [`StateError::Url`] when it is no such URL, [`StateError::Connect`] when the server cannot be reached or refuses,
    /// [`StateError::Migrate`] when the database was written by a later version. None of them shows the password.
    pub async fn connect(url: &str) -> Result<Self, StateError> {
        Ok(Self { database: Database::connect(url).await? })
    }

    /// Whether `url` is one that [`connect`](Self::connect) understands. Reaches for nothing.
    ///
    /// # Errors
    /// [`StateError::Url`], which does not show the password.
    pub fn check_url(url: &str) -> Result<(), StateError> {
        Database::check_url(url)
    }

    /// A store that is gone when it is dropped, for tests.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn in_memory() -> Result<Self, StateError> {
        Ok(Self { database: Database::in_memory().await? })
    }

    /// Begins to write, as the only writer of all processes.
    pub(crate) async fn write(&self, operation: &'static str) -> Result<Transaction, StateError> {
        self.database.write().await.map_err(StateError::of(operation))
    }

    /// Closes the connections, waiting for what is under way.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
