//! `Behavior:EC2/NetworkPortUnusual`; its manual page is `manual.md`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use flow::{DAY_SECS, HOUR_SECS, Timestamp};

use super::contact::{Contact, ContactColumns, read_all};
use crate::evidence::{Contribution, Measure, Unit};
use crate::{
    Confidence, Context, Detector, Evidence, FindingType, NetworkPortUnusualThresholds, Novelty, NoveltyStatus, Occurrence, ScoreError,
    Traffic, wording,
};

const TYPE: FindingType = FindingType::NetworkPortUnusual;
/// Remote ports of LDAP as the log4j exploits used it (CVE-2021-44228): the answer to a lookup that a log message provoked.
const LDAP_CALLBACK_PORTS: [u16; 2] = [389, 1389];
const LDAP_CALLBACK_SEVERITY: f64 = 8.0;
/// Remote hosts shown in an explanation.
const TOP: usize = 5;

/// The detector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NetworkPortUnusual;

/// An hour with one remote host, on a port that is new to the entity.
#[derive(Debug, Clone)]
struct Row {
    contact: Contact,
    since: Timestamp,
    remote_net: Option<String>,
    net_last_seen: Option<Timestamp>,
    asn_last_seen: Option<Timestamp>,
    country_last_seen: Option<Timestamp>,
    history: History,
}

/// What the entity and its peers did before the first use; the same for every row of a first use.
#[derive(Debug, Clone, Copy)]
struct History {
    days_watched: u64,
    watched_since: Option<Timestamp>,
    port_flows: u64,
    ports: u64,
    ports_once: u64,
    peers: u64,
    peers_using: u64,
}

impl History {
    /// Days from the first thing known of the entity to the first use.
    fn days(&self, since: Timestamp, context: &Context<'_>) -> f64 {
        let Some(first) = self.watched_since else { return 0.0 };
        wording::ratio(since.secs().saturating_sub(first.secs()).max(0), DAY_SECS).min(context.days_before(since))
    }

    /// The chance that the next flow goes to a port never used before: ports used once over flows (Good-Turing). `None` without flows.
    fn new_port_chance(&self) -> Option<f64> {
        (self.port_flows > 0).then(|| wording::number(self.ports_once) / wording::number(self.port_flows))
    }

    fn peer_share(&self) -> f64 {
        if self.peers == 0 { 0.0 } else { wording::number(self.peers_using) / wording::number(self.peers) }
    }

    /// Whether there are enough machines in the account to compare with, this one included.
    const fn has_peers(&self, thresholds: &NetworkPortUnusualThresholds) -> bool {
        self.peers + 1 >= thresholds.min_peers
    }
}

impl Detector for NetworkPortUnusual {
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
        let mut debuts: BTreeMap<_, Vec<Row>> = BTreeMap::new();
        for row in read(features)? {
            let contact = &row.contact;
            let key = (contact.entity.clone(), row.since, contact.protocol, contact.service_port);
            debuts.entry(key).or_default().push(row);
        }
        let mut occurrences = Vec::new();
        for mut rows in debuts.into_values() {
            rows.sort_by(|left, right| {
                (left.contact.hour, &left.contact.remote_addr).cmp(&(right.contact.hour, &right.contact.remote_addr))
            });
            judge(&rows, context, &mut occurrences);
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

fn read(features: &[RecordBatch]) -> Result<Vec<Row>, ScoreError> {
    read_all(
        TYPE,
        features,
        |columns| {
            Ok((
                ContactColumns::new(columns)?,
                columns.text("remote_net")?,
                [
                    columns.time("since")?,
                    columns.time("net_last_seen")?,
                    columns.time("asn_last_seen")?,
                    columns.time("country_last_seen")?,
                    columns.time("watched_since")?,
                ],
                [
                    columns.integer("days_watched")?,
                    columns.integer("port_flows")?,
                    columns.integer("ports")?,
                    columns.integer("ports_once")?,
                    columns.integer("peers")?,
                    columns.integer("peers_using")?,
                ],
            ))
        },
        |(contact, remote_net, [since, net, asn, country, watched], [days, flows, ports, once, peers, using]), row| {
            Ok(Row {
                contact: contact.read(row)?,
                since: since.required(row)?,
                remote_net: remote_net.owned(row),
                net_last_seen: net.get(row),
                asn_last_seen: asn.get(row),
                country_last_seen: country.get(row),
                history: History {
                    days_watched: days.count(row)?,
                    watched_since: watched.get(row),
                    port_flows: flows.count(row)?,
                    ports: ports.count(row)?,
                    ports_once: once.count(row)?,
                    peers: peers.count(row)?,
                    peers_using: using.count(row)?,
                },
            })
        },
    )
}

/// Judges the rows of one first use, ascending by hour: once the traffic since the first use is enough, every hour with the port counts,
/// for as long as the port is new. An hour is judged by what came before its end and by nothing later.
fn judge(rows: &[Row], context: &Context<'_>, occurrences: &mut Vec<Occurrence>) {
    let thresholds = &context.thresholds.network_port_unusual;
    let sure: Vec<&Row> = rows.iter().filter(|row| row.contact.confidence >= thresholds.min_direction_confidence).collect();
    let Some(first) = sure.first() else { return };
    let (since, history) = (first.since, first.history);
    let Some(chance) = history.new_port_chance() else { return };
    if history.days(since, context) < thresholds.min_baseline_days
        || chance > thresholds.max_new_port_chance
        || (history.has_peers(thresholds) && history.peer_share() > thresholds.max_peer_share)
    {
        return;
    }
    let end = since.plus_secs(i64::from(thresholds.new_for_hours) * HOUR_SECS);
    let (mut flows, mut bytes) = (0u64, 0u64);
    for hour in sure.chunk_by(|left, right| left.contact.hour == right.contact.hour) {
        for row in hour {
            flows = flows.saturating_add(row.contact.flows);
            bytes = bytes.saturating_add(row.contact.bytes_in).saturating_add(row.contact.bytes_out);
        }
        let now = hour[0].contact.hour;
        if now >= end || (flows < thresholds.min_flows && bytes < thresholds.min_bytes) {
            continue;
        }
        let so_far: Vec<&Row> = sure.iter().copied().take_while(|row| row.contact.hour <= now).collect();
        occurrences.extend(
            hour.iter().filter(|row| row.contact.in_range(context)).map(|row| occurrence(row, &so_far, (flows, bytes), chance, context)),
        );
    }
}

fn occurrence(row: &Row, so_far: &[&Row], (flows, bytes): (u64, u64), chance: f64, context: &Context<'_>) -> Occurrence {
    let thresholds = &context.thresholds.network_port_unusual;
    let contact = &row.contact;
    let port = wording::service(contact.protocol, contact.service_port);
    let callback = contact.service_port.is_some_and(|port| LDAP_CALLBACK_PORTS.contains(&port));
    let mut additional = serde_json::Map::new();
    if callback {
        additional.insert("context".to_owned(), "Possible log4j callback".into());
    }
    let (actual, threshold) = if flows >= thresholds.min_flows {
        (Measure::new(wording::number(flows), Unit::Flows), Measure::new(wording::number(thresholds.min_flows), Unit::Flows))
    } else {
        (Measure::new(wording::number(bytes), Unit::Bytes), Measure::new(wording::number(thresholds.min_bytes), Unit::Bytes))
    };
    let margin = (threshold.value > 0.0).then(|| crate::confidence::round(actual.value / threshold.value));
    Occurrence {
        finding_type: TYPE,
        entity: contact.entity.clone(),
        aggregation_key: port_key(contact),
        occurrence_key: contact.key(),
        first_seen: contact.first_time,
        last_seen: contact.last_time,
        severity: if callback { LDAP_CALLBACK_SEVERITY } else { TYPE.default_severity() },
        connection: contact.action(),
        account_id: contact.account_id.clone(),
        evidence: Evidence {
            summary: format!(
                "{} connected to {} on {port}, which it had not used as a client in the {:.0} days before ({}).",
                contact.entity,
                contact.remote_addr,
                row.history.days(row.since, context).floor(),
                contact.traffic()
            ),
            expected: None,
            actual,
            factor: None,
            rank: Some(format!(
                "none of {} to {} before went to this port",
                wording::count(row.history.port_flows, "flow"),
                wording::count(row.history.ports, "remote port")
            )),
            since: row.since,
            so_far: Some(so_far.iter().fold(Traffic::default(), |sum, row| sum.plus(row.contact.volume()))),
            novelty: novelty(row),
            threshold: Some(threshold),
            margin,
            confidence: confidence(row, context),
            would_not_fire: would_not_fire(row, (flows, bytes), chance, context),
            contributions: contributions(so_far),
            technique: TYPE.technique(),
            rows: contact.rows(),
            list_names: Vec::new(),
            additional,
        },
    }
}

/// `tcp/9001`.
fn port_key(contact: &Contact) -> String {
    let protocol = wording::protocol_text(contact.protocol).to_lowercase();
    format!("{protocol}/{}", contact.service_port.map_or_else(|| "-".to_owned(), |port| port.to_string()))
}

fn novelty(row: &Row) -> Vec<Novelty> {
    let contact = &row.contact;
    let mut novelty = vec![
        Novelty {
            kind: "remote_port".to_owned(),
            value: port_key(contact),
            status: NoveltyStatus::New,
            last_seen: None,
            note: format!("first used at {}", row.since),
        },
        Novelty::seen("remote_addr", contact.remote_addr.as_str(), contact.remote_last_seen, row.since),
    ];
    if let Some(net) = &row.remote_net {
        novelty.push(Novelty::seen("remote_net", net.as_str(), row.net_last_seen, row.since));
    }
    if let Some(asn) = contact.asn {
        novelty.push(Novelty::seen("asn", asn.to_string(), row.asn_last_seen, row.since));
    }
    if let Some(country) = &contact.country {
        novelty.push(Novelty::seen("country", country.as_str(), row.country_last_seen, row.since));
    }
    novelty
}

fn confidence(row: &Row, context: &Context<'_>) -> Confidence {
    let thresholds = &context.thresholds.network_port_unusual;
    let history = &row.history;
    let days = history.days(row.since, context);
    let watched = wording::number(history.days_watched);
    let maturity = (watched / 14.0).min(1.0);
    let coverage = if days < 1.0 { 0.0 } else { (watched / days.floor()).min(1.0) };
    let peers = if history.has_peers(thresholds) {
        let reason = format!("{} of {} other machines of the account used the port", history.peers_using, history.peers);
        (1.0 - history.peer_share(), reason)
    } else {
        let reason = format!(
            "only {} to compare with, {} needed: whether the port is usual elsewhere is not known",
            wording::count(history.peers, "other machine"),
            thresholds.min_peers.saturating_sub(1)
        );
        (0.8, reason)
    };
    Confidence::of(&[
        ("maturity", maturity, format!("{watched:.0} days with traffic learned, 14 make a baseline")),
        ("coverage", coverage, format!("traffic on {watched:.0} of the {:.0} days before", days.floor())),
        row.contact.direction_factor(),
        ("peers", peers.0, peers.1),
    ])
}

fn would_not_fire(row: &Row, (flows, bytes): (u64, u64), chance: f64, context: &Context<'_>) -> Vec<String> {
    let thresholds = &context.thresholds.network_port_unusual;
    let history = &row.history;
    let days = history.days(row.since, context);
    let mut reasons = vec![
        format!("had the port been used once in the 45 days before {}", row.since),
        format!(
            "with fewer than {} and less than {} (here {flows} and {})",
            wording::count(thresholds.min_flows, "flow"),
            wording::bytes(wording::number(thresholds.min_bytes)),
            wording::bytes(wording::number(bytes))
        ),
        format!(
            "had more than {} of the machine's flows been to ports used once (here {} of {}: {})",
            wording::percent(thresholds.max_new_port_chance),
            history.ports_once,
            history.port_flows,
            wording::percent(chance)
        ),
        format!("with fewer than {:.0} days of baseline (here {days:.0})", thresholds.min_baseline_days),
        format!("had the direction been less sure than {:.2} (here {:.2})", thresholds.min_direction_confidence, row.contact.confidence),
    ];
    if history.has_peers(thresholds) {
        reasons.push(format!(
            "had more than {} of the account's other machines used the port (here {} of {})",
            wording::percent(thresholds.max_peer_share),
            history.peers_using,
            history.peers
        ));
    }
    reasons
}

/// The remote hosts of the port since its first use, by bytes.
fn contributions(rows: &[&Row]) -> Vec<Contribution> {
    let mut hosts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        let bytes = hosts.entry(&row.contact.remote_addr).or_default();
        *bytes = bytes.saturating_add(row.contact.bytes_in).saturating_add(row.contact.bytes_out);
    }
    let total = hosts.values().fold(0u64, |total, bytes| total.saturating_add(*bytes));
    let mut hosts: Vec<(&str, u64)> = hosts.into_iter().collect();
    hosts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    hosts.into_iter().take(TOP).map(|(host, bytes)| Contribution::of("remote_addr", host, bytes, total)).collect()
}
