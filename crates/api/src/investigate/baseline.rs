//! What is usual, hour by hour and direction by direction.

use std::collections::{BTreeMap, BTreeSet};

use detect::baseline::{Band, bands, bin_bands, complete};
use flow::{DAY_SECS, Direction, HOUR_SECS, TimeRange, Timestamp};
use query::panels::VolumeBin;
use serde::Serialize;
use utoipa::ToSchema;

use super::HISTORY_DAYS;
use crate::words;

/// Days after which a baseline is called mature: two weeks hold every weekly job twice.
const MATURE_DAYS: f64 = 14.0;

/// What is usual for one interval and direction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BandRow {
    /// Start of the interval.
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
    /// Days on record before the scope, at most 45: those of the lake, whatever the entity did in them.
    pub days: f64,
    /// Days that were learned before the last interval of the scope. Hours without data, hours of which records were lost and hours far
    /// above what is usual are not learned, and the days before the entity's first record are not either.
    pub learned: f64,
    /// 0 to 1, of the last interval of the scope: days of 14, and how often that hour of the week was seen.
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
    on_record: f64,
    learned: f64,
    maturity: f64,
    least_days: f64,
}

impl Baseline {
    /// Learns from the hourly volume of the 45 days before the scope, and of the scope, but for the hours that are `missing`. The bands are
    /// of bins of `bin_secs`, a multiple of an hour. `on_record` are the days on record before the scope.
    pub(super) fn learn(
        hourly: &[VolumeBin],
        range: TimeRange,
        missing: &BTreeSet<Timestamp>,
        bin_secs: i64,
        least_days: f64,
        on_record: f64,
    ) -> Self {
        let mut baseline = Self { least_days, on_record, ..Self::default() };
        let Some(first) = hourly.iter().map(|bin| bin.start).min() else { return baseline };
        let span = TimeRange::new(first.max(range.from.hour().plus_secs(-HISTORY_DAYS * DAY_SECS)), range.to);
        for direction in [Direction::Inbound, Direction::Outbound] {
            let known: Vec<(Timestamp, f64)> =
                hourly.iter().filter(|bin| bin.direction == direction.as_str()).map(|bin| (bin.start, words::real(bin.bytes))).collect();
            let series = complete(&known, span, missing);
            let found = if bin_secs == HOUR_SECS { bands(&series, range) } else { bin_bands(&series, range, bin_secs) };
            if let Some(last) = found.last() {
                baseline.learned = baseline.learned.max(last.days);
                baseline.maturity = baseline.maturity.max(last.maturity);
            }
            baseline.bands.extend(found.into_iter().map(|band| ((band.hour, direction.as_str()), band)));
        }
        baseline
    }

    /// The band of an interval and direction, unless too little was learned to say.
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
        let (days, learned, mature) = (self.on_record, self.learned, self.learned >= MATURE_DAYS);
        let words = if learned == 0.0 {
            "There is no history to compare with.".to_owned()
        } else if learned < self.least_days {
            format!("In training: {learned:.1} days were learned, and nothing is judged before {:.0}.", self.least_days)
        } else {
            let young = if mature { "" } else { " The baseline is mature after 14." };
            format!("Compared with the days before, at most 45; {}.{young}", words::on_record(days))
        };
        let tenth = |days: f64| (days * 10.0).round() / 10.0;
        BaselineInfo { days: tenth(days), learned: tenth(learned), maturity: (self.maturity * 1000.0).round() / 1000.0, mature, words }
    }
}
