//! What is done with new and rare destinations: exfiltration, long connections, mining; and, by the minute, beacons and strobes. The
//! manual pages are in `manual/`.

mod beacon;
mod regularity;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use flow::{HOUR_SECS, TimeRange, Timestamp};

pub(crate) use beacon::{BEACON, STROBE};

use super::card::{Card, maturity, service_key};
use super::contact::{Pair, read_all};
use super::known::{Known, KnownColumns};
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Novelty, Occurrence, RareDestinationThresholds, ScoreError, Traffic, wording};

const FEATURES: &str =
    concat!(include_str!("rare.sql"), include_str!("clients.sql"), include_str!("../contact.sql"), include_str!("hours.sql"));
/// Hours a day of mining lasts at least.
const MINING_HOURS: u64 = 4;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RareDestination {
    finding_type: FindingType,
    manual: &'static str,
}

pub(crate) static EXFILTRATION: RareDestination =
    RareDestination { finding_type: FindingType::Exfiltration, manual: include_str!("manual/exfiltration.md") };
pub(crate) static LONG_CONNECTION: RareDestination =
    RareDestination { finding_type: FindingType::LongConnection, manual: include_str!("manual/long_connection.md") };
pub(crate) static MINING: RareDestination =
    RareDestination { finding_type: FindingType::MiningBehavior, manual: include_str!("manual/mining.md") };

/// An hour with a rare destination.
struct Row {
    known: Known,
    flagged: bool,
    opened: bool,
    /// The client's port, when the hour had one only and flags were not recorded.
    client_port: Option<i64>,
}

/// What was found of one hour.
struct Found {
    actual: Measure,
    limit: Measure,
    words: String,
    since: Timestamp,
    so_far: Traffic,
    why: (&'static str, f64, &'static str),
    unless: Vec<String>,
}

impl Detector for RareDestination {
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
        let thresholds = &context.thresholds.rare_destination;
        let mut rows = read_all(
            self.finding_type,
            features,
            |columns| {
                Ok((KnownColumns::new(columns)?, columns.integer("flagged")?, columns.integer("opened")?, columns.integer("client_port")?))
            },
            |(known, flagged, opened, client_port), row| {
                Ok(Row {
                    known: known.read(row)?,
                    flagged: flagged.count(row)? > 0,
                    opened: opened.count(row)? > 0,
                    client_port: client_port.get(row),
                })
            },
        )?;
        rows.sort_by_key(|row| row.known.contact.hour);
        let mut pairs: BTreeMap<Pair, Vec<Row>> = BTreeMap::new();
        for row in rows {
            pairs.entry(row.known.contact.pair()).or_default().push(row);
        }
        let mut occurrences = Vec::new();
        for rows in pairs.values() {
            for (index, row) in rows.iter().enumerate() {
                let known = &row.known;
                if !known.contact.in_range(context)
                    || !known.rare(thresholds.max_peer_share)
                    || known.days_watched(context) < thresholds.min_baseline_days
                {
                    continue;
                }
                let so_far = &rows[..=index];
                let found = match self.finding_type {
                    FindingType::Exfiltration => exfiltration(so_far, thresholds),
                    FindingType::LongConnection => long_connection(so_far, thresholds),
                    _ => mining(so_far, thresholds),
                };
                occurrences.extend(found.map(|found| self.occurrence(known, found, context)));
            }
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

impl RareDestination {
    fn occurrence(&self, known: &Known, found: Found, context: &Context<'_>) -> Occurrence {
        let thresholds = &context.thresholds.rare_destination;
        let contact = &known.contact;
        let (days, days_reason) = maturity(known.days_watched(context));
        let (name, value, reason) = contact.direction_factor();
        let hours = TimeRange::new(found.since.hour(), contact.hour.plus_secs(HOUR_SECS));
        let summary = format!("{} {} {} on {}.", contact.entity, found.words, contact.remote_addr, contact.service());
        let mut card = Card::new(self.finding_type, contact, summary, found.actual, Some(found.limit))
            .issue(format!("{} {}", contact.remote_addr, service_key(contact)))
            .since_with(found.since, found.so_far)
            .attempts(contact, hours, true, true)
            .novelty(Novelty::seen(
                "remote_net",
                known.remote_net.as_str(),
                known.net_first_seen.filter(|first| *first < contact.hour),
                contact.hour,
            ))
            .sure("maturity", days, days_reason)
            .sure(name, value, reason)
            .sure("peers", 1.0 - known.peer_share(), known.peers_reason())
            .sure(found.why.0, found.why.1, found.why.2);
        for reason in found.unless {
            card = card.unless(reason);
        }
        card.unless(format!(
            "had more than {} of the other machines talked to {} (here {})",
            wording::percent(thresholds.max_peer_share),
            known.remote_net,
            known.peers_using
        ))
        .unless("had the machine talked to its network more than seven days before")
        .done()
    }
}

/// What these hours exchanged.
fn so_far(rows: &[Row]) -> Traffic {
    rows.iter().fold(Traffic::default(), |sum, row| sum.plus(row.known.contact.volume()))
}

/// Bytes sent since the first contact, to one end point.
fn exfiltration(rows: &[Row], thresholds: &RareDestinationThresholds) -> Option<Found> {
    let sum = |bytes: fn(&Row) -> u64| rows.iter().fold(0_u64, |sum, row| sum.saturating_add(bytes(row)));
    let (out, back) = (sum(|row| row.known.contact.bytes_out), sum(|row| row.known.contact.bytes_in));
    let ratio = wording::number(out) / wording::number(back.max(1));
    // An hour in which next to nothing is sent is not one of it.
    let now = rows.last()?.known.contact.bytes_out;
    if out < thresholds.min_exfiltration_bytes || ratio < thresholds.min_exfiltration_ratio || now.saturating_mul(100) < out {
        return None;
    }
    let since = rows.first()?.known.contact.first_time;
    Some(Found {
        actual: Measure::new(wording::number(out), Unit::Bytes),
        limit: Measure::new(wording::number(thresholds.min_exfiltration_bytes), Unit::Bytes),
        words: format!(
            "has sent {} since {since}, {} for what came back, to",
            wording::bytes(wording::number(out)),
            wording::factor(ratio)
        ),
        since,
        so_far: so_far(rows),
        why: ("success", 1.0, "the bytes were accepted and acknowledged"),
        unless: vec![
            format!(
                "with less than {} sent to it in seven days (here {})",
                wording::bytes(wording::number(thresholds.min_exfiltration_bytes)),
                wording::bytes(wording::number(out))
            ),
            format!("had more than one byte in {:.0} come back (here one in {ratio:.1})", thresholds.min_exfiltration_ratio),
        ],
    })
}

/// Hours in a row, up to and with the last, without a SYN and with traffic both ways; without flags, all from one port of the client.
fn long_connection(rows: &[Row], thresholds: &RareDestinationThresholds) -> Option<Found> {
    let last = rows.last()?;
    let by_port = !last.flagged;
    let same = |row: &Row| if by_port { row.client_port.is_some() && row.client_port == last.client_port } else { row.flagged };
    let mut next = last.known.contact.hour;
    let mut hours = 0_u64;
    let mut since = next;
    for row in rows.iter().rev() {
        let contact = &row.known.contact;
        if contact.hour != next || !contact.answered() || !same(row) {
            break;
        }
        hours += 1;
        since = contact.first_time;
        next = next.plus_secs(-HOUR_SECS);
        // The hour in which it was opened is its first.
        if row.opened {
            break;
        }
    }
    if last.opened || hours < thresholds.min_long_hours {
        return None;
    }
    Some(Found {
        actual: Measure::new(wording::number(hours), Unit::Hours),
        limit: Measure::new(wording::number(thresholds.min_long_hours), Unit::Hours),
        words: format!("has kept a connection open for {hours} hours to"),
        since,
        so_far: so_far(&rows[rows.len() - usize::try_from(hours).unwrap_or(0)..]),
        why: if by_port {
            (
                "regularity",
                0.5,
                "one port of the client for hours; without TCP flags, a new connection from the same port would not be seen",
            )
        } else {
            ("regularity", 0.6, "long connections are mostly harmless: tunnels, pushes, sockets of web pages")
        },
        unless: vec![
            format!("had it been open for fewer than {} hours (here {hours})", thresholds.min_long_hours),
            "had a new session begun in between".to_owned(),
        ],
    })
}

/// Hours in a row, up to and with the last, of small and steady traffic on a port of mining pools.
fn mining(rows: &[Row], thresholds: &RareDestinationThresholds) -> Option<Found> {
    let port = rows.last()?.known.contact.service_port?;
    if !thresholds.mining_ports.contains(&port) {
        return None;
    }
    let mut next = rows.last()?.known.contact.hour;
    let (mut hours, mut bytes, mut since) = (0_u64, 0_u64, next);
    for row in rows.iter().rev() {
        let contact = &row.known.contact;
        let hourly = contact.bytes_in.saturating_add(contact.bytes_out);
        if contact.hour != next || !contact.answered() || wording::number(hourly) > 60.0 * thresholds.max_mining_bytes_per_minute {
            break;
        }
        hours += 1;
        bytes = bytes.saturating_add(hourly);
        since = contact.first_time;
        next = next.plus_secs(-HOUR_SECS);
    }
    if hours < MINING_HOURS {
        return None;
    }
    let rate = wording::number(bytes) / (60.0 * wording::number(hours));
    Some(Found {
        actual: Measure::new(wording::number(hours), Unit::Hours),
        limit: Measure::new(wording::number(MINING_HOURS), Unit::Hours),
        words: format!("has exchanged about {} a minute for {hours} hours with", wording::bytes(rate)),
        since,
        so_far: so_far(&rows[rows.len() - usize::try_from(hours).unwrap_or(0)..]),
        why: ("size", 0.6, "ports and sizes alone do not tell what is inside"),
        unless: vec![
            format!("had it lasted fewer than {MINING_HOURS} hours (here {hours})"),
            format!("with more than {} a minute (here {})", wording::bytes(thresholds.max_mining_bytes_per_minute), wording::bytes(rate)),
            "had it not been a port that mining pools are commonly reached on".to_owned(),
        ],
    })
}
