//! Numbers in words.

use flow::{DAY_SECS, HOUR_SECS, Timestamp};

/// A count as a number that can be reckoned with.
#[expect(clippy::cast_precision_loss, reason = "counts above 2^53 lose their last bytes, which no decision depends on")]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}

/// A number as a count, 0 when negative or not a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "such casts saturate, and not-a-number becomes 0")]
pub(crate) const fn whole(number: f64) -> u64 {
    number as u64
}

/// `part / whole`; 0 when the whole is 0.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (real(part) / real(whole) * 1000.0).round() / 1000.0 }
}

/// An instant as it is read: `2026-11-23 10:09 UTC`. The rows have it to the second.
pub(crate) fn time(time: Timestamp) -> String {
    time.datetime().format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Bytes in binary units with three significant digits, as everywhere: `999 B`, `1.2 KiB`, `340 MiB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = real(count);
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 { format!("{value:.0} {}", UNITS[unit]) } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A factor: `3.4 times`, `120 times`.
pub(crate) fn factor(value: f64) -> String {
    if value >= 99.95 { format!("{value:.0} times") } else { format!("{value:.1} times") }
}

/// A share in percent: `0.4 %`, `37 %`.
pub(crate) fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value != 0.0 && value < 9.95 { format!("{value:.1} %") } else { format!("{value:.0} %") }
}

/// A count with its noun: `1 flow`, `3 flows`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// How much history there is: `12.5 days are on record before this time`.
pub(crate) fn on_record(days: f64) -> String {
    format!("{days:.1} days are on record before this time")
}

/// A length of time: `45 d`, `3 h`, `10 min`, `5 s`.
pub(crate) fn length(secs: i64) -> String {
    if secs >= 2 * DAY_SECS {
        format!("{} d", secs / DAY_SECS)
    } else if secs >= HOUR_SECS {
        format!("{} h", secs / HOUR_SECS)
    } else if secs >= 60 {
        format!("{} min", secs / 60)
    } else {
        format!("{} s", secs.max(0))
    }
}

/// `a`, `a and b`, `a, b and c`; of more than `most` the rest as a number.
pub(crate) fn list(items: &[String], most: usize) -> String {
    let (shown, rest) = items.split_at(items.len().min(most));
    let mut shown: Vec<String> = shown.to_vec();
    if !rest.is_empty() {
        shown.push(format!("{} more", rest.len()));
    }
    match shown.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// `https (TCP 443)`, `TCP 9999`, `ICMP`.
pub(crate) fn service(protocol: Option<u8>, port: Option<u16>) -> String {
    let transport = match protocol {
        Some(number) => flow::protocol_name(number).map_or_else(|| format!("protocol {number}"), str::to_owned),
        None => "unknown protocol".to_owned(),
    };
    let Some(port) = port else { return transport };
    match protocol.and_then(|protocol| flow::service_name(protocol, port)) {
        Some(name) => format!("{name} ({transport} {port})"),
        None => format!("{transport} {port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_024, 1_048_576, 356_515_840].map(bytes), ["0 B", "999 B", "1.0 KiB", "1.0 MiB", "340 MiB"]);
        assert_eq!(time(Timestamp::from_secs(1_764_000_059)), "2025-11-24 16:00 UTC");
        assert_eq!(factor(3.44), "3.4 times");
        assert_eq!([0.0, 0.004, 0.37].map(percent), ["0 %", "0.4 %", "37 %"]);
        assert_eq!([4, 60, 7_200, 3 * DAY_SECS].map(length), ["4 s", "1 min", "2 h", "3 d"]);
        assert_eq!(service(Some(6), Some(443)), "https (TCP 443)");
        assert_eq!(service(Some(17), Some(40_000)), "UDP 40000");
        assert_eq!(service(Some(1), None), "ICMP");
        assert_eq!(whole(f64::NAN), 0);
    }

    #[test]
    fn lists_read_well() {
        let items: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        assert_eq!(list(&items[..0], 3), "");
        assert_eq!(list(&items[..1], 3), "a");
        assert_eq!(list(&items[..3], 3), "a, b and c");
        assert_eq!(list(&items, 2), "a, b and 2 more");
    }
}
