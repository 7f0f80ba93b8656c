//! Everything that `formats` promises, on files.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::print_stdout, reason = "tests")]

mod corpus;
mod properties;
mod samples;
mod support;
mod traps;
