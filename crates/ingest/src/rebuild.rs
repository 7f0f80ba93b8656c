//! Attribution made anew, and with it everything derived from it.

use std::sync::Arc;

use enrich::Attributor;
use flow::{FIELDS, FlowBatch, Stage, TimeRange, Timestamp};
use lake::{Lake, Table};
use serde::{Deserialize, Serialize};

use crate::IngestError;

/// What a rebuild came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilt {
    /// Days written anew.
    pub days: u64,
    /// Flow records written anew.
    pub flows: u64,
    /// Bytes of the new files.
    pub lake_bytes: u64,
}

/// Attributes the flows of every day that `range` touches again and writes them and their roll-ups in the place of the old ones, one
/// commit a day. A day that is interrupted stays as it was.
///
/// # Errors
/// When the lake cannot be read or written; the days before are done.
pub async fn rebuild(
    lake: &Arc<Lake>,
    attributor: &Attributor,
    range: TimeRange,
    clock: impl Fn() -> Timestamp,
    mut progress: impl FnMut(&str),
) -> Result<Rebuilt, IngestError> {
    let observed: Vec<&str> = FIELDS.iter().filter(|spec| spec.stage == Stage::Observed).map(|spec| spec.name).collect();
    let flows = lake.state(Table::Flows).await?;
    let (first, last) = (range.from.date(), range.to.plus_secs(-1).date());
    let mut days: Vec<&str> =
        flows.files.iter().map(|file| file.date.as_str()).filter(|date| first.as_str() <= *date && *date <= last.as_str()).collect();
    days.dedup();
    let mut rebuilt = Rebuilt::default();
    for day in days {
        progress(day);
        let mut batch = lake.begin(clock()).await?;
        for table in [Table::Flows, Table::Activity, Table::Volume, Table::Seen] {
            for file in lake.state(table).await?.files.iter().filter(|file| file.date == day) {
                batch.replace(table, file.clone());
            }
        }
        for file in flows.files.iter().filter(|file| file.date == day) {
            let mut rows = FlowBatch::default();
            for read in lake.read(Table::Flows, file, &observed).await? {
                rows.append_arrow(&read)?;
            }
            attributor.attribute(&mut rows);
            batch.write_flows(&mut rows).await?;
        }
        let committed = batch.commit(&mut []).await?;
        rebuilt.days += 1;
        rebuilt.flows += committed.flows;
        rebuilt.lake_bytes += committed.bytes;
    }
    Ok(rebuilt)
}
