//! Windows in a part of a query that is worked on for itself.

use std::sync::Arc;

use arrow::compute::SortOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::error::Result;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec, get_ordered_partition_by_indices};
use datafusion::physical_plan::{ExecutionPlan, InputOrderMode, WindowExpr};

/// The plan, in which the rows that reach a window are ordered by all that it is partitioned by.
///
/// Who planned the query knew that a column is the same in all rows, say because a filter wants `entity = 'i-1'`, and left it out of the
/// order. The filter is in another part of the query than the window; here nobody knows, and the window would refuse its rows.
pub(crate) fn with_ordered_windows(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let ordered = plan.transform_up(|node| {
        if let Some(window) = node.downcast_ref::<WindowAggExec>()
            && let Some(input) = reordered(window.window_expr(), window.input())?
        {
            let window = WindowAggExec::try_new(window.window_expr().to_vec(), input, !window.partition_keys().is_empty())?;
            return Ok(Transformed::yes(Arc::new(window) as Arc<dyn ExecutionPlan>));
        }
        if let Some(window) = node.downcast_ref::<BoundedWindowAggExec>()
            && window.input_order_mode == InputOrderMode::Sorted
            && let Some(input) = reordered(window.window_expr(), window.input())?
        {
            let repartition = !window.partition_keys().is_empty();
            let window = BoundedWindowAggExec::try_new(window.window_expr().to_vec(), input, InputOrderMode::Sorted, repartition)?;
            return Ok(Transformed::yes(Arc::new(window) as Arc<dyn ExecutionPlan>));
        }
        Ok(Transformed::no(node))
    })?;
    Ok(ordered.data)
}

/// The rows of `input` in the order that the window needs; `None` when they are in it.
fn reordered(window: &[Arc<dyn WindowExpr>], input: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(first) = window.first() else { return Ok(None) };
    let keys = first.partition_by();
    if get_ordered_partition_by_indices(keys, input)?.len() == keys.len() {
        return Ok(None);
    }
    let keys = keys.iter().map(|key| PhysicalSortExpr::new(Arc::clone(key), SortOptions::default()));
    let Some(order) = LexOrdering::new(keys.chain(first.order_by().iter().cloned())) else { return Ok(None) };
    // A sort that is there already is replaced, not repeated.
    let rows = match input.downcast_ref::<SortExec>() {
        Some(sort) if sort.fetch().is_none() => sort.input(),
        _ => input,
    };
    Ok(Some(Arc::new(SortExec::new(order, Arc::clone(rows)).with_preserve_partitioning(true))))
}

#[cfg(test)]
mod tests {
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;

    /// Makes leaves of everything below the sort, as a part of a query has them: nobody knows what is the same in all rows.
    async fn window(sql: &str) -> Arc<dyn ExecutionPlan> {
        let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        context.sql("CREATE TABLE numbers AS SELECT * FROM (VALUES ('x', 1, 3), ('x', 2, 4), ('y', 2, 5)) AS t (a, b, c)").await.unwrap();
        let unfiltered = context.sql("SELECT a, b, c FROM numbers").await.unwrap().create_physical_plan().await.unwrap();
        let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
        let cut = plan.transform_up(|node| {
            let Some(sort) = node.downcast_ref::<SortExec>() else { return Ok(Transformed::no(node)) };
            let sort = SortExec::new(sort.expr().clone(), Arc::clone(&unfiltered)).with_preserve_partitioning(true);
            Ok(Transformed::yes(Arc::new(sort) as Arc<dyn ExecutionPlan>))
        });
        cut.unwrap().data
    }

    fn sorts(plan: &Arc<dyn ExecutionPlan>) -> Vec<String> {
        let text = displayable(plan.as_ref()).indent(false).to_string();
        text.lines().filter(|line| line.contains("SortExec")).map(|line| line.trim().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_window_whose_filter_is_elsewhere_gets_its_order_back() {
        let sql = "SELECT a, b, c, sum(c) OVER (PARTITION BY a, b ORDER BY c) AS s FROM numbers WHERE a = 'x'";
        let plan = window(sql).await;
        let known = sorts(&plan);
        assert!(known.len() == 1 && !known[0].contains("a@0"), "{known:?}");
        let ordered = sorts(&with_ordered_windows(plan).unwrap());
        assert!(ordered.len() == 1 && ordered[0].contains("a@0"), "{ordered:?}");
    }

    #[tokio::test]
    async fn a_window_that_has_its_order_keeps_it() {
        let plan = window("SELECT a, b, c, sum(c) OVER (PARTITION BY a, b ORDER BY c) AS s FROM numbers").await;
        let before = sorts(&plan);
        assert_eq!(sorts(&with_ordered_windows(plan).unwrap()), before);
    }
}
