//! The part of the report about captures of others' networks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{place, share, units};
use crate::captures::{CAPTURES, Capture, LEFT_OUT};
use crate::grouping::Grouping;
use crate::score::{Score, by_type};
use crate::units::Grids;

/// One capture, watched and scored.
pub struct CaptureOutcome {
    /// Which.
    pub capture: &'static Capture,
    /// How it came out.
    pub score: Score,
    /// Records accepted.
    pub records: u64,
    /// Hosts inside.
    pub hosts: usize,
    /// Days that they were watched, added up.
    pub host_days: f64,
    /// Hours from the first to the last record.
    pub hours: f64,
    /// Packets and connections that were left out in conversion.
    pub skipped: u64,
    /// Packets and connections read.
    pub read: u64,
}

/// Sums over captures.
#[derive(Default)]
struct Sum {
    captures: usize,
    planted: usize,
    found: usize,
    false_alarms: usize,
    low_alarms: usize,
    beside: usize,
    accused: usize,
    unexplained: u64,
    findings: u64,
    host_days: f64,
    grids: Grids,
    grouping: Grouping,
}

impl Sum {
    fn of<'a>(outcomes: impl IntoIterator<Item = &'a CaptureOutcome>) -> Self {
        let mut sum = Self::default();
        for CaptureOutcome { score, host_days, .. } in outcomes {
            sum.captures += 1;
            sum.planted += score.planted.len();
            sum.found += score.found();
            sum.false_alarms += score.false_alarms.len();
            sum.low_alarms += score.low_alarms.len();
            sum.beside += score.beside.len();
            sum.accused += score.accused_victims.len();
            sum.unexplained += score.unexplained;
            sum.findings += score.findings;
            sum.host_days += host_days;
            sum.grids.add(score.grids);
            sum.grouping.add(score.grouping);
        }
        sum
    }
}

/// The section. Without a folder it says so.
pub(super) fn write(folder_given: bool, outcomes: &[CaptureOutcome]) -> String {
    let mut text = "\n## Captures of others' networks\n\n".to_owned();
    if !folder_given {
        return text + "None were scored: no folder of captures was given (`--captures`, or `WEIR_CAPTURES`).\n";
    }
    let absent: Vec<&str> = CAPTURES
        .iter()
        .filter(|capture| outcomes.iter().all(|outcome| outcome.capture.name != capture.name))
        .map(|capture| capture.name)
        .collect();
    text += "Packet captures, Zeek and Argus logs that others recorded and labelled, converted to flow logs of version 5 in windows of 60 seconds \
             and watched without any list. They are not part of this project; each is named with the end of its path in the folder that was \
             given, whose notes tell origin and licence.\n\n\
             - What must be found was written down from descriptions and labels before the first run. A capture is *known* or *held out* by the \
             hash of its name; whoever acts on a held-out one moves it to the known.\n\
             - Most are minutes long. What has to learn a machine's habits first (beacons, strobes, lateral movement, unusual ports and \
             volumes, novelty) cannot be judged on them and is not asked; nothing was put before them to pass for history. A host whose attack is of \
             that kind is a suspect, and what is said of it counts neither way.\n\
             - A host that is attacked may be said to suffer; it may not be called the actor.\n\
             - Attempts that a firewall dropped before the capture are not in it, so nothing is `REJECT`.\n";
    let sums = ["known", "held out"].map(|set| Sum::of(outcomes.iter().filter(|outcome| outcome.capture.set() == set)));
    text += "\n| | known | held out |\n| --- | --- | --- |\n";
    let mut row = |name: &str, value: &dyn Fn(&Sum) -> String| {
        let _ = writeln!(text, "| {name} | {} | {} |", value(&sums[0]), value(&sums[1]));
    };
    row("captures", &|sum| sum.captures.to_string());
    row("days of one host, from the first to the last record of its capture", &|sum| format!("{:.1}", sum.host_days));
    row("attacks found", &|sum| share(sum.found, sum.planted));
    row("false alarms of Medium and above", &|sum| sum.false_alarms.to_string());
    row("false alarms below Medium", &|sum| sum.low_alarms.to_string());
    row("neither true nor false for sure", &|sum| sum.beside.to_string());
    row("victims called the actor", &|sum| sum.accused.to_string());
    row("findings without an explanation", &|sum| format!("{} of {}", sum.unexplained, sum.findings));
    row("(host, hour), all severities", &|sum| units(sum.grids.all.hours));
    row("(host, day), all severities", &|sum| units(sum.grids.all.days));
    row("(host, hour), Medium and above", &|sum| units(sum.grids.medium.hours));
    row("(host, day), Medium and above", &|sum| units(sum.grids.medium.days));
    row("groups of a story", &|sum| super::fragments(sum.grouping));
    row("findings of a group's main story", &|sum| super::purity(sum.grouping));

    text += "\n| capture | set | what it is | hosts | hours | records | left out | found | false, Medium and above | false, below | not judged |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for CaptureOutcome { capture, score, records, hosts, hours, skipped, read, .. } in outcomes {
        let found = if score.planted.is_empty() { "–".to_owned() } else { format!("{} of {}", score.found(), score.planted.len()) };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {hosts} | {hours:.1} | {records} | {skipped} of {read} | {found} | {} | {} | {} |",
            capture.name,
            capture.set(),
            capture.about,
            score.false_alarms.len(),
            score.low_alarms.len(),
            score.beside.len()
        );
    }
    text += "\nWhat was missed:\n\n| capture | set | finding | noticed otherwise |\n| --- | --- | --- | --- |\n";
    for outcome in outcomes {
        for planted in outcome.score.planted.iter().filter(|planted| planted.delay_minutes.is_none()) {
            let noticed = if planted.noticed { "yes" } else { "no" };
            let _ = writeln!(text, "| {} | {} | `{}` | {noticed} |", outcome.capture.name, outcome.capture.set(), planted.finding_type);
        }
    }
    text += "\nWhat was raised and is not the attack:\n\n| capture | finding | false, Medium and above | false, below | not judged |\n\
             | --- | --- | --- | --- | --- |\n";
    for outcome in outcomes {
        let score = &outcome.score;
        let counts = [by_type(&score.false_alarms), by_type(&score.low_alarms), by_type(&score.beside)];
        let kinds: BTreeMap<&str, [usize; 3]> = counts
            .iter()
            .flat_map(BTreeMap::keys)
            .map(|kind| (*kind, [0, 1, 2].map(|index| counts[index].get(kind).copied().unwrap_or(0))))
            .collect();
        for (kind, [medium, low, beside]) in kinds {
            let _ = writeln!(text, "| {} | `{kind}` | {medium} | {low} | {beside} |", outcome.capture.name);
        }
    }
    text += "\nWhere each is: ";
    text += &CAPTURES.map(|capture| format!("{} `{}`", capture.name, capture.file)).join(", ");
    text += ".\n";
    if !absent.is_empty() {
        let _ = writeln!(text, "\nNot in the folder that was given: {}.", absent.join(", "));
    }
    text += "\nOf the same sources, not scored:\n\n";
    for (which, why) in LEFT_OUT {
        let _ = writeln!(text, "- {which}: {why}");
    }
    text
}

/// The line that a run prints of a capture.
pub fn line(outcome: &CaptureOutcome) -> String {
    let score = &outcome.score;
    let alarms = score.false_alarms.iter().chain(&score.low_alarms).map(|alarm| place(&alarm.finding_type, &alarm.entity));
    format!(
        "{} ({}): {} of {} found, {} false of Medium and above, {} below, {} accused, {} not judged, {} findings, {:.2} host-days{}",
        outcome.capture.name,
        outcome.capture.set(),
        score.found(),
        score.planted.len(),
        score.false_alarms.len(),
        score.low_alarms.len(),
        score.accused_victims.len(),
        score.beside.len(),
        score.findings,
        outcome.host_days,
        alarms.map(|alarm| format!("\n  false: {alarm}")).collect::<String>()
    )
}
