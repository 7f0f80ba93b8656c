//! Making a world and letting the command watch it.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use simulate::FormatVersion;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::command::{Weir, text};
use crate::truth::Truth;

/// How a world's traffic is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Without TCP flags (version 2), or with them (version 5).
    pub flags: bool,
    /// Percent of the records that are lost, without a word about it.
    pub loss: u64,
    /// Length of a capture window, seconds.
    pub window_secs: u64,
}

impl Kind {
    /// Kinds take turns, so that each is met with several seeds.
    pub const fn of(index: usize) -> Self {
        let turn = index % 5;
        Self { flags: index.is_multiple_of(2), loss: [0, 10, 0, 50, 0][turn], window_secs: if turn == 4 { 600 } else { 60 } }
    }
}

impl Display for Kind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "version {}, {} s, {} % lost", if self.flags { 5 } else { 2 }, self.window_secs, self.loss)
    }
}

/// How large a world is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Machines.
    pub instances: u32,
    /// Days.
    pub days: u32,
    /// Records, about.
    pub records: u64,
}

/// What becomes of a world that is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// It is deleted.
    Delete,
    /// It stays, with its lake, for whoever wants to know why something was missed.
    Keep,
}

/// What the command found, and what really happened.
pub struct Seen {
    /// What really happened.
    pub truth: Truth,
    /// The findings, GuardDuty's JSON, each in full.
    pub findings: Vec<Value>,
    /// Records accepted.
    pub records: u64,
    /// Time from the first import until everything is watched, seconds.
    pub seconds: f64,
}

/// Lists of a world: name and kind, and the file.
pub const LISTS: [(&str, &str); 8] = [
    ("trusted", "trusted.txt"),
    ("tor-relay", "tor-relays.txt"),
    ("threat", "threat-list.txt"),
    ("c2", "c2.txt"),
    ("mining", "mining.txt"),
    ("black-hole", "black-hole.txt"),
    ("drop-point", "drop-point.txt"),
    ("scanner", "scanners.txt"),
];

/// Makes a world and lets the command collect and watch it.
///
/// # Errors
/// When the world cannot be made, or the command fails; its own words are in the error.
pub fn watch(weir: &Path, work: &Path, seed: u64, kind: Kind, size: Size, afterwards: Afterwards) -> anyhow::Result<Seen> {
    let folder = work.join(seed.to_string());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let (world, data) = (folder.join("world"), folder.join("data"));
    let config = simulate::Config {
        out: world.clone(),
        days: size.days,
        instances: size.instances,
        records: size.records,
        seed,
        version: if kind.flags { FormatVersion::V5 } else { FormatVersion::V2 },
        window_secs: kind.window_secs,
        attacks: true,
        ..simulate::Config::default()
    };
    simulate::simulate(&config, &mut |_| {})?;
    if kind.loss > 0 {
        thin(&world.join("AWSLogs"), kind.loss, seed)?;
    }
    let begun = Instant::now();
    let command = Weir::new(weir, &data);
    command.import_inventory(&world.join("inventory"))?;
    for (name, file) in LISTS {
        command.run(&["intel", "import", "--no-detect", "--name", name, "--kind", name, &text(&world.join("intel").join(file))?])?;
    }
    let records = command.ingest(&world.join("AWSLogs"))?;
    let seconds = begun.elapsed().as_secs_f64();
    let findings = command.findings()?;
    let truth = Truth::of_world(&serde_json::from_slice(&fs::read(world.join("truth.json"))?)?)?;
    if afterwards == Afterwards::Delete {
        fs::remove_dir_all(&folder)?;
    }
    Ok(Seen { truth, findings, records, seconds })
}

/// Loses records: each by itself, the same ones each time.
fn thin(logs: &Path, percent: u64, seed: u64) -> anyhow::Result<()> {
    for entry in walkdir::WalkDir::new(logs) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let mut text = String::new();
        MultiGzDecoder::new(fs::File::open(entry.path())?)
            .read_to_string(&mut text)
            .with_context(|| format!("{} is no gzip", entry.path().display()))?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        for (index, line) in text.lines().enumerate() {
            // The first line is the header.
            if index == 0 || xxh3_64_with_seed(line.as_bytes(), seed) % 100 >= percent {
                packed.write_all(line.as_bytes())?;
                packed.write_all(b"\n")?;
            }
        }
        fs::write(entry.path(), packed.finish()?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_as_many_records_are_lost_as_asked_for_and_never_the_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log.gz");
        let lines: String = (0..10_000).map(|line| format!("record {line}\n")).collect();
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(format!("header\n{lines}").as_bytes()).unwrap();
        fs::write(&path, packed.finish().unwrap()).unwrap();
        thin(folder.path(), 10, 1).unwrap();
        let mut text = String::new();
        MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        assert!(text.starts_with("header\nrecord "));
        let kept = text.lines().count() - 1;
        assert!((8_800..9_200).contains(&kept), "{kept}");
    }

    #[test]
    fn every_kind_has_its_turn() {
        let kinds: std::collections::BTreeSet<Kind> = (0..10).map(Kind::of).collect();
        assert_eq!(kinds.len(), 8, "{kinds:?}");
        assert_eq!((0..10).map(Kind::of).filter(|kind| kind.window_secs == 600).count(), 2);
    }
}
