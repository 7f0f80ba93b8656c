//! The two databases behind one face. The queries of this crate are written once: in the SQL that SQLite and PostgreSQL have in common, with
//! `?` for a parameter. What they do not have in common is here and in `migrations/`.

mod postgres;
mod query;
mod sqlite;

pub(crate) use query::{Query, Row, query};

use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool};

/// The connections to one database.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// A file, or memory.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

impl Database {
    /// Begins to write. There is one writer at a time, in all processes together: what it reads stays true until it commits, and two who
    /// write at once write one after the other. Dropped without [`commit`](Transaction::commit), it has changed nothing.
    pub(crate) async fn write(&self) -> sqlx::Result<Transaction> {
        match self {
            Self::Sqlite(pool) => pool.begin_with(sqlite::BEGIN).await.map(Transaction::Sqlite),
            Self::Postgres(pool) => postgres::begin(pool).await.map(Transaction::Postgres),
        }
    }

    /// Closes the connections, waiting for what is under way.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Something that is written wholly or not at all.
#[derive(Debug)]
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// Makes it so.
    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => postgres::within(transaction.commit()).await,
        }
    }
}

/// What a query runs on: any connection, or the one of a transaction.
#[derive(Debug)]
pub(crate) enum On<'a> {
    SqlitePool(&'a SqlitePool),
    Sqlite(&'a mut SqliteConnection),
    PostgresPool(&'a PgPool),
    Postgres(&'a mut PgConnection),
}

impl On<'_> {
    /// The same, for one query of several.
    pub(crate) fn again(&mut self) -> On<'_> {
        match self {
            Self::SqlitePool(pool) => On::SqlitePool(pool),
            Self::Sqlite(connection) => On::Sqlite(connection),
            Self::PostgresPool(pool) => On::PostgresPool(pool),
            Self::Postgres(connection) => On::Postgres(connection),
        }
    }
}

impl<'a> From<&'a Database> for On<'a> {
    fn from(database: &'a Database) -> Self {
        match database {
            Database::Sqlite(pool) => Self::SqlitePool(pool),
            Database::Postgres(pool) => Self::PostgresPool(pool),
        }
    }
}

impl<'a> From<&'a mut Transaction> for On<'a> {
    fn from(transaction: &'a mut Transaction) -> Self {
        match transaction {
            Transaction::Sqlite(transaction) => Self::Sqlite(transaction),
            Transaction::Postgres(transaction) => Self::Postgres(transaction),
        }
    }
}
