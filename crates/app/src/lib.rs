//! The `weir` command: settings, wiring, jobs, subcommands.
//!
//! Its nouns: a [`Weir`](home::Weir) is an opened data folder; a subcommand is a function over one. Wiring is plain code; what the
//! parts do is in their own crates.
//!
//! What this crate does not do: compute anything an analyst sees. `profile`, `volume`, `details` and the HTTP interface ask the same
//! functions of `api`, so their numbers are the same.
//!
//! ```no_run
//! let code = app::run(["weir", "--help"].map(Into::into));
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod chart;
mod cli;
pub mod config;
mod console;
mod documents;
pub mod home;
mod human;
mod output;
mod reference;
mod runtime;
pub mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command with these arguments, the first being its own name: 0 done, 1 failed, 2 usage.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::run(arguments)
}
