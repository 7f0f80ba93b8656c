//! The engine's way to a cluster: plans go to the scheduler, rows come from the executors.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use ballista_core::execution_plans::DistributedQueryExec;
use ballista_core::extension::SessionConfigExt as _;
use ballista_core::optimizer::ballista_default_optimizer_rules;
use ballista_core::serde::protobuf::CancelJobParams;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_connection};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan as _;
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt as _;
use query::QueryError;
use query::remote::{Remote, narrow};
use tokio::sync::oneshot;
use url::Url;

use crate::codec::Logical;
use crate::lists::external;
use crate::plan::SentPlan;
use crate::{ClusterError, MESSAGE, fault};

/// Times that a question is put to the cluster before its failure is the answer. The scheduler itself repeats what a lost executor had in
/// work; this is for what it cannot repeat, such as rows that were ready on an executor that then went away.
const TRIES: u32 = 4;
/// Between two tries: enough for the scheduler to see who is gone.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a job is looked for that was given up before the scheduler told its name.
const PATIENCE: Duration = Duration::from_secs(10);

/// A cluster that runs the plans of engines.
#[derive(Debug)]
pub struct Cluster {
    scheduler: String,
    partitions: usize,
    codec: Arc<Logical>,
}

/// What came of a job.
enum Outcome {
    Rows(Vec<RecordBatch>),
    TooMany,
    GivenUp,
}

type Job = DistributedQueryExec<SentPlan>;

impl Cluster {
    /// The cluster behind this scheduler, such as `http://127.0.0.1:50050`; each step of a question is cut into `partitions` parts that may
    /// run at the same time.
    ///
    /// # Errors
    /// [`ClusterError::Address`]. Whether the scheduler is there is seen with the first question.
    pub fn new(scheduler: &str, partitions: usize) -> Result<Self, ClusterError> {
        let wrong = || ClusterError::Address { address: scheduler.to_owned() };
        let url = Url::parse(scheduler).map_err(|_| wrong())?;
        if url.scheme() != "http" || url.host_str().is_none() || url.port().is_none() {
            return Err(wrong());
        }
        Ok(Self { scheduler: scheduler.trim_end_matches('/').to_owned(), partitions: partitions.max(1), codec: Arc::default() })
    }

    /// One job, from its start to its rows.
    async fn job(&self, state: &SessionState, plan: LogicalPlan, rows: usize) -> Result<Outcome, DataFusionError> {
        let ballista = state.config().ballista_config();
        let options = GrpcClientConfig::from(&ballista);
        let channel = create_grpc_client_connection(self.scheduler.clone(), &options)
            .await
            .map_err(|source| external(ClusterError::Unreachable { address: self.scheduler.clone(), source: Box::new(source) }))?;
        let session = state.session_id().to_owned();
        let codec = Arc::clone(&self.codec);
        let job = Job::with_extension(self.scheduler.clone(), ballista, plan, codec, session);
        let context = state.task_ctx();
        // A task of its own: when whoever asked is gone, it still tells the scheduler to stop.
        let (asker, given_up) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let mut stream = job.execute(0, context)?;
            let outcome = drive(&mut stream, rows, given_up).await;
            if !matches!(outcome, Ok(Outcome::Rows(_)))
                && let Some(job_id) = named(&job, &mut stream).await
            {
                tracing::debug!(job_id, "a job on the cluster is cancelled");
                if let Err(error) = SchedulerGrpcClient::new(channel).cancel_job(CancelJobParams { job_id }).await {
                    tracing::warn!(%error, "a job on the cluster could not be cancelled");
                }
            }
            outcome
        });
        let outcome = task.await.map_err(external)?;
        drop(asker);
        outcome
    }
}

/// Reads the rows of a job, unless its asker gives up or there are too many.
async fn drive(
    stream: &mut SendableRecordBatchStream,
    rows: usize,
    mut given_up: oneshot::Receiver<()>,
) -> Result<Outcome, DataFusionError> {
    let (mut batches, mut count) = (Vec::new(), 0);
    loop {
        tokio::select! {
            batch = stream.try_next() => match batch? {
                Some(batch) => {
                    count += batch.num_rows();
                    if count > rows {
                        return Ok(Outcome::TooMany);
                    }
                    batches.push(batch);
                }
                None => return Ok(Outcome::Rows(batches)),
            },
            _ = &mut given_up => return Ok(Outcome::GivenUp),
        }
    }
}

/// Name of a job, waiting for the scheduler to tell it: a job that is given up while it is planned has none yet.
async fn named(job: &Job, stream: &mut SendableRecordBatchStream) -> Option<String> {
    let told = async {
        while job.job_id().is_none() {
            tokio::select! {
                batch = stream.try_next() => if !matches!(batch, Ok(Some(_))) { break },
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
    };
    let _in_time = tokio::time::timeout(PATIENCE, told).await;
    job.job_id().map(|id| id.to_string())
}

#[async_trait]
impl Remote for Cluster {
    fn prepare(&self, mut builder: SessionStateBuilder) -> SessionStateBuilder {
        let config = builder.config().take().unwrap_or_else(SessionConfig::new);
        let config = config
            .upgrade_for_ballista()
            // Ballista's adaptive planner goes on for ever, stage after stage, with some plans of detectors, unions of joins in them.
            .with_ballista_adaptive_query_planner(false)
            .with_target_partitions(self.partitions)
            .with_ballista_grpc_client_max_message_size(MESSAGE as usize);
        builder.with_config(config).with_optimizer_rules(ballista_default_optimizer_rules())
    }

    async fn collect(&self, state: &SessionState, plan: LogicalPlan, rows: usize) -> Result<Option<Vec<RecordBatch>>, QueryError> {
        let plan = narrow(state, state.optimize(&plan)?)?;
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match self.job(state, plan.clone(), rows).await {
                Ok(Outcome::Rows(batches)) => return Ok(Some(batches)),
                Ok(Outcome::TooMany) => return Ok(None),
                Ok(Outcome::GivenUp) => DataFusionError::Execution("the job was given up".to_owned()),
                Err(error) => error,
            };
            if let Some(error) = fault::of_question(&error.to_string()) {
                return Err(error.into());
            }
            if tried == TRIES || unreachable_at_all(&error) {
                return Err(QueryError::Engine(Box::new(error)));
            }
            tracing::warn!(%error, tried, "a question is put to the cluster again");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Whether there is no scheduler, which another try does not change.
fn unreachable_at_all(error: &DataFusionError) -> bool {
    matches!(error, DataFusionError::External(source) if source.downcast_ref::<ClusterError>().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduler_has_a_host_and_a_port() {
        assert!(Cluster::new("http://127.0.0.1:50050", 4).is_ok());
        assert!(Cluster::new("http://[::1]:50050/", 4).is_ok());
        for wrong in ["127.0.0.1:50050", "df://127.0.0.1:50050", "http://127.0.0.1", "scheduler", ""] {
            assert!(Cluster::new(wrong, 4).is_err(), "{wrong}");
        }
    }
}
