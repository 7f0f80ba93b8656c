//! Chance that can be repeated: every number comes from the seed and from what it is for, never from a clock or a thread.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Mixes numbers into one, evenly (the finaliser of `SplitMix64`, chained).
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |state, part| {
        let mut word = (state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    })
}

/// A factor around 1 that belongs to `parts`: log-normal in the middle, never beyond a factor of about `exp(3.5 * sigma)`.
pub(crate) fn wobble(sigma: f64, parts: &[u64]) -> f64 {
    let word = mix(parts);
    // Four uniform numbers make a bell whose ends are cut off, which is the point: no hour may be an outlier by chance.
    let bell: f64 = (0..4_u64).map(|step| unit(mix(&[word, step]))).sum::<f64>() - 2.0;
    (sigma * bell * 3.0_f64.sqrt()).exp()
}

#[expect(clippy::cast_precision_loss, reason = "53 bits fit the mantissa")]
fn unit(word: u64) -> f64 {
    (word >> 11) as f64 / (1_u64 << 53) as f64
}

/// A count or size as a real number.
#[expect(clippy::cast_precision_loss, reason = "sizes here stay far below 2^53")]
pub(crate) const fn real(value: u64) -> f64 {
    value as f64
}

/// The whole part of a real number; 0 for negative ones.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, and cutting the fraction is the point")]
pub(crate) const fn whole(value: f64) -> u64 {
    value as u64
}

/// The low 16 bits.
pub(crate) const fn low16(value: u64) -> u16 {
    (value & 0xffff) as u16
}

/// The low 8 bits.
pub(crate) const fn low8(value: u64) -> u8 {
    (value & 0xff) as u8
}

/// An index as 32 bits; worlds are far smaller than that.
pub(crate) fn index32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// A 32-bit index as `usize`.
pub(crate) const fn at(index: u32) -> usize {
    index as usize
}

/// A stream of chance for one purpose.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream that belongs to `parts`.
    pub(crate) fn new(parts: &[u64]) -> Self {
        Self(ChaCha8Rng::seed_from_u64(mix(parts)))
    }

    /// From 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        unit(self.0.random())
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Both ends included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.random_range(low..=high.max(low))
    }

    /// Both ends included.
    pub(crate) fn factor(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// One of them; they may not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.0.random_range(0..items.len())]
    }

    /// A whole number whose mean is `expected`, with some of the unevenness of real arrivals but none of their tail.
    pub(crate) fn count(&mut self, expected: f64) -> u64 {
        let uneven = expected * self.factor(0.75, 1.25);
        whole(uneven + self.unit())
    }

    /// A port that a client's system would choose (Linux: 32768 to 60999).
    pub(crate) fn ephemeral(&mut self) -> u16 {
        low16(self.between(32_768, 60_999))
    }

    /// A port as it looks behind a carrier's or a gateway's address translation.
    pub(crate) fn translated(&mut self) -> u16 {
        low16(self.between(20_000, 65_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_asked_mean() {
        let mut dice = Dice::new(&[7]);
        for expected in [0.05, 0.6, 3.3] {
            let total: u64 = (0..20_000).map(|_| dice.count(expected)).sum();
            let mean = real(total) / 20_000.0;
            assert!((mean - expected).abs() < 0.02, "{mean} for {expected}");
        }
    }

    #[test]
    fn wobble_is_bounded_and_centred() {
        let all: Vec<f64> = (0..10_000).map(|index| wobble(0.1, &[1, index])).collect();
        let mean = all.iter().sum::<f64>() / 10_000.0;
        assert!((0.98..1.03).contains(&mean), "{mean}");
        assert!(all.iter().all(|factor| (0.65..1.5).contains(factor)));
    }

    #[test]
    fn the_same_parts_give_the_same_stream() {
        let draw = |parts: &[u64]| {
            (0..4)
                .map({
                    let mut dice = Dice::new(parts);
                    move |_| dice.between(0, 1 << 40)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        assert_ne!(draw(&[1, 2]), draw(&[2, 1]));
    }
}
