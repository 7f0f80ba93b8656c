//! Stores of each kind: every test of the state runs on both.

use state::Store;
use tempfile::TempDir;

use crate::server::Server;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Databases {
    Sqlite,
    Postgres(&'static Server),
}

impl Databases {
    /// An empty store.
    pub(crate) async fn fresh(self) -> Store {
        match self {
            Self::Sqlite => Store::in_memory().await.unwrap(),
            Self::Postgres(_) => self.place().await.open().await,
        }
    }

    /// An empty database that several may open.
    pub(crate) async fn place(self) -> Place {
        match self {
            Self::Sqlite => Place::File(tempfile::tempdir().unwrap()),
            Self::Postgres(server) => Place::Url(server.database().await),
        }
    }
}

/// Where a database is.
#[derive(Debug)]
pub(crate) enum Place {
    File(TempDir),
    Url(String),
}

impl Place {
    /// A store of its own, as another process would have it.
    pub(crate) async fn open(&self) -> Store {
        match self {
            Self::File(folder) => Store::open(&folder.path().join("state.db")).await.unwrap(),
            Self::Url(url) => Store::connect(url).await.unwrap(),
        }
    }
}

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::databases::Databases::Sqlite).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(server) = crate::server::Server::shared() {
                    super::$test(crate::databases::Databases::Postgres(server)).await;
                }
            })*
        }
    };
}
pub(crate) use both;
