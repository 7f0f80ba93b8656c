//! Numbers for people.

use flow::TimeRange;

const BINARY: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// Bytes with three digits: `27.4 MiB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(crate) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1023.5 && unit + 1 < BINARY.len() {
        value /= 1024.0;
        unit += 1;
    }
    match (unit, value) {
        (0, _) => format!("{count} B"),
        (_, value) if value < 9.995 => format!("{value:.2} {}", BINARY[unit]),
        (_, value) if value < 99.95 => format!("{value:.1} {}", BINARY[unit]),
        (_, value) => format!("{value:.0} {}", BINARY[unit]),
    }
}

/// A count with thousands set apart: `1,197,085`.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time: `3 min 20 s`, `2 h 5 min`, `3 d`.
pub(crate) fn duration(secs: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = secs.max(0);
    let mut parts = Vec::new();
    for (size, name) in units {
        if rest >= size {
            parts.push(format!("{} {name}", rest / size));
            rest %= size;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// A range of time, its length after it.
pub(crate) fn range(range: TimeRange) -> String {
    format!("{} to {} ({})", range.from, range.to, duration(range.secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0, 999, 1_023, 1_024, 10_240, 28_731_000, u64::MAX].map(bytes),
            ["0 B", "999 B", "1023 B", "1.00 KiB", "10.0 KiB", "27.4 MiB", "16384 PiB"]
        );
        assert_eq!([0, 12, 1_234, 1_197_085].map(count), ["0", "12", "1,234", "1,197,085"]);
        assert_eq!([0, 59, 200, 7_500, 266_000].map(duration), ["0 s", "59 s", "3 min 20 s", "2 h 5 min", "3 d 1 h"]);
    }
}
