//! Findings leave Weir as they appear and change: to a webhook, to Slack, to syslog, into a file.
//!
//! Its nouns: a [`Target`] is one receiver, made from one [`Settings`] (`[[deliver]]` in `weir.toml`); a [`Notice`] says that a finding is new
//! or has changed; an [`Outbox`] is whoever keeps the notices and, for each target, the position up to which they are settled. A notice is
//! *settled* when its target took it, refused it for good, or does not want it.
//!
//! - **Order.** A target gets notices in the order of the outbox. One that cannot be delivered now is tried again, after longer and longer
//!   waits, for as long as it takes; those behind it wait. One that is refused (HTTP 4xx, larger than the receiver takes) is counted, listed
//!   in the target's [`Health`] and passed over.
//! - **At least once.** A position moves when everything before it is settled. A crash between delivery and the moved position costs a
//!   second delivery, with the same [`Notice::event_id`].
//! - **Updates.** A finding that goes on changes with every detection run. Within `update_secs` of its last delivery it is told again only
//!   when its severity rose to another band; the next update tells everything, since a finding is cumulative.
//! - **Never.** Findings that are archived or suppressed are not delivered. Redirects are not followed. Secrets stand in no settings, logs or
//!   health.
//!
//! What this crate does not do: remember anything over a restart, read the findings, or decide what a change is (that is the outbox).
//!
//! # What the command does with it
//!
//! The store keeps a table of notices, `(position INTEGER PRIMARY KEY AUTOINCREMENT, finding_id, is_new, at)`, written in the transaction
//! that changes the findings ([`Target`]s that are new begin at its end), and a table of positions, `(target PRIMARY KEY, position)`. Then:
//!
//! ```
//! use std::sync::Arc;
//! use deliver::{BoxError, BoxFuture, Due, Notice, Outbox};
//! # struct Store;
//! # impl Store {
//! #     async fn notices(&self, _: &str, _: usize) -> Result<Vec<(u64, String, bool, flow::Timestamp)>, BoxError> { Ok(Vec::new()) }
//! #     async fn finding(&self, _: &str) -> Result<Option<detect::Finding>, BoxError> { Ok(None) }
//! #     async fn move_position(&self, _: &str, _: u64) -> Result<(), BoxError> { Ok(()) }
//! # }
//! struct Mail(Arc<Store>);
//!
//! impl Outbox for Mail {
//!     fn due<'a>(&'a self, target: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<Due>, BoxError>> {
//!         Box::pin(async move {
//!             let mut due = Vec::new();
//!             for (position, id, is_new, at) in self.0.notices(target, limit).await? {
//!                 // As it is now: what was put away or has gone since is settled without a word.
//!                 let notice = self.0.finding(&id).await?.map(|finding| Notice::new(finding, is_new, at));
//!                 due.push(Due { position, notice });
//!             }
//!             Ok(due)
//!         })
//!     }
//!
//!     fn settle<'a>(&'a self, target: &'a str, position: u64) -> BoxFuture<'a, Result<(), BoxError>> {
//!         Box::pin(self.0.move_position(target, position))
//!     }
//! }
//!
//! # async fn example(settings: Vec<deliver::Settings>, store: Arc<Store>, clock: deliver::Clock) -> Result<(), deliver::DeliverError> {
//! let stop = tokio_util::sync::CancellationToken::new();
//! let (changed, wake) = tokio::sync::watch::channel(0_u64);
//! // … after each detection run: changed.send_modify(|runs| *runs += 1);
//! for target in deliver::targets(&settings, &clock)? {
//!     // … keep `target.health()` for /api/v1/status and the metrics
//!     let (outbox, wake, stop) = (Mail(Arc::clone(&store)), wake.clone(), stop.clone());
//!     tokio::spawn(async move { deliver::run(&target, &outbox, wake, stop).await });
//! }
//! # drop(changed);
//! # Ok(()) }
//! ```
//!
//! `weir config check` calls [`check`], which reaches for nothing. When told to stop, [`run`] ends after the request under way, at most
//! about ten seconds and one `timeout_secs` later.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod backoff;
mod clock;
mod error;
mod file;
mod form;
mod health;
mod http;
mod notice;
mod run;
mod secret;
mod settings;
mod slack;
mod syslog;
mod target;
mod wants;
mod webhook;

pub use clock::Clock;
pub use error::DeliverError;
pub use form::Format;
pub use health::{Failure, Health, Refusal, Report, State};
pub use notice::Notice;
pub use run::{BoxError, BoxFuture, Due, Outbox, run};
pub use settings::{Facility, Kind, Settings, check};
pub use target::{Progress, Target, targets};
