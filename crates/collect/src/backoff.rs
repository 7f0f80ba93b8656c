//! Waiting before trying again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::time::Duration;

/// Waits that double from `first` to `longest`, each with jitter: a random length between half the wait and the whole, so that many
/// clients that failed together do not come back together.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(60) }
    }
}

impl Backoff {
    /// How long to wait after failure number `attempt`, counted from 0.
    pub fn wait(&self, attempt: u32) -> Duration {
        let whole = self.first.saturating_mul(2u32.saturating_pow(attempt.min(20))).min(self.longest);
        // The standard library seeds each of these at random; quality beyond that is not needed.
        let random = RandomState::new().hash_one(attempt) >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let part = random as f64 / (1u64 << 53) as f64;
        whole.mul_f64(0.5 + part / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_vary() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(10) };
        for (attempt, whole) in [(0, 1.0), (1, 2.0), (3, 8.0), (4, 10.0), (4_000_000_000, 10.0)] {
            for _ in 0..100 {
                let wait = backoff.wait(attempt).as_secs_f64();
                assert!(wait >= whole / 2.0 && wait <= whole, "{attempt}: {wait}");
            }
        }
        let waits: std::collections::BTreeSet<Duration> = (0..20).map(|_| backoff.wait(0)).collect();
        assert!(waits.len() > 10, "{waits:?}");
    }
}
