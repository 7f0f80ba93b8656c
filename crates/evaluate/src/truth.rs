//! What really happened.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// An attack and the finding that it calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attack {
    /// Types of finding, any of which says it.
    pub finding_types: Vec<String>,
    /// The machine that the finding is about.
    pub entity: String,
    /// First packet.
    pub from: DateTime<Utc>,
    /// Last packet.
    pub to: DateTime<Utc>,
    /// Other machines inside that it was done to.
    pub victims: Vec<String>,
    /// What it belongs to: attacks of one intruder share it.
    pub story: String,
    /// Whether it is done to the machine, from outside.
    pub inbound: bool,
}

/// Something that may be raised and need not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Its type; `None` for whatever is said of the machine.
    pub finding_type: Option<String>,
    /// The machine.
    pub entity: String,
    /// First packet.
    pub from: DateTime<Utc>,
    /// Last packet.
    pub to: DateTime<Utc>,
    /// What it belongs to, where it is known.
    pub story: Option<String>,
}

/// Everything that happened in a world or a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// What must be found.
    pub attacks: Vec<Attack>,
    /// What is true as well, or cannot be judged.
    pub allowed: Vec<Allowed>,
    /// Machines that were attacked by somebody who is not in `attacks`.
    pub victims: Vec<String>,
}

/// What the intrusion of a world is called.
const INTRUSION: &str = "intrusion";

impl Truth {
    /// The truth of a simulated world, `truth.json`.
    ///
    /// # Errors
    /// When the document is not what it should be.
    pub fn of_world(document: &Value) -> anyhow::Result<Self> {
        let rows = |key: &str| document[key].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut truth = Self::default();
        for (index, row) in rows("attacks").iter().enumerate() {
            truth.attacks.push(attack(row, format!("attack {index}"))?);
        }
        for row in rows("expected") {
            let Attack { finding_types, entity, from, to, .. } = attack(row, INTRUSION.to_owned())?;
            if row["required"] == true {
                truth.attacks.push(attack(row, INTRUSION.to_owned())?);
            } else {
                let finding_type = finding_types.into_iter().next();
                truth.allowed.push(Allowed { finding_type, entity, from, to, story: Some(INTRUSION.to_owned()) });
            }
        }
        Ok(truth)
    }
}

fn attack(row: &Value, story: String) -> anyhow::Result<Attack> {
    let text = |key: &str| row[key].as_str().map(str::to_owned).with_context(|| format!("an attack has no {key}"));
    Ok(Attack {
        finding_types: vec![text("type")?],
        entity: text("entity")?,
        from: time(&row["range"]["from"])?,
        to: time(&row["range"]["to"])?,
        victims: row["victims"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        story,
        inbound: false,
    })
}

/// An instant, RFC 3339.
pub(crate) fn time(value: &Value) -> anyhow::Result<DateTime<Utc>> {
    let text = value.as_str().context("a time is no text")?;
    Ok(DateTime::parse_from_rfc3339(text).with_context(|| format!("{text} is no time"))?.to_utc())
}
