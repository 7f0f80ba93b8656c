//! `compact`, `expire`, `vacuum`: the lake over time.

use std::collections::HashSet;

use flow::Timestamp;
use lake::{Compacted, CompactionPolicy};
use serde_json::json;

use super::arguments::{Compact, Expire, Global, Vacuum};
use super::collect::bar;
use super::{now, open};
use crate::home::Access;
use crate::human;
use crate::output::{self, Format, Grid};

pub(crate) async fn compact(global: &Global, arguments: &Compact) -> anyhow::Result<()> {
    let weir = open(global, if arguments.dry_run { Access::Read } else { Access::Write }).await?;
    let policy = CompactionPolicy { target_bytes: arguments.target_mib << 20, ..CompactionPolicy::default() };
    if arguments.dry_run {
        let plan = weir.lake.plan_compaction(&policy).await?;
        if global.output == Format::Json {
            return output::json(&plan);
        }
        let size = |step: &lake::Compaction| step.files.iter().map(|file| file.size).sum();
        let rows = plan
            .iter()
            .map(|step| vec![step.date.clone(), step.table.to_string(), step.files.len().to_string(), human::bytes(size(step))])
            .collect();
        return output::grid(global.output, &Grid { header: vec!["day", "table", "files", "size"], rows, right: &[2, 3] });
    }
    let bar = bar(global, 0, "compacting  {spinner} {msg}");
    let done = run_compaction(&weir.lake, &policy, |step| bar.set_message(format!("{} {}", step.date, step.table))).await;
    bar.finish_and_clear();
    let done = done?;
    match global.output {
        Format::Json => output::json(&done),
        _ => output::print(&format!(
            "{} files became {}, {} became {}\n",
            human::count(done.files_before),
            human::count(done.files_after),
            human::bytes(done.bytes_before),
            human::bytes(done.bytes_after)
        )),
    }
}

/// Merges until nothing is left to merge.
pub(crate) async fn run_compaction(
    lake: &std::sync::Arc<lake::Lake>,
    policy: &CompactionPolicy,
    progress: impl Fn(&lake::Compaction),
) -> anyhow::Result<Compacted> {
    let mut done = Compacted::default();
    loop {
        let plan = lake.plan_compaction(policy).await?;
        if plan.is_empty() {
            return Ok(done);
        }
        for step in &plan {
            progress(step);
            done += lake.compact(step, now()).await?;
        }
    }
}

pub(crate) async fn expire(global: &Global, arguments: &Expire) -> anyhow::Result<()> {
    let before = Timestamp::parse_relative(&arguments.before, now())?.date();
    let weir = open(global, if arguments.dry_run { Access::Read } else { Access::Write }).await?;
    let mut gone = Vec::new();
    for table in &arguments.tables {
        let expired = match &arguments.account {
            None => weir.lake.expire(*table, &before, now(), arguments.dry_run).await?,
            Some(account) => weir.lake.expire_account(*table, account, &before, now(), arguments.dry_run, &mut HashSet::new()).await?,
        };
        gone.push((*table, expired));
    }
    if global.output == Format::Json {
        let tables: Vec<_> = gone
            .iter()
            .map(|(table, expired)| json!({ "table": table, "days": expired.days, "files": expired.files, "rows": expired.rows, "bytes": expired.bytes }))
            .collect();
        return output::json(&json!({ "before": before, "account": arguments.account, "dry_run": arguments.dry_run, "tables": tables }));
    }
    let rows = gone
        .iter()
        .map(|(table, expired)| {
            vec![table.to_string(), human::count(expired.days), human::count(expired.rows), human::bytes(expired.bytes)]
        })
        .collect();
    output::grid(global.output, &Grid { header: vec!["table", "days", "rows", "size"], rows, right: &[1, 2, 3] })
}

pub(crate) async fn vacuum(global: &Global, arguments: &Vacuum) -> anyhow::Result<()> {
    let weir = open(global, if arguments.dry_run { Access::Read } else { Access::Write }).await?;
    let older_than = now().plus_secs(-i64::from(arguments.keep_hours) * flow::HOUR_SECS);
    let done = weir.lake.vacuum(older_than, arguments.dry_run).await?;
    match global.output {
        Format::Json => output::json(&done),
        _ => {
            let went = if arguments.dry_run { "would go" } else { "went" };
            output::print(&format!(
                "{} files ({}) {went}; {} are too young\n",
                human::count(done.files),
                human::bytes(done.bytes),
                human::count(done.kept)
            ))
        }
    }
}
