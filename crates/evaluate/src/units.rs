//! Scores by machine and hour, and by machine and day: whether a machine was spoken of when something was done by it, or to it.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use crate::found::{Found, MEDIUM, hour};
use crate::truth::Truth;

/// Hours of a day.
const DAY: i64 = 24;

/// How many (machine, time) there are of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Units {
    /// An attack, and a finding.
    pub hit: usize,
    /// No attack, and a finding.
    pub false_alarm: usize,
    /// An attack, and no finding.
    pub missed: usize,
}

impl Units {
    /// Adds those of another world.
    pub fn add(&mut self, other: Self) {
        self.hit += other.hit;
        self.false_alarm += other.false_alarm;
        self.missed += other.missed;
    }
}

/// Units of an hour and of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByTime {
    /// (Machine, hour).
    pub hours: Units,
    /// (Machine, day).
    pub days: Units,
}

/// Units for what interrupts somebody, and for everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grids {
    /// Findings of Medium and above.
    pub medium: ByTime,
    /// Findings of every severity.
    pub all: ByTime,
}

impl Grids {
    /// Adds those of another world.
    pub fn add(&mut self, other: Self) {
        for (own, other) in [(&mut self.medium, other.medium), (&mut self.all, other.all)] {
            own.hours.add(other.hours);
            own.days.add(other.days);
        }
    }
}

/// Counts. `neutral` says of a finding that it is neither true nor false; such a one is not counted where nothing was planted.
///
/// Truth is the hours that an attack touches on the machine that its finding is about. Hours of what is allowed, and of machines that
/// suffer an attack from inside, count neither way.
pub(crate) fn grids(truth: &Truth, found: &[Found<'_>], neutral: &dyn Fn(&Found<'_>) -> bool) -> Grids {
    // An attack that ends on the hour does not touch the next one.
    let hours = |from, to: DateTime<Utc>| hour(from)..=hour(from).max(hour(to - Duration::seconds(1)));
    let mut planted: BTreeSet<(&str, i64)> = BTreeSet::new();
    let mut excused: BTreeSet<(&str, i64)> = BTreeSet::new();
    for attack in &truth.attacks {
        planted.extend(hours(attack.from, attack.to).map(|hour| (attack.entity.as_str(), hour)));
        for victim in &attack.victims {
            excused.extend(hours(attack.from, attack.to).map(|hour| (victim.as_str(), hour)));
        }
    }
    for allowed in &truth.allowed {
        excused.extend(hours(allowed.from, allowed.to).map(|hour| (allowed.entity.as_str(), hour)));
    }
    let count = |least: f64| {
        let loud = || found.iter().filter(|found| found.severity >= least);
        let raised: BTreeSet<(&str, i64)> = loud().flat_map(|found| found.hours.iter().map(|hour| (found.entity, *hour))).collect();
        let mut wrong: BTreeSet<(&str, i64)> =
            loud().filter(|found| !neutral(found)).flat_map(|found| found.hours.iter().map(|hour| (found.entity, *hour))).collect();
        // A victim that is said to suffer is rightly spoken of; one that is called the actor is not.
        let accused: BTreeSet<(&str, i64)> =
            loud().filter(|found| found.actor).flat_map(|found| found.hours.iter().map(|hour| (found.entity, *hour))).collect();
        let allowed_anyway = |unit: &(&str, i64)| {
            let suffers = truth.attacks.iter().any(|attack| attack.victims.iter().any(|victim| victim == unit.0));
            excused.contains(unit) && !(suffers && accused.contains(unit))
        };
        wrong.retain(|unit| !planted.contains(unit) && !allowed_anyway(unit));
        ByTime { hours: units(&planted, &raised, &wrong), days: units(&days(&planted), &days(&raised), &outside(&wrong, &planted)) }
    };
    Grids { medium: count(MEDIUM), all: count(0.0) }
}

fn units(planted: &BTreeSet<(&str, i64)>, raised: &BTreeSet<(&str, i64)>, wrong: &BTreeSet<(&str, i64)>) -> Units {
    let hit = planted.intersection(raised).count();
    Units { hit, false_alarm: wrong.len(), missed: planted.len() - hit }
}

fn days<'a>(hours: &BTreeSet<(&'a str, i64)>) -> BTreeSet<(&'a str, i64)> {
    hours.iter().map(|(entity, hour)| (*entity, hour.div_euclid(DAY))).collect()
}

/// Days of hours that are wrong, without those of an attack.
fn outside<'a>(wrong: &BTreeSet<(&'a str, i64)>, planted: &BTreeSet<(&'a str, i64)>) -> BTreeSet<(&'a str, i64)> {
    days(wrong).difference(&days(planted)).copied().collect()
}
