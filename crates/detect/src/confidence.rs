//! How sure a detector is, as a product of factors that can be read one by one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One reason to be more or less sure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConfidenceFactor {
    /// What it is about: `maturity`, `coverage`, `direction`, `success`, `peers`, `list`, `precision`.
    pub name: String,
    /// 0 to 1; 1 takes nothing away.
    pub value: f64,
    /// Why, in words.
    pub reason: String,
}

/// How sure a detector is. Apart from severity, which says how bad it would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Confidence {
    /// The product of the factors, 0 to 1.
    pub score: f64,
    /// `Low` below 0.4, `Medium` below 0.75, else `High`.
    pub word: String,
    /// The reasons in words, in the order of the factors.
    pub reasons: Vec<String>,
    /// The factors.
    pub factors: Vec<ConfidenceFactor>,
}

impl Confidence {
    /// The confidence that these factors make. How often the detector was right here before belongs to it too; until that has been
    /// measured it is counted as 1 and said to be unknown.
    pub(crate) fn of(factors: &[(&str, f64, String)]) -> Self {
        let mut factors: Vec<ConfidenceFactor> = factors
            .iter()
            .map(|(name, value, reason)| ConfidenceFactor {
                name: (*name).to_owned(),
                value: if value.is_finite() { round(value.clamp(0.0, 1.0)) } else { 0.0 },
                reason: reason.clone(),
            })
            .collect();
        factors.push(ConfidenceFactor {
            name: "precision".to_owned(),
            value: 1.0,
            reason: "precision of this detector: not yet measured here".to_owned(),
        });
        let score = round(factors.iter().map(|factor| factor.value).product());
        Self { score, word: Self::word(score).to_owned(), reasons: factors.iter().map(|factor| factor.reason.clone()).collect(), factors }
    }

    /// The word for a score.
    pub fn word(score: f64) -> &'static str {
        if score < 0.4 {
            "Low"
        } else if score < 0.75 {
            "Medium"
        } else {
            "High"
        }
    }
}

/// To three decimals: more would be noise, and the text stays the same on every machine.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_products() {
        let confidence = Confidence::of(&[("maturity", 0.5, "7 of 14 days".to_owned()), ("direction", 0.99, "SYN".to_owned())]);
        assert!((confidence.score - 0.495).abs() < 1e-9);
        assert_eq!(confidence.word, "Medium");
        assert_eq!(confidence.reasons, ["7 of 14 days", "SYN", "precision of this detector: not yet measured here"]);
        assert_eq!(Confidence::of(&[("maturity", f64::NAN, String::new())]).score, 0.0);
        assert_eq!([0.39, 0.4, 0.74, 0.75].map(Confidence::word), ["Low", "Medium", "Medium", "High"]);
    }
}
