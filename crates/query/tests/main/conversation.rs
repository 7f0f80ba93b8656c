use std::path::Path;
use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use query::{Engine, Limits, QueryError};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType};

use crate::small_lake;

struct Session(Arc<Engine>);

#[async_trait::async_trait]
impl AsyncDB for Session {
    type Error = QueryError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Self::ColumnType>, QueryError> {
        let answer = self.0.sql(sql, 1_000).await?;
        let options = FormatOptions::new().with_null("NULL");
        let mut rows = Vec::new();
        for batch in &answer.batches {
            let columns: Vec<_> = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
            rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>()));
        }
        Ok(DBOutput::Rows { types: vec![DefaultColumnType::Any; answer.schema.fields().len()], rows })
    }

    async fn shutdown(&mut self) {}
}

/// Every `.slt` file; `WEIR_UPDATE=1` writes the answers into them, to be reviewed as a change.
#[tokio::test]
async fn files() {
    // Small files are held in memory, hardly at all, and never: the answers are the same.
    let mut engines = Vec::new();
    for held in [Limits::default().held, 10_000, 0] {
        let lake = tempfile::tempdir().unwrap();
        let engine = Arc::new(small_lake::engine_within(lake.path(), Limits { held, ..Limits::default() }).await);
        engines.push((lake, engine));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/main/slt");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    // What is held already is asked once more.
    for (file, (_, engine)) in files.iter().flat_map(|file| engines.iter().chain(engines.iter().take(1)).map(move |engine| (file, engine)))
    {
        let mut runner = sqllogictest::Runner::new(|| async { Ok(Session(Arc::clone(engine))) });
        if std::env::var_os("WEIR_UPDATE").is_some() {
            let separator = " ";
            runner
                .update_test_file(
                    file,
                    separator,
                    sqllogictest::default_validator,
                    sqllogictest::default_normalizer,
                    sqllogictest::default_column_validator,
                )
                .await
                .unwrap();
        }
        runner.run_file_async(file).await.unwrap();
    }
}
