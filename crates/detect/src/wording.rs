//! Numbers in words.

use flow::{HOUR_SECS, Timestamp};

/// `part / whole` of two integers; 0 when `whole` is 0.
#[expect(clippy::cast_precision_loss, reason = "counts of bytes and seconds; a ratio needs no more than 53 bits")]
pub(crate) fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A count as a number that can be reckoned with.
#[expect(clippy::cast_precision_loss, reason = "counts above 2^53 lose their last bytes, which no decision depends on")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

/// Bytes in binary units with three significant digits: `0 B`, `999 B`, `1.2 KiB`, `340 MiB`.
pub(crate) fn bytes(count: f64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = if count.is_finite() { count.max(0.0) } else { 0.0 };
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 { format!("{value:.0} {}", UNITS[unit]) } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A factor: `×3.4`, `×120`.
pub(crate) fn factor(value: f64) -> String {
    if value >= 99.95 { format!("×{value:.0}") } else { format!("×{value:.1}") }
}

/// A share in percent: `0.4 %`, `37 %`, `under 0.1 %`.
pub(crate) fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.05 {
        "under 0.1 %".to_owned()
    } else if value != 0.0 && value < 9.95 {
        format!("{value:.1} %")
    } else {
        format!("{value:.0} %")
    }
}

/// A count with its noun: `1 flow`, `3 flows`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// An hour of the week: `Tuesday 06:00 UTC`.
pub(crate) fn weekly_hour(hour: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let cell = hour.hour_of_week();
    format!("{} {:02}:00 UTC", DAYS[cell / 24], cell % 24)
}

/// `TCP port 9001 (tor-or)`, `ICMP`; what is known of a service.
pub(crate) fn service(protocol: Option<u8>, port: Option<u16>) -> String {
    let transport = protocol_text(protocol);
    let Some(port) = port else { return transport };
    match protocol.and_then(|protocol| flow::service_name(protocol, port)) {
        Some(name) => format!("{transport} port {port} ({name})"),
        None => format!("{transport} port {port}"),
    }
}

/// The protocol's name, `protocol 253` without one.
pub(crate) fn protocol_text(protocol: Option<u8>) -> String {
    match protocol {
        Some(number) => flow::protocol_name(number).map_or_else(|| format!("protocol {number}"), str::to_owned),
        None => "unknown protocol".to_owned(),
    }
}

/// A length of time to the minute, of more than two days to the hour: `40 min`, `11 h 59 min`, `3 d 4 h`.
pub(crate) fn length(secs: i64) -> String {
    let minutes = secs.max(0) / 60;
    let (days, hours) = (minutes / 1_440, minutes / 60);
    let (larger, smaller) = match (days, hours) {
        (2.., _) => (format!("{days} d"), (hours % 24, "h")),
        (_, 1..) => (format!("{hours} h"), (minutes % 60, "min")),
        _ => return format!("{minutes} min"),
    };
    if smaller.0 == 0 { larger } else { format!("{larger} {} {}", smaller.0, smaller.1) }
}

/// Whole days and hours of a number of seconds: `3 d`, `5 h`.
pub(crate) fn ago(secs: i64) -> String {
    let hours = secs.max(0) / HOUR_SECS;
    if hours >= 48 { format!("{} d", hours / 24) } else { format!("{hours} h") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_well() {
        for (count, text) in [
            (0.0, "0 B"),
            (999.0, "999 B"),
            (1_024.0, "1.0 KiB"),
            (1_048_576.0, "1.0 MiB"),
            (356_515_840.0, "340 MiB"),
            (104_831_386.0, "100 MiB"),
            (2_684_354_560.0, "2.5 GiB"),
            (f64::NAN, "0 B"),
            (1e30, "867361737988 EiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn the_rest_reads_well_too() {
        assert_eq!(factor(3.44), "×3.4");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.0001), "under 0.1 %");
        assert_eq!(percent(0.37), "37 %");
        assert_eq!(count(1, "flow"), "1 flow");
        assert_eq!(service(Some(6), Some(9001)), "TCP port 9001 (tor-or)");
        assert_eq!(service(Some(17), Some(40_000)), "UDP port 40000");
        assert_eq!(service(Some(1), None), "ICMP");
        assert_eq!(weekly_hour("2026-11-24T06:30:00Z".parse().unwrap()), "Tuesday 06:00 UTC");
        assert_eq!(ago(3 * 86_400), "3 d");
        assert_eq!(ago(7_200), "2 h");
        assert_eq!(
            [59, 2_400, 43_140, 7_200, 2 * 86_400, 3 * 86_400 + 4 * 3_600].map(length),
            ["0 min", "40 min", "11 h 59 min", "2 h", "2 d", "3 d 4 h"]
        );
    }
}
