//! The real command on real objects, as its users run it.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::print_stdout)]

mod attacks;
mod aws;
mod bucket;
mod cluster;
mod command;
mod convert;
mod crash;
mod maintenance;
mod order;
#[path = "../../../collect/tests/main/proxy.rs"]
mod proxy;
mod readers;
mod samples;
mod serve;
mod several;
mod triage;
mod walk;
mod watching;
mod weir;
