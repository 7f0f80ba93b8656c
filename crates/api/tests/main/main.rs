//! The investigator and the interface over a small real lake.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests fail by panicking")]

mod answers;
mod document;
mod groups;
mod http;
mod panels;
mod suppression;
mod world;
