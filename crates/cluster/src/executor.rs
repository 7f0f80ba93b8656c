//! The process that works: Ballista's executor, with the lake's files and Weir's functions.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use query::remote;
use tokio::net::TcpStream;
use url::Url;

use crate::codec::{Logical, Physical};
use crate::{ClusterError, MESSAGE, stores};

/// How long an executor waits for a scheduler that is not there yet.
const PATIENCE: Duration = Duration::from_secs(20);
/// Intermediate rows of a job that nobody asked for any more, seconds.
const KEPT_SECS: u64 = 3_600;

/// Settings of an executor.
#[derive(Debug, Clone)]
pub struct Executor {
    /// The scheduler that it works for, such as `http://127.0.0.1:50050`.
    pub scheduler: String,
    /// Where others fetch rows from it.
    pub listen: SocketAddr,
    /// Under which host others reach it, when it is not the one that the scheduler sees.
    pub advertise: Option<String>,
    /// Where intermediate rows are kept; a folder that is removed in the end when there is none.
    pub work_dir: Option<PathBuf>,
    /// Parts of questions that it works on at the same time; as many as there are processors when it is 0.
    pub slots: usize,
    /// Memory of all its work together, bytes; seven tenths of the machine's when there is none. More than this spills to disk.
    pub memory: Option<u64>,
}

impl Default for Executor {
    fn default() -> Self {
        Self {
            scheduler: "http://127.0.0.1:50050".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 50_051)),
            advertise: None,
            work_dir: None,
            slots: 0,
            memory: None,
        }
    }
}

impl Executor {
    /// Takes the scheduler's work until the process is told to end (SIGTERM, Ctrl-C): what is in work then is finished first. `ready` is
    /// called with the address it listens on.
    ///
    /// # Errors
    /// When the scheduler is not there, a port is taken, the folder cannot be used, or Ballista gives up.
    pub async fn run(self, ready: impl FnOnce(SocketAddr)) -> Result<(), ClusterError> {
        let wrong = || ClusterError::Address { address: self.scheduler.clone() };
        let url = Url::parse(&self.scheduler).map_err(|_| wrong())?;
        let (host, port) = url.host_str().zip(url.port()).filter(|_| url.scheme() == "http").ok_or_else(wrong)?;
        let listen = self.port()?;
        self.wait_for(host, port).await?;
        let temporary;
        let folder = match &self.work_dir {
            Some(folder) => {
                let failed = |source| ClusterError::Folder { folder: folder.clone(), source };
                std::fs::create_dir_all(folder).map_err(failed)?;
                folder.canonicalize().map_err(failed)?
            }
            None => {
                let made = tempfile::Builder::new().prefix("weir-executor-").tempdir();
                temporary = made.map_err(|source| ClusterError::Folder { folder: std::env::temp_dir(), source })?;
                temporary.path().to_owned()
            }
        };
        let spill = folder.clone();
        let mut functions = BallistaFunctionRegistry::default();
        functions.scalar_functions.extend(remote::functions_without_lists().into_iter().map(|one| (one.name().to_owned(), one)));
        let config = ExecutorProcessConfig {
            bind_host: listen.ip().to_string(),
            external_host: self.advertise.clone().or_else(|| listen.ip().is_loopback().then(|| listen.ip().to_string())),
            port: listen.port(),
            scheduler_host: host.to_owned(),
            scheduler_port: port,
            vcores: self.slots,
            task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
            work_dir: Some(folder.display().to_string()),
            job_data_ttl_seconds: KEPT_SECS,
            job_data_clean_up_interval_seconds: KEPT_SECS / 6,
            grpc_max_decoding_message_size: MESSAGE,
            grpc_max_encoding_message_size: MESSAGE,
            memory_pool_size: self.memory,
            override_function_registry: Some(Arc::new(functions)),
            override_runtime_producer: Some(Arc::new(move |_| stores::runtime(Some(&spill)))),
            override_logical_codec: Some(Arc::<Logical>::default()),
            override_physical_codec: Some(Arc::<Physical>::default()),
            ..ExecutorProcessConfig::default()
        };
        ready(listen);
        start_executor_process(Arc::new(config)).await.map_err(|source| ClusterError::Stopped { process: "executor", source })
    }

    /// The port, looked at whether it is free. Ballista takes it itself a moment later.
    fn port(&self) -> Result<SocketAddr, ClusterError> {
        let taken = |source: io::Error| ClusterError::Listen { address: self.listen, source };
        TcpListener::bind(self.listen).and_then(|listener| listener.local_addr()).map_err(taken)
    }

    /// Waits for the scheduler: the processes of a cluster are started in any order.
    async fn wait_for(&self, host: &str, port: u16) -> Result<(), ClusterError> {
        let host = host.trim_matches(['[', ']']);
        let start = tokio::time::Instant::now();
        loop {
            match TcpStream::connect((host, port)).await {
                Ok(_) => return Ok(()),
                Err(source) if start.elapsed() > PATIENCE => {
                    return Err(ClusterError::Unreachable { address: self.scheduler.clone(), source: Box::new(source) });
                }
                Err(error) => {
                    tracing::debug!(%error, "the scheduler does not answer yet");
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_is_taken_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let executor = Executor { listen: taken.local_addr().unwrap(), ..Executor::default() };
        let error = executor.run(|_| unreachable!("it cannot listen")).await.unwrap_err();
        assert!(matches!(error, ClusterError::Listen { address, .. } if address == taken.local_addr().unwrap()), "{error}");
    }
}
