//! `UnauthorizedAccess:EC2/TorRelay`: relays on both sides.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use flow::{Direction, HOUR_SECS, TimeRange};

use super::{FEATURES, Listed, listed};
use crate::detectors::card::Card;
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Occurrence, ScoreError, wording};

const TYPE: FindingType = FindingType::TorRelay;

/// The detector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TorRelay;

impl Detector for TorRelay {
    fn finding_type(&self) -> FindingType {
        TYPE
    }

    fn features(&self) -> &'static str {
        FEATURES
    }

    fn manual(&self) -> &'static str {
        include_str!("manual/tor_relay.md")
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let limit = context.thresholds.tor_relay.min_relays;
        let contacts = listed(TYPE, "tor_names", features)?;
        let mut hours: BTreeMap<(&str, flow::Timestamp), Vec<&Listed>> = BTreeMap::new();
        for entry in contacts.iter().filter(|(contact, _)| contact.in_range(context) && contact.answered()) {
            hours.entry((entry.0.entity.as_str(), entry.0.hour)).or_default().push(entry);
        }
        let mut occurrences = Vec::new();
        for ((entity, hour), entries) in hours {
            let remotes = |direction: Direction, port: Option<u16>| -> BTreeSet<&str> {
                let mine =
                    |entry: &&&Listed| entry.0.direction == direction && (direction == Direction::Outbound || entry.0.service_port == port);
                entries.iter().filter(mine).map(|entry| entry.0.remote_addr.as_str()).collect()
            };
            let outbound = remotes(Direction::Outbound, None).len() as u64;
            let ports: BTreeSet<Option<u16>> =
                entries.iter().filter(|entry| entry.0.direction == Direction::Inbound).map(|entry| entry.0.service_port).collect();
            for port in ports {
                let inbound = remotes(Direction::Inbound, port).len() as u64;
                let of_port = |entry: &&&Listed| entry.0.direction == Direction::Inbound && entry.0.service_port == port;
                let by_bytes =
                    |entry: &&&Listed| (entry.0.bytes_in.saturating_add(entry.0.bytes_out), std::cmp::Reverse(entry.0.remote_addr.clone()));
                let Some((contact, lists)) = entries.iter().filter(of_port).max_by_key(by_bytes) else { continue };
                if inbound.min(outbound) < limit {
                    continue;
                }
                let summary = format!(
                    "{entity} serves {inbound} Tor relays on {} and is itself a client of {outbound} others: it behaves as a relay.",
                    contact.service()
                );
                let actual = Measure::new(wording::number(inbound.min(outbound)), Unit::Hosts);
                occurrences.push(
                    Card::new(TYPE, contact, summary, actual, Some(Measure::new(wording::number(limit), Unit::Hosts)))
                        .occurrence_key(format!("{hour} {}", contact.service()))
                        .lists(lists)
                        .attempts(contact, TimeRange::new(hour, hour.plus_secs(HOUR_SECS)), false, true)
                        .sure("success", 1.0, "every relay counted was answered")
                        .sure("direction", contact.direction_factor().1, contact.direction_factor().2)
                        .sure("list", 1.0, format!("the relays are on {}", lists.join(", ")))
                        .unless(format!("with fewer than {limit} relays as clients (here {inbound}) or as servers (here {outbound})"))
                        .done(),
                );
            }
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}
