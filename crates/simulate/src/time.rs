//! Hours, days and the rhythm of the week, UTC.

/// Seconds of an hour.
pub(crate) const HOUR: u64 = 3600;
/// Seconds of a day.
pub(crate) const DAY: u64 = 86_400;

/// From `start`, included, to `end`, not included; epoch seconds on full hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Span {
    /// The starts of its hours.
    pub(crate) fn hours(self) -> impl Iterator<Item = u64> {
        (self.start..self.end).step_by(3600)
    }

    /// Start of the last UTC day that lies wholly before the end.
    pub(crate) const fn last_day(self) -> u64 {
        self.end / DAY * DAY - DAY
    }
}

/// Hour of the day, 0 to 23.
pub(crate) const fn hour_of_day(time: u64) -> u64 {
    time / HOUR % 24
}

/// Day of the week, Monday is 0. (1 January 1970 was a Thursday.)
pub(crate) const fn weekday(time: u64) -> u64 {
    (time / DAY + 3) % 7
}

/// How a kind of traffic follows the day and the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// Visitors of the site: a quiet night, a long day, weekends a quarter lower.
    Public,
    /// People at work: weekdays from seven to seven.
    Office,
    /// Machines: always the same.
    Flat,
}

const PUBLIC: [f64; 24] =
    [0.35, 0.28, 0.22, 0.20, 0.20, 0.25, 0.38, 0.55, 0.75, 0.9, 1.0, 1.05, 1.1, 1.05, 1.0, 1.0, 1.0, 1.05, 1.1, 1.15, 1.1, 0.95, 0.7, 0.5];
const OFFICE: [f64; 24] =
    [0.03, 0.03, 0.03, 0.03, 0.03, 0.05, 0.15, 0.5, 0.9, 1.1, 1.15, 1.1, 0.8, 1.0, 1.1, 1.05, 0.95, 0.6, 0.3, 0.15, 0.1, 0.06, 0.04, 0.03];

impl Rhythm {
    /// The factor of an hour; around 1 at busy times.
    pub(crate) fn at(self, time: u64) -> f64 {
        let hour = usize::try_from(hour_of_day(time)).unwrap_or(0);
        let weekend = weekday(time) >= 5;
        match self {
            Self::Flat => 1.0,
            Self::Public => PUBLIC[hour] * if weekend { 0.75 } else { 1.0 },
            Self::Office => OFFICE[hour] * if weekend { 0.1 } else { 1.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_right() {
        // 19 November 2026 is a Thursday, 16 November a Monday.
        assert_eq!(weekday(1_795_046_400), 3);
        assert_eq!(weekday(1_795_046_400 - 3 * DAY), 0);
        assert_eq!(hour_of_day(1_795_046_400 + 13 * HOUR + 5), 13);
    }

    #[test]
    fn the_last_day_is_whole() {
        let midnight = 1_795_132_800;
        assert_eq!(Span { start: 0, end: midnight }.last_day(), midnight - DAY);
        assert_eq!(Span { start: 0, end: midnight + 5 * HOUR }.last_day(), midnight - DAY);
        assert_eq!(Span { start: midnight - 2 * HOUR, end: midnight }.hours().count(), 2);
    }
}
