//! AWS VPC flow logs (versions 2 to 5 and 7 to 11) and transit gateway flow logs (version 6).
//!
//! A header, a configured format or a Parquet schema compiles to a [`fields::Plan`]; [`record`] makes a record of one line or row by it.

pub(crate) mod fields;
pub(crate) mod guess;
mod line_format;
pub(crate) mod parquet;
pub(crate) mod record;
pub(crate) mod text;

pub use line_format::{LineFormat, LineFormatError};
