//! `cluster`: the processes that run queries for others.

use std::time::Duration;

use cluster::{Executor, Scheduler};

use super::arguments::{ClusterCommand, ExecutorArguments, SchedulerArguments};
use super::serve::stop_when_told;

pub(crate) async fn run(command: ClusterCommand) -> anyhow::Result<()> {
    match command {
        ClusterCommand::Scheduler(arguments) => scheduler(arguments).await,
        ClusterCommand::Executor(arguments) => executor(arguments).await,
    }
}

async fn scheduler(arguments: SchedulerArguments) -> anyhow::Result<()> {
    let SchedulerArguments { listen, advertise, executor_timeout } = arguments;
    let stop = stop_when_told();
    let listening = Scheduler { listen, advertise, executor_timeout: duration(executor_timeout) }.bind().await?;
    tracing::info!("scheduling at http://{}", listening.address());
    Ok(Box::pin(listening.run(stop.cancelled_owned())).await?)
}

async fn executor(arguments: ExecutorArguments) -> anyhow::Result<()> {
    let executor = Executor {
        scheduler: arguments.scheduler,
        listen: arguments.listen,
        advertise: arguments.advertise,
        work_dir: arguments.work_dir,
        slots: arguments.slots.map_or(0, usize::from),
        memory: arguments.memory_mib.map(|mib| u64::from(mib) << 20),
    };
    let scheduler = executor.scheduler.clone();
    Ok(Box::pin(executor.run(move |address| tracing::info!("executing at {address} for {scheduler}"))).await?)
}

/// An interval of the command line, which is positive.
const fn duration(secs: i64) -> Duration {
    Duration::from_secs(secs.unsigned_abs())
}
