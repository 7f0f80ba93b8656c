//! Every read of the lake: SQL, the panels of a profile page, and the proof that the lake keeps its promises.
//!
//! Its nouns: an [`Engine`] is SQL over one lake, within [`Limits`]; an [`Answer`] is rows with the query that gives them again; a
//! [`Panel`] is typed rows with their query.
//!
//! What this crate does not do: write, decide what is normal, or know findings. Only `cluster` names DataFusion, too; what goes
//! in and out is SQL text, Arrow, and plain types.
//!
//! ```no_run
//! # async fn example(lake: std::sync::Arc<lake::Lake>, lists: std::sync::Arc<enrich::Lists>) -> Result<(), query::QueryError> {
//! let engine = query::Engine::new(lake, lists, query::Limits::default()).await?;
//! let answer = engine.sql("SELECT entity, sum(bytes) FROM volume GROUP BY entity", 1_000).await?;
//! println!("{} rows from {}", answer.rows(), answer.sql);
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod error;
mod functions;
mod once;
pub mod panels;
mod provider;
mod read;
pub mod remote;
mod session;
mod small;
mod verify;

pub use error::QueryError;
pub use functions::{FUNCTIONS, FunctionSpec};
pub use panels::Panel;
pub use session::{Answer, Engine, Limits, Value};
pub use verify::Check;
