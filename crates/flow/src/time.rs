//! Instants and ranges, in microseconds since the Unix epoch, UTC.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MICROS: i64 = 1_000_000;
/// Seconds in an hour, the grain of every roll-up.
pub const HOUR_SECS: i64 = 3_600;
/// Seconds in a day, the grain of partitions.
pub const DAY_SECS: i64 = 86_400;

/// An instant: microseconds since 1970-01-01T00:00:00Z. Textual form is RFC 3339 in UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that can be written in four-digit years.
    pub const MIN: Self = Self(-62_135_596_800 * MICROS);
    /// The latest instant that can be written in four-digit years.
    pub const MAX: Self = Self(253_402_300_799 * MICROS);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From seconds since the epoch, saturating at the type's limits.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(MICROS))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(MICROS)
    }

    /// The start of the UTC hour this instant is in.
    pub const fn hour(self) -> Self {
        self.floor(HOUR_SECS)
    }

    /// The start of the UTC day this instant is in.
    pub const fn day(self) -> Self {
        self.floor(DAY_SECS)
    }

    /// The start of the interval of `secs` seconds, counted from the epoch, that this instant is in. `secs` must be positive.
    pub const fn floor(self, secs: i64) -> Self {
        let step = secs * MICROS;
        Self(self.0.div_euclid(step) * step)
    }

    /// This instant moved by `secs` seconds, saturating.
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(MICROS)))
    }

    /// The hour of the week, 0 = Monday 00:00 UTC … 167 = Sunday 23:00 UTC.
    pub const fn hour_of_week(self) -> usize {
        // 1970-01-01 was a Thursday: three days after Monday.
        (self.secs().div_euclid(HOUR_SECS) + 3 * 24).rem_euclid(168) as usize
    }

    /// The UTC date as `YYYY-MM-DD`, the value of the partition column.
    pub fn date(self) -> String {
        self.datetime().format("%Y-%m-%d").to_string()
    }

    /// The start of the UTC date written as `YYYY-MM-DD`.
    pub fn from_date(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(Self::from_secs(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp()))
    }

    /// The instant as chrono's type; instants outside its range are clamped.
    pub fn datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.clamp(Self::MIN.0, Self::MAX.0)).unwrap_or_default()
    }

    /// Reads what people type: RFC 3339, a date, a date and time without zone (taken as UTC), Unix seconds, `now`, or an offset
    /// from `now` such as `-24h`, `-7d`, `-90m`, `-30s`, `-2w`.
    pub fn parse_relative(text: &str, now: Self) -> Result<Self, TimeError> {
        let error = || TimeError { text: text.chars().take(64).collect() };
        let text = text.trim();
        if text == "now" {
            return Ok(now);
        }
        if let Some(rest) = text.strip_prefix('-')
            && let Some(unit) = rest.chars().last().filter(char::is_ascii_alphabetic)
        {
            let number: i64 = rest[..rest.len() - 1].parse().map_err(|_| error())?;
            let secs = match unit {
                's' => 1,
                'm' => 60,
                'h' => HOUR_SECS,
                'd' => DAY_SECS,
                'w' => 7 * DAY_SECS,
                _ => return Err(error()),
            };
            return Ok(now.plus_secs(-number.checked_mul(secs).ok_or_else(error)?));
        }
        if let Ok(secs) = text.parse::<i64>() {
            return Ok(Self::from_secs(secs));
        }
        if let Some(day) = Self::from_date(text) {
            return Ok(day);
        }
        text.parse().map_err(|_| error())
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// RFC 3339, or the same without a zone, which is taken as UTC; a space may stand for the `T`.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_micros());
        let plain = || {
            let text = text.replacen(' ', "T", 1);
            chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f")
                .or_else(|_| chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M"))
                .map(|time| time.and_utc().timestamp_micros())
        };
        zoned.or_else(|_| plain()).map(Self).map_err(|_| TimeError { text: text.chars().take(64).collect() })
    }
}

impl Display for Timestamp {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time: write RFC 3339 (2026-11-24T06:00:00Z), a date, or an offset such as -24h or -7d")]
pub struct TimeError {
    text: String,
}

/// A half-open range of time, `from` included and `to` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeRange {
    /// First instant inside.
    pub from: Timestamp,
    /// First instant after.
    pub to: Timestamp,
}

impl TimeRange {
    /// The range from `from` to `to`; empty when `to` is not after `from`.
    pub const fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// Whether `instant` is inside.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.from <= instant && instant < self.to
    }

    /// Length, zero when empty.
    pub fn length(&self) -> TimeDelta {
        TimeDelta::microseconds((self.to.0.saturating_sub(self.from.0)).max(0))
    }

    /// Length in whole seconds, zero when empty.
    pub fn secs(&self) -> i64 {
        self.length().num_seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hour_of_week_starts_on_monday() {
        let monday: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        assert_eq!(monday.hour_of_week(), 0);
        assert_eq!(monday.plus_secs(-1).hour_of_week(), 167);
        assert_eq!(Timestamp::default().hour_of_week(), 72);
    }

    #[test]
    fn reads_what_people_type() {
        let now: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
        let read = |text| Timestamp::parse_relative(text, now).map(|time| time.to_string());
        assert_eq!(read("-24h").unwrap(), "2026-11-23T06:00:00Z");
        assert_eq!(read("-2w").unwrap(), "2026-11-10T06:00:00Z");
        assert_eq!(read("now").unwrap(), "2026-11-24T06:00:00Z");
        assert_eq!(read("2026-11-01").unwrap(), "2026-11-01T00:00:00Z");
        assert_eq!(read("2026-11-01 10:30").unwrap(), "2026-11-01T10:30:00Z");
        assert_eq!(read("2026-11-01T10:30:00+02:00").unwrap(), "2026-11-01T08:30:00Z");
        assert_eq!(read("1700000000").unwrap(), "2023-11-14T22:13:20Z");
        for text in ["", "yesterday", "-h", "-5x", "2026-13-01", "-99999999999999999d"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn floors_before_the_epoch_go_down() {
        assert_eq!(Timestamp::from_secs(-1).hour(), Timestamp::from_secs(-3_600));
        assert_eq!(Timestamp::from_secs(-1).date(), "1969-12-31");
        assert_eq!(Timestamp::from_date("1969-12-31"), Some(Timestamp::from_secs(-86_400)));
    }
}
