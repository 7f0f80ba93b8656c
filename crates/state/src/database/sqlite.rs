//! A database in a file: SQLite.

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::Database;
use crate::StateError;

/// Takes the lock of the one writer at once, and not when something is first written: what was read before that might be old by then.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Connections: SQLite has one writer at a time, and any number of readers.
const CONNECTIONS: u32 = 8;

impl Database {
    /// Opens the file at `path`, or makes it, and brings it to the present schema.
    pub(crate) async fn open(path: &Path) -> Result<Self, StateError> {
        let open = |source| StateError::Open { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| open(sqlx::Error::Io(error)))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With a write-ahead log this loses at most the last commits at a power cut, and never the database.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await.map_err(open)?;
        migrated(pool, path).await
    }

    /// A database in memory.
    pub(crate) async fn in_memory() -> Result<Self, StateError> {
        let path = Path::new(":memory:");
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        // Each connection to memory is another database, so there is one, and it never goes.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|source| StateError::Open { path: path.to_owned(), source })?;
        migrated(pool, path).await
    }
}

async fn migrated(pool: SqlitePool, path: &Path) -> Result<Database, StateError> {
    let migrated = sqlx::migrate!("./migrations/sqlite").run(&pool).await;
    migrated.map_err(|source| StateError::Migrate { database: path.display().to_string(), source })?;
    Ok(Database::Sqlite(pool))
}
