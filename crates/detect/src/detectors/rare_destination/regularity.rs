//! How regular a series of calls is: pure functions over the minutes in which there was one.
//!
//! The parts follow the published idea of scoring skew, deviation and histogram of gaps and sizes; they are weighed by the span of the
//! series instead of a whole day, so that a beacon of six hours is not missed.

/// A minute with calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Call {
    /// Minutes since the epoch.
    pub(super) minute: i64,
    /// Calls.
    pub(super) sessions: u64,
    /// Bytes sent.
    pub(super) bytes: f64,
}

/// What the series comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Regularity {
    /// Weighed score, 0 to 1.
    pub(super) score: f64,
    /// One minus the deviation of the gaps over their median, 0 to 1.
    pub(super) steadiness: f64,
    /// The median gap, minutes.
    pub(super) period: f64,
    /// Seconds from the first to the last minute.
    pub(super) span_secs: i64,
}

/// The regularity of calls in ascending order; `None` for fewer than four.
pub(super) fn regularity(calls: &[Call]) -> Option<Regularity> {
    let (first, last) = (calls.first()?, calls.last()?);
    if calls.len() < 4 {
        return None;
    }
    let gaps: Vec<f64> = calls.windows(2).map(|pair| minutes(pair[1].minute - pair[0].minute)).collect();
    let sizes: Vec<f64> = calls.iter().map(|call| call.bytes / crate::wording::number(call.sessions.max(1))).collect();
    let span_secs = (last.minute - first.minute) * 60;
    let span = (crate::wording::ratio(span_secs, 6 * 3_600)).min(1.0);
    let (median, deviation) = (middle(&gaps), spread(&gaps));
    let steadiness = if median > 0.0 { (1.0 - deviation / median).max(0.0) } else { 0.0 };
    let score = 0.35 * evenness(&gaps, 1.0) + 0.20 * evenness(&sizes, 0.0) + 0.25 * flatness(calls) + 0.20 * span;
    Some(Regularity { score, steadiness, period: median, span_secs })
}

#[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
const fn minutes(count: i64) -> f64 {
    count as f64
}

/// Mean of symmetry and narrowness of the values; `tiny` is the narrowness of values below 1.
fn evenness(values: &[f64], tiny: f64) -> f64 {
    let (low, median, high) = quartiles(values);
    let skew = if high - low >= 10.0 && (median - low).abs() > f64::EPSILON && (high - median).abs() > f64::EPSILON {
        (low + high - 2.0 * median) / (high - low)
    } else {
        0.0
    };
    let narrow = if median >= 1.0 { ((median - spread(values)) / median).max(0.0) } else { tiny };
    f64::midpoint(1.0 - skew.abs(), narrow)
}

/// How evenly the calls fill 24 bins over their own span: one minus the coefficient of variation.
fn flatness(calls: &[Call]) -> f64 {
    let (Some(first), Some(last)) = (calls.first(), calls.last()) else { return 0.0 };
    let span = (last.minute - first.minute + 1).max(1);
    let count = usize::try_from(span.min(24)).unwrap_or(24);
    let mut bins = vec![0.0; count];
    for call in calls {
        let bin = usize::try_from((call.minute - first.minute) * i64::try_from(count).unwrap_or(24) / span).unwrap_or(0);
        if let Some(bin) = bins.get_mut(bin) {
            *bin += crate::wording::number(call.sessions);
        }
    }
    let size = crate::wording::number(bins.len() as u64);
    let mean = bins.iter().sum::<f64>() / size;
    if mean <= 0.0 {
        return 0.0;
    }
    let variance = bins.iter().map(|bin| (bin - mean).powi(2)).sum::<f64>() / size;
    (1.0 - variance.sqrt() / mean).max(0.0)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn middle_of(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(half)) {
        (1, Some(value)) => *value,
        (0, Some(value)) if half > 0 => f64::midpoint(sorted[half - 1], *value),
        _ => 0.0,
    }
}

fn middle(values: &[f64]) -> f64 {
    middle_of(&sorted(values))
}

/// Median of the halves, the middle dropped for odd lengths.
fn quartiles(values: &[f64]) -> (f64, f64, f64) {
    let sorted = sorted(values);
    let half = sorted.len() / 2;
    (middle_of(&sorted[..half]), middle_of(&sorted), middle_of(&sorted[sorted.len() - half..]))
}

/// Median of the absolute deviations from the median.
fn spread(values: &[f64]) -> f64 {
    let median = middle(values);
    let deviations: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    middle(&deviations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(minutes: impl IntoIterator<Item = i64>) -> Vec<Call> {
        minutes.into_iter().map(|minute| Call { minute, sessions: 1, bytes: 900.0 }).collect()
    }

    #[test]
    fn a_clock_scores_one() {
        let found = regularity(&calls((0..72).map(|index| index * 5))).unwrap();
        assert!(found.score > 0.95 && found.steadiness > 0.99, "{found:?}");
        assert!((found.period - 5.0).abs() < 1e-9);
    }

    #[test]
    fn three_hours_are_enough_and_chance_is_not() {
        let short = regularity(&calls((0..36).map(|index| index * 5))).unwrap();
        assert!(short.score >= 0.8, "{short:?}");
        // Gaps that double: the same number of calls, no rhythm.
        let bursts = regularity(&calls((0..12).map(|index| 1_i64 << index))).unwrap();
        assert!(bursts.score < 0.8 && bursts.steadiness < 0.6, "{bursts:?}");
        assert_eq!(regularity(&calls(0..3)), None);
    }

    #[test]
    fn quartiles_by_hand() {
        assert_eq!(quartiles(&[1.0, 2.0, 3.0, 4.0, 5.0]), (1.5, 3.0, 4.5));
        assert!((spread(&[1.0, 1.0, 2.0, 9.0, 2.0]) - 1.0).abs() < 1e-9);
    }
}
