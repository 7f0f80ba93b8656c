//! `make eval`: twenty simulated worlds, captures where there are any, and `docs/EVALUATION.md`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;

use evaluate::captures::{self, CAPTURES};
use evaluate::report::{CaptureOutcome, Outcome};
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
    /// Folder with captures of others' networks, which are scored as well.
    #[arg(long, env = "WEIR_CAPTURES")]
    captures: Option<PathBuf>,
    /// Only these captures, by name.
    #[arg(long, value_delimiter = ',', requires = "captures")]
    only: Vec<String>,
    /// No worlds, only captures.
    #[arg(long, requires = "captures")]
    no_worlds: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut outcomes = Vec::new();
    let afterwards = if arguments.keep { Afterwards::Keep } else { Afterwards::Delete };
    let captures = arguments.captures.as_deref().map(|folder| captures(&arguments, folder, afterwards)).transpose()?;
    let sets: &[(&str, [u64; 10])] = if arguments.no_worlds { &[] } else { &[("known", KNOWN), ("held out", HELD_OUT)] };
    for &(set, seeds) in sets {
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
    anyhow::ensure!(arguments.no_worlds || !outcomes.is_empty(), "no such seed: known are {KNOWN:?}, held out are {HELD_OUT:?}");
    let text = report::write(&outcomes, captures.as_deref(), arguments.instances, arguments.days);
    std::fs::write(&arguments.out, text).with_context(|| format!("cannot write {}", arguments.out.display()))
}

/// Scores the captures that are under a folder.
fn captures(arguments: &Arguments, folder: &Path, afterwards: Afterwards) -> anyhow::Result<Vec<CaptureOutcome>> {
    anyhow::ensure!(folder.is_dir(), "{} is no folder of captures", folder.display());
    let mut outcomes = Vec::new();
    for capture in CAPTURES.iter().filter(|capture| arguments.only.is_empty() || arguments.only.iter().any(|name| name == capture.name)) {
        let Some(file) = capture.find(folder) else {
            say(&format!("{} is not there", capture.name));
            continue;
        };
        let seen =
            captures::watch(&arguments.weir, &arguments.work, capture, &file, afterwards).with_context(|| capture.name.to_owned())?;
        let score = score::score(&seen.truth, &seen.findings)?;
        let summary = &seen.summary;
        let minutes = i32::try_from((summary.last - summary.first).num_minutes())?;
        let outcome = CaptureOutcome {
            capture,
            score,
            records: seen.records,
            hosts: summary.hosts.len(),
            host_days: captures::host_days(summary),
            hours: f64::from(minutes) / 60.0,
            skipped: summary.skipped.values().map(|skipped| skipped.count).sum(),
            read: summary.packets + summary.connections,
        };
        say(&report::line(&outcome));
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
