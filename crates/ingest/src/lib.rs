//! From a source to a commit: lists objects, decodes them, attributes their records, drops what is known, and writes the rest.
//!
//! Its nouns: an [`Object`](sources::Object) is something that can be read; the [`Ledger`] says which objects are in the lake; the
//! [`Pipeline`] takes the others in.
//!
//! What this crate does not do: know a format (that is `formats`), decide what a record means (`enrich`), or lay out files (`lake`).
//!
//! ```no_run
//! # use std::sync::Arc;
//! # async fn example(lake: Arc<lake::Lake>, inventory: Arc<enrich::Inventory>, now: flow::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
//! let attributor = Arc::new(enrich::Attributor::new(Arc::clone(&inventory), Arc::new(enrich::Geo::none())));
//! let mut pipeline = ingest::Pipeline::new(lake, inventory, attributor, ingest::Config::default());
//! let objects = ingest::sources::folder::list(std::path::Path::new("AWSLogs"))?;
//! let summary = pipeline.collect(objects, move || now, |_| ()).await?;
//! assert!(summary.counts.balanced());
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod duplicates;
mod error;
mod ledger;
mod pipeline;
mod rebuild;
pub mod sources;

pub use error::IngestError;
pub use ledger::Ledger;
pub use pipeline::{Config, Pipeline, Progress, Summary};
pub use rebuild::{Rebuilt, rebuild};
