//! How good the detectors are: makes worlds with planted attacks, lets the command watch them, and scores what it found against the truth.
//!
//! Its nouns: a world is [watched](world::watch) and gives what was found and what really happened; a [`Score`](score::Score) compares the
//! two; a [report](report::write) is `docs/EVALUATION.md`. `make eval` runs it all.
//!
//! What this crate does not do: know the command otherwise than from outside, or a world otherwise than by `truth.json`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

pub mod captures;
pub mod command;
mod found;
pub mod grouping;
pub mod report;
pub mod score;
pub mod truth;
pub mod units;
pub mod world;

/// Seeds that were looked at while detectors were written and tuned.
pub const KNOWN: [u64; 10] = [1, 3, 7, 11, 21, 22, 23, 24, 25, 26];
/// Seeds that nothing was tuned on. What they show is written down and not acted on; who acts on one of them moves it to the others.
pub const HELD_OUT: [u64; 10] = [101, 102, 103, 104, 105, 106, 107, 108, 109, 110];
