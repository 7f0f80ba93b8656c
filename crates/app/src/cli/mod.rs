//! The subcommands.

mod arguments;
mod bucket;
mod cluster;
mod collect;
mod convert;
mod demo;
mod findings;
mod groups;
mod investigate;
mod keep;
mod lists;
mod maintain;
mod serve;
mod suppress;
mod telemetry;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use flow::Timestamp;

pub(crate) use arguments::{Arguments, Page};
use arguments::{Command, ConfigCommand, Global, IntelCommand, InventoryCommand, TokenCommand};
pub(crate) use suppress::suppress;

use crate::config::Config;
use crate::home::{Access, Weir};

pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; anything else is a mistake in the call.
            let code = if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
            let _ = error.print();
            return code;
        }
    };
    // Until the end of the command: what it traced goes out then.
    let _telemetry = match telemetry::start(&arguments.global) {
        Ok(telemetry) => telemetry,
        Err(error) => return fail(&error),
    };
    // Plans are written, read and planned level by level, and those of detectors have hundreds: a process of a cluster, which is sent them
    // with all their parts repeated, goes deeper than the usual 2 MiB. Only what is touched takes memory.
    let stack = if matches!(arguments.command, Command::Cluster { .. }) { 64 << 20 } else { 8 << 20 };
    let runtime = match tokio::runtime::Builder::new_multi_thread().thread_stack_size(stack).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("cannot start")),
    };
    match runtime.block_on(Box::pin(dispatch(arguments))) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn dispatch(Arguments { global, command }: Arguments) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(demo) => Box::pin(demo::run(&global, demo)).await?,
        Command::Simulate(simulate) => collect::simulate(&global, &simulate)?,
        Command::Ingest(ingest) => Box::pin(collect::ingest(&global, &ingest)).await?,
        Command::Rebuild(rebuild) => collect::rebuild(&global, &rebuild).await?,
        Command::Inventory { command: InventoryCommand::Import(import) } => Box::pin(lists::import_inventory(&global, &import)).await?,
        Command::Intel { command } => match command {
            IntelCommand::Import(import) => lists::import_list(&global, &import).await?,
            IntelCommand::List => lists::show_lists(&global).await?,
            IntelCommand::Remove { name } => lists::remove_list(&global, &name).await?,
        },
        Command::Detect(detect) => findings::detect(&global, &detect).await?,
        Command::Findings { command } => findings::run(&global, command).await?,
        Command::Suppress { command } => suppress::run(&global, command).await?,
        Command::Groups { command } => groups::run(&global, command).await?,
        Command::Convert(arguments) => convert::run(&global, &arguments)?,
        Command::Reach(reach) => investigate::reach(&global, &reach).await?,
        Command::Profile(scope) => investigate::profile(&global, &scope).await?,
        Command::Volume(volume) => investigate::volume(&global, &volume).await?,
        Command::Details(details) => investigate::details(&global, &details).await?,
        Command::Sql(sql) => keep::sql(&global, &sql).await?,
        Command::Verify => return keep::verify(&global).await,
        Command::Compact(compact) => maintain::compact(&global, &compact).await?,
        Command::Expire(expire) => maintain::expire(&global, &expire).await?,
        Command::Vacuum(vacuum) => maintain::vacuum(&global, &vacuum).await?,
        Command::Token { command } => match command {
            TokenCommand::Create { name } => keep::create_token(&global, &name).await?,
            TokenCommand::List => keep::show_tokens(&global).await?,
            TokenCommand::Revoke { name } => keep::revoke_token(&global, &name).await?,
        },
        Command::Collect(collect) => serve::collect(&global, &collect).await?,
        Command::Serve(serve) => serve::run(&global, &serve).await?,
        Command::Cluster { command } => Box::pin(cluster::run(command)).await?,
        Command::Config { command: ConfigCommand::Check } => keep::check_config(&global)?,
        Command::Config { command: ConfigCommand::Show } => keep::show_config(&global)?,
        Command::Completions { shell } => arguments::print_completions(shell)?,
        Command::Reference { page } => crate::output::print(&crate::reference::page(page))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(global: &Global, access: Access) -> anyhow::Result<Weir> {
    let config = Config::load(global.config.as_deref())?;
    Weir::open(&global.data, config, access).await
}

/// The time it is: the one place where the command reads the clock.
#[expect(clippy::disallowed_methods, reason = "the command is where time comes from")]
pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(chrono::Utc::now().timestamp_micros())
}

/// Writes an error and its causes to standard error.
fn fail(error: &anyhow::Error) -> ExitCode {
    use std::io::Write as _;
    let mut text = format!("weir: {error}\n");
    for cause in error.chain().skip(1) {
        text += &format!("  because {cause}\n");
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::FAILURE
}
