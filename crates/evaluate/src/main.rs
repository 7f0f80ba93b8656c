//! How good the detectors are: makes worlds with planted attacks, lets the command watch them, scores what it found against the truth, and
//! writes `docs/EVALUATION.md`.
//!
//! It knows the command only from outside, and of a world only `truth.json`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod report;
mod score;
mod world;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;

use report::Outcome;
use world::Kind;

/// Seeds that were looked at while detectors were written and tuned.
const KNOWN: [u64; 10] = [1, 3, 7, 11, 21, 22, 23, 24, 25, 26];
/// Seeds that nothing was tuned on. What they show is written down and not acted on; who acts on one of them moves it to the others.
const HELD_OUT: [u64; 10] = [101, 102, 103, 104, 105, 106, 107, 108, 109, 110];

/// Evaluates the detectors on simulated worlds.
#[derive(Debug, Parser)]
struct Arguments {
    /// The command to evaluate.
    #[arg(long, default_value = "target/release/weir")]
    weir: PathBuf,
    /// Folder for the worlds; each is deleted when it is scored.
    #[arg(long, default_value = "target/evaluation")]
    work: PathBuf,
    /// The report to write.
    #[arg(long, default_value = "docs/EVALUATION.md")]
    out: PathBuf,
    /// Machines in each world.
    #[arg(long, default_value_t = 40)]
    instances: u32,
    /// Days of each world.
    #[arg(long, default_value_t = 21)]
    days: u32,
    /// Records of each world, about.
    #[arg(long, default_value_t = 500_000)]
    records: u64,
    /// Only these seeds.
    #[arg(long, value_delimiter = ',')]
    seeds: Vec<u64>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut outcomes = Vec::new();
    for (set, seeds) in [("known", KNOWN), ("held out", HELD_OUT)] {
        for (index, seed) in seeds.into_iter().enumerate() {
            if !arguments.seeds.is_empty() && !arguments.seeds.contains(&seed) {
                continue;
            }
            let kind = Kind::of(index);
            let size = world::Size { instances: arguments.instances, days: arguments.days, records: arguments.records };
            let seen = world::watch(&arguments.weir, &arguments.work, seed, kind, size).with_context(|| format!("seed {seed}"))?;
            let score = score::score(&seen.truth, &seen.findings)?;
            say(&format!(
                "seed {seed} ({set}, {kind}): {} of {} found, {} false of Medium and above, {:.0} s",
                score.found(),
                score.planted.len(),
                score.false_alarms.len(),
                seen.seconds
            ));
            outcomes.push(Outcome { set, seed, kind, score, records: seen.records, seconds: seen.seconds });
        }
    }
    anyhow::ensure!(!outcomes.is_empty(), "no such seed: known are {KNOWN:?}, held out are {HELD_OUT:?}");
    let text = report::write(&outcomes, arguments.instances, arguments.days);
    std::fs::write(&arguments.out, text).with_context(|| format!("cannot write {}", arguments.out.display()))
}

fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
