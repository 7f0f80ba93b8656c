//! Numbers as logs write them.

use chrono::{NaiveDateTime, TimeZone as _, Utc};

/// Microseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// Microseconds from decimal seconds, without going through floating point.
pub(crate) fn micros(text: &str) -> Option<i64> {
    if text.contains(['e', 'E']) {
        // Some writers of JSON shorten small numbers so. What is as small as that fits a float.
        let secs: f64 = text.parse().ok()?;
        return format!("{secs:.6}").parse::<f64>().ok().filter(|secs| secs.is_finite()).and_then(|_| micros(&format!("{secs:.6}")));
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = whole.parse::<i64>().ok()?.checked_mul(SECOND)?;
    let mut unit = SECOND / 10;
    for digit in fraction.bytes().take(6) {
        value = value.checked_add(i64::from(digit - b'0') * unit)?;
        unit /= 10;
    }
    Some(if negative { -value } else { value })
}

/// Microseconds since 1970 from a time of day in one of the forms that logs use, read as UTC when it names no zone.
pub(crate) fn instant(text: &str) -> Option<i64> {
    if let Some(value) = micros(text) {
        return Some(value);
    }
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_micros());
    }
    // Some tools lose the blank between date and time.
    let forms = ["%Y/%m/%d %H:%M:%S%.f", "%Y/%m/%d%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let time = forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(Utc.from_utc_datetime(&time).timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        let all = ["1713484795.943239", "0.1", "12", "-1.5", "1e-05", "1663.1234567", "x", "1.2.3", "", "."].map(micros);
        let expected = [1_713_484_795_943_239, 100_000, 12_000_000, -1_500_000, 10, 1_663_123_456];
        assert_eq!(all[..6], expected.map(Some));
        assert!(all[6..].iter().all(Option::is_none), "{all:?}");
    }

    #[test]
    fn times_come_in_many_forms() {
        for text in ["2011/08/10 09:46:53.047277", "2011/08/1009:46:53.047277", "2011-08-10T09:46:53.047277Z", "2011-08-10 09:46:53.047277"]
        {
            assert_eq!(instant(text), Some(1_312_969_613_047_277), "{text}");
        }
        assert_eq!((instant("1970/01/0101:00:10.157020"), instant("yesterday")), (Some(3_610_157_020), None));
    }
}
