//! Waiting before trying again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::time::Duration;

/// How long to wait after `failures` failures in a row: from `first`, doubling up to `longest`, and of that a random part between half and
/// the whole, so that what failed together does not come back together.
pub(crate) fn wait(first: Duration, longest: Duration, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    let whole = first.saturating_mul(1 << doublings).min(longest);
    // The standard library seeds each of these at random, which is random enough here.
    let tenths_of_percent = RandomState::new().hash_one(failures) % 1_000;
    #[expect(clippy::cast_precision_loss, reason = "below 1000")]
    let part = tenths_of_percent as f64 / 1_000.0;
    whole.mul_f64(0.5 + part / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_vary() {
        for (failures, whole) in [(1, 1_000), (2, 2_000), (4, 8_000), (5, 10_000), (u32::MAX, 10_000)] {
            let waits: Vec<u128> = (0..50).map(|_| wait(Duration::from_secs(1), Duration::from_secs(10), failures).as_millis()).collect();
            assert!(waits.iter().all(|wait| (whole / 2..=whole).contains(wait)), "{failures}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{waits:?}");
        }
    }
}
