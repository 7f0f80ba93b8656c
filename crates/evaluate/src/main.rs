//! `make eval`: twenty simulated worlds, and `docs/EVALUATION.md`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;

use evaluate::report::Outcome;
use evaluate::world::{self, Afterwards, Kind};
use evaluate::{HELD_OUT, KNOWN, report, score};

/// Evaluates the detectors on simulated worlds.
#[derive(Debug, Parser)]
struct Arguments {
    /// The command to evaluate.
    #[arg(long, default_value = "target/release/weir")]
    weir: PathBuf,
    /// Folder for the worlds.
    #[arg(long, default_value = "target/evaluation")]
    work: PathBuf,
    /// Leave each world and its lake when it is scored, rather than delete them.
    #[arg(long)]
    keep: bool,
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
    let afterwards = if arguments.keep { Afterwards::Keep } else { Afterwards::Delete };
    for (set, seeds) in [("known", KNOWN), ("held out", HELD_OUT)] {
        for (index, seed) in seeds.into_iter().enumerate() {
            if !arguments.seeds.is_empty() && !arguments.seeds.contains(&seed) {
                continue;
            }
            let kind = Kind::of(index);
            let size = world::Size { instances: arguments.instances, days: arguments.days, records: arguments.records };
            let seen =
                world::watch(&arguments.weir, &arguments.work, seed, kind, size, afterwards).with_context(|| format!("seed {seed}"))?;
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
