//! Captures of others' networks: which there are, what happened in each by the word of who made it, and letting the command watch them.
//!
//! The captures themselves are not part of this project; a folder of them is scored when it is there. What each shows was written down
//! from its description and its labels, before any detector saw it. Most are minutes long: whatever has to learn a machine's habits first
//! cannot be judged on them, and is not asked of them; a machine that does evil of that kind is a suspect, about which nothing is counted.
//! Nothing is put before a capture to pass for history.

mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use chrono::{DateTime, Duration, Utc};
use convert::{Options, Summary, convert};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::command::Weir;
use crate::truth::{Allowed, Attack, Truth};
use crate::world::Afterwards;

pub use table::{CAPTURES, LEFT_OUT};

/// A capture and what happened in it.
#[derive(Debug)]
pub struct Capture {
    /// Its name in the report.
    pub name: &'static str,
    /// How its path ends.
    pub file: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// Networks that are inside; private ones when empty.
    pub local: &'static [&'static str],
    /// When it is put, for captures whose clock began at 1970.
    pub begin: Option<&'static str>,
    /// What must be found.
    pub attacks: &'static [Seen],
    /// Hosts inside that do what no detector can tell without history or lists, and why.
    pub suspects: &'static [&'static str],
    /// Hosts inside that are attacked by somebody outside: they may be said to suffer.
    pub targets: &'static [&'static str],
}

/// An attack as a capture shows it.
#[derive(Debug)]
pub struct Seen {
    /// The host inside that the finding is about.
    pub host: &'static str,
    /// Types of finding, any of which says it.
    pub finding_types: &'static [&'static str],
    /// Whether it comes from outside, and the host suffers it.
    pub inbound: bool,
    /// Whether every other host inside is a target.
    pub at_all_others: bool,
    /// Hosts inside that it is done to.
    pub victims: &'static [&'static str],
    /// Seconds from the beginning of the capture, when it is not all of it.
    pub during: Option<(i64, i64)>,
}

/// Captures that were held out until a detector was changed for what they showed: retransmitted SYNs, and a sweep of two ports at once.
const ACTED_ON: [&str; 2] = ["iot-bot-sweep", "mirai-like-sweep"];

/// What the command found in a capture.
pub struct Watched {
    /// What happened.
    pub truth: Truth,
    /// The findings, GuardDuty's JSON, each in full.
    pub findings: Vec<Value>,
    /// How the capture was converted.
    pub summary: Summary,
    /// Records accepted.
    pub records: u64,
    /// Time from the first import until everything is watched, seconds.
    pub seconds: f64,
}

impl Capture {
    /// Which set it is in: told by its name alone, so that no result decides it, until somebody acts on what it shows.
    pub fn set(&self) -> &'static str {
        let known = ACTED_ON.contains(&self.name) || xxh3_64(self.name.as_bytes()).is_multiple_of(2);
        if known { "known" } else { "held out" }
    }

    /// Where it is under a folder, if it is there.
    pub fn find(&self, folder: &Path) -> Option<PathBuf> {
        let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
        entries.map(walkdir::DirEntry::into_path).find(|path| path.ends_with(self.file))
    }

    /// What happened, by the ids of the converted hosts.
    ///
    /// # Errors
    /// When a host that is spoken of is not in the capture: the table or the file is another than it should be.
    fn truth(&self, summary: &Summary) -> anyhow::Result<Truth> {
        let instance = |address: &str| {
            let host = summary.hosts.iter().find(|host| host.address.to_string() == address);
            host.map(|host| host.instance_id.clone()).with_context(|| format!("{}: no host {address} in the capture", self.name))
        };
        let mut truth = Truth::default();
        for seen in self.attacks {
            let entity = instance(seen.host)?;
            let (from, to) = match seen.during {
                Some((from, to)) => (summary.first + Duration::seconds(from), summary.first + Duration::seconds(to)),
                None => (summary.first, summary.last),
            };
            let victims = if seen.at_all_others {
                summary.hosts.iter().map(|host| host.instance_id.clone()).filter(|other| *other != entity).collect()
            } else {
                seen.victims.iter().map(|victim| instance(victim)).collect::<anyhow::Result<_>>()?
            };
            let finding_types = seen.finding_types.iter().map(|kind| (*kind).to_owned()).collect();
            truth.attacks.push(Attack { finding_types, entity, from, to, victims, story: self.name.to_owned(), inbound: seen.inbound });
        }
        for suspect in self.suspects {
            let (from, to) = (summary.first, summary.last);
            truth.allowed.push(Allowed { finding_type: None, entity: instance(suspect)?, from, to, story: None });
        }
        truth.victims = self.targets.iter().map(|target| instance(target)).collect::<anyhow::Result<_>>()?;
        Ok(truth)
    }
}

/// Converts a capture and lets the command collect and watch it, without any list.
///
/// # Errors
/// When the capture cannot be converted or is not what the table says, or the command fails.
pub fn watch(weir: &Path, work: &Path, capture: &Capture, file: &Path, afterwards: Afterwards) -> anyhow::Result<Watched> {
    let folder = work.join(format!("capture-{}", capture.name));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut options = Options::default();
    if !capture.local.is_empty() {
        options.local = capture.local.iter().map(|net| net.parse()).collect::<Result<_, _>>()?;
    }
    if let Some(begin) = capture.begin {
        options.begin = Some(DateTime::parse_from_rfc3339(begin)?.to_utc());
    }
    let logs = folder.join("logs");
    let summary = convert(file, None, &options, &logs)?;
    let truth = capture.truth(&summary)?;
    let command = Weir::new(weir, &folder.join("data"));
    let begun = Instant::now();
    command.import_inventory(&logs.join("inventory"))?;
    let records = command.ingest(&summary.logs)?;
    anyhow::ensure!(records == summary.records, "{} of {} records were accepted", records, summary.records);
    let seconds = begun.elapsed().as_secs_f64();
    let findings = command.findings()?;
    if afterwards == Afterwards::Delete {
        fs::remove_dir_all(&folder)?;
    }
    Ok(Watched { truth, findings, summary, records, seconds })
}

/// Days that the hosts of a capture were watched, added up.
pub fn host_days(summary: &Summary) -> f64 {
    let span = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).num_seconds();
    let hosts = u32::try_from(summary.hosts.len()).unwrap_or(u32::MAX);
    let secs = u32::try_from(span(summary.first, summary.last)).unwrap_or(u32::MAX);
    f64::from(hosts) * f64::from(secs) / 86_400.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_sound() {
        let names: BTreeSet<&str> = CAPTURES.iter().map(|capture| capture.name).collect();
        assert_eq!(names.len(), CAPTURES.len());
        for capture in &CAPTURES {
            assert!(capture.local.iter().all(|net| net.parse::<ipnet::IpNet>().is_ok()), "{}", capture.name);
            assert!(capture.begin.is_none_or(|begin| DateTime::parse_from_rfc3339(begin).is_ok()), "{}", capture.name);
            assert!(capture.attacks.iter().all(|seen| !seen.finding_types.is_empty()), "{}", capture.name);
        }
        let held_out = CAPTURES.iter().filter(|capture| capture.set() == "held out").count();
        assert!((CAPTURES.len() / 3..=CAPTURES.len() * 2 / 3).contains(&held_out), "{held_out} of {}", CAPTURES.len());
    }

    #[test]
    fn what_happened_is_told_by_the_ids_of_hosts() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("conn.log");
        let fields = "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes";
        let lines = "1700000000.5\t10.0.0.5\t40000\t10.0.0.6\t22\ttcp\t9\t900\t8\t800\n1700007200.5\t10.0.0.7\t1\t10.0.0.6\t22\ttcp\t9\t900\t8\t800\n";
        fs::write(&input, format!("{fields}\n{lines}")).unwrap();
        let summary = convert(&input, None, &Options::default(), &folder.path().join("out")).unwrap();
        let seen = Seen {
            host: "10.0.0.5",
            finding_types: &["A", "B"],
            inbound: false,
            at_all_others: true,
            victims: &[],
            during: Some((0, 600)),
        };
        let attacks: &'static [Seen] = Box::leak(Box::new([seen]));
        let capture =
            Capture { name: "x", file: "conn.log", about: "", local: &[], begin: None, attacks, suspects: &["10.0.0.7"], targets: &[] };
        let truth = capture.truth(&summary).unwrap();
        let attack = &truth.attacks[0];
        assert_eq!((attack.victims.len(), attack.to - attack.from), (2, Duration::seconds(600)));
        assert_eq!(truth.allowed[0].entity, summary.hosts[2].instance_id);
        assert_eq!(capture.find(folder.path()), Some(input));
        let other = Capture { suspects: &["10.9.9.9"], ..capture };
        assert!(other.truth(&summary).unwrap_err().to_string().contains("10.9.9.9"));
    }
}
