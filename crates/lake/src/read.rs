//! Reading rows back without an engine, for those who sit below it.

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::files::DataFile;
use crate::{Lake, LakeError, Table};

impl Lake {
    /// Every row of one file, only these columns; a column that the file lacks is left out. The file is held in memory as stored.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read(&self, table: Table, file: &DataFile, columns: &[&str]) -> Result<Vec<RecordBatch>, LakeError> {
        let path = Self::path(table, file);
        let failed = |source| LakeError::Parquet { operation: "read", path: path.to_string(), source };
        let bytes = self.bytes(table, file).await?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        let reader = builder.with_projection(mask).with_batch_size(65_536).build().map_err(failed)?;
        reader.map(|batch| batch.map_err(|source| LakeError::Rows { table, source })).collect()
    }
}
