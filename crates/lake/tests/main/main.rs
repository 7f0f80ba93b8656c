//! The lake as its users see it: what is committed is there once, wholly, and readable by others.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

mod commits;
mod compaction;
mod evolution;
