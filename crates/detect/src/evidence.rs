//! What an occurrence rests on, in a form that can be shown, checked and queried again.

use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::confidence::round;
use crate::{Confidence, RowsQuery, Technique, Traffic, wording};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Bytes in one hour.
    BytesPerHour,
    /// Bytes.
    Bytes,
    /// Flow segments.
    Flows,
    /// Distinct hosts.
    Hosts,
    /// Distinct ports.
    Ports,
    /// Connections, or attempts at one.
    Sessions,
    /// Packets.
    Packets,
    /// Whole hours.
    Hours,
    /// A probability or share, 0 to 1.
    Share,
}

impl Unit {
    /// Whole bytes and flows, shares to three decimals.
    fn round(self, value: f64) -> f64 {
        if self == Self::Share { round(value) } else { value.round() }
    }

    fn words(self, value: f64) -> String {
        match self {
            Self::BytesPerHour => format!("{} an hour", wording::bytes(value)),
            Self::Bytes => wording::bytes(value),
            Self::Flows => format!("{value:.0} flows"),
            Self::Hosts => format!("{value:.0} hosts"),
            Self::Ports => format!("{value:.0} ports"),
            Self::Sessions => format!("{value:.0} sessions"),
            Self::Packets => format!("{value:.0} packets"),
            Self::Hours => format!("{value:.0} hours"),
            Self::Share => wording::percent(value),
        }
    }
}

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Measure {
    /// The number.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    /// The number in words.
    pub words: String,
}

impl Measure {
    /// A number with its words.
    pub(crate) fn new(value: f64, unit: Unit) -> Self {
        Self { value: unit.round(value), unit, words: unit.words(value) }
    }
}

/// What was to be expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Expected {
    /// The likeliest value.
    pub value: f64,
    /// Lower edge of what is usual.
    pub low: f64,
    /// Upper edge of what is usual.
    pub high: f64,
    /// What the numbers count.
    pub unit: Unit,
    /// The band in words.
    pub words: String,
}

impl Expected {
    /// A band with its words.
    pub(crate) fn new(value: f64, low: f64, high: f64, unit: Unit) -> Self {
        Self {
            value: unit.round(value),
            low: unit.round(low),
            high: unit.round(high),
            unit,
            words: match unit {
                Unit::Bytes | Unit::BytesPerHour => {
                    format!("{}, usually {} to {}", unit.words(value), wording::bytes(low), wording::bytes(high))
                }
                _ => format!("{}, usually {} to {}", unit.words(value), unit.words(low), unit.words(high)),
            },
        }
    }
}

/// How well known a value is to the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoveltyStatus {
    /// Not seen in the 45 days before.
    New,
    /// Seen in a few hours only.
    Rare,
    /// Known, and larger than ever before.
    Grown,
    /// Known.
    Usual,
}

impl NoveltyStatus {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Rare => "rare",
            Self::Grown => "grown",
            Self::Usual => "usual",
        }
    }
}

/// How well known one value of the traffic is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Novelty {
    /// What kind of value: `remote_addr`, `remote_net`, `remote_port`, `asn`, `country`.
    pub kind: String,
    /// The value.
    pub value: String,
    /// How well known.
    pub status: NoveltyStatus,
    /// When it was seen last before this.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
    /// What there is to say.
    pub note: String,
}

impl Novelty {
    /// The novelty of a value that was last seen at `last_seen` before `now`; new when never.
    pub(crate) fn seen(kind: &str, value: impl Into<String>, last_seen: Option<Timestamp>, now: Timestamp) -> Self {
        let (status, note) = match last_seen {
            None => (NoveltyStatus::New, "not seen in the 45 days before".to_owned()),
            Some(last) => (NoveltyStatus::Usual, format!("last seen {} before", wording::ago(now.secs() - last.secs()))),
        };
        Self { kind: kind.to_owned(), value: value.into(), status, last_seen, note }
    }
}

/// What one value adds to the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contribution {
    /// The column: `remote_addr`, `service_port`, …
    pub dimension: String,
    /// The value.
    pub value: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its share of the whole, 0 to 1.
    pub share: f64,
}

impl Contribution {
    /// The share of `bytes` in `whole`.
    pub(crate) fn of(dimension: &str, value: impl Into<String>, bytes: u64, whole: u64) -> Self {
        let share = if whole == 0 { 0.0 } else { wording::number(bytes) / wording::number(whole) };
        Self { dimension: dimension.to_owned(), value: value.into(), bytes, share: round(share) }
    }
}

/// What an occurrence rests on, or all occurrences of a finding together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// One plain sentence.
    pub summary: String,
    /// What was to be expected, when there is a baseline.
    pub expected: Option<Expected>,
    /// What was seen.
    pub actual: Measure,
    /// Actual over expected.
    pub factor: Option<f64>,
    /// How the actual compares with everything on record, in words.
    pub rank: Option<String>,
    /// Since when it has been going on.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// All of it since then, with the hours that raised nothing themselves; absent when only the hour itself counts.
    #[serde(default)]
    pub so_far: Option<Traffic>,
    /// How well known the values of the traffic are.
    pub novelty: Vec<Novelty>,
    /// The limit that the actual had to pass.
    pub threshold: Option<Measure>,
    /// Actual over the limit; the further above 1, the clearer.
    pub margin: Option<f64>,
    /// How sure this is.
    pub confidence: Confidence,
    /// What would have made this not fire, each with its number.
    pub would_not_fire: Vec<String>,
    /// The values that add most, largest first.
    pub contributions: Vec<Contribution>,
    /// The technique this is a sign of.
    pub technique: Technique,
    /// A query for exactly the rows this rests on.
    pub rows: RowsQuery,
    /// Names of the lists that the remote address is on.
    pub list_names: Vec<String>,
    /// Further facts for programs, such as `context`.
    #[schema(value_type = Object)]
    pub additional: serde_json::Map<String, serde_json::Value>,
}
