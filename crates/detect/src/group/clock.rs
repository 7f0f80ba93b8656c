//! Times and lengths of time as a story tells them.

use flow::{DAY_SECS, HOUR_SECS, Timestamp};

/// `part / whole` of two lengths of time.
pub(super) fn ratio(part: i64, whole: i64) -> f64 {
    crate::wording::ratio(part, whole.max(1))
}

/// `02:10 UTC on Tuesday, 24 November 2026`.
pub(super) fn moment(at: Timestamp) -> String {
    at.datetime().format("%H:%M UTC on %A, %-d %B %Y").to_string()
}

/// A length of time in words: `less than a minute`, `40 minutes`, `3 hours`, `2 days`.
pub(super) fn length(secs: i64) -> String {
    let count = |number: i64, noun: &str| crate::wording::count(u64::try_from(number).unwrap_or(0), noun);
    match secs {
        ..60 => "less than a minute".to_owned(),
        60..HOUR_SECS => count(secs / 60, "minute"),
        HOUR_SECS..172_800 => count((secs + HOUR_SECS / 2) / HOUR_SECS, "hour"),
        _ => count((secs + DAY_SECS / 2) / DAY_SECS, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        let words: Vec<String> = [0, 60, 2_400, 3_600, 5_399, 5_400, 86_400, 172_800, 400_000].map(length).into();
        assert_eq!(words, ["less than a minute", "1 minute", "40 minutes", "1 hour", "1 hour", "2 hours", "24 hours", "2 days", "5 days"]);
        assert_eq!(moment("2026-11-24T02:10:59Z".parse().unwrap()), "02:10 UTC on Tuesday, 24 November 2026");
    }
}
