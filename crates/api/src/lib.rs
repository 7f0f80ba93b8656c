//! What an analyst asks, answered; and the same over HTTP.
//!
//! Its nouns: an [`Investigator`] answers questions about entities, findings and the lake, without HTTP, so that the command line and
//! the console show the same numbers; a [`Panel`] is typed rows with the query behind them and the [`Coverage`] of the time they are
//! about; a [`router`] serves every method of the investigator under `/api/v1`, described by [`openapi`].
//!
//! What this crate does not do: ingest, detect, or read the clock, which its user hands in. It decides nothing about findings beyond
//! what people ask it to note.
//!
//! ```no_run
//! # async fn example(investigator: api::Investigator) -> Result<(), api::InvestigateError> {
//! let range = investigator.scope(Some("-2h"), None).await?;
//! let volume = investigator.volume("i-0123456789abcdef0", range, 3_600).await?;
//! println!("{} bins, {}", volume.rows.len(), volume.coverage.words);
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod error;
mod http;
pub mod investigate;
mod words;

pub use error::{ApiError, InvestigateError, Problem};
pub use http::{
    ApiState, Auth, Clock, JobState, JobStatus, ParkedMessage, ReceiverStatus, SourceStatus, SourceTrouble, Status, guarded, openapi,
    router, serve,
};
pub use investigate::{Coverage, Investigator, Panel, resource};
