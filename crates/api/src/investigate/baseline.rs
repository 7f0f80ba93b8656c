//! What is usual, hour by hour and direction by direction.

use std::collections::{BTreeMap, BTreeSet};

use detect::baseline::{Band, bands, complete};
use flow::{DAY_SECS, Direction, TimeRange, Timestamp};
use query::panels::VolumeBin;
use serde::Serialize;
use utoipa::ToSchema;

use super::HISTORY_DAYS;
use crate::words;

/// Days after which a baseline is called mature: two weeks hold every weekly job twice.
const MATURE_DAYS: f64 = 14.0;

/// What is usual for one hour and direction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BandRow {
    /// The hour.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Which way the bytes go.
    #[schema(value_type = String)]
    pub direction: Direction,
    /// The likeliest number of bytes.
    pub expected: u64,
    /// Lower edge of what is usual.
    pub expected_low: u64,
    /// Upper edge of what is usual.
    pub expected_high: u64,
}

/// How much a baseline has learned.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BaselineInfo {
    /// Days of hours learned before the last hour of the scope.
    pub days: f64,
    /// 0 to 1, of the last hour of the scope: days of 14, and how often that hour of the week was seen.
    pub maturity: f64,
    /// Whether two weeks have been learned. Before that the band is drawn as soon as the detectors judge by it, and is to be taken with
    /// care.
    pub mature: bool,
    /// The same in words.
    pub words: String,
}

/// The bands of a scope, and how far they can be relied on.
#[derive(Debug, Clone, Default)]
pub(super) struct Baseline {
    bands: BTreeMap<(Timestamp, &'static str), Band>,
    days: f64,
    maturity: f64,
    least_days: f64,
}

impl Baseline {
    /// Learns from the hourly volume of the 45 days before the scope, and of the scope, but for the hours that are `missing`.
    pub(super) fn learn(hourly: &[VolumeBin], range: TimeRange, missing: &BTreeSet<Timestamp>, least_days: f64) -> Self {
        let mut baseline = Self { least_days, ..Self::default() };
        let Some(first) = hourly.iter().map(|bin| bin.start).min() else { return baseline };
        let span = TimeRange::new(first.max(range.from.hour().plus_secs(-HISTORY_DAYS * DAY_SECS)), range.to);
        for direction in [Direction::Inbound, Direction::Outbound] {
            let known: Vec<(Timestamp, f64)> =
                hourly.iter().filter(|bin| bin.direction == direction.as_str()).map(|bin| (bin.start, words::real(bin.bytes))).collect();
            let found = bands(&complete(&known, span, missing), range);
            if let Some(last) = found.last() {
                baseline.days = baseline.days.max(last.days);
                baseline.maturity = baseline.maturity.max(last.maturity);
            }
            baseline.bands.extend(found.into_iter().map(|band| ((band.hour, direction.as_str()), band)));
        }
        baseline
    }

    /// The band of an hour and direction, unless too little was learned to say.
    pub(super) fn band(&self, hour: Timestamp, direction: &str) -> Option<&Band> {
        let direction = Direction::from_word(direction)?.as_str();
        self.bands.get(&(hour, direction)).filter(|band| band.days >= self.least_days)
    }

    pub(super) fn rows(&self) -> Vec<BandRow> {
        let drawn = self.bands.iter().filter(|(_, band)| band.days >= self.least_days);
        drawn
            .map(|((start, direction), band)| BandRow {
                start: *start,
                direction: Direction::from_word(direction).unwrap_or_default(),
                expected: words::whole(band.expected),
                expected_low: words::whole(band.low),
                expected_high: words::whole(band.high.ceil()),
            })
            .collect()
    }

    pub(super) fn info(&self) -> BaselineInfo {
        let (days, mature) = (self.days, self.days >= MATURE_DAYS);
        let words = if days == 0.0 {
            "There is no history to compare with.".to_owned()
        } else if mature {
            format!("Compared with the {days:.0} days before.")
        } else if days >= self.least_days {
            format!("Compared with the {days:.1} days before; the baseline is mature after 14 days.")
        } else {
            format!("In training: {days:.1} days were learned, and nothing is judged before {:.0}.", self.least_days)
        };
        BaselineInfo { days: (days * 10.0).round() / 10.0, maturity: (self.maturity * 1000.0).round() / 1000.0, mature, words }
    }
}
