//! Findings: every occurrence once, and what people said.

mod filter;
mod marks;
mod read;
mod replace;
mod triage;

pub use filter::{Choice, FindingFilter, FindingSort};
pub use marks::{Mark, MarkSubject, OccurrenceBin};
pub(crate) use read::find;
pub use read::{FindingSummary, FindingTotal};
pub use replace::Changed;
pub(crate) use replace::write_one;

use detect::{Occurrence, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StateError;

/// Findings read in one go: few enough to be held with all their occurrences, enough that a server far away is not asked for each.
pub(crate) const AT_ONCE: usize = 256;

fn read_occurrence(text: &str) -> Result<Occurrence, StateError> {
    read_json(text, "an occurrence")
}

fn read_resource(text: &str) -> Result<Resource, StateError> {
    read_json(text, "the resource of a finding")
}

pub(crate) fn read_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StateError> {
    serde_json::from_str(text).map_err(|source| StateError::Stored { what, source })
}

pub(crate) fn write_json<T: Serialize>(value: &T, what: &'static str) -> Result<String, StateError> {
    serde_json::to_string(value).map_err(|source| StateError::Stored { what, source })
}
