//! The state, from outside.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests fail by panicking")]

mod findings;
mod groups;
mod notices;
mod rest;
mod support;
mod suppression;
