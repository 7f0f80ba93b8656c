//! The lake: flow records and what is derived from them, as Delta tables of Parquet files that any reader can open.
//!
//! Its nouns: a [`Table`] is one of seven; a [`Lake`] is where they are; a [`BatchWriter`] writes a fixed set of objects and commits
//! them to all tables or to none; a [`DataFile`] is one file as a table's log has it.
//!
//! What this crate does not do: decode, attribute, or query. It names no query engine; `query` scans the files that
//! [`Lake::state`] lists.
//!
//! ```no_run
//! # async fn example(mut flows: flow::FlowBatch, mut objects: Vec<lake::ObjectEntry>) -> Result<(), lake::LakeError> {
//! let lake = std::sync::Arc::new(lake::Lake::open(std::path::Path::new("weir-data/lake")).await?);
//! let mut batch = lake.begin(flow::Timestamp::from_secs(1_700_000_000)).await?;
//! batch.write_flows(&mut flows).await?;
//! let committed = batch.commit(&mut objects).await?;
//! assert_eq!(committed.flows, flows.len() as u64);
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_possible_wrap))]

mod chunk;
mod commit;
mod compact;
mod error;
mod expire;
mod expire_account;
mod files;
mod gather;
mod hybrid;
mod lake;
mod location;
mod merge;
mod read;
mod rollup;
mod tables;
mod vacuum;

pub use commit::{Attempt, BatchWriter, Committed, ObjectEntry};
pub use compact::{Compacted, Compaction, CompactionPolicy};
pub use error::LakeError;
pub use expire::Expired;
pub use expire_account::AccountHorizons;
pub use files::{Bound, DataFile};
pub use lake::{Lake, TableState};
pub use location::{Bucket, Location};
pub use tables::{ACTIVITY, COVERAGE, ColumnKind, ColumnSpec, Merge, OBJECTS, PARTITION, REJECTS, SEEN, Table, VOLUME};
pub use vacuum::Vacuumed;
