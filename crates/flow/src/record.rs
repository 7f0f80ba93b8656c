//! What else a decoder finds beside flows: refused lines, coverage facts, and how many of each.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{FlowBatch, Timestamp};

/// Bytes of a refused line that are kept.
pub const REJECT_TEXT_CAP: usize = 512;

/// A line or row that was read and could not be understood. It is data: it is stored, counted and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The object it came in.
    pub object: String,
    /// Line or row number in the decoded object, counted from 1.
    pub position: u64,
    /// Why, in words that name the field.
    pub reason: Cow<'static, str>,
    /// The text itself, cut to [`REJECT_TEXT_CAP`] bytes, invalid UTF-8 replaced.
    pub text: String,
}

/// What a source says about its own completeness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageKind {
    /// The interface saw no traffic in the interval: zero is zero.
    NoData,
    /// Records were lost in the interval: zero is not zero.
    SkipData,
}

impl CoverageKind {
    /// The word stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoData => "nodata",
            Self::SkipData => "skipdata",
        }
    }
}

/// One interval of one interface in which there was nothing to report, or something was lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CoverageFact {
    /// What happened.
    pub kind: CoverageKind,
    /// The interface, or the resource that stands for it.
    pub interface_id: Option<String>,
    /// The account that owns it.
    pub account_id: Option<String>,
    /// Start of the interval.
    pub start_time: Timestamp,
    /// End of the interval.
    pub end_time: Timestamp,
    /// The object that said so.
    pub object: String,
}

/// How many records an object held. Header lines and blank lines are no records.
///
/// Invariant: `accepted + rejected + coverage + duplicates = records`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Records that became flows.
    pub accepted: u64,
    /// Records refused.
    pub rejected: u64,
    /// Records that are coverage facts.
    pub coverage: u64,
    /// Records already known.
    pub duplicates: u64,
}

impl Counts {
    /// Whether the parts add up.
    pub const fn balanced(&self) -> bool {
        self.accepted + self.rejected + self.coverage + self.duplicates == self.records
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.coverage += other.coverage;
        self.duplicates += other.duplicates;
    }
}

/// What a decoder makes of bytes.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The flows.
    pub flows: FlowBatch,
    /// The refused records.
    pub rejects: Vec<Reject>,
    /// The coverage facts.
    pub coverage: Vec<CoverageFact>,
}

impl Decoded {
    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.flows.clear();
        self.rejects.clear();
        self.coverage.clear();
    }

    /// Records held, of every sort.
    pub fn len(&self) -> usize {
        self.flows.len() + self.rejects.len() + self.coverage.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
