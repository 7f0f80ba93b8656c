//! What a question names twice is computed once.
//!
//! DataFusion writes a common table expression into the plan wherever it is used, so one that is used five times is computed five times, all
//! at the same time. Here the parts of a plan that stand in it more than once under one name are computed beforehand, the innermost first,
//! and read from memory. The rows of the answer are the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions};
use async_trait::async_trait;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, SubqueryAlias};
use datafusion::prelude::DataFrame;

use crate::QueryError;

/// Computes the parts.
#[async_trait]
pub(crate) trait Compute: Sync {
    /// The rows of a part; `None` when it is to stay where it is.
    async fn rows(&self, part: LogicalPlan) -> Result<Option<Vec<RecordBatch>>, QueryError>;
}

/// Computes them in this process.
#[async_trait]
impl Compute for SessionState {
    async fn rows(&self, part: LogicalPlan) -> Result<Option<Vec<RecordBatch>>, QueryError> {
        let batches = DataFrame::new(self.clone(), part).collect().await?;
        Ok(Some(batches.into_iter().map(owned).collect::<Result<_>>()?))
    }
}

/// The plan with every repeated part replaced by its rows.
pub(crate) async fn compute_once(compute: &dyn Compute, mut plan: LogicalPlan) -> Result<LogicalPlan, QueryError> {
    let mut left = HashSet::new();
    while let Some(part) = innermost_repeated(&plan, &left)? {
        let schema = Arc::new(part.input.schema().as_arrow().clone());
        let Some(batches) = compute.rows(part.input.as_ref().clone()).await? else {
            left.insert(part);
            continue;
        };
        // What was computed knows best which of its columns can be null.
        let schema = batches.first().map_or(schema, |batch| batch.schema());
        let source = provider_as_source(Arc::new(MemTable::try_new(schema, vec![batches])?));
        let rows = LogicalPlanBuilder::scan(part.alias.clone(), source, None)?.build()?;
        let replaced = plan.transform_down_with_subqueries(|node| match &node {
            LogicalPlan::SubqueryAlias(alias) if *alias == part => Ok(Transformed::new(rows.clone(), true, TreeNodeRecursion::Jump)),
            _ => Ok(Transformed::no(node)),
        })?;
        plan = replaced.data.transform_up_with_subqueries(|node| node.recompute_schema().map(Transformed::yes))?.data;
    }
    Ok(plan)
}

/// The batch with texts of its own. Texts that are views share the buffers of what they were taken from, all of which every operator
/// that holds one batch would count as memory in use, batch by batch.
fn owned(batch: RecordBatch) -> Result<RecordBatch> {
    let column = |array: &ArrayRef| array.as_string_view_opt().map_or_else(|| Arc::clone(array), |views| Arc::new(views.gc()) as ArrayRef);
    let columns = batch.columns().iter().map(column).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns, &options)?)
}

/// A named part that stands in the plan more than once and has no such part in it, those left out that are to stay.
fn innermost_repeated(plan: &LogicalPlan, left: &HashSet<SubqueryAlias>) -> Result<Option<SubqueryAlias>> {
    let mut counts: HashMap<SubqueryAlias, usize> = HashMap::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::SubqueryAlias(alias) = node
            && worth_keeping(&alias.input)?
        {
            *counts.entry(alias.clone()).or_default() += 1;
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let repeated = |alias: &SubqueryAlias| !left.contains(alias) && counts.get(alias).is_some_and(|count| *count > 1);
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::SubqueryAlias(alias) = node
            && repeated(alias)
        {
            let mut inner = false;
            alias.input.apply_with_subqueries(|node| {
                inner |= matches!(node, LogicalPlan::SubqueryAlias(alias) if repeated(alias));
                Ok(if inner { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
            })?;
            if !inner {
                found = Some(alias.clone());
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// Whether a part computes something. A mere selection of rows is better read again, where only what is asked of it is read.
fn worth_keeping(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        Ok(matches!(node, LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) | LogicalPlan::Window(_) | LogicalPlan::Join(_)))
    })
}

#[cfg(test)]
mod tests {
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::prelude::SessionContext;

    use super::*;

    async fn scans(sql: &str) -> (usize, usize) {
        let context = SessionContext::new();
        context
            .sql("CREATE TABLE numbers AS SELECT column1 AS n, column2 AS kind FROM (VALUES (1, 'a'), (2, 'b'), (3, 'a'))")
            .await
            .unwrap();
        let frame = context.sql(sql).await.unwrap();
        let plain = frame.clone().collect().await.unwrap();
        let (state, plan) = frame.into_parts();
        let kept = compute_once(&state, plan.clone()).await.unwrap();
        let batches = DataFrame::new(state, kept.clone()).collect().await.unwrap();
        assert_eq!(pretty_format_batches(&batches).unwrap().to_string(), pretty_format_batches(&plain).unwrap().to_string());
        let count = |plan: &LogicalPlan| format!("{}", plan.display_indent()).matches("TableScan: numbers").count();
        (count(&plan), count(&kept))
    }

    #[test]
    fn what_is_kept_does_not_hold_on_to_what_it_was_taken_from() {
        use arrow::array::StringViewArray;
        let texts: StringViewArray = (0..10_000).map(|index| Some(format!("a text that is too long for a view, {index}"))).collect();
        let whole = RecordBatch::try_from_iter([("text", Arc::new(texts) as ArrayRef)]).unwrap();
        let few = owned(whole.slice(17, 10)).unwrap();
        assert_eq!(few, whole.slice(17, 10));
        assert!(few.get_array_memory_size() < 10_000 && whole.slice(17, 10).get_array_memory_size() > 300_000);
    }

    #[tokio::test]
    async fn a_repeated_expression_is_computed_once() {
        let sql = "WITH sums AS (SELECT kind, sum(n) AS total FROM numbers GROUP BY kind), \
             largest AS (SELECT max(total) AS total FROM sums) \
             SELECT sums.kind, largest.total FROM sums JOIN largest ON sums.total <= largest.total \
             WHERE sums.kind IN (SELECT kind FROM sums) ORDER BY 1";
        assert_eq!(scans(sql).await, (3, 0));
    }

    #[tokio::test]
    async fn a_part_that_is_too_large_stays_where_it_is() {
        let context = SessionContext::new();
        let sql = "WITH sums AS (SELECT column1 % 2 AS kind, sum(column1) AS total FROM (VALUES (1), (2), (3)) GROUP BY 1) \
             SELECT a.kind FROM sums AS a JOIN sums AS b ON a.total <= b.total";
        let plan = context.state().create_logical_plan(sql).await.unwrap();
        struct TooLarge;
        #[async_trait]
        impl Compute for TooLarge {
            async fn rows(&self, _: LogicalPlan) -> Result<Option<Vec<RecordBatch>>, QueryError> {
                Ok(None)
            }
        }
        let same = compute_once(&TooLarge, plan.clone()).await.unwrap();
        assert_eq!(same, plan);
    }

    #[tokio::test]
    async fn what_stands_once_or_computes_nothing_stays_where_it_is() {
        let once = "WITH sums AS (SELECT kind, sum(n) AS total FROM numbers GROUP BY kind) SELECT * FROM sums ORDER BY kind";
        assert_eq!(scans(once).await, (1, 1));
        let rows = "WITH some AS (SELECT * FROM numbers WHERE n > 1) SELECT a.n FROM some AS a JOIN some AS b ON a.n = b.n ORDER BY 1";
        assert_eq!(scans(rows).await, (2, 2));
    }
}
