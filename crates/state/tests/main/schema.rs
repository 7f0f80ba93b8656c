use std::collections::BTreeSet;

use sqlx::migrate::Migrator;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use state::{StateError, Store};

use crate::server::Server;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

#[test]
fn steps_that_databases_have_taken_stay_as_they_are() {
    // How the checksums begin that databases hold; one of them changed would be refused as damaged.
    let taken = |migrator: &Migrator| -> Vec<(i64, String)> {
        let begin = |checksum: &[u8]| checksum.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        migrator.iter().map(|step| (step.version, begin(&step.checksum))).collect()
    };
    let known =
        |steps: &[(i64, &str)]| -> Vec<(i64, String)> { steps.iter().map(|(version, sum)| (*version, (*sum).to_owned())).collect() };
    assert_eq!(taken(&SQLITE), known(&[(1, "d403f62b"), (2, "6a902601"), (3, "c16b4588"), (4, "b121e5e3"), (5, "86c675b8")]));
    assert_eq!(taken(&POSTGRES), known(&[(5, "6489d224")]));
    let last = |migrator: &Migrator| migrator.iter().map(|step| step.version).max();
    assert_eq!(last(&SQLITE), last(&POSTGRES), "the numbers of both go together");
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    Store::open(&path).await.unwrap().close().await;
    let mut file = SqliteConnection::connect(&path.display().to_string()).await.unwrap();
    let sqlite: BTreeSet<(String, String)> = sqlx::query_as(
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name <> 'sqlite_sequence'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let url = server.database().await;
    Store::connect(&url).await.unwrap().close().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let postgres: BTreeSet<(String, String)> =
        sqlx::query_as("SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'")
            .fetch_all(&mut connection)
            .await
            .unwrap()
            .into_iter()
            .collect();
    assert!(sqlite.len() > 50, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
    // What people sort and compare must not depend on the server's language.
    let other: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' \
         AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(other, 0);
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused() {
    let Some(server) = Server::shared() else { return };
    let url = server.database().await;
    Store::connect(&url).await.unwrap().close().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let later =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9000, 'later', TRUE, '', 0)";
    sqlx::query(later).execute(&mut connection).await.unwrap();
    let error = Store::connect(&url).await.unwrap_err();
    assert!(matches!(error, StateError::Migrate { .. }) && !error.is_transient(), "{error:?}");
    assert!(error.to_string().contains("postgres://weir@127.0.0.1:"), "{error}");
}
