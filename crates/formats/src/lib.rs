//! Bytes to flow records and rejects: the decoders of AWS VPC and transit gateway flow logs.
//!
//! Its nouns: an object has a [`Body`]; [`decode`] turns it into [`flow::Decoded`] and a [`Summary`]; a [`LineFormat`] is the order of
//! columns of a flow log that writes no header; an [`ObjectKey`] is what the name of an object says about its records.
//!
//! Compression and envelope are told by content and never by name. Columns come from a header, else from configuration, else from the
//! flow log's known format, and only then from trying the documented orders on the content, which the summary marks as guessed.
//! A value that does not fit its column refuses the record, with a reason; columns are never shifted. Every record is accepted, refused
//! or a fact about coverage, and is counted once.
//!
//! What this crate does not do: read files or buckets, know a clock, attribute a record to an entity, or drop duplicates.
//!
//! ```
//! use formats::{Body, Options, decode};
//!
//! let text = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n\
//!     2 123456789012 eni-0a1b2c3d 10.0.0.5 198.51.100.7 49152 443 6 10 840 1700000000 1700000060 ACCEPT OK\n";
//! let mut out = flow::Decoded::default();
//! let summary = decode("a.log", Body::Whole(text.into()), &Options::default(), &mut out, &mut |_| Ok(()))?;
//! assert_eq!((summary.counts.records, summary.counts.accepted), (1, 1));
//! assert_eq!(out.flows.bytes.get(0), Some(840));
//! # Ok::<(), formats::DecodeError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod aws_vpc;
mod container;
mod decode;
mod envelope;
mod error;
mod lines;
mod object_key;
mod options;
mod sink;

pub use aws_vpc::{LineFormat, LineFormatError};
pub use decode::{Body, Summary, decode};
pub use error::{BoxError, DecodeError};
pub use object_key::{ObjectKey, decode_key};
pub use options::{Limits, Options};
