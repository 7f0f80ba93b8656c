//! The engine: one session over the lake, shared by every question.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::ScalarValue;
use datafusion::execution::memory_pool::{GreedyMemoryPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionStateBuilder, context::SQLOptions};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use enrich::Lists;
use flow::Timestamp;
use futures::TryStreamExt as _;
use lake::{Lake, Table};
use tokio::sync::RwLock;

use crate::once::compute_once;
use crate::provider::{Access, LakeTable, Texts};
use crate::remote::{Remote, ask, can_be_sent};
use crate::small::SmallFiles;
use crate::{QueryError, functions};

/// What one question may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Memory of all questions together, bytes; sorts and aggregations beyond it spill to disk.
    pub memory: usize,
    /// Time of one question.
    pub time: Duration,
    /// Rows of one answer.
    pub rows: usize,
    /// Threads of one question.
    pub threads: NonZeroUsize,
    /// Memory for small files of roll-ups that stay decoded from one question to the next, bytes.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 4 << 30,
            time: Duration::from_secs(60),
            rows: 1_000_000,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            held: 256 << 20,
        }
    }
}

/// A value for a `$name` in SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// An instant.
    Time(Timestamp),
    /// An integer.
    Integer(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl Value {
    fn to_scalar(&self) -> ScalarValue {
        match self {
            Self::Text(text) => ScalarValue::Utf8(Some(text.clone())),
            Self::Time(time) => ScalarValue::TimestampMicrosecond(Some(time.micros()), Some("UTC".into())),
            Self::Integer(number) => ScalarValue::Int64(Some(*number)),
        }
    }

    /// The value as it is written in SQL.
    pub fn to_sql(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Time(time) => format!("TIMESTAMP '{time}'"),
            Self::Integer(number) => number.to_string(),
        }
    }
}

/// An answer: rows, and the query that gives them again.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Columns of the rows.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// The SQL, values written in.
    pub sql: String,
}

impl Answer {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// SQL over the lake. Reads what is committed when the question is asked.
pub struct Engine {
    lake: Arc<Lake>,
    context: SessionContext,
    limits: Limits,
    /// Versions of the tables as registered, by table.
    versions: RwLock<Vec<Option<u64>>>,
    store: ObjectStoreUrl,
    small: Arc<SmallFiles>,
    /// Who runs the plans, when it is not this process.
    remote: Option<Arc<dyn Remote>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("lake", &self.lake.location().as_str()).field("limits", &self.limits).finish()
    }
}

/// The flow records with the sides told apart: `local_…` is the entity's, `remote_…` the other's; null when that is unknown.
const FLOWS_VIEW: &str = "CREATE OR REPLACE VIEW flows AS SELECT *, \
    CASE direction WHEN 'outbound' THEN src_addr WHEN 'inbound' THEN dst_addr END AS local_addr, \
    CASE direction WHEN 'outbound' THEN src_port WHEN 'inbound' THEN dst_port END AS local_port, \
    CASE direction WHEN 'outbound' THEN dst_addr WHEN 'inbound' THEN src_addr END AS remote_addr, \
    CASE direction WHEN 'outbound' THEN dst_port WHEN 'inbound' THEN src_port END AS remote_port \
    FROM flow_records";

impl Engine {
    /// An engine over `lake`, with `lists` for the functions that ask for lists.
    ///
    /// # Errors
    /// When the engine cannot be set up or the lake's tables cannot be read.
    pub async fn new(lake: Arc<Lake>, lists: Arc<Lists>, limits: Limits) -> Result<Self, QueryError> {
        Self::with(lake, lists, limits, None).await
    }

    /// The same, with the plans run by other processes. The memory that they may take is theirs to limit.
    ///
    /// # Errors
    /// As [`new`](Self::new). Whether those processes are there is seen with the first question.
    pub async fn on(remote: Arc<dyn Remote>, lake: Arc<Lake>, lists: Arc<Lists>, limits: Limits) -> Result<Self, QueryError> {
        Self::with(lake, lists, limits, Some(remote)).await
    }

    async fn with(lake: Arc<Lake>, lists: Arc<Lists>, limits: Limits, remote: Option<Arc<dyn Remote>>) -> Result<Self, QueryError> {
        let mut config = SessionConfig::new()
            .with_target_partitions(limits.threads.get())
            .with_information_schema(true)
            .with_default_catalog_and_schema("weir", "lake");
        let options = config.options_mut();
        options.execution.parquet.pushdown_filters = true;
        options.execution.parquet.reorder_filters = true;
        options.execution.parquet.bloom_filter_on_read = true;
        options.execution.parquet.enable_page_index = true;
        options.execution.collect_statistics = false;
        options.execution.time_zone = Some("+00:00".to_owned());
        options.sql_parser.enable_ident_normalization = true;
        // First come, first served: a fair share for each of the dozens of operators of a detector's query would be too small for any.
        let pool = TrackConsumersPool::new(GreedyMemoryPool::new(limits.memory), NonZeroUsize::MIN);
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc()?;
        let mut builder = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features();
        if let Some(remote) = &remote {
            builder = remote.prepare(builder);
        }
        let context = SessionContext::new_with_state(builder.build());
        let store = ObjectStoreUrl::parse("weir://lake")?;
        context.register_object_store(store.as_ref(), lake.store());
        functions::register(&context, &lists);
        let small = Arc::new(SmallFiles::new(Arc::clone(&lake), limits.held));
        let engine = Self { small, lake, context, limits, versions: RwLock::new(vec![None; Table::ALL.len()]), store, remote };
        engine.refresh().await?;
        engine.context.sql(FLOWS_VIEW).await?;
        Ok(engine)
    }

    /// The lake it reads.
    pub const fn lake(&self) -> &Arc<Lake> {
        &self.lake
    }

    /// Takes note of what was committed since the last question.
    ///
    /// # Errors
    /// When a table's log cannot be read.
    pub async fn refresh(&self) -> Result<(), QueryError> {
        for table in Table::ALL {
            let state = self.lake.state(table).await?;
            if self.versions.read().await[table as usize] == Some(state.version) {
                continue;
            }
            // Nobody plans a question while a table is exchanged.
            let mut versions = self.versions.write().await;
            let known = versions[table as usize].replace(state.version);
            let texts = if self.remote.is_some() { Texts::Whole } else { Texts::Views };
            let access = Access::Held(Arc::clone(&self.small));
            let provider = Arc::new(LakeTable::new(table, state, self.store.clone(), access, texts));
            self.context.deregister_table(name(table))?;
            self.context.register_table(name(table), provider)?;
            if table == Table::Flows && known.is_some() {
                // The view was planned over the version before.
                self.context.sql(FLOWS_VIEW).await?;
            }
        }
        Ok(())
    }

    /// Asks a question of our own making: values for `$name` given by name.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] when the SQL is wrong, [`QueryError::Limit`] when it takes too long or too much.
    pub async fn ask(&self, sql: &str, values: &[(&str, Value)]) -> Result<Answer, QueryError> {
        // Planning makes a large future, and questions stand in many others.
        Box::pin(self.run(sql, values, self.limits.rows)).await
    }

    /// Asks a question that somebody typed: reads only, at most `rows` rows.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn sql(&self, sql: &str, rows: usize) -> Result<Answer, QueryError> {
        Box::pin(self.run(sql, &[], rows.min(self.limits.rows))).await
    }

    async fn run(&self, sql: &str, values: &[(&str, Value)], rows: usize) -> Result<Answer, QueryError> {
        self.refresh().await?;
        let work = async {
            let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            let exchange = self.versions.read().await;
            let mut frame = self.context.sql_with_options(sql, read_only).await?;
            drop(exchange);
            if !values.is_empty() {
                let scalars: Vec<(String, ScalarValue)> =
                    values.iter().map(|(name, value)| ((*name).to_owned(), value.to_scalar())).collect();
                frame = frame.with_param_values(scalars)?;
            }
            let schema = Arc::clone(frame.schema().inner());
            let (state, plan) = frame.into_parts();
            if let Some(remote) = &self.remote
                && can_be_sent(&plan)?
            {
                let batches = ask(remote.as_ref(), &state, plan, rows).await?.ok_or_else(|| QueryError::too_many(rows))?;
                return Ok(Answer { schema, batches, sql: inline(sql, values) });
            }
            let plan = compute_once(&state, plan).await?;
            let frame = DataFrame::new(state, plan);
            let mut stream = frame.execute_stream().await?;
            let mut batches = Vec::new();
            let mut count = 0;
            while let Some(batch) = stream.try_next().await? {
                count += batch.num_rows();
                if count > rows {
                    return Err(QueryError::too_many(rows));
                }
                batches.push(batch);
            }
            Ok(Answer { schema, batches, sql: inline(sql, values) })
        };
        match tokio::time::timeout(self.limits.time, work).await {
            Ok(answer) => answer,
            Err(_) => {
                Err(QueryError::Limit { limit: format!("it took longer than {} s; narrow the time range", self.limits.time.as_secs()) })
            }
        }
    }
}

/// Name of a table in SQL; the stored flow records stand behind the view `flows`.
const fn name(table: Table) -> &'static str {
    match table {
        Table::Flows => "flow_records",
        other => other.name(),
    }
}

/// The SQL with its values written in, so that it can be run anywhere.
fn inline(sql: &str, values: &[(&str, Value)]) -> String {
    let mut ordered: Vec<_> = values.iter().collect();
    // The longest name first: `$from` is the beginning of `$from_date`.
    ordered.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let text = ordered.into_iter().fold(sql.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), &value.to_sql()));
    text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_safely() {
        let sql = inline(
            "SELECT $from_date, $from, $name",
            &[("from", Value::Integer(1)), ("from_date", "2026".into()), ("name", "O'Hara".into())],
        );
        assert_eq!(sql, "SELECT '2026', 1, 'O''Hara'");
    }
}
