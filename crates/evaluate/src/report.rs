//! The report: `docs/EVALUATION.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::grouping::Grouping;
use crate::score::{Score, by_type};
use crate::units::{Grids, Units};
use crate::world::Kind;
use crate::{HELD_OUT, KNOWN};

mod captures;

pub use captures::{CaptureOutcome, line};

/// One world, watched and scored.
pub struct Outcome {
    /// `known` or `held out`.
    pub set: &'static str,
    /// Seed of the world.
    pub seed: u64,
    /// How its traffic was reported.
    pub kind: Kind,
    /// How it came out.
    pub score: Score,
    /// Records accepted.
    pub records: u64,
    /// Time of watching, seconds.
    pub seconds: f64,
}

/// Sums over worlds.
#[derive(Default)]
struct Sum {
    worlds: usize,
    planted: usize,
    found: usize,
    noticed: usize,
    false_alarms: usize,
    low_alarms: usize,
    beside: usize,
    accused: usize,
    unexplained: u64,
    findings: u64,
    grids: Grids,
    grouping: Grouping,
}

impl Sum {
    fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Self {
        let mut sum = Self::default();
        for Outcome { score, .. } in outcomes {
            sum.worlds += 1;
            sum.planted += score.planted.len();
            sum.found += score.found();
            sum.noticed += score.planted.iter().filter(|planted| planted.noticed).count();
            sum.false_alarms += score.false_alarms.len();
            sum.low_alarms += score.low_alarms.len();
            sum.beside += score.beside.len();
            sum.accused += score.accused_victims.len();
            sum.unexplained += score.unexplained;
            sum.findings += score.findings;
            sum.grids.add(score.grids);
            sum.grouping.add(score.grouping);
        }
        sum
    }
}

/// The attacks of one kind, of known and of held-out seeds.
#[derive(Default)]
struct ByType {
    planted: [usize; 2],
    found: [usize; 2],
    /// Minutes, of those found.
    delays: Vec<i64>,
}

/// Wilson's interval of a share at 95 %.
fn wilson(hits: usize, of: usize) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (hits, of, z) = (real(hits), real(of), 1.96_f64);
    let share = hits / of;
    let middle = (share + z * z / (2.0 * of)) / (1.0 + z * z / of);
    let half = z / (1.0 + z * z / of) * (share * (1.0 - share) / of + z * z / (4.0 * of * of)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn share(hits: usize, of: usize) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    let (low, high) = wilson(hits, of);
    format!("{:.3} ({low:.3}–{high:.3})", real(hits) / real(of))
}

/// Precision and recall of units.
fn units(units: Units) -> String {
    let Units { hit, false_alarm, missed } = units;
    format!("precision {}, recall {}", share(hit, hit + false_alarm), share(hit, hit + missed))
}

/// Groups that a story is spread over.
fn fragments(grouping: Grouping) -> String {
    if grouping.stories == 0 {
        return "–".to_owned();
    }
    format!("{:.2} ({} stories)", real(grouping.fragments) / real(grouping.stories), grouping.stories)
}

/// Share of the findings of groups that belong to the main story of their group.
fn purity(grouping: Grouping) -> String {
    if grouping.members == 0 {
        return "–".to_owned();
    }
    format!("{:.2} ({} findings in {} groups)", real(grouping.of_main_story) / real(grouping.members), grouping.members, grouping.groups)
}

/// Where something was raised.
fn place(finding_type: &str, entity: &str) -> String {
    format!("{finding_type} on {entity}")
}

/// Alarms a day for a thousand machines.
fn rate(alarms: usize, worlds: usize, instances: u32, days: u32) -> f64 {
    real(alarms) * 1_000.0 / (real(worlds.max(1)) * f64::from(instances) * f64::from(days))
}

/// The document.
///
/// `captures` is `None` when no folder of captures was given.
pub fn write(outcomes: &[Outcome], captures: Option<&[CaptureOutcome]>, instances: u32, days: u32) -> String {
    let mut text = format!(
        "# Evaluation\n\n\
         Written by `make eval`; every number is from that run. Simulated worlds of {instances} machines over {days} days, with an intrusion and \
         one attack of every other kind on the last whole day, collected and watched by the release build of the command.\n\n\
         - **Known** seeds ({}) were looked at while detectors were written and tuned. **Held out** seeds ({}) were not.\n\
         - A world is reported in version 2 (no TCP flags) or 5, in windows of 60 or 600 seconds, with 0, 10 or 50 % of its records lost at \
         random.\n\
         - An attack is *found* when a finding of its type about its machine touches its time (an hour either way); *noticed* when any finding of \
         Medium or above does.\n\
         - An alarm is *false* when it is about a machine that nothing was planted on. What is raised on an attacked machine and was neither planted \
         nor follows from it is counted *beside*: it may be true.\n\
         - A *(machine, hour)* is hit when a finding has an occurrence in an hour that an attack on that machine touches, missed when none has, and \
         false when one has where nothing was planted, follows, or is suffered; likewise for days (UTC).\n\
         - The intrusion is one story, every other attack one of its own. A story should be in one group, and the findings of a group of one story.\n\
         - Shares carry Wilson's interval at 95 %. Attacks of one world are not independent, so the intervals are narrower than they should be.\n",
        list(&KNOWN),
        list(&HELD_OUT)
    );
    text += "\n## In short\n\n| | targets | known | held out |\n| --- | --- | --- | --- |\n";
    let sums: Vec<Sum> = ["known", "held out"].iter().map(|set| Sum::of(outcomes.iter().filter(|outcome| outcome.set == *set))).collect();
    let whole: Vec<Sum> = ["known", "held out"]
        .iter()
        .map(|set| Sum::of(outcomes.iter().filter(|outcome| outcome.set == *set && outcome.kind.loss == 0)))
        .collect();
    let mut row = |name: &str, target: &str, value: &dyn Fn(&Sum) -> String, sums: &[Sum]| {
        let _ = writeln!(text, "| {name} | {target} | {} | {} |", value(&sums[0]), value(&sums[1]));
    };
    row("worlds", "", &|sum| sum.worlds.to_string(), &sums);
    row("attacks found, nothing lost", "≥ 0.95", &|sum| share(sum.found, sum.planted), &whole);
    row("attacks found, all worlds", "", &|sum| share(sum.found, sum.planted), &sums);
    row("attacks noticed, all worlds", "", &|sum| share(sum.noticed, sum.planted), &sums);
    row(
        "false alarms of Medium and above, a day for 1,000 machines",
        "≤ 5",
        &|sum| format!("{:.2} ({})", rate(sum.false_alarms, sum.worlds, instances, days), sum.false_alarms),
        &sums,
    );
    row(
        "false alarms below Medium, a day for 1,000 machines",
        "",
        &|sum| format!("{:.2} ({})", rate(sum.low_alarms, sum.worlds, instances, days), sum.low_alarms),
        &sums,
    );
    row("findings beside an attack", "", &|sum| sum.beside.to_string(), &sums);
    row("victims called the actor", "0", &|sum| sum.accused.to_string(), &sums);
    row("findings without an explanation", "0", &|sum| format!("{} of {}", sum.unexplained, sum.findings), &sums);
    row("(machine, hour), Medium and above", "", &|sum| units(sum.grids.medium.hours), &sums);
    row("(machine, day), Medium and above", "", &|sum| units(sum.grids.medium.days), &sums);
    row("(machine, hour), all severities", "", &|sum| units(sum.grids.all.hours), &sums);
    row("(machine, day), all severities", "", &|sum| units(sum.grids.all.days), &sums);
    row("groups of a story", "1", &|sum| fragments(sum.grouping), &sums);
    row("findings of a group's main story", "", &|sum| purity(sum.grouping), &sums);

    text += "\n## By what is reported\n\n| | worlds | found | false, Medium and above |\n| --- | --- | --- | --- |\n";
    for kind in outcomes.iter().map(|outcome| outcome.kind).collect::<BTreeSet<_>>() {
        let sum = Sum::of(outcomes.iter().filter(|outcome| outcome.kind == kind));
        let _ = writeln!(text, "| {kind} | {} | {} | {} |", sum.worlds, share(sum.found, sum.planted), sum.false_alarms);
    }

    text += "\n## By kind of attack\n\nThe delay is from the first packet of the attack to the first packet that the finding rests on, the median of \
             those found.\n\n| finding | found, known | found, held out | median delay, min |\n| --- | --- | --- | --- |\n";
    let mut types: BTreeMap<&str, ByType> = BTreeMap::new();
    for outcome in outcomes {
        let set = usize::from(outcome.set == "held out");
        for planted in &outcome.score.planted {
            let counted = types.entry(&planted.finding_type).or_default();
            counted.planted[set] += 1;
            if let Some(delay) = planted.delay_minutes {
                counted.found[set] += 1;
                counted.delays.push(delay);
            }
        }
    }
    for (kind, ByType { found, planted: of, delays }) in &mut types {
        delays.sort_unstable();
        let median = delays.get(delays.len() / 2).map_or_else(|| "–".to_owned(), ToString::to_string);
        let _ = writeln!(text, "| `{kind}` | {} of {} | {} of {} | {median} |", found[0], of[0], found[1], of[1]);
    }

    text += "\n## What was missed\n\n| seed | reported as | finding | machine | noticed otherwise |\n| --- | --- | --- | --- | --- |\n";
    for outcome in outcomes {
        for planted in outcome.score.planted.iter().filter(|planted| planted.delay_minutes.is_none()) {
            let noticed = if planted.noticed { "yes" } else { "no" };
            let _ = writeln!(
                text,
                "| {} ({}) | {} | `{}` | {} | {noticed} |",
                outcome.seed, outcome.set, outcome.kind, planted.finding_type, planted.entity
            );
        }
    }

    text += "\n## What was raised and nobody planted\n\n| finding | false, Medium and above | false, below | beside an attack |\n| --- | --- | --- | --- |\n";
    let counts = [
        by_type(outcomes.iter().flat_map(|outcome| &outcome.score.false_alarms)),
        by_type(outcomes.iter().flat_map(|outcome| &outcome.score.low_alarms)),
        by_type(outcomes.iter().flat_map(|outcome| &outcome.score.beside)),
    ];
    for kind in counts.iter().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>() {
        let [medium, low, beside] = [0, 1, 2].map(|index| counts[index].get(kind).copied().unwrap_or(0));
        let _ = writeln!(text, "| `{kind}` | {medium} | {low} | {beside} |");
    }

    text += "\n## Worlds\n\n| seed | set | reported as | records | found | false, Medium and above | beside | watched in, s |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for Outcome { set, seed, kind, score, records, seconds } in outcomes {
        let _ = writeln!(
            text,
            "| {seed} | {set} | {kind} | {records} | {} of {} | {} | {} | {seconds:.0} |",
            score.found(),
            score.planted.len(),
            score.false_alarms.len(),
            score.beside.len()
        );
    }
    text += &captures::write(captures.is_some(), captures.unwrap_or_default());
    text + "\n## What this does not show\n\n\
        The attacks and the company of the worlds are of our own making: a detector that knows how its author attacks does well there. The company \
        has look-alikes (backups, reports, deploys, agents, time servers, scanners from outside), but no vulnerability scanner, no build storm, no \
        peer-to-peer and no failover. Captures are few and short, hardly any has harmless neighbours, and none has the weeks that baselines need.\n"
}

fn list(seeds: &[u64]) -> String {
    seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_intervals_that_hold_them() {
        assert_eq!(share(0, 0), "–");
        let (low, high) = wilson(95, 100);
        assert!((0.88..0.90).contains(&low) && (0.97..0.98).contains(&high), "{low} {high}");
        assert!(wilson(10, 10).0 < 0.75);
    }

    #[test]
    fn a_rate_is_a_day_and_a_thousand_machines() {
        assert!((rate(8, 2, 40, 20) - 5.0).abs() < 1e-9);
    }
}
