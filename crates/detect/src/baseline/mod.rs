//! What is usual for one hourly series.
//!
//! A [`Baseline`] learns `ln(1 + x)` of an hourly series, at most 45 days back, and expects for each hour of the week what it has seen
//! there, held back towards what is usual for that hour on working days or weekends, and for the series as a whole, for as long as it
//! has seen little:
//!
//! ```text
//! mu0 = median of all hours
//! mu1 = (n1 * median(hour of day, weekday or weekend) + k0 * mu0) / (n1 + k0)        k0 = 4
//! mu  = (n2 * median(hour of week)                    + k0 * mu1) / (n2 + k0)
//! scale = max(0.25, 1.4826 * MAD of the residuals of the last 7 days)
//! z = (ln(1 + x) - mu) / scale
//! ```
//!
//! Medians forget by themselves and one wild hour does not move them. An hour that is not pushed is not learned: missing is not zero.
//! The tail beyond what the scale can judge is modelled apart, by [`Baseline::tail_chance`].

mod bands;
mod sorted;
mod tail;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use flow::{DAY_SECS, HOUR_SECS, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use bands::{Judged, judge};
pub use bands::{bands, bin_bands, complete};
use sorted::Sorted;

use crate::HISTORY_SECS;

/// Weight of a coarser expectation, in observations of the finer one.
const K0: f64 = 4.0;
/// Makes the median absolute deviation comparable to a standard deviation, for normal residuals.
const MAD_TO_SIGMA: f64 = 1.4826;
/// Least scale. A series of clockwork regularity would otherwise make every flicker an anomaly; ×1.3 an hour is never remarkable.
const SCALE_FLOOR: f64 = 0.25;
/// Seconds back from the last hour learned whose residuals make the scale.
const SCALE_SECS: i64 = 7 * DAY_SECS;
/// Values kept for each hour of the week: seven weeks, more than 45 days can hold.
const RING: usize = 7;
/// Hours of a Saturday, and of a Sunday, that make a weekend learned.
const WEEKEND_HOURS: u32 = 12;
/// Days after which a baseline is mature.
const MATURE_DAYS: f64 = 14.0;
/// Scales above and below the expectation that a band spans; nineteen of twenty ordinary hours, were residuals normal.
pub const BAND_SCALES: f64 = 2.0;

/// What is expected of one hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Band {
    /// The hour.
    #[schema(value_type = String, format = DateTime)]
    pub hour: Timestamp,
    /// The expected value, in the unit of the series.
    pub expected: f64,
    /// Lower edge of what is usual, not below 0.
    pub low: f64,
    /// Upper edge of what is usual.
    pub high: f64,
    /// Scale of the logarithm.
    pub scale: f64,
    /// How much has been learned, 0 to 1: `min(1, days / 14) * min(1, (cell_count + 4) / 8)`.
    pub maturity: f64,
    /// Days learned: hours learned / 24.
    pub days: f64,
    /// Values learned of this hour of the week.
    pub cell_count: u32,
}

impl Band {
    /// The band of a baseline whose values are bins of so many hours and not single hours.
    fn of_bins(self, hours: i64) -> Self {
        let days = self.days * crate::wording::ratio(hours, 1);
        Self { days, maturity: maturity(days, self.cell_count), ..self }
    }
}

fn maturity(days: f64, cell_count: u32) -> f64 {
    (days / MATURE_DAYS).min(1.0) * ((f64::from(cell_count) + K0) / (2.0 * K0)).min(1.0)
}

/// The values of one hour of the week, oldest overwritten first.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    ring: [f32; RING],
    hours: [i64; RING],
    len: usize,
    next: usize,
}

/// What is usual for one hourly series. Hours are pushed in ascending order.
#[derive(Debug, Clone)]
pub struct Baseline {
    cells: Box<[Cell; 168]>,
    /// Every value learned in the last 45 days, sorted.
    all: Sorted,
    /// Hours learned, ascending, with their values.
    learned: VecDeque<(Timestamp, f32)>,
    /// Residuals of hours learned, ascending by hour.
    residuals: VecDeque<(Timestamp, f32)>,
    /// The residuals of the last 7 days, sorted.
    recent: Sorted,
    /// How many of `residuals`, counted from the end, are in `recent`.
    recent_len: usize,
    /// Hours of Saturdays and of Sundays learned.
    weekend: [u32; 2],
}

impl Default for Baseline {
    fn default() -> Self {
        Self::new()
    }
}

impl Baseline {
    /// A baseline that has learned nothing.
    pub fn new() -> Self {
        Self {
            cells: Box::new([Cell::default(); 168]),
            all: Sorted::default(),
            learned: VecDeque::new(),
            residuals: VecDeque::new(),
            recent: Sorted::default(),
            recent_len: 0,
            weekend: [0; 2],
        }
    }

    /// Learns the value of an hour. An hour that is not after the last one, and a value that is not a number, are ignored; negative
    /// values count as 0.
    pub fn push(&mut self, hour: Timestamp, value: f64) {
        let hour = hour.hour();
        if value.is_nan() || self.learned.back().is_some_and(|(last, _)| *last >= hour) {
            return;
        }
        self.forget(hour);
        let log = narrow(log(value));
        if let Some((mu, _)) = self.expectation(hour) {
            let residual = narrow(f64::from(log) - mu);
            self.residuals.push_back((hour, residual));
            self.recent.insert(residual);
            self.recent_len += 1;
        }
        let cell = &mut self.cells[hour.hour_of_week()];
        cell.ring[cell.next] = log;
        cell.hours[cell.next] = hour.secs();
        cell.next = (cell.next + 1) % RING;
        cell.len = (cell.len + 1).min(RING);
        self.all.insert(log);
        self.learned.push_back((hour, log));
        if let Some(count) = weekend_day(hour).map(|day| &mut self.weekend[day]) {
            *count += 1;
        }
    }

    /// What is expected of `hour`, which should be after every hour learned. `None` when nothing has been learned. What is 45 days older
    /// than the last hour learned is forgotten when that hour is pushed.
    pub fn expect(&self, hour: Timestamp) -> Option<Band> {
        let hour = hour.hour();
        let (mu, cell_count) = self.expectation(hour)?;
        let scale = self.scale();
        let days = self.days();
        Some(Band {
            hour,
            expected: unlog(mu),
            low: unlog(mu - BAND_SCALES * scale),
            high: unlog(mu + BAND_SCALES * scale),
            scale,
            maturity: maturity(days, cell_count),
            days,
            cell_count,
        })
    }

    /// How many scales the logarithm of `value` is above what is expected of `hour`; negative when below.
    pub fn z(&self, hour: Timestamp, value: f64) -> Option<f64> {
        let residual = self.residual(hour, value)?;
        Some(residual / self.scale())
    }

    /// The chance of an hour as far above its expectation as `value` or further, by a model of the largest residuals on record.
    /// `None` when there are too few hours for a model, or the value is not in the tail at all.
    ///
    /// Peaks over the 98th percentile of the residuals of 45 days, with a generalised Pareto distribution fitted to the excesses (the
    /// streaming peaks-over-threshold method, Siffer et al., KDD 2017, with Hosking and Wallis' estimator; see the module).
    pub fn tail_chance(&self, hour: Timestamp, value: f64) -> Option<f64> {
        let residual = self.residual(hour, value)?;
        let residuals: Vec<f64> = self.residuals.iter().map(|(_, residual)| f64::from(*residual)).collect();
        tail::Tail::fit(residuals)?.chance(residual)
    }

    /// How many hours were learned, and how many of them had at least this value.
    pub fn rank(&self, value: f64) -> (usize, usize) {
        (self.all.len(), self.all.count_from(narrow(log(value))))
    }

    /// Days learned: hours learned / 24.
    pub fn days(&self) -> f64 {
        crate::wording::number(self.all.len() as u64) / 24.0
    }

    /// Whether a whole weekend is among the hours learned; before that the first weekend would look like an anomaly.
    pub fn has_weekend(&self) -> bool {
        self.weekend.iter().all(|count| *count >= WEEKEND_HOURS)
    }

    /// Forgets what is more than 45 days before `hour`.
    fn forget(&mut self, hour: Timestamp) {
        let start = hour.plus_secs(-HISTORY_SECS);
        while let Some((oldest, value)) = self.learned.front().copied().filter(|(oldest, _)| *oldest < start) {
            self.learned.pop_front();
            self.all.remove(value);
            if let Some(day) = weekend_day(oldest) {
                self.weekend[day] -= 1;
            }
        }
        let recent_start = hour.plus_secs(-SCALE_SECS);
        while self.recent_len > 0 {
            let (oldest, residual) = self.residuals[self.residuals.len() - self.recent_len];
            if oldest >= recent_start {
                break;
            }
            self.recent.remove(residual);
            self.recent_len -= 1;
        }
        while self.residuals.front().is_some_and(|(oldest, _)| *oldest < start) {
            self.residuals.pop_front();
            self.recent_len = self.recent_len.min(self.residuals.len());
        }
    }

    fn residual(&self, hour: Timestamp, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        Some(log(value) - self.expectation(hour.hour())?.0)
    }

    /// The expected logarithm and the number of values in the cell.
    fn expectation(&self, hour: Timestamp) -> Option<(f64, u32)> {
        let mu0 = self.all.median()?;
        let start = hour.plus_secs(-HISTORY_SECS).secs();
        let index = hour.hour_of_week();
        // Monday to Friday are days 0 to 4.
        let days = if index / 24 < 5 { 0..5 } else { 5..7 };
        let mut class: Values<{ 5 * RING }> = Values::new();
        for day in days {
            self.cells[day * 24 + index % 24].each(start, |value| class.push(value));
        }
        let mut cell: Values<RING> = Values::new();
        self.cells[index].each(start, |value| cell.push(value));
        let mu1 = shrink(&mut class, mu0);
        Some((shrink(&mut cell, mu1), cell.count()))
    }

    fn scale(&self) -> f64 {
        (MAD_TO_SIGMA * self.recent.median_absolute_deviation().unwrap_or(0.0)).max(SCALE_FLOOR)
    }
}

impl Cell {
    /// Calls `each` with every value that is not older than `start`.
    fn each(&self, start: i64, mut each: impl FnMut(f32)) {
        for index in 0..self.len {
            if self.hours[index] >= start {
                each(self.ring[index]);
            }
        }
    }
}

/// A few values on the stack.
struct Values<const N: usize> {
    values: [f32; N],
    len: usize,
}

impl<const N: usize> Values<N> {
    const fn new() -> Self {
        Self { values: [0.0; N], len: 0 }
    }

    const fn push(&mut self, value: f32) {
        self.values[self.len] = value;
        self.len += 1;
    }

    fn count(&self) -> u32 {
        u32::try_from(self.len).unwrap_or(u32::MAX)
    }

    fn median(&mut self) -> f64 {
        let values = &mut self.values[..self.len];
        values.sort_unstable_by(f32::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 {
            f64::from(values[middle])
        } else {
            f64::midpoint(f64::from(values[middle - 1]), f64::from(values[middle]))
        }
    }
}

/// The median of `values`, held back towards `prior`.
fn shrink<const N: usize>(values: &mut Values<N>, prior: f64) -> f64 {
    if values.len == 0 {
        return prior;
    }
    let count = f64::from(values.count());
    (count * values.median() + K0 * prior) / (count + K0)
}

fn log(value: f64) -> f64 {
    value.clamp(0.0, f64::MAX).ln_1p()
}

fn unlog(log: f64) -> f64 {
    log.max(0.0).exp_m1()
}

/// Values are kept in single precision: seven digits of a logarithm are more than an hour's bytes deserve.
#[expect(clippy::cast_possible_truncation, reason = "a logarithm of a finite number is far inside the range of f32")]
fn narrow(log: f64) -> f32 {
    log as f32
}

/// 0 for an hour of a Saturday, 1 for one of a Sunday.
fn weekend_day(hour: Timestamp) -> Option<usize> {
    (hour.hour_of_week() / 24).checked_sub(5)
}

/// The hours from `from` up to `to`.
pub(crate) fn hours(range: flow::TimeRange) -> impl Iterator<Item = Timestamp> {
    let first = range.from.hour();
    let count = range.to.secs().saturating_sub(first.secs()).max(0).div_euclid(HOUR_SECS)
        + i64::from(range.to.secs().saturating_sub(first.secs()).max(0).rem_euclid(HOUR_SECS) > 0);
    (0..count).map(move |index| first.plus_secs(index * HOUR_SECS))
}
