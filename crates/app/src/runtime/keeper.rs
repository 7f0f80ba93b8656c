//! The keeper: merges small files, lets old days go, deletes what nothing refers to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use flow::{DAY_SECS, HOUR_SECS};
use lake::{CompactionPolicy, LakeError};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Live, pause};
use crate::cli::now;
use crate::human;

pub(super) async fn run(live: Arc<Live>, stop: CancellationToken) {
    let settings = live.weir().config.keep.clone();
    if settings.every_secs == 0 {
        return;
    }
    // First what the last process left, but not before the sources have begun.
    let mut clean = HashMap::new();
    let mut wait = Duration::from_secs(settings.every_secs.min(60));
    while pause(&stop, wait).await {
        wait = Duration::from_secs(settings.every_secs);
        if settings.compact {
            job(&live, "compact", compact(&live, &stop, settings.target_mib)).await;
        }
        if !(settings.days.is_empty() && settings.account_days.is_empty()) {
            job(&live, "expire", expire(&live, &settings, &mut clean)).await;
        }
        if let Some(hours) = settings.vacuum_after_hours {
            job(&live, "vacuum", vacuum(&live, hours)).await;
        }
    }
}

async fn job(live: &Live, name: &'static str, work: impl Future<Output = anyhow::Result<String>>) {
    let run = live.jobs.begin(name);
    match work.instrument(tracing::info_span!("keep", job = name)).await {
        Ok(note) => run.done(note),
        Err(error) => run.failed(&error),
    }
}

/// One step at a time, so that the collector never waits for longer than one merge.
async fn compact(live: &Live, stop: &CancellationToken, target_mib: u64) -> anyhow::Result<String> {
    let lake = Arc::clone(&live.weir().lake);
    let policy = CompactionPolicy { target_bytes: target_mib << 20, ..CompactionPolicy::default() };
    let mut done = lake::Compacted::default();
    loop {
        let plan = lake.plan_compaction(&policy).await?;
        let Some(step) = plan.first().filter(|_| !stop.is_cancelled()) else { break };
        let _writing = live.writer.lock().await;
        match lake.compact(step, now()).await {
            Ok(merged) => done += merged,
            // Somebody else has merged some of these files: there is another plan now.
            Err(LakeError::Overtaken { .. }) => {}
            Err(error) => return Err(error).with_context(|| format!("cannot merge {} of {}", step.table, step.date)),
        }
    }
    Ok(format!("{} files became {}", human::count(done.files_before), human::count(done.files_after)))
}

/// Files that are known to hold nothing of an account, by table and account.
type Clean = HashMap<(lake::Table, String), HashSet<String>>;

async fn expire(live: &Live, settings: &crate::config::Keep, clean: &mut Clean) -> anyhow::Result<String> {
    let lake = Arc::clone(&live.weir().lake);
    let mut gone = (0, 0);
    for (table, days) in &settings.days {
        let table: lake::Table = crate::config::expirable(table).map_err(anyhow::Error::msg)?;
        let before = now().plus_secs(-i64::from(*days) * DAY_SECS).date();
        let _writing = live.writer.lock().await;
        let expired = lake.expire(table, &before, now(), false).await.with_context(|| format!("cannot let old days of {table} go"))?;
        gone = (gone.0 + expired.days, gone.1 + expired.bytes);
    }
    let mut by_account = Vec::new();
    for (account, days) in &settings.account_days {
        by_account.extend(days.iter().map(|(table, days)| (account, table, *days)));
    }
    for (account, table, days) in by_account {
        let table: lake::Table = crate::config::expirable(table).map_err(anyhow::Error::msg)?;
        let before = now().plus_secs(-i64::from(days) * DAY_SECS).date();
        let clean = clean.entry((table, account.clone())).or_default();
        let _writing = live.writer.lock().await;
        let expired = lake
            .expire_account(table, account, &before, now(), false, clean)
            .await
            .with_context(|| format!("cannot let old days of {table} of account {account} go"))?;
        gone = (gone.0 + expired.days, gone.1 + expired.bytes);
        // Files that are gone need not be remembered.
        let live: HashSet<String> = lake.state(table).await?.files.iter().map(|file| file.path.clone()).collect();
        clean.retain(|path| live.contains(path));
    }
    Ok(format!("{} days, {}", human::count(gone.0), human::bytes(gone.1)))
}

async fn vacuum(live: &Live, hours: u32) -> anyhow::Result<String> {
    let lake = Arc::clone(&live.weir().lake);
    let _writing = live.writer.lock().await;
    let done = lake.vacuum(now().plus_secs(-i64::from(hours) * HOUR_SECS), false).await?;
    Ok(format!("{} files, {}", human::count(done.files), human::bytes(done.bytes)))
}
