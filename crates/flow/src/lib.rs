//! The canonical flow record: what Weir knows of one flow segment, whatever the source.
//!
//! Its nouns: a [`FlowBatch`] holds records column by column; [`FIELDS`] is the one table of those columns, from which every schema
//! derives; an [`Address`] is IPv4 or IPv6; a [`Timestamp`] is microseconds UTC; a [`Reject`] is a record that could not be read, a
//! [`CoverageFact`] one that says what was not seen.
//!
//! What this crate does not do: read or write anything, know a source's format, or decide to whom a record belongs.
//!
//! ```
//! use flow::{Action, Address, FlowBatch, Timestamp};
//!
//! let mut batch = FlowBatch::default();
//! let row = batch.len();
//! batch.start_time.set(row, Timestamp::from_secs(1_700_000_000));
//! batch.src_addr.set(row, "10.0.0.5".parse::<Address>()?);
//! batch.action.set(row, Action::Accept);
//! batch.push_row();
//! assert_eq!(batch.len(), 1);
//! assert_eq!(batch.dst_addr.get(0), None, "never set, so null");
//! # Ok::<(), flow::AddressError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(clippy::cast_possible_truncation, reason = "symbols and row numbers are bounded by the size of a batch")]

mod address;
mod column;
mod entity;
mod fields;
pub mod kind;
mod port;
mod record;
mod symbol;
mod time;

pub use address::{Address, AddressError};
pub use column::Column;
pub use entity::EntityKind;
pub use fields::{FIELDS, Field, FieldSpec, FlowBatch, Stage, schema};
pub use kind::{Action, Direction, DirectionRule, Encryption, FlowDirection, TimeQuality};
pub use port::{has_ports, is_registered_service, protocol_name, protocol_number, service_name};
pub use record::{Counts, CoverageFact, CoverageKind, Decoded, REJECT_TEXT_CAP, Reject};
pub use symbol::{Symbol, Symbols};
pub use time::{DAY_SECS, HOUR_SECS, TimeError, TimeRange, Timestamp};
