//! How bad a finding would be, in a word.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Severity in a word: the bands that GuardDuty uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Below 4.
    Low,
    /// 4 to below 7.
    Medium,
    /// 7 to below 9.
    High,
    /// 9 and above.
    Critical,
}

impl Severity {
    /// Every band, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The band of a number.
    pub fn of(severity: f64) -> Self {
        if severity < Self::Medium.least() {
            Self::Low
        } else if severity < Self::High.least() {
            Self::Medium
        } else if severity < Self::Critical.least() {
            Self::High
        } else {
            Self::Critical
        }
    }

    /// The least number in the band.
    pub const fn least(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Medium => 4.0,
            Self::High => 7.0,
            Self::Critical => 9.0,
        }
    }

    /// The first number above the band.
    pub const fn above(self) -> f64 {
        match self {
            Self::Low => Self::Medium.least(),
            Self::Medium => Self::High.least(),
            Self::High => Self::Critical.least(),
            Self::Critical => f64::MAX,
        }
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("{text:?} is no severity: write low, medium, high or critical"))
    }
}
