//! `UnauthorizedAccess:EC2/MaliciousIPCaller.Custom`; its manual page is `manual.md`.

#[cfg(test)]
mod tests;

use arrow::array::RecordBatch;
use flow::Direction;

use super::contact::{Contact, ContactColumns, list_names, read_all};
use crate::evidence::{Contribution, Measure, Unit};
use crate::{Confidence, Context, Detector, Evidence, FindingType, MaliciousIpCallerThresholds, Occurrence, ScoreError, wording};

const TYPE: FindingType = FindingType::MaliciousIpCallerCustom;

/// The detector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaliciousIpCallerCustom;

impl Detector for MaliciousIpCallerCustom {
    fn finding_type(&self) -> FindingType {
        TYPE
    }

    fn features(&self) -> &'static str {
        include_str!("features.sql")
    }

    fn manual(&self) -> &'static str {
        include_str!("manual.md")
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let contacts = read_all(
            TYPE,
            features,
            |columns| Ok((ContactColumns::new(columns)?, columns.text("list_names")?)),
            |(contact, lists), row| Ok((contact.read(row)?, list_names(lists.get(row).unwrap_or_default()))),
        )?;
        let mut occurrences: Vec<Occurrence> = contacts
            .iter()
            .filter(|(contact, _)| contact.in_range(context))
            .flat_map(|(contact, lists)| lists.iter().map(move |list| (contact, list, lists)))
            .map(|(contact, list, lists)| occurrence(contact, list, lists, &context.thresholds.malicious_ip_caller))
            .collect();
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

/// How much the contact weighs, by who opened it and whether it was answered.
fn success(contact: &Contact, thresholds: &MaliciousIpCallerThresholds) -> (f64, &'static str) {
    match (contact.direction, contact.answered()) {
        (Direction::Outbound, true) => (thresholds.outbound_answered, "the entity opened the connection and was answered"),
        (Direction::Inbound, true) => (thresholds.inbound_answered, "the remote side opened the connection and was answered"),
        (Direction::Unknown, true) => (thresholds.inbound_answered, "bytes went both ways, and who opened the connection is not known"),
        (Direction::Outbound, false) => (thresholds.outbound_unanswered, "the entity tried and was not answered"),
        (_, false) => (thresholds.inbound_unanswered, "the remote side tried, was let through and not answered"),
    }
}

fn occurrence(contact: &Contact, list: &str, lists: &[String], thresholds: &MaliciousIpCallerThresholds) -> Occurrence {
    let bytes = contact.bytes_in.saturating_add(contact.bytes_out);
    let (weight, reason) = success(contact, thresholds);
    let relation = match contact.direction {
        Direction::Outbound => "connected to",
        Direction::Inbound => "was contacted by",
        Direction::Unknown => "exchanged traffic with",
    };
    // The list named first is the one this finding is about.
    let list_names: Vec<String> = std::iter::once(list.to_owned()).chain(lists.iter().filter(|name| *name != list).cloned()).collect();
    let mut factors = vec![("success", weight, reason.to_owned())];
    if contact.direction != Direction::Unknown {
        factors.push(contact.direction_factor());
    }
    factors.push(("list", 1.0, format!("the address is on {}", list_names.join(", "))));
    Occurrence {
        finding_type: TYPE,
        entity: contact.entity.clone(),
        aggregation_key: list.to_owned(),
        occurrence_key: contact.key(),
        first_seen: contact.first_time,
        last_seen: contact.last_time,
        severity: TYPE.default_severity(),
        connection: contact.action(),
        account_id: contact.account_id.clone(),
        evidence: Evidence {
            summary: format!(
                "{} {relation} {}, which is on the threat list {list}, on {} ({}).",
                contact.entity,
                contact.remote_addr,
                contact.service(),
                contact.traffic()
            ),
            expected: None,
            actual: Measure::new(wording::number(bytes), Unit::Bytes),
            factor: None,
            rank: None,
            since: contact.first_time,
            novelty: vec![contact.remote_novelty()],
            threshold: None,
            margin: None,
            confidence: Confidence::of(&factors),
            would_not_fire: vec![
                format!("had {} not been on {list}, or been on a trusted list", contact.remote_addr),
                format!("had the network rejected all {} of that hour", wording::count(contact.flows, "flow")),
            ],
            contributions: vec![Contribution::of("remote_addr", contact.remote_addr.as_str(), bytes, bytes)],
            technique: TYPE.technique(),
            rows: contact.rows(),
            list_names,
            additional: serde_json::Map::new(),
        },
    }
}
