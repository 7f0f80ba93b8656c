//! Whole conversions: bytes made here, converted, read back with the project's own decoders.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

mod captures;
mod logs;
mod read_back;
