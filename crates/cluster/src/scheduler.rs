//! The process that plans: Ballista's scheduler, with the lake's tables and Weir's functions.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::SessionConfigExt as _;
use ballista_core::optimizer::ballista_default_optimizer_rules;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::PhysicalPlanNode;
use query::remote;
use tokio::net::TcpListener;

use crate::codec::{Logical, Physical};
use crate::plan::SentPlan;
use crate::{ClusterError, MESSAGE, stores};

/// Seconds of silence after which an executor may be given up, at least: one that is busy asks every five seconds.
const LEAST_TIMEOUT: u64 = 11;

/// Settings of a scheduler.
#[derive(Debug, Clone)]
pub struct Scheduler {
    /// Where it listens, for those who ask and for its executors.
    pub listen: SocketAddr,
    /// Under which host executors reach it, when it is not the one it listens on.
    pub advertise: Option<String>,
    /// An executor that was not heard of for so long is gone, and what it had in work is given to others. No less than 11 s.
    pub executor_timeout: Duration,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 50_050)), advertise: None, executor_timeout: Duration::from_secs(30) }
    }
}

/// A scheduler that has its port and does not answer yet.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    settings: Scheduler,
}

impl Scheduler {
    /// Takes the port.
    ///
    /// # Errors
    /// [`ClusterError::Listen`] when somebody else has it, or the address is not this machine's.
    pub async fn bind(self) -> Result<Listening, ClusterError> {
        let failed = |source| ClusterError::Listen { address: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Listening { listener, address, settings: self })
    }
}

impl Listening {
    /// Where it listens; the port that was given when any would do.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Plans and hands out work until `stop`. What is in work then is lost to those who asked.
    ///
    /// # Errors
    /// [`ClusterError::Stopped`] when Ballista gives up.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), ClusterError> {
        let stopped = |source| ClusterError::Stopped { process: "scheduler", source };
        let config = Arc::new(self.config());
        let cluster = BallistaCluster::new_from_config(&config).await.map_err(stopped)?;
        let scheduler = create_scheduler::<SentPlan, PhysicalPlanNode>(cluster, config).await.map_err(stopped)?;
        tokio::select! {
            ended = start_grpc_service_with_listener(self.listener, scheduler) => ended.map_err(stopped),
            () = stop => Ok(()),
        }
    }

    fn config(&self) -> SchedulerConfig {
        let seconds = self.settings.executor_timeout.as_secs().max(LEAST_TIMEOUT);
        SchedulerConfig {
            external_host: self.settings.advertise.clone().unwrap_or_else(|| self.address.ip().to_string()),
            bind_host: self.address.ip().to_string(),
            bind_port: self.address.port(),
            // Executors ask for work. When it is pushed, a job that lost an executor in the middle of a step is not taken up again.
            scheduling_policy: TaskSchedulingPolicy::PullStaged,
            executor_timeout_seconds: seconds,
            expire_dead_executor_interval_seconds: (seconds / 4).max(1),
            no_executors_grace_period_seconds: seconds,
            grpc_server_max_decoding_message_size: MESSAGE,
            grpc_server_max_encoding_message_size: MESSAGE,
            grpc_client_max_message_size: MESSAGE,
            override_logical_codec: Some(Arc::<Logical>::default()),
            override_physical_codec: Some(Arc::<Physical>::default()),
            override_config_producer: Some(Arc::new(SessionConfig::new_with_ballista)),
            override_session_builder: Some(Arc::new(session)),
            ..SchedulerConfig::default()
        }
    }
}

/// What plans of one asker are made with.
fn session(config: SessionConfig) -> Result<datafusion::execution::SessionState, DataFusionError> {
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(stores::runtime(None)?)
        .with_default_features()
        .with_optimizer_rules(ballista_default_optimizer_rules())
        .build();
    for function in remote::functions_without_lists() {
        datafusion::execution::FunctionRegistry::register_udf(&mut state, function)?;
    }
    Ok(state)
}
