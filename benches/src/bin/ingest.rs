//! Objects into a committed lake with all roll-ups and attribution: what `weir ingest --no-detect` does, without the query engine.
//!
//!     ingest LOGS LAKE [INVENTORY]
//!
//! LOGS is a folder or an object, LAKE a folder that is made anew, INVENTORY a folder of AWS documents. Prints what it came to.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use enrich::{Attributor, Geo, Inventory};
use flow::Timestamp;
use lake::{CompactionPolicy, Lake, Table};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (logs, folder, inventory) = match arguments.as_slice() {
        [logs, folder] => (logs, folder, None),
        [logs, folder, inventory] => (logs, folder, Some(inventory)),
        _ => anyhow::bail!("ingest LOGS LAKE [INVENTORY]"),
    };
    if folder.join("flows").exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    // The same work every time: the clock is that of the simulated logs' end, and of no consequence.
    let now = || Timestamp::from_secs(1_796_000_000);
    let inventory = Arc::new(inventory.map_or_else(|| Ok(Inventory::default()), |folder| benches::inventory::read(folder))?);
    let lake = Arc::new(Lake::open(folder).await?);
    let attributor = Arc::new(Attributor::new(Arc::clone(&inventory), Arc::new(Geo::none())));
    let mut config = ingest::Config::default();
    config.decode.now = now();
    let mut pipeline = ingest::Pipeline::new(Arc::clone(&lake), inventory, attributor, config);
    let summary = pipeline.collect(ingest::sources::folder::list(logs)?, now, |_| ()).await?;
    let counts = summary.counts;
    println!(
        "objects {} records {} accepted {} rejected {} coverage {} duplicates {} delivered {} lake {}",
        summary.objects,
        counts.records,
        counts.accepted,
        counts.rejected,
        counts.coverage,
        counts.duplicates,
        summary.bytes_in,
        summary.lake_bytes
    );
    sizes(&lake).await?;
    if std::env::var_os("COMPACT").is_some() {
        for planned in lake.plan_compaction(&CompactionPolicy::default()).await? {
            lake.compact(&planned, now()).await?;
        }
        sizes(&lake).await?;
    }
    Ok(())
}

/// Rows, files and bytes of every table.
async fn sizes(lake: &Lake) -> anyhow::Result<()> {
    for table in Table::ALL {
        let files = lake.state(table).await?.files;
        let (rows, bytes) = files.iter().fold((0, 0), |(rows, bytes), file| (rows + file.rows, bytes + file.size));
        println!("{table} files {} rows {rows} bytes {bytes}", files.len());
    }
    Ok(())
}
