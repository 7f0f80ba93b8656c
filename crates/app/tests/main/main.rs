//! The real command on real objects, as its users run it.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::print_stdout)]

mod attacks;
mod bucket;
mod cluster;
mod command;
mod convert;
mod crash;
mod maintenance;
mod order;
mod readers;
mod samples;
mod serve;
mod triage;
mod walk;
mod watching;
mod weir;
