//! Overall VPC flow volume, with what is usual.

use flow::{HOUR_SECS, TimeRange, Timestamp};
use query::panels::VolumeBin;
use serde::Serialize;
use utoipa::ToSchema;

use super::baseline::Baseline;
use super::{BandRow, BaselineInfo, Coverage, Investigator, days_on_record, history};
use crate::{InvestigateError, words};

/// Most bins of one answer; a chart has fewer pixels.
pub(super) const BIN_CAP: i64 = 20_000;

/// Volume of one interval, one direction of the bytes and one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VolumeRow {
    /// Start of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Which way the bytes went: `inbound`, `outbound` or `unknown`.
    pub direction: String,
    /// `accept` or `reject`; absent when the source does not say.
    pub action: Option<String>,
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Flow records.
    pub flows: u64,
    /// Lower edge of what is usual for all actions of this interval and direction together; absent when the bins are shorter than an hour
    /// or do not lie wholly in the scope, and when too little was learned.
    pub expected_low: Option<u64>,
    /// Upper edge of the same.
    pub expected_high: Option<u64>,
}

impl VolumeRow {
    pub(super) fn plain(bin: VolumeBin) -> Self {
        Self {
            start: bin.start,
            direction: bin.direction,
            action: bin.action,
            bytes: bin.bytes,
            packets: bin.packets,
            flows: bin.flows,
            expected_low: None,
            expected_high: None,
        }
    }
}

/// Volume over time, and what is usual.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VolumePanel {
    /// Length of the bins, seconds.
    pub bin_secs: i64,
    /// The bins with traffic, by time, direction and action.
    pub rows: Vec<VolumeRow>,
    /// What is usual for every interval of the scope, with traffic or not; empty when the bins are no whole hours. Of bins longer than an
    /// hour those that lie wholly in the scope have one: it is learned from such bins, and is not the sum of what is usual for the hours.
    pub bands: Vec<BandRow>,
    /// What the bands rest on; absent when the bins are no whole hours.
    pub baseline: Option<BaselineInfo>,
    /// The SQL behind the rows.
    pub query: String,
    /// What is missing.
    pub coverage: Coverage,
}

impl Investigator {
    /// Volume of an entity, an address or an account in bins of `bin_secs`. Bins of whole hours come with what is usual, learned from
    /// such bins of the 45 days before each of them.
    ///
    /// Bins of whole hours count every hour that the scope touches; shorter ones count the records that start inside it.
    ///
    /// # Errors
    /// When the bins are too many, or the lake cannot answer.
    pub async fn volume(&self, entity: &str, range: TimeRange, bin_secs: i64) -> Result<VolumePanel, InvestigateError> {
        let coverage = Box::pin(self.coverage(Some(entity), range)).await?;
        Box::pin(self.volume_within(entity, range, bin_secs, coverage)).await
    }

    /// [`volume`](Self::volume) for one who knows the coverage already.
    pub(super) async fn volume_within(
        &self,
        entity: &str,
        range: TimeRange,
        bin_secs: i64,
        coverage: Coverage,
    ) -> Result<VolumePanel, InvestigateError> {
        check_bins(range, bin_secs)?;
        let panel = self.engine.volume(entity, range, bin_secs).await?;
        let mut rows: Vec<VolumeRow> = panel.rows.into_iter().map(VolumeRow::plain).collect();
        let whole_hours = bin_secs % HOUR_SECS == 0;
        let baseline = if whole_hours { Some(Box::pin(self.baseline(entity, range, bin_secs)).await?.0) } else { None };
        if let Some(baseline) = &baseline {
            for row in &mut rows {
                let band = baseline.band(row.start, &row.direction);
                row.expected_low = band.map(|band| words::whole(band.low));
                row.expected_high = band.map(|band| words::whole(band.high.ceil()));
            }
        }
        Ok(VolumePanel {
            bin_secs,
            rows,
            bands: baseline.as_ref().map(Baseline::rows).unwrap_or_default(),
            baseline: baseline.as_ref().map(Baseline::info),
            query: panel.query,
            coverage,
        })
    }

    /// What is usual for each bin of the scope, and the hourly volume of it and the 45 days before, from which that is learned.
    pub(super) async fn baseline(
        &self,
        entity: &str,
        range: TimeRange,
        bin_secs: i64,
    ) -> Result<(Baseline, query::Panel<VolumeBin>), InvestigateError> {
        let whole = TimeRange::new(history(range).from.hour(), range.to);
        let (hourly, missing, lake) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.volume(entity, whole, HOUR_SECS).await?) },
            self.missing_hours(entity, whole),
            self.lake_range(),
        )?;
        let least = self.thresholds.traffic_volume_unusual.min_baseline_days;
        let on_record = days_on_record(&lake, range.from);
        Ok((Baseline::learn(&hourly.rows, range, &missing, bin_secs, least, on_record), hourly))
    }
}

pub(super) fn check_bins(range: TimeRange, bin_secs: i64) -> Result<(), InvestigateError> {
    if bin_secs < 1 {
        return Err(InvestigateError::invalid("a bin is at least 1 second"));
    }
    if range.secs() / bin_secs > BIN_CAP {
        return Err(InvestigateError::invalid(format!("that would be more than {BIN_CAP} bins; take longer bins or a shorter scope")));
    }
    Ok(())
}
