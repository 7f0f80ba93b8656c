//! Walking a series hour by hour: expect, judge, learn.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::{DAY_SECS, HOUR_SECS, TimeRange, Timestamp};

use super::{Band, Baseline, hours};
use crate::{TrafficVolumeUnusualThresholds, wording};

/// Hours in which surges are counted for learning a new usual.
const RELEARN_WINDOW_SECS: i64 = 7 * DAY_SECS;

/// What the baseline makes of one hour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    /// What was expected, from the hours before.
    pub(crate) band: Band,
    /// What was seen.
    pub(crate) value: f64,
    /// Scales above the expectation.
    pub(crate) z: f64,
    /// Seen minus expected.
    pub(crate) extra: f64,
    /// Whether the hour is far above what is usual, be it alone: such an hour is not learned.
    pub(crate) surge: bool,
    /// Whether there were enough such hours close together.
    pub(crate) sustained: bool,
    /// The chance under the tail model, when it is small enough to count alone.
    pub(crate) tail_chance: Option<f64>,
    /// Whether surges have become so common that they are being learned as the new usual.
    pub(crate) relearning: bool,
    /// The first hour of the surges that this one belongs to.
    pub(crate) since: Timestamp,
    /// Hours on record before this one.
    pub(crate) on_record: usize,
    /// How many of them were at least as large.
    pub(crate) as_large: usize,
}

impl Judged {
    /// Whether the volume alone would raise an occurrence.
    pub(crate) const fn fires(&self) -> bool {
        (self.sustained || self.tail_chance.is_some()) && !self.relearning
    }
}

/// A baseline with the memory of its recent surges.
struct Walk<'a> {
    baseline: Baseline,
    thresholds: &'a TrafficVolumeUnusualThresholds,
    surges: VecDeque<Timestamp>,
    since: Timestamp,
}

impl<'a> Walk<'a> {
    fn new(thresholds: &'a TrafficVolumeUnusualThresholds) -> Self {
        Self { baseline: Baseline::new(), thresholds, surges: VecDeque::new(), since: Timestamp::MIN }
    }

    /// Judges an hour and learns it if it is to be learned. `None` when there is nothing to judge it by.
    fn take(&mut self, hour: Timestamp, value: f64, complete: bool) -> Option<Judged> {
        let judged = self.judge(hour, value);
        let learn = judged.as_ref().is_none_or(|judged| !judged.surge || judged.relearning);
        if learn && complete {
            self.baseline.push(hour, value);
        }
        judged
    }

    fn judge(&mut self, hour: Timestamp, value: f64) -> Option<Judged> {
        let thresholds = self.thresholds;
        let band = self.baseline.expect(hour)?;
        let z = self.baseline.z(hour, value)?;
        let extra = value - band.expected;
        let large = extra >= wording::number(thresholds.min_extra_bytes)
            && band.days >= thresholds.min_baseline_days
            && self.baseline.has_weekend();
        let above = large && z >= thresholds.min_z;
        let tail_chance = if large && z >= thresholds.min_tail_z {
            self.baseline.tail_chance(hour, value).filter(|chance| *chance <= thresholds.max_tail_chance)
        } else {
            None
        };
        while self.surges.front().is_some_and(|first| *first < hour.plus_secs(-RELEARN_WINDOW_SECS)) {
            self.surges.pop_front();
        }
        let surge = above || tail_chance.is_some();
        let near = hour.plus_secs(-2 * HOUR_SECS);
        if surge {
            if self.surges.back().is_none_or(|last| *last < near) {
                self.since = hour;
            }
            self.surges.push_back(hour);
        }
        let close = self.surges.iter().rev().take_while(|surge| **surge >= near).count();
        let (on_record, as_large) = if surge { self.baseline.rank(value) } else { (0, 0) };
        Some(Judged {
            band,
            value,
            z,
            extra,
            surge,
            sustained: above && close >= thresholds.min_hours_of_three as usize,
            tail_chance,
            relearning: self.surges.len() > thresholds.relearn_after_hours as usize,
            since: self.since,
            on_record,
            as_large,
        })
    }
}

/// Judges each hour of a series by the hours before it. `series` is ascending; hours in `partial` are judged and not learned.
pub(crate) fn judge(
    series: &[(Timestamp, f64)],
    partial: &BTreeSet<Timestamp>,
    thresholds: &TrafficVolumeUnusualThresholds,
) -> Vec<Judged> {
    let mut walk = Walk::new(thresholds);
    series.iter().filter_map(|(hour, value)| walk.take(*hour, *value, !partial.contains(hour))).collect()
}

/// What is expected of each hour of `range` by the hours of `series` before it, at most 45 days back; what the volume chart draws.
///
/// `series` has one value an hour, in any order; hours that are missing are not learned, so zeros have to be there (see
/// [`complete`]). Hours of the range before anything was learned have no band. Hours that the detector would have noted are not
/// learned here either, so this is the band it judges by.
pub fn bands(series: &[(Timestamp, f64)], range: TimeRange) -> Vec<Band> {
    let thresholds = TrafficVolumeUnusualThresholds::default();
    let mut walk = Walk::new(&thresholds);
    let mut sorted: Vec<(Timestamp, f64)> = series.iter().map(|(hour, value)| (hour.hour(), *value)).collect();
    sorted.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let mut next = sorted.into_iter().peekable();
    let mut bands = Vec::new();
    for hour in hours(range) {
        while let Some((earlier, value)) = next.next_if(|(earlier, _)| *earlier < hour) {
            walk.take(earlier, value, true);
        }
        bands.extend(walk.baseline.expect(hour));
    }
    bands
}

/// What is expected of each bin of `bin_secs`, a multiple of an hour, that lies wholly in `range`, by the bins before it, at most 45 days
/// back. Bins are counted from the Unix epoch, so that those of a day are UTC days. `series` is hourly, as for [`bands`].
///
/// The band of a longer bin is not the sum of its hours' bands: the sum of lower edges is no edge of the sum. Were hours independent, it
/// would be far too wide; as they are not, nobody knows. So the bins themselves are learned, as hours are, each in its hour of the week:
/// the median of such bins and the spread of their residuals. A bin is learned when all its hours are there; an hour that the detector
/// would have noted counts in it with what was expected of that hour.
pub fn bin_bands(series: &[(Timestamp, f64)], range: TimeRange, bin_secs: i64) -> Vec<Band> {
    let hours_of_bin = (bin_secs / HOUR_SECS).max(1);
    let bin_secs = hours_of_bin * HOUR_SECS;
    let thresholds = TrafficVolumeUnusualThresholds::default();
    let mut walk = Walk::new(&thresholds);
    let mut sorted: Vec<(Timestamp, f64)> = series.iter().map(|(hour, value)| (hour.hour(), *value)).collect();
    sorted.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    sorted.dedup_by_key(|(hour, _)| *hour);
    let mut bins: BTreeMap<Timestamp, (i64, f64)> = BTreeMap::new();
    for (hour, value) in sorted {
        let usual = match walk.take(hour, value, true) {
            Some(judged) if judged.surge && !judged.relearning => judged.band.expected,
            _ => value,
        };
        let (hours, sum) = bins.entry(hour.floor(bin_secs)).or_default();
        *hours += 1;
        *sum += usual;
    }
    let mut learned = bins.into_iter().filter(|(_, (hours, _))| *hours == hours_of_bin).map(|(bin, (_, sum))| (bin, sum)).peekable();
    let mut baseline = Baseline::new();
    let mut bands = Vec::new();
    let mut bin = range.from.plus_secs(bin_secs - 1).floor(bin_secs);
    while bin.plus_secs(bin_secs) <= range.to {
        while let Some((earlier, sum)) = learned.next_if(|(earlier, _)| *earlier < bin) {
            baseline.push(earlier, sum);
        }
        bands.extend(baseline.expect(bin).map(|band| band.of_bins(hours_of_bin)));
        bin = bin.plus_secs(bin_secs);
    }
    bands
}

/// A series with a zero for every hour of `span` that is neither `known` nor `missing`: silence in covered time is a measurement, a gap
/// in coverage is not. Values of the same hour are added.
pub fn complete(known: &[(Timestamp, f64)], span: TimeRange, missing: &BTreeSet<Timestamp>) -> Vec<(Timestamp, f64)> {
    let mut values: BTreeMap<Timestamp, f64> = hours(span).filter(|hour| !missing.contains(hour)).map(|hour| (hour, 0.0)).collect();
    for (hour, value) in known {
        if !missing.contains(&hour.hour()) {
            *values.entry(hour.hour()).or_default() += value;
        }
    }
    values.into_iter().collect()
}
