//! `demo`: the whole product in one command, by the same commands anyone would use.

use std::path::Path;

use super::arguments::{Bucket, Demo, FindingFilter, FindingsCommand, Global, ImportInventory, ImportList, Ingest, Scope};
use super::collect::make_world;
use super::lists::WORLD_LISTS;
use super::{collect, findings, investigate, lists, now, serve};
use crate::config::Config;
use crate::output::{self, Format};

pub(crate) async fn run(global: &Global, demo: Demo) -> anyhow::Result<()> {
    let end = match &demo.end {
        Some(text) => flow::Timestamp::parse_relative(text, now())?.hour(),
        None => now().hour(),
    };
    // It begins with an empty state, which it would not have where others have theirs.
    anyhow::ensure!(
        !Config::load(global.config.as_deref())?.state.is_shared(),
        "a demo keeps its state in the data folder: leave `state.url` out"
    );
    let world = global.data.join("demo-world");
    if world.exists() {
        std::fs::remove_dir_all(&world)?;
    }
    let table = global.output == Format::Table;
    let step = |command: &str| if table { output::print(&format!("\n$ weir {command}\n")) } else { Ok(()) };
    // A demo is made anew each time: what an earlier one left in this folder would be found again in it.
    for part in ["lake", "inventory", "state.db", "state.db-wal", "state.db-shm"] {
        remove(&global.data.join(part))?;
    }

    step(&format!("simulate --out {} --days {} --end {end}", world.display(), demo.days))?;
    let config = simulate::Config {
        out: world.clone(),
        end: end.datetime(),
        days: demo.days,
        instances: demo.instances,
        records: demo.records,
        seed: demo.seed,
        ..simulate::Config::default()
    };
    let summary = make_world(global, &config)?;

    step(&format!("inventory import {}/inventory/*.json", world.display()))?;
    let files = summary.inventory.iter().map(|file| world.join(file)).collect();
    let import = ImportInventory { files, as_of: None };
    Box::pin(silently_unless(table, lists::import_inventory(global, &import))).await?;

    for (name, kind, file) in WORLD_LISTS {
        let file = world.join("intel").join(file);
        step(&format!("intel import --name {name} --kind {kind} {}", file.display()))?;
        let import = ImportList { name: name.to_owned(), kind, file, no_detect: true };
        Box::pin(silently_unless(table, lists::import_list(global, &import))).await?;
    }

    let logs = world.join("AWSLogs");
    step(&format!("ingest {}", logs.display()))?;
    let ingest = Ingest { paths: vec![logs], bucket: Bucket::default(), format_line: None, inventory: Vec::new(), no_detect: false };
    Box::pin(silently_unless(table, collect::ingest(global, &ingest))).await?;

    step("findings list")?;
    let all = FindingFilter { finding_type: None, severity: None, entity: None, from: None, to: None, archived: false };
    findings::run(global, FindingsCommand::List(all)).await?;

    if table {
        let scope = Scope {
            entity: summary.entity.instance_id.clone(),
            from: Some(summary.scope.from.to_string()),
            to: Some(summary.scope.to.to_string()),
        };
        step(&format!("profile {} --from {} --to {}", scope.entity, summary.scope.from, summary.scope.to))?;
        investigate::profile(global, &scope).await?;
    }
    if demo.no_serve {
        return Ok(());
    }
    let listen = demo.listen.clone().unwrap_or_else(|| crate::config::Serve::default().listen);
    if table {
        let (from, to) = (summary.scope.from.parse::<flow::Timestamp>()?, summary.scope.to.parse::<flow::Timestamp>()?);
        output::print(&format!(
            "\nthe profile to look at: http://{listen}/#/entities/Ec2Instance/{}?scopeStart={}&scopeEnd={}\n\
             the interface:          http://{listen}/api/v1/findings   http://{listen}/api/openapi.json\n",
            summary.entity.instance_id,
            from.secs(),
            to.secs()
        ))?;
    }
    serve::serve(global, Some(&listen)).await
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Runs a step. In JSON and CSV one document goes to standard output, so what a step would say on the way must not.
async fn silently_unless(spoken: bool, step: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    if spoken { step.await } else { output::muted(step).await }
}
