//! What people and jobs decided: findings and their triage, lists, tokens, settings, and how far detection has come.
//!
//! Its nouns: a [`Store`] is one SQLite file, or a PostgreSQL database that several processes share; a [`FindingSummary`] is a finding as a list shows it, with what people decided about it;
//! a [`GroupSummary`] is a group of findings, which follows from the findings; a [`Mark`] says that one connection of an entity belongs to a
//! finding.
//!
//! What this crate does not do: detect, know what a list means, or read the clock. Times are arguments. It never changes what a
//! detector said; it keeps each occurrence once, and what people said beside it.
//!
//! ```
//! # async fn example() -> Result<(), state::StateError> {
//! use flow::Timestamp;
//!
//! let store = state::Store::in_memory().await?;
//! let secret = store.create_token("laptop", Timestamp::from_secs(1_700_000_000)).await?;
//! assert_eq!(store.check_token(&secret).await?.as_deref(), Some("laptop"));
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod database;
mod error;
mod findings;
mod groups;
mod lists;
mod notices;
mod samples;
mod settings;
mod store;
mod suppression;
mod tokens;

pub use detect::Severity;
pub use error::StateError;
pub use findings::{Changed, Choice, FindingFilter, FindingSort, FindingSummary, FindingTotal, Mark, MarkSubject, OccurrenceBin};
pub use groups::{GroupFilter, GroupSummary};
pub use lists::StoredList;
pub use notices::StoredNotice;
pub use store::Store;
pub use suppression::{HiddenHigh, SuppressionPreview, SuppressionState};
pub use tokens::Token;
