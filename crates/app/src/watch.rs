//! Watching: features by SQL over the lake, judged by pure scorers, kept as findings.
//!
//! The same function serves what has just arrived, a back-fill, and a detection asked for by hand: it is given a range of hours and
//! nothing else, and doing it again gives the same findings with the same ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use arrow::array::RecordBatch;
use detect::{Context, Detector, FindingType, HISTORY_SECS, Occurrence, Resource, detectors};
use flow::{HOUR_SECS, TimeRange, Timestamp};
use query::{Engine, Value};
use serde::{Deserialize, Serialize};

use crate::home::{self, Weir};

/// What watching came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Detected {
    /// The hours judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<TimeRange>,
    /// Ids of the findings with an occurrence in the range, by type.
    pub findings: BTreeMap<String, Vec<String>>,
    /// Findings that were not there before.
    pub new: u64,
}

impl Detected {
    /// Number of findings.
    pub fn count(&self) -> usize {
        self.findings.values().map(Vec::len).sum()
    }
}

/// The setting that says what has been judged.
const JUDGED: &str = "judged";

/// What has been judged: every batch up to one, by the lists of then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Judged {
    batch: u64,
    lists: String,
}

/// What is to be judged: what has been so far, what will have been, and from when on.
struct Due {
    then: Judged,
    from: Timestamp,
}

/// What came since the last time, if anything did. Changed lists make everything due: the past is matched against them.
async fn due(weir: &Weir, engine: &Engine) -> anyhow::Result<Option<Due>> {
    let judged: Judged = match weir.store.setting(JUDGED).await? {
        Some(value) => serde_json::from_value(value).context("the mark of detection in the state is damaged")?,
        None => Judged::default(),
    };
    let lists = home::lists_mark(&weir.lists)?;
    let since = if lists == judged.lists { judged.batch } else { 0 };
    let arrived = engine.arrived_since(since).await?;
    Ok(arrived.map(|(batch, from)| Due { then: Judged { batch, lists }, from }))
}

/// Whether something came that has not been judged.
///
/// # Errors
/// When the lake or the state cannot be read.
pub async fn behind(weir: &Weir, engine: &Engine) -> anyhow::Result<bool> {
    Ok(due(weir, engine).await?.is_some())
}

/// Judges what came since the last time this was done, whoever did it. What is new can change what was normal in every hour after it, so
/// the hours after are judged again too.
///
/// # Errors
/// As [`detect()`]; then the same is due the next time.
pub async fn catch_up(weir: &Weir, engine: &Arc<Engine>) -> anyhow::Result<Detected> {
    let Some(due) = due(weir, engine).await? else { return Ok(Detected::default()) };
    let last = engine.range().await?.last.unwrap_or(due.from);
    let detected = detect(weir, engine, Some(TimeRange::new(due.from, last.max(due.from))), None).await?;
    weir.store.set_setting(JUDGED, &serde_json::to_value(due.then)?).await?;
    Ok(detected)
}

/// Runs detectors over a range of hours; without one, over all the lake. `only` restricts them to one type.
///
/// # Errors
/// When a detector's features cannot be had; the findings of the detectors before stay.
pub async fn detect(weir: &Weir, engine: &Arc<Engine>, range: Option<TimeRange>, only: Option<FindingType>) -> anyhow::Result<Detected> {
    let held = engine.range().await?;
    let (Some(first), Some(last)) = (held.first, held.last) else { return Ok(Detected::default()) };
    let range = range.unwrap_or(TimeRange::new(first, last));
    let range = TimeRange::new(range.from.hour(), range.to.plus_secs(HOUR_SECS - 1).hour());
    let context = Context { range, lake_start: first, thresholds: &weir.config.thresholds };
    let mut detected = Detected { range: Some(range), ..Detected::default() };
    // Detectors of one family share a query; they stand next to each other, and its answer is kept from one to the next.
    let mut shared = Shared::default();
    for detector in detectors().iter().filter(|detector| only.is_none_or(|only| detector.finding_type() == only)) {
        let finding_type = detector.finding_type();
        // What is usual in an hour depends on which hours before it were too unusual to learn from, so volume is judged from one
        // history before the range on; what it says of hours before the range is not kept.
        let warm = if finding_type == FindingType::TrafficVolumeUnusual {
            range.from.plus_secs(-HISTORY_SECS).max(first.hour())
        } else {
            range.from
        };
        let warm = Context { range: TimeRange::new(warm.min(range.from), range.to), ..context };
        let mut occurrences =
            shared.occurrences(*detector, engine, &warm).await.with_context(|| format!("detector {finding_type} failed"))?;
        occurrences.retain(|occurrence| !gateway(weir, occurrence));
        let resource = |entity: &str, at: Timestamp| -> Resource { api::resource(&weir.inventory, entity, at) };
        let changed = weir.store.replace_occurrences(finding_type, range, &occurrences, &resource).await?;
        detected.new += changed.new_findings.len() as u64;
        let raised = occurrences.iter().filter(|occurrence| range.contains(occurrence.first_seen.hour()));
        let mut ids: Vec<String> = raised.map(Occurrence::finding_id).collect();
        ids.sort();
        ids.dedup();
        if !ids.is_empty() {
            detected.findings.insert(finding_type.name().to_owned(), ids);
        }
    }
    // What the rules hide is told apart first: it is in no group.
    crate::cli::suppress(weir).await?;
    weir.store.regroup().await?;
    weir.store.release_notices(crate::cli::now()).await?;
    if only.is_none() {
        let through = weir.store.watermark(api::investigate::DETECTED).await?;
        weir.store.set_watermark(api::investigate::DETECTED, through.map_or(range.to, |through| through.max(range.to))).await?;
    }
    Ok(detected)
}

/// Whether it is about the interface of a NAT gateway: what passes it, in whichever direction it seems to be opened, is done by the machines
/// behind it, who are judged themselves. An address on a list is worth saying even so: the machines behind may not be logged.
fn gateway(weir: &Weir, occurrence: &Occurrence) -> bool {
    let listed = !occurrence.evidence.list_names.is_empty();
    let role = || weir.inventory.interface_at(&occurrence.entity, occurrence.first_seen).and_then(|interface| interface.value.role());
    !listed && role() == Some("NAT gateway")
}

/// The answer to the last query, for the next detector that asks the same.
#[derive(Default)]
struct Shared {
    asked: Option<(&'static str, TimeRange)>,
    batches: Vec<RecordBatch>,
}

impl Shared {
    /// The occurrences that one detector raises in the context's range.
    async fn occurrences(&mut self, detector: &dyn Detector, engine: &Engine, context: &Context<'_>) -> anyhow::Result<Vec<Occurrence>> {
        let asked = (detector.features(), context.range);
        if self.asked != Some(asked) {
            self.asked = None;
            self.batches.clear();
            let day = |time: Timestamp| Value::from(time.date());
            let values = [
                ("from", Value::from(context.range.from)),
                ("to", Value::from(context.range.to)),
                ("history", Value::from(context.history())),
                ("from_date", day(context.range.from)),
                ("to_date", day(context.range.to.plus_secs(-1))),
                ("history_date", day(context.history())),
            ];
            let begun = std::time::Instant::now();
            let features = engine.ask(detector.features(), &values).await?;
            let (rows, millis) = (features.rows(), begun.elapsed().as_millis());
            tracing::debug!(detector = detector.finding_type().name(), rows, millis, "features");
            self.batches = features.batches;
            self.asked = Some(asked);
        }
        Ok(detector.score(&self.batches, context)?)
    }
}
