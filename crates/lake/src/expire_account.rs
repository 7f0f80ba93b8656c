//! Retention by account: an account's rows leave the old days of a table, and those of the others stay.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use bytes::Bytes;
use flow::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::files::{self, DataFile};
use crate::{Expired, Lake, LakeError, Table};

/// The column that tells whose a row is.
const ACCOUNT: &str = "account_id";
/// Rows looked at at a time.
const READ_ROWS: usize = 65_536;
/// From which day on each table is kept, by account.
const HORIZONS: &str = "_account_horizons.json";

/// The first day that each table is kept from, by account.
pub type AccountHorizons = BTreeMap<String, BTreeMap<Table, String>>;

impl Lake {
    /// Takes an account's rows of every day before `before`, a UTC day as `YYYY-MM-DD`, out of a table, a commit for each day; with `dry_run`
    /// only counts them. Files that hold other accounts' rows too are written anew.
    ///
    /// `clean` are paths of files that are known to hold nothing of the account, and grows by those that are found to: whoever asks again
    /// and again keeps it.
    ///
    /// # Errors
    /// [`LakeError::NoAccounts`] for a table whose rows do not say whose they are; else when the lake cannot be read or written: the days
    /// before are done.
    pub async fn expire_account(
        self: &Arc<Self>,
        table: Table,
        account: &str,
        before: &str,
        now: Timestamp,
        dry_run: bool,
        clean: &mut HashSet<String>,
    ) -> Result<Expired, LakeError> {
        if table == Table::Objects || table.schema().index_of(ACCOUNT).is_err() {
            return Err(LakeError::NoAccounts { table });
        }
        let state = self.state(table).await?;
        let old: Vec<&DataFile> = state.files.iter().filter(|file| file.date.as_str() < before && !clean.contains(&file.path)).collect();
        let mut expired = Expired::default();
        for day in old.chunk_by(|left, right| left.date == right.date) {
            let mut batch = None;
            let mut rows = 0;
            for file in day {
                let bytes = self.bytes(table, file).await?;
                let gone = rows_of(table, file, &bytes, account)?;
                if gone == 0 {
                    clean.insert(file.path.clone());
                    continue;
                }
                rows += gone;
                expired.files += 1;
                expired.bytes += file.size * gone / file.rows.max(1);
                if dry_run {
                    continue;
                }
                let writer = match &mut batch {
                    Some(writer) => writer,
                    None => batch.insert(self.begin(now).await?),
                };
                if gone < file.rows {
                    let stem = format!("{:08}-x{}-{}", writer.batch(), writer.written(table).len(), writer.writer());
                    let kept = without(table, file, bytes, account.to_owned(), stem).await?;
                    clean.insert(kept.file.path.clone());
                    writer.store(table, kept).await?;
                }
                writer.replace(table, (*file).clone());
            }
            expired.rows += rows;
            expired.days += u64::from(rows > 0);
            if let Some(writer) = batch {
                writer.commit(&mut []).await?;
            }
        }
        if !dry_run && expired.rows > 0 {
            self.advance_account_horizon(table, account, before).await?;
        }
        Ok(expired)
    }

    /// The first day that each table is kept from for accounts of which rows have left it.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub async fn account_horizons(&self) -> Result<AccountHorizons, LakeError> {
        self.document(HORIZONS).await
    }

    async fn advance_account_horizon(&self, table: Table, account: &str, before: &str) -> Result<(), LakeError> {
        let mut horizons = self.account_horizons().await?;
        let known = horizons.entry(account.to_owned()).or_default().entry(table).or_default();
        if known.as_str() < before {
            before.clone_into(known);
        }
        self.put_document(HORIZONS, &horizons).await
    }
}

/// How many rows of a file are the account's.
fn rows_of(table: Table, file: &DataFile, bytes: &Bytes, account: &str) -> Result<u64, LakeError> {
    let failed = |source| LakeError::Parquet { operation: "read", path: file.path.clone(), source };
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).map_err(failed)?;
    let mask = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), [ACCOUNT]);
    let mut count = 0;
    for batch in builder.with_projection(mask).with_batch_size(READ_ROWS).build().map_err(failed)? {
        let batch = batch.map_err(|source| LakeError::Rows { table, source })?;
        count += theirs(&batch, account).true_count() as u64;
    }
    Ok(count)
}

/// The file without the account's rows.
async fn without(table: Table, file: &DataFile, bytes: Bytes, account: String, stem: String) -> Result<files::Encoded, LakeError> {
    let (date, path) = (file.date.clone(), file.path.clone());
    let worked = tokio::task::spawn_blocking(move || {
        let failed = |source| LakeError::Parquet { operation: "read", path: path.clone(), source };
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed)?;
        let reader = reader.with_batch_size(READ_ROWS).build().map_err(failed)?;
        let schema = table.schema();
        let rows = reader.map(|batch| {
            let batch = crate::compact::whole(&schema, &batch?)?;
            let kept = arrow::compute::not(&theirs(&batch, &account))?;
            filter_record_batch(&batch, &kept)
        });
        files::encode(table, &date, &stem, rows.map(|batch| batch.map_err(|source| LakeError::Rows { table, source })))
    });
    worked.await.map_err(|source| LakeError::Worker { operation: "write a file anew", source })?
}

/// Which rows are the account's; rows of no account are nobody's.
fn theirs(batch: &RecordBatch, account: &str) -> BooleanArray {
    let accounts = batch.column_by_name(ACCOUNT).and_then(|column| column.as_string_opt::<i32>());
    match accounts {
        Some(accounts) => (0..accounts.len()).map(|row| Some(accounts.is_valid(row) && accounts.value(row) == account)).collect(),
        None => BooleanArray::from(vec![false; batch.num_rows()]),
    }
}
