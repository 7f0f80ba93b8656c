//! What was found against what really happened. Pure: two documents in, a score out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::found::{Found, MEDIUM};
use crate::grouping::{Grouping, grouping};
use crate::truth::{Attack, Truth};
use crate::units::{Grids, grids};

/// What an attack brings with it besides the finding it was planted for, on the machine that does or suffers it: true as well.
const FOLLOWS: [&str; 8] = [
    "Weir:EC2/LateralMovement",
    "Impact:EC2/WinRMBruteForce",
    "Weir:EC2/LongConnection",
    "UnauthorizedAccess:EC2/TorClient",
    "Behavior:EC2/NetworkPortUnusual",
    "Behavior:EC2/TrafficVolumeUnusual",
    "Weir:EC2/NewCountry",
    "Weir:EC2/NewNetwork",
];

/// A contact with a listed address passes the NAT gateway, whose interface is logged as well: the same contact, seen again.
const AT_THE_GATEWAY: [&str; 4] =
    ["Backdoor:EC2/C&CActivity.B", "CryptoCurrency:EC2/BitcoinTool.B", "Trojan:EC2/BlackholeTraffic", "Trojan:EC2/DropPoint"];

/// An attack, and whether it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// The finding that it calls for; of several, those apart by ` or `.
    pub finding_type: String,
    /// The machine that the finding is about.
    pub entity: String,
    /// From the first packet of the attack to the first packet that the finding rests on, minutes; `None` when it was not found.
    pub delay_minutes: Option<i64>,
    /// Whether another finding of Medium or above says something of the machine at that time.
    pub noticed: bool,
}

/// A finding that nobody planted.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Its type.
    pub finding_type: String,
    /// Whom it is about.
    pub entity: String,
    /// 1.0 to 10.0.
    pub severity: f64,
    /// The first packet it rests on.
    pub first: DateTime<Utc>,
}

/// How one world came out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Score {
    /// Every attack, found or not.
    pub planted: Vec<Planted>,
    /// Findings of Medium and above about machines that nothing was done to or by.
    pub false_alarms: Vec<Alarm>,
    /// The same below Medium.
    pub low_alarms: Vec<Alarm>,
    /// Findings about machines of an attack that the attack was not planted for and does not bring with it: neither true nor false for sure.
    pub beside: Vec<Alarm>,
    /// Machines that were attacked from inside and are called the actor.
    pub accused_victims: Vec<Alarm>,
    /// Findings without evidence, or without the sentence that says what happened.
    pub unexplained: u64,
    /// Findings in all.
    pub findings: u64,
    /// By machine and hour, and by machine and day.
    pub grids: Grids,
    /// How findings are grouped.
    pub grouping: Grouping,
}

impl Score {
    /// How many attacks were found.
    pub fn found(&self) -> usize {
        self.planted.iter().filter(|planted| planted.delay_minutes.is_some()).count()
    }
}

/// Whether a finding is near an attack in time: within an hour.
fn near(found: &Found<'_>, attack: &Attack) -> bool {
    found.first <= attack.to + Duration::hours(1) && found.last >= attack.from - Duration::hours(1)
}

/// Scores findings, GuardDuty's JSON as `weir findings show` prints it, against the truth.
///
/// # Errors
/// When a finding is not what it should be.
pub fn score(truth: &Truth, findings: &[Value]) -> anyhow::Result<Score> {
    let found = findings.iter().map(Found::read).collect::<anyhow::Result<Vec<_>>>()?;
    let planted: BTreeSet<(&str, &str)> =
        truth.attacks.iter().flat_map(|attack| attack.finding_types.iter().map(|kind| (kind.as_str(), attack.entity.as_str()))).collect();
    let guilty: BTreeSet<&str> = truth.attacks.iter().filter(|attack| !attack.inbound).map(|attack| attack.entity.as_str()).collect();
    let suffers: BTreeSet<&str> = truth
        .attacks
        .iter()
        .flat_map(|attack| attack.victims.iter().chain(attack.inbound.then_some(&attack.entity)))
        .chain(&truth.victims)
        .map(String::as_str)
        .collect();
    let allowed = |found: &Found<'_>| {
        truth.allowed.iter().any(|allowed| {
            allowed.entity == found.entity && allowed.finding_type.as_deref().is_none_or(|finding_type| finding_type == found.finding_type)
        })
    };
    let at_the_gateway = |found: &Found<'_>| found.entity.starts_with("eni-") && AT_THE_GATEWAY.contains(&found.finding_type);
    let suffering = |found: &Found<'_>| !found.actor && suffers.contains(found.entity);

    let mut score = Score { findings: found.len() as u64, ..Score::default() };
    score.unexplained = found.iter().filter(|found| !found.explained).count() as u64;
    for attack in &truth.attacks {
        let about = || found.iter().filter(|found| found.entity == attack.entity && near(found, attack));
        let hits = about().filter(|found| attack.finding_types.iter().any(|kind| kind == found.finding_type));
        score.planted.push(Planted {
            finding_type: attack.finding_types.join(" or "),
            entity: attack.entity.clone(),
            delay_minutes: hits.map(|found| (found.first - attack.from).num_minutes().max(0)).min(),
            noticed: about().any(|found| found.severity >= MEDIUM),
        });
    }
    for found in &found {
        let alarm = || Alarm {
            finding_type: found.finding_type.to_owned(),
            entity: found.entity.to_owned(),
            severity: found.severity,
            first: found.first,
        };
        if planted.contains(&(found.finding_type, found.entity)) || at_the_gateway(found) {
            continue;
        }
        if guilty.contains(found.entity) {
            if !FOLLOWS.contains(&found.finding_type) {
                score.beside.push(alarm());
            }
        } else if suffering(found) || allowed(found) {
            score.beside.push(alarm());
        } else {
            if found.actor && suffers.contains(found.entity) {
                score.accused_victims.push(alarm());
            }
            if found.severity >= MEDIUM { score.false_alarms.push(alarm()) } else { score.low_alarms.push(alarm()) }
        }
    }
    score.grids = grids(truth, &found, &|found| at_the_gateway(found) || suffering(found) || allowed(found));
    score.grouping = grouping(truth, &found);
    Ok(score)
}

/// How many of each type.
pub fn by_type<'a>(alarms: impl IntoIterator<Item = &'a Alarm>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for alarm in alarms {
        *counts.entry(alarm.finding_type.as_str()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::units::Units;

    fn finding(kind: &str, entity: &str, severity: f64, role: &str, hour: u32) -> Value {
        json!({
            "type": kind, "severity": severity, "description": "it happened",
            "service": { "resourceRole": role, "eventFirstSeen": format!("2026-11-19T{hour:02}:10:00Z"), "eventLastSeen": format!("2026-11-19T{hour:02}:50:00Z") },
            "weir": { "entity": entity, "evidence": { "rows": { "sql": "SELECT 1" } } },
        })
    }

    fn truth() -> Truth {
        let document = json!({
            "attacks": [
                { "type": "Recon:EC2/Portscan", "entity": "i-1", "range": { "from": "2026-11-19T10:00:00Z", "to": "2026-11-19T10:30:00Z" }, "victims": ["i-2"] },
                { "type": "Weir:EC2/Beacon", "entity": "i-3", "range": { "from": "2026-11-19T10:00:00Z", "to": "2026-11-19T12:00:00Z" }, "victims": [] },
            ],
            "expected": [{ "type": "X", "entity": "i-1", "range": { "from": "2026-11-19T10:00:00Z", "to": "2026-11-19T10:30:00Z" }, "required": false }],
        });
        Truth::of_world(&document).unwrap()
    }

    fn grouped(kind: &str, entity: &str, group: &str, hours: &[u32]) -> Value {
        let mut finding = finding(kind, entity, 5.0, "ACTOR", 10);
        finding["weir"]["group"] = group.into();
        finding["weir"]["occurrences"] = hours
            .iter()
            .map(|hour| json!({ "occurrence_key": format!("2026-11-19T{hour:02}:00:00Z x"), "first_seen": "2026-11-19T00:00:00Z" }))
            .collect();
        finding
    }

    #[test]
    fn found_missed_false_and_accused_are_told_apart() {
        let mut unexplained = finding("Weir:EC2/Sweep", "i-9", 2.0, "ACTOR", 4);
        unexplained["description"] = "".into();
        let findings = [
            finding("Recon:EC2/Portscan", "i-1", 5.0, "ACTOR", 10),
            finding("Behavior:EC2/NetworkPortUnusual", "i-1", 5.0, "ACTOR", 10),
            finding("Weir:EC2/Sweep", "i-1", 5.0, "ACTOR", 10),
            // Too early to be the beacon.
            finding("Weir:EC2/Beacon", "i-3", 5.0, "ACTOR", 3),
            finding("Recon:EC2/Portscan", "i-2", 5.0, "ACTOR", 10),
            finding("Trojan:EC2/DropPoint", "eni-7", 8.0, "ACTOR", 10),
            unexplained,
        ];
        let score = score(&truth(), &findings).unwrap();
        assert_eq!((score.found(), score.planted.len(), score.planted[0].delay_minutes), (1, 2, Some(10)));
        assert_eq!(by_type(&score.false_alarms), BTreeMap::from([("Recon:EC2/Portscan", 1)]));
        assert_eq!(by_type(&score.low_alarms), BTreeMap::from([("Weir:EC2/Sweep", 1)]));
        assert_eq!((score.accused_victims.len(), score.beside.len(), score.unexplained), (1, 1, 1));
    }

    #[test]
    fn hours_and_days_are_counted_by_machine() {
        // The scan is in hour 10, the beacon in hours 10 and 11: it ends on the hour.
        let findings = [
            grouped("Recon:EC2/Portscan", "i-1", "a", &[10, 11]),
            grouped("Weir:EC2/Beacon", "i-3", "a", &[11]),
            grouped("Weir:EC2/Beacon", "i-9", "b", &[3, 4]),
            // Suffering is no guilt, being called the actor is.
            finding("Recon:EC2/Portscan", "i-2", 5.0, "TARGET", 10),
        ];
        let score = score(&truth(), &findings).unwrap();
        assert_eq!(score.grids.medium.hours, Units { hit: 2, false_alarm: 3, missed: 1 });
        assert_eq!(score.grids.medium.days, Units { hit: 2, false_alarm: 1, missed: 0 });
        assert_eq!(score.grids.all, score.grids.medium);
        let findings = [finding("Recon:EC2/Portscan", "i-2", 5.0, "ACTOR", 10)];
        assert_eq!(super::score(&truth(), &findings).unwrap().grids.medium.hours, Units { hit: 0, false_alarm: 1, missed: 3 });
    }

    #[test]
    fn a_story_in_two_groups_and_a_group_of_two_stories_are_counted() {
        let findings = [
            grouped("Recon:EC2/Portscan", "i-1", "a", &[10]),
            grouped("Weir:EC2/Sweep", "i-1", "b", &[10]),
            grouped("Weir:EC2/Beacon", "i-3", "a", &[10]),
            grouped("Weir:EC2/Beacon", "i-9", "a", &[10]),
        ];
        let grouping = score(&truth(), &findings).unwrap().grouping;
        assert_eq!(grouping, Grouping { stories: 2, fragments: 3, groups: 1, members: 3, of_main_story: 1 });
    }

    #[test]
    fn an_attack_from_outside_may_be_told_and_does_not_make_its_target_guilty() {
        let mut truth = truth();
        let attack = Attack { inbound: true, finding_types: vec!["A".to_owned(), "B".to_owned()], ..truth.attacks.remove(0) };
        truth.attacks = vec![attack];
        let told = score(&truth, &[finding("B", "i-1", 2.0, "TARGET", 10), finding("C", "i-1", 2.0, "TARGET", 10)]).unwrap();
        assert_eq!((told.found(), told.beside.len(), told.low_alarms.len()), (1, 1, 0));
        let accused = score(&truth, &[finding("C", "i-1", 5.0, "ACTOR", 10)]).unwrap();
        assert_eq!((accused.accused_victims.len(), accused.false_alarms.len()), (1, 1));
    }

    #[test]
    fn a_document_that_is_none_is_an_error() {
        assert!(score(&truth(), &[json!({ "type": "X" })]).is_err());
    }
}
