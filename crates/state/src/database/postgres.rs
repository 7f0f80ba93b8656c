//! A database on a server that several processes share: PostgreSQL.

use std::fmt::Write as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};

use super::Database;
use crate::StateError;

/// Connections of one process.
const CONNECTIONS: u32 = 8;
/// How long a query waits for a connection, be it a free one or one that has to be made because the server was started again.
const CONNECT: Duration = Duration::from_secs(10);
/// How long anything may take, as far as this side of the connection sees it: a server that vanished says nothing. Longer than any time that
/// the server itself keeps.
const ANSWER: Duration = Duration::from_secs(90);
/// What the server is to enforce, unless the URL's `options` say otherwise.
const ENFORCED: [(&str, &str); 3] = [
    // How long a writer waits for another one. Longer than with a file: each statement of the other one travels.
    ("lock_timeout", "30s"),
    ("statement_timeout", "60s"),
    // A process that stands still while it writes keeps everybody from writing.
    ("idle_in_transaction_session_timeout", "60s"),
];
/// Begins a transaction each statement of which sees what was committed before it. Said, since a server may be set up to begin others: one
/// that sees what there was when it began would miss what the writer that it waited for has written.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// Waits for the lock of the one writer, and holds it until the transaction ends. "weir" in ASCII, and the schema: two of them may share a
/// database.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'77656972'::int, hashtext(current_schema()))";
/// Parameters of a URL. Others are refused: one that is misspelt would be ignored, and a password has its place before the host.
const PARAMETERS: [&str; 15] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "port",
    "dbname",
    "user",
    "application_name",
    "options",
];

impl Database {
    /// Whether `url` names a database.
    pub(crate) fn check_url(url: &str) -> Result<(), StateError> {
        options(url).map(drop)
    }

    /// Connects to the database that `url` names and brings it to the present schema.
    pub(crate) async fn connect(url: &str) -> Result<Self, StateError> {
        let options = options(url)?;
        let database = place(&options);
        let failed = |source| StateError::Connect { database: database.clone(), source };
        // One connection by itself first: what is wrong is told at once and in the server's words, where a pool would try until its time is
        // up and then say so.
        let connected = tokio::time::timeout(CONNECT, PgConnection::connect_with(&options)).await;
        let first = connected.unwrap_or_else(|_| Err(timed_out(CONNECT))).map_err(failed)?;
        // It has served its purpose, whether it says good-bye or not.
        drop(first.close().await);
        // A connection is tried before it is used, and replaced when the server has gone away meanwhile.
        let pool =
            PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(CONNECT).test_before_acquire(true).connect_lazy_with(options);
        let migrated = sqlx::migrate!("./migrations/postgres").run(&pool).await;
        migrated.map_err(|source| StateError::Migrate { database, source })?;
        Ok(Self::Postgres(pool))
    }
}

/// Begins to write, as the only one.
pub(super) async fn begin(pool: &PgPool) -> sqlx::Result<sqlx::Transaction<'static, Postgres>> {
    let mut transaction = within(pool.begin_with(BEGIN)).await?;
    within(sqlx::query(LOCK).execute(&mut *transaction)).await?;
    Ok(transaction)
}

/// The same, with an end.
pub(super) async fn within<T>(work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(ANSWER, Box::pin(work)).await.unwrap_or_else(|_| Err(timed_out(ANSWER)))
}

fn timed_out(after: Duration) -> sqlx::Error {
    let text = format!("no answer within {} seconds", after.as_secs());
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, text))
}

fn options(url: &str) -> Result<PgConnectOptions, StateError> {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(StateError::Url { problem: "it does not begin with postgres:// or postgresql://".to_owned() });
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').filter_map(|part| part.split('=').next()).filter(|name| !name.is_empty());
    if let Some(unknown) = names.into_iter().find(|name| !PARAMETERS.contains(name) && !name.starts_with("options[")) {
        return Err(StateError::Url { problem: format!("it has no parameter {unknown:?}; there are {}", PARAMETERS.join(", ")) });
    }
    // What cannot be read is not repeated: a password stands in it.
    let options: PgConnectOptions = url.parse().map_err(|_| StateError::Url {
        problem: "write postgres://user:password@host:port/database, special characters as %41".to_owned(),
    })?;
    let given = options.get_options().unwrap_or_default().to_owned();
    let options = options.options(ENFORCED.into_iter().filter(|(name, _)| !given.contains(name)));
    Ok(if options.get_application_name().is_none() { options.application_name("weir") } else { options })
}

/// The database's URL without what is secret.
fn place(options: &PgConnectOptions) -> String {
    let mut text = format!("postgres://{}@", options.get_username());
    // Writing to a `String` cannot fail.
    let _ = match options.get_socket() {
        Some(socket) => write!(text, "{}", socket.display()),
        None => write!(text, "{}:{}", options.get_host(), options.get_port()),
    };
    let _ = write!(text, "/{}", options.get_database().unwrap_or_else(|| options.get_username()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let shown = |url: &str| place(&options(url).unwrap());
        assert_eq!(shown("postgres://weir:hush@db.example:5433/state?sslmode=disable"), "postgres://weir@db.example:5433/state");
        assert_eq!(shown("postgresql://weir@db.example/state?application_name=weir-2"), "postgres://weir@db.example:5432/state");
        assert_eq!(shown("postgres://weir:hush@%2Fvar%2Frun/state"), "postgres://weir@/var/run/state");
    }

    #[test]
    fn what_is_no_url_is_refused_without_being_repeated() {
        for url in [
            "",
            "hush",
            "mysql://weir:hush@host/state",
            "postgres://weir:hush@host:no-port/state",
            "postgres://weir:hush@host/state?sslmod=require",
            "postgres://weir:hush@host/state?sslmode=hush",
            "postgres://weir@host/state?password=hush",
        ] {
            let error = options(url).unwrap_err();
            assert!(matches!(error, StateError::Url { .. }) && !error.is_transient(), "{url}");
            assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        }
        assert!(options("postgres://host/state?sslmod=require").unwrap_err().to_string().contains("sslmod"));
    }

    #[test]
    fn times_are_bounded_unless_the_url_says_how() {
        let given = |url: &str| options(url).unwrap().get_options().unwrap().to_owned();
        let all = given("postgres://host/state");
        assert!(ENFORCED.iter().all(|(name, value)| all.contains(&format!("{name}={value}"))), "{all}");
        let own = given("postgres://host/state?options=-c%20statement_timeout%3D5s");
        assert!(own.contains("statement_timeout=5s") && !own.contains("60s -c statement") && own.contains("lock_timeout=30s"), "{own}");
    }
}
