//! The state, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::print_stderr,
    reason = "tests fail by panicking, and say what they skip"
)]

mod databases;
mod findings;
mod groups;
mod notices;
mod rest;
mod schema;
mod server;
mod shared;
mod support;
mod suppression;
