//! A table of the lake as the engine sees it: the live Parquet files of its log, those skipped that cannot matter.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, StringArray, TimestampMicrosecondArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, DFSchema, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::union::UnionExec;
use lake::{Bound, DataFile, Lake, PARTITION, Table, TableState};
use object_store::path::Path;

use crate::small::SmallFiles;

/// One version of one table.
#[derive(Debug, Clone)]
pub(crate) struct LakeTable {
    pub(crate) table: Table,
    pub(crate) state: TableState,
    schema: TableSchema,
    store: ObjectStoreUrl,
    pub(crate) access: Access,
}

/// How the files of a table are read.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// Through the store that the session has of the lake; small files are held in memory.
    Held(Arc<SmallFiles>),
    /// By any process, each file from below this path in the store.
    Plain(Path),
}

/// How a column of text comes out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texts {
    /// As views, which compare and copy without touching the bytes.
    Views,
    /// As they are stored. Views that are sent take along all that they were taken from.
    Whole,
}

impl LakeTable {
    /// The table with these live files, in the store that the session knows by `store`.
    pub(crate) fn new(table: Table, state: TableState, store: ObjectStoreUrl, access: Access, texts: Texts) -> Self {
        let fields: Vec<Field> = table
            .schema()
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 if texts == Texts::Views => Field::new(field.name(), DataType::Utf8View, true),
                _ => field.as_ref().clone(),
            })
            .collect();
        let partition = Arc::new(Field::new(PARTITION, DataType::Utf8, true));
        Self {
            table,
            state,
            schema: TableSchema::builder(Arc::new(Schema::new(fields))).with_table_partition_cols(vec![partition]).build(),
            store,
            access,
        }
    }

    /// The table without the files that cannot hold rows that satisfy the filters.
    pub(crate) fn narrowed(&self, session: &dyn Session, filters: &[Expr]) -> Result<Self> {
        let files = self.files(session, filters)?.into_iter().cloned().collect();
        Ok(Self { state: TableState { version: self.state.version, files: Arc::new(files) }, ..self.clone() })
    }

    /// The files that may hold rows that satisfy the filters.
    fn files(&self, session: &dyn Session, filters: &[Expr]) -> Result<Vec<&DataFile>> {
        let files = &self.state.files;
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(files.iter().collect()) };
        let schema = DFSchema::try_from(self.schema())?;
        let filter = session.create_physical_expr(filter, &schema)?;
        // A filter that statistics say nothing about skips nothing.
        let Some(predicate) = PruningPredicateBuilder::new().with_file_schema(self.schema()).build(filter) else {
            return Ok(files.iter().collect());
        };
        let keep = predicate.prune(&FileBounds { table: self.table, files })?;
        Ok(files.iter().zip(keep).filter_map(|(file, keep)| keep.then_some(file)).collect())
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let files = self.files(session, filters)?;
        if files.is_empty() {
            let schema = match projection {
                Some(indices) => Arc::new(self.schema().project(indices)?),
                None => self.schema(),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let Access::Held(holder) = &self.access else { return self.parquet(session, files, projection, limit) };
        let lanes = session.config().target_partitions().max(1);
        let (small, files) = holder.split(self.table, files);
        let held = if small.is_empty() {
            None
        } else {
            let schema = match projection {
                Some(indices) => Arc::new(self.schema().project(indices)?),
                None => self.schema(),
            };
            let rows = holder.rows(self.table, small, &schema, PARTITION, lanes).await?;
            let source: Arc<dyn ExecutionPlan> = MemorySourceConfig::try_new_exec(&rows, schema, None)?;
            Some(source)
        };
        match held {
            Some(held) if files.is_empty() => Ok(held),
            Some(held) => UnionExec::try_new(vec![held, self.parquet(session, files, projection, limit)?]),
            None => self.parquet(session, files, projection, limit),
        }
    }
}

impl LakeTable {
    /// A scan of Parquet files through the store.
    fn parquet(
        &self,
        session: &dyn Session,
        files: Vec<&DataFile>,
        projection: Option<&Vec<usize>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // Whole files to each partition, largest first to the least loaded: few large files matter more than even splits.
        let lanes = session.config().target_partitions().clamp(1, files.len());
        let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); lanes];
        let mut ordered = files;
        ordered.sort_by_key(|file| std::cmp::Reverse(file.size));
        let mut rows = 0;
        for file in ordered {
            let (load, lane) = groups.iter_mut().min_by_key(|(load, _)| *load).unwrap_or_else(|| unreachable!("at least one lane"));
            *load += file.size;
            rows += file.rows;
            let path = Lake::path(self.table, file);
            let path = match &self.access {
                Access::Held(_) => path,
                Access::Plain(prefix) => Path::from_iter(prefix.parts().chain(path.parts())),
            };
            let mut part = PartitionedFile::new(path.to_string(), file.size);
            part.partition_values = vec![ScalarValue::Utf8(Some(file.date.clone()))];
            lane.push(part);
        }
        let options = session.config_options().execution.parquet.clone();
        let mut source = ParquetSource::new(self.schema.clone())
            .with_table_parquet_options(datafusion::config::TableParquetOptions { global: options, ..Default::default() });
        if let Access::Held(_) = self.access {
            let session_store = session.runtime_env().object_store(&self.store)?;
            let metadata = session.runtime_env().cache_manager.get_file_metadata_cache();
            source = source.with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(session_store, metadata)));
        }
        let mut statistics = Statistics::new_unknown(&self.schema());
        statistics.num_rows = Precision::Inexact(usize::try_from(rows).unwrap_or(usize::MAX));
        let config = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(groups.into_iter().map(|(_, files)| FileGroup::new(files)).filter(|group| !group.is_empty()).collect())
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// Bounds of files, in the form the engine prunes by.
struct FileBounds<'a> {
    table: Table,
    files: &'a [DataFile],
}

impl FileBounds<'_> {
    fn column(&self, name: &str, pick: impl Fn(&(Bound, Bound)) -> &Bound) -> Option<ArrayRef> {
        if name == PARTITION {
            return Some(Arc::new(StringArray::from_iter_values(self.files.iter().map(|file| &file.date))));
        }
        if !self.table.bounded().contains(&name) {
            return None;
        }
        let bounds = || self.files.iter().map(|file| file.bounds.get(name).map(&pick));
        match self.table.schema().field_with_name(name).ok()?.data_type() {
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let times = bounds().map(|bound| match bound {
                    Some(Bound::Time(time)) => Some(time.micros()),
                    _ => None,
                });
                Some(Arc::new(times.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
            }
            _ => {
                let texts = bounds().map(|bound| match bound {
                    Some(Bound::Text(text)) => Some(text.as_str()),
                    _ => None,
                });
                Some(arrow::compute::cast(&texts.collect::<StringArray>(), &DataType::Utf8View).ok()?)
            }
        }
    }
}

impl PruningStatistics for FileBounds<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.column(column.name(), |(low, _)| low)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.column(column.name(), |(_, high)| high)
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, _: &Column) -> Option<ArrayRef> {
        None
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(UInt64Array::from_iter_values(self.files.iter().map(|file| file.rows))))
    }

    fn contained(&self, _: &Column, _: &std::collections::HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
