//! Questions run by a Ballista cluster: a scheduler that plans them, executors that do the work, and the engine's way to them.
//!
//! Its nouns: a [`Cluster`] runs the plans of a [`query::Engine`]; a [`Scheduler`] and an [`Executor`] are the two kinds of processes that
//! a cluster is made of. What is sent: the plan, for each table the list of the files that the asker saw, and the lists of addresses that
//! functions ask. Every process reads the lake's files by itself, so the lake must be where all of them reach it.
//!
//! What this crate does not do: read a lake's log, keep anything, or ask who is asking. Ballista's ports know no passwords.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # async fn example(lake: Arc<lake::Lake>, lists: Arc<enrich::Lists>) -> Result<(), Box<dyn std::error::Error>> {
//! let cluster = Arc::new(cluster::Cluster::new("http://127.0.0.1:50050", 16)?);
//! let engine = query::Engine::on(cluster, lake, lists, query::Limits::default()).await?;
//! let answer = engine.sql("SELECT entity, sum(bytes) FROM volume GROUP BY entity", 1_000).await?;
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod client;
mod codec;
mod error;
mod executor;
mod fault;
mod lists;
mod plan;
mod scheduler;
mod stores;
mod windows;

pub use client::Cluster;
pub use error::ClusterError;
pub use executor::Executor;
pub use scheduler::{Listening, Scheduler};

/// Largest message between processes: a plan with its files and lists, or a batch of rows.
const MESSAGE: u32 = 256 << 20;
