//! What was found against what really happened. Pure: two documents in, a score out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

/// Least severity of what interrupts somebody: Medium.
const MEDIUM: f64 = 4.0;

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
    /// The finding that it calls for.
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
}

impl Score {
    /// How many attacks were found.
    pub fn found(&self) -> usize {
        self.planted.iter().filter(|planted| planted.delay_minutes.is_some()).count()
    }
}

struct Found<'a> {
    finding_type: &'a str,
    entity: &'a str,
    severity: f64,
    actor: bool,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

struct Attack<'a> {
    finding_type: &'a str,
    entity: &'a str,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Scores the findings of a world, GuardDuty's JSON, against its truth.
///
/// # Errors
/// When one of the two is not what it should be.
pub fn score(truth: &Value, findings: &[Value]) -> anyhow::Result<Score> {
    let found = findings.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let rows = |key: &str| truth[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let required = rows("expected").iter().filter(|row| row["required"] == true);
    let attacks = rows("attacks").iter().chain(required).map(attack).collect::<anyhow::Result<Vec<_>>>()?;
    let planted: BTreeSet<(&str, &str)> = attacks.iter().map(|attack| (attack.finding_type, attack.entity)).collect();
    let guilty: BTreeSet<&str> = attacks.iter().map(|attack| attack.entity).collect();
    let victims: BTreeSet<&str> = rows("attacks").iter().flat_map(|attack| texts(&attack["victims"])).collect();
    let mut score = Score { findings: found.len() as u64, ..Score::default() };
    score.unexplained = findings.iter().filter(|finding| !explained(finding)).count() as u64;
    for attack in &attacks {
        let near = |found: &&Found<'_>| {
            found.entity == attack.entity && found.first <= attack.to + Duration::hours(1) && found.last >= attack.from - Duration::hours(1)
        };
        let hits = found.iter().filter(near).filter(|found| found.finding_type == attack.finding_type);
        score.planted.push(Planted {
            finding_type: attack.finding_type.to_owned(),
            entity: attack.entity.to_owned(),
            delay_minutes: hits.map(|found| (found.first - attack.from).num_minutes().max(0)).min(),
            noticed: found.iter().filter(near).any(|found| found.severity >= MEDIUM),
        });
    }
    for found in &found {
        let alarm = || Alarm {
            finding_type: found.finding_type.to_owned(),
            entity: found.entity.to_owned(),
            severity: found.severity,
            first: found.first,
        };
        let gateway = found.entity.starts_with("eni-") && AT_THE_GATEWAY.contains(&found.finding_type);
        if planted.contains(&(found.finding_type, found.entity)) || gateway {
            continue;
        }
        if guilty.contains(found.entity) {
            if !FOLLOWS.contains(&found.finding_type) {
                score.beside.push(alarm());
            }
        } else {
            if found.actor && victims.contains(found.entity) {
                score.accused_victims.push(alarm());
            }
            if found.severity >= MEDIUM { score.false_alarms.push(alarm()) } else { score.low_alarms.push(alarm()) }
        }
    }
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

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn time(value: &Value) -> anyhow::Result<DateTime<Utc>> {
    let text = value.as_str().context("a time is no text")?;
    Ok(DateTime::parse_from_rfc3339(text).with_context(|| format!("{text} is no time"))?.to_utc())
}

fn read(finding: &Value) -> anyhow::Result<Found<'_>> {
    Ok(Found {
        finding_type: finding["type"].as_str().context("a finding has no type")?,
        entity: finding["weir"]["entity"].as_str().context("a finding has no entity")?,
        severity: finding["severity"].as_f64().context("a finding has no severity")?,
        actor: finding["service"]["resourceRole"] == "ACTOR",
        first: time(&finding["service"]["eventFirstSeen"])?,
        last: time(&finding["service"]["eventLastSeen"])?,
    })
}

fn attack(row: &Value) -> anyhow::Result<Attack<'_>> {
    Ok(Attack {
        finding_type: row["type"].as_str().context("an attack has no type")?,
        entity: row["entity"].as_str().context("an attack has no entity")?,
        from: time(&row["range"]["from"])?,
        to: time(&row["range"]["to"])?,
    })
}

fn explained(finding: &Value) -> bool {
    let evidence = &finding["weir"]["evidence"];
    let rows = evidence["rows"]["sql"].as_str().is_some_and(|sql| !sql.is_empty());
    rows && finding["description"].as_str().is_some_and(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finding(kind: &str, entity: &str, severity: f64, role: &str, hour: u32) -> Value {
        json!({
            "type": kind, "severity": severity, "description": "it happened",
            "service": { "resourceRole": role, "eventFirstSeen": format!("2026-11-19T{hour:02}:10:00Z"), "eventLastSeen": format!("2026-11-19T{hour:02}:50:00Z") },
            "weir": { "entity": entity, "evidence": { "rows": { "sql": "SELECT 1" } } },
        })
    }

    fn truth() -> Value {
        json!({
            "attacks": [
                { "type": "Recon:EC2/Portscan", "entity": "i-1", "range": { "from": "2026-11-19T10:00:00Z", "to": "2026-11-19T10:30:00Z" }, "victims": ["i-2"] },
                { "type": "Weir:EC2/Beacon", "entity": "i-3", "range": { "from": "2026-11-19T10:00:00Z", "to": "2026-11-19T12:00:00Z" }, "victims": [] },
            ],
            "expected": [{ "type": "X", "entity": "i-1", "range": { "from": "2026-11-19T10:00:00Z", "to": "2026-11-19T10:30:00Z" }, "required": false }],
        })
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
    fn a_document_that_is_none_is_an_error() {
        assert!(score(&truth(), &[json!({ "type": "X" })]).is_err());
    }
}
