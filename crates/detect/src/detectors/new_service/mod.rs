//! Services that are new to a machine: mail and resolvers. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use flow::{HOUR_SECS, TimeRange, Timestamp};

use super::card::{Card, maturity, service_key};
use super::known::{Known, read_known};
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Novelty, Occurrence, ScoreError, wording};

const LOW: f64 = 3.0;
const FEATURES: &str = concat!(
    include_str!("../outbound.sql"),
    include_str!("features.sql"),
    include_str!("../known.sql"),
    include_str!("../contact.sql"),
    include_str!("../tail.sql")
);

/// Resolvers by one protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver {
    finding_type: FindingType,
    port: u16,
    manual: &'static str,
}

pub(crate) static DNS: Resolver =
    Resolver { finding_type: FindingType::UnusualDnsResolver, port: 53, manual: include_str!("manual/dns.md") };
pub(crate) static DOH: Resolver =
    Resolver { finding_type: FindingType::UnusualDohActivity, port: 443, manual: include_str!("manual/doh.md") };
pub(crate) static DOT: Resolver =
    Resolver { finding_type: FindingType::UnusualDotActivity, port: 853, manual: include_str!("manual/dot.md") };

impl Detector for Resolver {
    fn finding_type(&self) -> FindingType {
        self.finding_type
    }

    fn features(&self) -> &'static str {
        FEATURES
    }

    fn manual(&self) -> &'static str {
        self.manual
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.new_service;
        let mut occurrences = Vec::new();
        for row in read_known(self.finding_type, features)? {
            let contact = &row.contact;
            // New for a day: an address that is used on and on is the machine's resolver by then.
            let new = row.net_first_seen.is_none_or(|first| contact.hour.secs() - first.secs() < 24 * HOUR_SECS);
            if contact.service_port != Some(self.port)
                || !contact.in_range(context)
                || !contact.answered()
                || !new
                || row.days_watched(context) < thresholds.min_baseline_days
                || row.peer_share() > thresholds.max_peer_share
            {
                continue;
            }
            let bytes = contact.bytes_in.saturating_add(contact.bytes_out);
            let severity = if bytes >= thresholds.tunnel_bytes { self.finding_type.default_severity() } else { LOW };
            let summary = format!(
                "{} asked {} on {}, which it had not talked to before ({}).",
                contact.entity,
                contact.remote_addr,
                contact.service(),
                contact.traffic()
            );
            let (days, days_reason) = maturity(row.days_watched(context));
            let (name, value, reason) = contact.direction_factor();
            occurrences.push(
                Card::new(self.finding_type, contact, summary, Measure::new(wording::number(bytes), Unit::Bytes), None)
                    .issue(contact.remote_addr.as_str())
                    .severity(severity)
                    .since(row.net_first_seen.unwrap_or(contact.first_time))
                    .fact("unusual", contact.remote_addr.as_str())
                    .sure("maturity", days, days_reason)
                    .sure(name, value, reason)
                    .sure("peers", 1.0 - row.peer_share(), row.peers_reason())
                    .unless(format!("had the machine talked to {} more than a day before", row.remote_net))
                    .unless(format!(
                        "had more than {} of the other machines talked to it (here {} of {})",
                        wording::percent(thresholds.max_peer_share),
                        row.peers_using,
                        row.peers
                    ))
                    .unless("had it not answered")
                    .done(),
            );
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

/// `Backdoor:EC2/Spambot`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spambot;

impl Detector for Spambot {
    fn finding_type(&self) -> FindingType {
        FindingType::Spambot
    }

    fn features(&self) -> &'static str {
        FEATURES
    }

    fn manual(&self) -> &'static str {
        include_str!("manual/spambot.md")
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.new_service;
        let mut hours: BTreeMap<(String, Timestamp), Vec<Known>> = BTreeMap::new();
        for row in read_known(self.finding_type(), features)? {
            if row.contact.service_port.is_some_and(|port| [25, 465, 587].contains(&port)) && row.contact.in_range(context) {
                hours.entry((row.contact.entity.clone(), row.contact.hour)).or_default().push(row);
            }
        }
        let mut occurrences = Vec::new();
        for ((entity, hour), rows) in hours {
            let networks: BTreeSet<&str> = rows.iter().map(|row| row.remote_net.as_str()).collect();
            let count = networks.len() as u64;
            // History of a day and more on any of the ports is a mail server's, or a job's.
            let practised = rows.iter().any(|row| {
                row.port_last_seen.is_some() && row.net_first_seen.is_some_and(|first| hour.secs() - first.secs() >= 24 * HOUR_SECS)
            });
            let Some(row) = rows.iter().max_by_key(|row| (row.contact.bytes_out, std::cmp::Reverse(row.contact.remote_addr.clone())))
            else {
                continue;
            };
            let days = row.days_watched(context);
            if practised || count < thresholds.min_mail_networks || days < thresholds.min_baseline_days {
                continue;
            }
            let contact = &row.contact;
            let answered = rows.iter().filter(|row| row.contact.answered()).count();
            let summary = format!(
                "{entity} connected to mail servers in {count} networks on {} in an hour, of which {answered} answered, without any history \
                 of mail.",
                contact.service()
            );
            let actual = Measure::new(wording::number(count), Unit::Hosts);
            let limit = Measure::new(wording::number(thresholds.min_mail_networks), Unit::Hosts);
            let (days, days_reason) = maturity(days);
            let (name, value, reason) = contact.direction_factor();
            let attempt = if answered > 0 { (1.0, "servers answered") } else { (0.8, "nothing answered: EC2 blocks port 25 unless asked") };
            occurrences.push(
                Card::new(self.finding_type(), contact, summary, actual, Some(limit))
                    .occurrence_key(hour.to_string())
                    .attempts(contact, TimeRange::new(hour, hour.plus_secs(HOUR_SECS)), false, true)
                    .fact("unusual", contact.service_port.unwrap_or(25))
                    .novelty(Novelty::seen("remote_port", service_key(contact), row.port_last_seen, hour))
                    .sure("maturity", days, days_reason)
                    .sure("success", attempt.0, attempt.1)
                    .sure(name, value, reason)
                    .unless(format!("with fewer than {} networks of mail servers (here {count})", thresholds.min_mail_networks))
                    .unless("had the machine sent mail more than a day before")
                    .done(),
            );
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

/// `Weir:EC2/ProtocolMismatch`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProtocolMismatch;

impl Detector for ProtocolMismatch {
    fn finding_type(&self) -> FindingType {
        FindingType::ProtocolMismatch
    }

    fn features(&self) -> &'static str {
        FEATURES
    }

    fn manual(&self) -> &'static str {
        include_str!("manual/protocol_mismatch.md")
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.novelty;
        let mut occurrences = Vec::new();
        for row in read_known(self.finding_type(), features)? {
            let contact = &row.contact;
            let judged = (contact.protocol == Some(17) && contact.service_port == Some(53))
                || contact.protocol.is_some_and(|protocol| [1, 58].contains(&protocol));
            let bytes = contact.bytes_in.saturating_add(contact.bytes_out);
            let mean = |bytes: u64, packets: u64| wording::number(bytes) / wording::number(packets.max(1));
            let (inward, outward) = (mean(contact.bytes_in, contact.packets_in), mean(contact.bytes_out, contact.packets_out));
            let limit = thresholds.min_mismatch_packet;
            if !judged || !contact.in_range(context) || bytes < thresholds.min_mismatch_bytes || inward.min(outward) < limit {
                continue;
            }
            let summary = format!(
                "{} exchanged {} with {} whose packets have {outward:.0} bytes out and {inward:.0} in on average, on {}.",
                contact.entity,
                wording::bytes(wording::number(bytes)),
                contact.remote_addr,
                contact.service()
            );
            occurrences.push(
                Card::new(
                    self.finding_type(),
                    contact,
                    summary,
                    Measure::new(inward.min(outward), Unit::Bytes),
                    Some(Measure::new(limit, Unit::Bytes)),
                )
                .issue(format!("{} {}", contact.remote_addr, service_key(contact)))
                .sure("size", 0.7, "sizes alone do not tell what is inside")
                .sure("peers", 1.0 - row.peer_share(), row.peers_reason())
                .unless(format!("with packets of less than {limit:.0} bytes on average, one way or the other"))
                .unless(format!("with less than {} in the hour", wording::bytes(wording::number(thresholds.min_mismatch_bytes))))
                .done(),
            );
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}
