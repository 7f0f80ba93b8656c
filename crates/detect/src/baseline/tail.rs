//! How rare a residual is beyond everything usual.
//!
//! The residuals above their 98th percentile `t` are the peaks. Their excesses over `t` are fitted with a generalised Pareto
//! distribution (Pickands, Balkema, de Haan), by the probability-weighted moments of Hosking and Wallis (Technometrics 29, 1987,
//! section 2.3): closed form, no iteration that may not converge, and less variable than maximum likelihood on the twenty-odd peaks
//! that 45 days hold. With `a0` the mean of the excesses and `a1` the mean weighted by the share of excesses above each,
//!
//! ```text
//! k = a0 / (a0 - 2 a1) - 2        sigma = 2 a0 a1 / (a0 - 2 a1)        gamma = -k
//! P(r > x) = (peaks / n) * (1 + gamma * (x - t) / sigma) ^ (-1 / gamma)
//! ```
//!
//! Chances far below `1 / n` are extrapolations. They serve as a threshold, together with others, and are not to be shown as facts.

/// Quantile above which residuals are peaks.
const THRESHOLD_QUANTILE: f64 = 0.98;
/// Fewest residuals for a model: 14 days, which give 7 peaks.
const MIN_RESIDUALS: usize = 336;
/// Bounds of the shape. Beyond 0.5 the variance is infinite, below -0.5 the end point is the largest peak: either is an artefact of few
/// peaks, and the second would make anything new impossible.
const SHAPE: std::ops::RangeInclusive<f64> = -0.5..=0.5;
/// Shape below which the distribution is taken as exponential.
const FLAT: f64 = 1e-6;

/// A model of the upper tail of residuals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tail {
    threshold: f64,
    /// Share of residuals that are peaks.
    share: f64,
    shape: f64,
    sigma: f64,
}

impl Tail {
    /// The tail of these residuals; `None` when there are too few, or all of them alike.
    pub(super) fn fit(mut residuals: Vec<f64>) -> Option<Self> {
        if residuals.len() < MIN_RESIDUALS {
            return None;
        }
        residuals.sort_by(f64::total_cmp);
        let count = crate::wording::number(residuals.len() as u64);
        let at = percentile_index(residuals.len());
        let threshold = residuals[at];
        let excesses: Vec<f64> = residuals[at..].iter().map(|value| value - threshold).filter(|excess| *excess > 0.0).collect();
        if excesses.len() < 2 {
            return None;
        }
        let peaks = crate::wording::number(excesses.len() as u64);
        let mut a0 = 0.0;
        let mut a1 = 0.0;
        for (index, excess) in excesses.iter().enumerate() {
            let above = crate::wording::number((excesses.len() - 1 - index) as u64) / (peaks - 1.0);
            a0 += excess / peaks;
            a1 += above * excess / peaks;
        }
        let gap = a0 - 2.0 * a1;
        let shape = if gap.abs() > f64::EPSILON { 2.0 - a0 / gap } else { *SHAPE.end() };
        let shape = shape.clamp(*SHAPE.start(), *SHAPE.end());
        // With the shape fixed by its bounds, the scale that keeps the mean: mean = sigma / (1 - shape).
        let sigma = a0 * (1.0 - shape);
        (sigma > 0.0 && sigma.is_finite()).then_some(Self { threshold, share: peaks / count, shape, sigma })
    }

    /// The chance of a residual above `residual`; `None` below the threshold, where this is no model.
    pub(super) fn chance(&self, residual: f64) -> Option<f64> {
        let excess = residual - self.threshold;
        if excess.is_nan() || excess <= 0.0 {
            return None;
        }
        let scaled = excess / self.sigma;
        let beyond = if self.shape.abs() < FLAT { (-scaled).exp() } else { (1.0 + self.shape * scaled).max(0.0).powf(-1.0 / self.shape) };
        Some((self.share * beyond).clamp(0.0, 1.0))
    }
}

/// The index of the 98th percentile among `len` sorted values.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small length")]
fn percentile_index(len: usize) -> usize {
    ((crate::wording::number(len as u64) * THRESHOLD_QUANTILE) as usize).min(len - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Residuals whose distribution is exponential with mean 1, as its quantiles.
    fn exponential(count: u32) -> Vec<f64> {
        (0..count).map(|index| -(1.0 - (f64::from(index) + 0.5) / f64::from(count)).ln()).collect()
    }

    #[test]
    fn an_exponential_tail_is_recovered() {
        let tail = Tail::fit(exponential(10_000)).unwrap();
        assert!(tail.shape.abs() < 0.1, "{tail:?}");
        assert!((tail.sigma - 1.0).abs() < 0.1, "{tail:?}");
        // P(X > 6) = e^-6 = 0.00248.
        let chance = tail.chance(6.0).unwrap();
        assert!((0.0018..0.0031).contains(&chance), "{chance}");
        assert_eq!(tail.chance(1.0), None, "inside the bulk");
    }

    #[test]
    fn too_little_makes_no_model() {
        assert_eq!(Tail::fit(exponential(335)), None);
        assert_eq!(Tail::fit(vec![0.0; 1_080]), None);
    }

    proptest! {
        #[test]
        fn chances_are_chances_and_fall(residuals in prop::collection::vec(-5f64..5.0, 336..500), x in -5f64..20.0, step in 0f64..20.0) {
            if let Some(tail) = Tail::fit(residuals)
                && let Some(near) = tail.chance(x) {
                let far = tail.chance(x + step).unwrap();
                prop_assert!((0.0..=1.0).contains(&near) && (0.0..=1.0).contains(&far));
                prop_assert!(far <= near);
            }
        }
    }
}
