//! Sources that watch: they find objects, bring them to a local file, hand each to the collector, and act on its answer.
//!
//! Its nouns: a [`Source`] runs until it is told to stop and sends [`Delivery`](ingest::sources::Delivery)s; the [`Spool`] is the bounded
//! folder that objects from afar are fetched into; [`Health`] says how a source is doing. Beside objects, [`lists`] and the [`inventory`] are
//! fetched on a schedule.
//!
//! What this crate does not do: decode, write the lake, or know what is in it (that is `ingest`). A source forgets an object only when the
//! collector has answered that it is committed, so a crash anywhere costs a second delivery and never a loss.
//!
//! ```no_run
//! # async fn example(clock: collect::Clock) -> Result<(), collect::CollectError> {
//! # let table: collect::Config = Default::default();
//! let surroundings = collect::Surroundings::new("weir-data/spool", table.spool_mib, clock)?;
//! let (out, mut deliveries) = tokio::sync::mpsc::channel(64);
//! let stop = tokio_util::sync::CancellationToken::new();
//! let collection = collect::sources(&table, &surroundings)?;
//! for source in collection.sources {
//!     tokio::spawn(source.run(out.clone(), stop.clone()));
//! }
//! drop(out);
//! while let Some(delivery) = deliveries.recv().await {
//!     // … commit `delivery.object`, and only then:
//!     delivery.answer(ingest::sources::Outcome::Committed);
//! }
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod aws;
mod backoff;
mod config;
mod error;
pub mod folder;
mod health;
pub mod inventory;
pub mod lists;
mod outbox;
pub mod push;
mod s3;
pub mod s3_listing;
pub mod s3_queue;
mod source;
mod spool;

pub use backoff::Backoff;
pub use config::{Aws, Config, Firehose, Folder, Poison, S3Listing, S3Queue, Secret, Upload};
pub use error::CollectError;
pub use health::{Failure, Health, Parked, Report, State};
pub use source::{Clock, Collection, Known, Source, Surroundings, sources};
pub use spool::{Spool, Spooled};
