//! Attribution made anew, and with it everything derived from it.

use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::TimestampMicrosecondType;
use enrich::{Attributor, Inventory};
use flow::{CoverageFact, CoverageKind, FIELDS, FlowBatch, Stage, TimeRange, Timestamp};
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
    /// Coverage facts written anew.
    #[serde(default)]
    pub coverage: u64,
    /// Bytes of the new files.
    pub lake_bytes: u64,
}

/// Attributes the flows and the coverage facts of every day that `range` touches again and writes them and their roll-ups in the place of
/// the old ones, one commit a day. A day that is interrupted stays as it was.
///
/// # Errors
/// When the lake cannot be read or written; the days before are done.
pub async fn rebuild(
    lake: &Arc<Lake>,
    inventory: &Inventory,
    attributor: &Attributor,
    range: TimeRange,
    clock: impl Fn() -> Timestamp,
    mut progress: impl FnMut(&str),
) -> Result<Rebuilt, IngestError> {
    let observed: Vec<&str> = FIELDS.iter().filter(|spec| spec.stage == Stage::Observed).map(|spec| spec.name).collect();
    let flows = lake.state(Table::Flows).await?;
    let (first, last) = (range.from.date(), range.to.plus_secs(-1).date());
    let coverage = lake.state(Table::Coverage).await?;
    let mut days: Vec<&str> = flows
        .files
        .iter()
        .chain(coverage.files.iter())
        .map(|file| file.date.as_str())
        .filter(|date| first.as_str() <= *date && *date <= last.as_str())
        .collect();
    days.sort_unstable();
    days.dedup();
    let mut rebuilt = Rebuilt::default();
    for day in days {
        progress(day);
        let mut batch = lake.begin(clock()).await?;
        for table in [Table::Flows, Table::Activity, Table::Volume, Table::Seen, Table::Coverage] {
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
        let mut facts = Vec::new();
        for file in coverage.files.iter().filter(|file| file.date == day) {
            for read in lake.read(Table::Coverage, file, &COVERAGE).await? {
                facts.extend(coverage_facts(&read));
            }
        }
        rebuilt.coverage += facts.len() as u64;
        batch.write_coverage(&mut facts, &|fact| coverage_entity(inventory, fact)).await?;
        let committed = batch.commit(&mut []).await?;
        rebuilt.days += 1;
        rebuilt.flows += committed.flows;
        rebuilt.lake_bytes += committed.bytes;
    }
    Ok(rebuilt)
}

/// What a coverage fact is made of, in the table's order.
const COVERAGE: [&str; 6] = ["interface_id", "account_id", "kind", "start_time", "end_time", "source_object"];

/// The entity that a fact is about, as the inventory knew the interface then; an unknown interface is its own.
pub(crate) fn coverage_entity(inventory: &Inventory, fact: &CoverageFact) -> Option<String> {
    let interface = fact.interface_id.as_deref()?;
    let known = inventory.interface_at(interface, fact.start_time);
    Some(known.map_or_else(|| interface.to_owned(), |dated| dated.value.entity().to_owned()))
}

fn coverage_facts(batch: &RecordBatch) -> Vec<CoverageFact> {
    let text = |name| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let time = |name| batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let at = |column: Option<&StringArray>, row: usize| column.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row).to_owned());
    (0..batch.num_rows())
        .map(|row| {
            let instant = |name| time(name).map_or_else(Timestamp::default, |times| Timestamp::from_micros(times.value(row)));
            CoverageFact {
                kind: if at(text("kind"), row).as_deref() == Some(CoverageKind::SkipData.as_str()) {
                    CoverageKind::SkipData
                } else {
                    CoverageKind::NoData
                },
                interface_id: at(text("interface_id"), row),
                account_id: at(text("account_id"), row),
                start_time: instant("start_time"),
                end_time: instant("end_time"),
                object: at(text("source_object"), row).unwrap_or_default(),
            }
        })
        .collect()
}
