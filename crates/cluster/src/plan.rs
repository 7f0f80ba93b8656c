//! Logical plans of any depth, as they are sent.
//!
//! A plan is sent as nested messages, and who reads them stops at a hundred within each other. A query that names a part several times is
//! deeper than that. So a plan is sent in pieces: what lies deeper than some levels is one leaf of the plan above it, its content bytes.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{DFSchemaRef, internal_err};
use datafusion::error::Result;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};
use datafusion_proto::logical_plan::{AsLogicalPlan, LogicalExtensionCodec};
use datafusion_proto::protobuf::LogicalPlanNode;

/// Levels of a plan in one piece: two messages each, which leaves most of the hundred to expressions.
const LEVELS: usize = 16;
/// What the bytes of a piece begin with.
const MARK: &[u8] = b"weir piece\n";

/// A plan in its sent form.
#[derive(Debug, Clone)]
pub(crate) struct SentPlan(LogicalPlanNode);

impl AsLogicalPlan for SentPlan {
    fn try_decode(buffer: &[u8]) -> Result<Self> {
        LogicalPlanNode::try_decode(buffer).map(Self)
    }

    fn try_encode<B: bytes::BufMut>(&self, buffer: &mut B) -> Result<()> {
        self.0.try_encode(buffer)
    }

    fn try_into_logical_plan(&self, context: &TaskContext, codec: &dyn LogicalExtensionCodec) -> Result<LogicalPlan> {
        let plan = self.0.try_into_logical_plan(context, codec)?;
        // A piece was put together when it was read.
        let whole = plan.transform_up(|node| match &node {
            LogicalPlan::Extension(extension) => match extension.node.as_any().downcast_ref::<Piece>() {
                Some(piece) => Ok(Transformed::yes(piece.plan.clone())),
                None => Ok(Transformed::no(node)),
            },
            _ => Ok(Transformed::no(node)),
        })?;
        Ok(whole.data)
    }

    fn try_from_logical_plan(plan: &LogicalPlan, codec: &dyn LogicalExtensionCodec) -> Result<Self> {
        LogicalPlanNode::try_from_logical_plan(&cut(plan.clone())?.0, codec).map(Self)
    }
}

/// The plan with its lower parts as pieces, and how many levels it has now.
fn cut(plan: LogicalPlan) -> Result<(LogicalPlan, usize)> {
    let mut below = 0;
    let plan = plan.map_children(|child| {
        let (child, levels) = cut(child)?;
        below = below.max(levels);
        Ok(Transformed::yes(child))
    })?;
    if below + 1 < LEVELS {
        return Ok((plan.data, below + 1));
    }
    Ok((LogicalPlan::Extension(Extension { node: Arc::new(Piece { plan: plan.data }) }), 1))
}

/// A part of a plan that is sent for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub(crate) struct Piece {
    plan: LogicalPlan,
}

impl Piece {
    /// Writes the piece, when the node is one.
    pub(crate) fn encode(node: &Extension, codec: &dyn LogicalExtensionCodec, buffer: &mut Vec<u8>) -> Option<Result<()>> {
        let piece = node.node.as_any().downcast_ref::<Self>()?;
        buffer.extend_from_slice(MARK);
        // It was cut already.
        Some(LogicalPlanNode::try_from_logical_plan(&piece.plan, codec).and_then(|node| node.try_encode(buffer)))
    }

    /// Reads a piece, when the bytes are one's.
    pub(crate) fn decode(buffer: &[u8], context: &TaskContext, codec: &dyn LogicalExtensionCodec) -> Option<Result<Extension>> {
        let rest = buffer.strip_prefix(MARK)?;
        let plan = SentPlan::try_decode(rest).and_then(|sent| sent.try_into_logical_plan(context, codec));
        Some(plan.map(|plan| Extension { node: Arc::new(Self { plan }) }))
    }
}

impl UserDefinedLogicalNodeCore for Piece {
    fn name(&self) -> &'static str {
        "Piece"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        Vec::new()
    }

    fn schema(&self) -> &DFSchemaRef {
        self.plan.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Piece")
    }

    fn with_exprs_and_inputs(&self, expressions: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        if expressions.is_empty() && inputs.is_empty() { Ok(self.clone()) } else { internal_err!("a piece of a plan has no parts") }
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{SessionContext, col, lit};

    use super::*;
    use crate::codec::Logical;

    #[test]
    fn a_deep_plan_arrives_as_it_was() {
        // With the stack that the threads of a cluster's processes have.
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(deep_plan());
        });
        thread.unwrap().join().unwrap();
    }

    async fn deep_plan() {
        let context = SessionContext::new();
        // Put together by hand: written as SQL, so many levels are more than the parser takes.
        let mut frame = context.sql("SELECT 1 AS n").await.unwrap();
        for level in 0..60_i64 {
            frame = frame.filter(col("n").not_eq(lit(level))).unwrap().select([(col("n") + lit(level)).alias("n")]).unwrap();
        }
        let plan = frame.logical_plan().clone();
        let codec = Logical::default();
        let mut bytes = Vec::new();
        SentPlan::try_from_logical_plan(&plan, &codec).unwrap().try_encode(&mut bytes).unwrap();
        let arrived = SentPlan::try_decode(&bytes).unwrap().try_into_logical_plan(&context.task_ctx(), &codec).unwrap();
        assert_eq!(arrived.display_indent().to_string(), plan.display_indent().to_string());
        // Whole, it cannot be read.
        let mut bytes = Vec::new();
        LogicalPlanNode::try_from_logical_plan(&plan, &codec).unwrap().try_encode(&mut bytes).unwrap();
        assert!(LogicalPlanNode::try_decode(&bytes).is_err());
    }
}
