//! What a plan needs to be run by other processes. Whoever runs plans elsewhere implements [`Remote`]; nobody else names what is here.
//!
//! A table travels as the list of its live files at the version that the asker saw, with the place of the lake; a function travels as its
//! name, with the lists that answer. So every process that works on a question reads the same rows and knows the same addresses.

use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::datasource::{MemTable, provider_as_source, source_as_provider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::expr_rewriter::unnormalize_cols;
use datafusion::logical_expr::{LogicalPlan, ScalarUDF, TableScan};
use datafusion::prelude::DataFrame;
use enrich::Lists;
use lake::{DataFile, Table, TableState};
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::once::{Compute, compute_once};
use crate::provider::{Access, LakeTable, Texts};
use crate::{QueryError, functions};

/// Runs plans over the lake in other processes.
#[async_trait]
pub trait Remote: std::fmt::Debug + Send + Sync {
    /// Settings and rules that plans for it are made by.
    fn prepare(&self, builder: SessionStateBuilder) -> SessionStateBuilder;

    /// The rows of a plan; `None` when there are more than `rows`. A future that is dropped gives the work up.
    ///
    /// # Errors
    /// As those of a question asked here.
    async fn collect(&self, state: &SessionState, plan: LogicalPlan, rows: usize) -> Result<Option<Vec<RecordBatch>>, QueryError>;
}

/// A table at one version, as it is sent: what is to be read and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFiles {
    /// The lake's URL; it ends in a slash.
    location: String,
    /// Name of the table.
    table: String,
    /// Version of the table's log.
    version: u64,
    /// Its files, those left out that the question has no use for.
    files: Vec<DataFile>,
}

impl TableFiles {
    /// What is to be sent of a table, when it is one of the lake's.
    pub fn of(provider: &dyn TableProvider) -> Option<Self> {
        let known = provider.downcast_ref::<LakeTable>()?;
        let Access::Held(holder) = &known.access else { return None };
        Some(Self {
            location: holder.lake().location().to_string(),
            table: known.table.name().to_owned(),
            version: known.state.version,
            files: known.state.files.to_vec(),
        })
    }

    /// The table, its files read as plain Parquet from where they are.
    ///
    /// # Errors
    /// When there is no such table, or the location is none.
    pub fn provider(self) -> Result<Arc<dyn TableProvider>> {
        let table = Table::ALL.into_iter().find(|table| table.name() == self.table);
        let table = table.ok_or_else(|| DataFusionError::Plan(format!("the lake has no table {:?}", self.table)))?;
        // `file:///folder/`, `s3://bucket/folder/`: the store is what comes before the path.
        let wrong = || DataFusionError::Plan(format!("{:?} is no place of a lake", self.location));
        let (scheme, rest) = self.location.split_once("://").ok_or_else(wrong)?;
        let (host, path) = rest.split_once('/').ok_or_else(wrong)?;
        let store = ObjectStoreUrl::parse(format!("{scheme}://{host}"))?;
        let prefix = Path::from_url_path(path).map_err(|error| DataFusionError::External(Box::new(error)))?;
        let state = TableState { version: self.version, files: Arc::new(self.files) };
        Ok(Arc::new(LakeTable::new(table, state, store, Access::Plain(prefix), Texts::Whole)))
    }
}

/// Weir's function of that name, which asks these lists.
pub fn function(name: &str, lists: &Arc<Lists>) -> Option<Arc<ScalarUDF>> {
    functions::all(lists).into_iter().find(|function| function.name() == name).map(Arc::new)
}

/// Names of Weir's functions that ask no lists.
pub fn functions_without_lists() -> Vec<Arc<ScalarUDF>> {
    let functions = functions::all(&Arc::default());
    functions.into_iter().filter(|function| lists_of(function).is_some_and(|lists| lists.is_none())).map(Arc::new).collect()
}

/// The lists that a function asks: `None` when it is not Weir's, `Some(None)` when it asks none.
pub fn lists_of(function: &ScalarUDF) -> Option<Option<&Arc<Lists>>> {
    function.inner().downcast_ref::<functions::Function>().map(|function| function.lists.as_ref())
}

/// Rows, and their bytes, of a part that a question names several times and that is computed once. They travel with the plan; a part that
/// is larger is computed wherever it is named.
const PART_ROWS: usize = 2_000_000;
const PART_BYTES: usize = 64 << 20;

/// Computes what is named several times: elsewhere what reads the lake, here what reads only rows that were computed.
struct Parts<'a> {
    remote: &'a dyn Remote,
    state: &'a SessionState,
}

#[async_trait]
impl Compute for Parts<'_> {
    async fn rows(&self, part: LogicalPlan) -> Result<Option<Vec<RecordBatch>>, QueryError> {
        if !can_be_sent(&part)? {
            return self.state.rows(part).await;
        }
        let batches = self.remote.collect(self.state, part, PART_ROWS).await?;
        Ok(batches.filter(|batches| batches.iter().map(RecordBatch::get_array_memory_size).sum::<usize>() <= PART_BYTES))
    }
}

/// The rows of a plan that can be sent; `None` when there are more than `rows`.
pub(crate) async fn ask(
    remote: &dyn Remote,
    state: &SessionState,
    plan: LogicalPlan,
    rows: usize,
) -> Result<Option<Vec<RecordBatch>>, QueryError> {
    let plan = compute_once(&Parts { remote, state }, plan).await?;
    if can_be_sent(&plan)? {
        return remote.collect(state, plan, rows).await;
    }
    let batches = DataFrame::new(state.clone(), plan).collect().await?;
    Ok(Some(batches).filter(|batches| batches.iter().map(RecordBatch::num_rows).sum::<usize>() <= rows))
}

/// The rows that a table holds in memory, when it is one that was computed beforehand.
pub fn rows_of(provider: &dyn TableProvider) -> Option<Vec<RecordBatch>> {
    let known = provider.downcast_ref::<MemTable>()?;
    // Nobody writes to it.
    known.batches.iter().map(|part| part.try_read().ok().map(|rows| rows.clone())).collect::<Option<Vec<_>>>().map(|all| all.concat())
}

/// Whether a plan can be sent: it reads tables of the lake and nothing else but rows that were computed. What explains itself, reads nothing, or reads the catalogue
/// is for the process that was asked.
pub(crate) fn can_be_sent(plan: &LogicalPlan) -> Result<bool> {
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_)) {
        return Ok(false);
    }
    let (mut ours, mut others) = (false, false);
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let provider = source_as_provider(&scan.source)?;
            let known = provider.downcast_ref::<LakeTable>().is_some();
            ours |= known;
            others |= !known && provider.downcast_ref::<MemTable>().is_none();
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(ours && !others)
}

/// The optimised plan, each table of which names only the files that its filters leave.
///
/// # Errors
/// When a filter cannot be made sense of.
pub fn narrow(session: &dyn Session, plan: LogicalPlan) -> Result<LogicalPlan> {
    let narrowed = plan.transform_down_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = node else { return Ok(Transformed::no(node)) };
        let provider = source_as_provider(&scan.source)?;
        let Some(known) = provider.downcast_ref::<LakeTable>() else { return Ok(Transformed::no(LogicalPlan::TableScan(scan))) };
        // A table knows its columns by their names alone.
        let filters = unnormalize_cols(scan.filters.iter().cloned());
        let source = provider_as_source(Arc::new(known.narrowed(session, &filters)?));
        Ok(Transformed::yes(LogicalPlan::TableScan(TableScan { source, ..scan })))
    })?;
    Ok(narrowed.data)
}
