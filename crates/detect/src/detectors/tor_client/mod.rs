//! `UnauthorizedAccess:EC2/TorClient`; its manual page is `manual.md`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::contact::{Contact, ContactColumns, list_names, read_all};
use crate::evidence::{Contribution, Measure, Unit};
use crate::{Confidence, Context, Detector, Evidence, FindingType, Occurrence, ScoreError, TorClientThresholds, wording};

const TYPE: FindingType = FindingType::TorClient;

/// The detector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TorClient;

impl Detector for TorClient {
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
        let thresholds = &context.thresholds.tor_client;
        let contacts = read_all(
            TYPE,
            features,
            |columns| Ok((ContactColumns::new(columns)?, columns.text("list_names")?)),
            |(contact, lists), row| Ok((contact.read(row)?, list_names(lists.get(row).unwrap_or_default()))),
        )?;
        // What the entity sent to every Tor address in the hour, for the share of each.
        let mut totals: BTreeMap<(String, flow::Timestamp), u64> = BTreeMap::new();
        for (contact, _) in &contacts {
            let total = totals.entry((contact.entity.clone(), contact.hour)).or_default();
            *total = total.saturating_add(contact.bytes_in).saturating_add(contact.bytes_out);
        }
        let mut occurrences: Vec<Occurrence> = contacts
            .iter()
            .filter(|(contact, _)| contact.in_range(context) && fires(contact, thresholds))
            .map(|(contact, lists)| {
                let total = totals.get(&(contact.entity.clone(), contact.hour)).copied().unwrap_or(0);
                occurrence(contact, lists, total, thresholds)
            })
            .collect();
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

fn fires(contact: &Contact, thresholds: &TorClientThresholds) -> bool {
    contact.direction == flow::Direction::Outbound
        && contact.confidence >= thresholds.min_direction_confidence
        && contact.bytes_out > 0
        && contact.bytes_in >= thresholds.min_bytes_in
}

fn occurrence(contact: &Contact, lists: &[String], total: u64, thresholds: &TorClientThresholds) -> Occurrence {
    let bytes = contact.bytes_in.saturating_add(contact.bytes_out);
    let success = if contact.answered() {
        ("success", 1.0, "bytes went both ways: the connection was used".to_owned())
    } else {
        ("success", 0.3, "nothing came back: an attempt only".to_owned())
    };
    let list = lists.join(", ");
    let listed =
        ("list", 1.0, if lists.is_empty() { "the address is on a Tor list".to_owned() } else { format!("the address is on {list}") });
    Occurrence {
        finding_type: TYPE,
        entity: contact.entity.clone(),
        aggregation_key: String::new(),
        occurrence_key: contact.key(),
        first_seen: contact.first_time,
        last_seen: contact.last_time,
        severity: TYPE.default_severity(),
        connection: contact.action(),
        account_id: contact.account_id.clone(),
        evidence: Evidence {
            summary: format!(
                "{} connected to the Tor entry point {} on {} ({}).",
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
            threshold: Some(Measure::new(wording::number(thresholds.min_bytes_in), Unit::Bytes)),
            margin: None,
            confidence: Confidence::of(&[success, contact.direction_factor(), listed]),
            would_not_fire: vec![
                format!("had {} not been on a Tor list, or been on a trusted list", contact.remote_addr),
                format!(
                    "had fewer than {} come back (here {})",
                    wording::count(thresholds.min_bytes_in, "byte"),
                    wording::bytes(wording::number(contact.bytes_in))
                ),
                format!(
                    "had the remote side opened the connection, or had the direction been less sure than {:.2} (here {:.2})",
                    thresholds.min_direction_confidence, contact.confidence
                ),
                "had the network rejected it".to_owned(),
            ],
            contributions: vec![Contribution::of("remote_addr", contact.remote_addr.as_str(), bytes, total)],
            technique: TYPE.technique(),
            rows: contact.rows(),
            list_names: lists.to_vec(),
            additional: serde_json::Map::new(),
        },
    }
}
