//! What is new: an edge of administration inside, a country, an autonomous system. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;

use arrow::array::RecordBatch;
use flow::{DAY_SECS, HOUR_SECS, TimeRange};

use super::card::{Card, maturity, service_key};
use super::contact::{ContactColumns, read_all};
use super::known::read_known;
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Novelty, NoveltyStatus, Occurrence, ScoreError, wording};

/// `Weir:EC2/LateralMovement`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LateralMovement;

impl Detector for LateralMovement {
    fn finding_type(&self) -> FindingType {
        FindingType::LateralMovement
    }

    fn features(&self) -> &'static str {
        concat!(
            include_str!("../outbound.sql"),
            include_str!("lateral.sql"),
            include_str!("../known.sql"),
            include_str!("../contact.sql"),
            include_str!("../tail.sql")
        )
    }

    fn manual(&self) -> &'static str {
        include_str!("manual/lateral_movement.md")
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.novelty;
        let mut occurrences = Vec::new();
        for row in read_known(self.finding_type(), features)? {
            let contact = &row.contact;
            let admin = contact.service_port.is_some_and(|port| thresholds.admin_ports.contains(&port));
            // A client of the port since more than a day is an administrator, whatever the target.
            let practised = row.port_last_seen.is_some_and(|last| contact.hour.secs() - last.secs() >= DAY_SECS)
                || row.port_last_seen.is_some() && row.net_first_seen.is_some_and(|first| contact.hour.secs() - first.secs() >= DAY_SECS);
            let days = row.days_watched(context);
            if !admin || practised || !contact.in_range(context) || days < thresholds.min_baseline_days {
                continue;
            }
            if contact.confidence < 0.9 {
                continue;
            }
            let outcome = if contact.answered() { "and was answered" } else { "and was not answered" };
            let summary = format!(
                "{} opened {} to the internal host {} {outcome}, without having used that port as a client before ({}).",
                contact.entity,
                contact.service(),
                contact.remote_addr,
                contact.traffic()
            );
            let (maturity, maturity_reason) = maturity(days);
            let (name, value, reason) = contact.direction_factor();
            let success =
                if contact.answered() { (1.0, "the target answered") } else { (0.6, "the target did not answer: an attempt only") };
            let hours = TimeRange::new(contact.hour, contact.hour.plus_secs(HOUR_SECS));
            occurrences.push(
                Card::new(self.finding_type(), contact, summary, Measure::new(wording::number(contact.flows), Unit::Flows), None)
                    .issue(service_key(contact))
                    .attempts(contact, hours, true, true)
                    .novelty(Novelty::seen("remote_port", service_key(contact), row.port_last_seen, contact.hour))
                    .sure("maturity", maturity, maturity_reason)
                    .sure("success", success.0, success.1)
                    .sure(name, value, reason)
                    .unless("had the machine used the port as a client more than a day before")
                    .unless(format!("with fewer than {:.0} days of baseline (here {days:.0})", thresholds.min_baseline_days))
                    .done(),
            );
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

/// `Weir:EC2/NewCountry` and `Weir:EC2/NewNetwork`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewPlace {
    finding_type: FindingType,
    kind: &'static str,
    /// What it is, in words.
    what: &'static str,
    manual: &'static str,
}

pub(crate) static NEW_COUNTRY: NewPlace =
    NewPlace { finding_type: FindingType::NewCountry, kind: "country", what: "the country", manual: include_str!("manual/new_country.md") };
pub(crate) static NEW_NETWORK: NewPlace = NewPlace {
    finding_type: FindingType::NewNetwork,
    kind: "asn",
    what: "the autonomous system",
    manual: include_str!("manual/new_network.md"),
};

impl Detector for NewPlace {
    fn finding_type(&self) -> FindingType {
        self.finding_type
    }

    fn features(&self) -> &'static str {
        include_str!("places.sql")
    }

    fn manual(&self) -> &'static str {
        self.manual
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.novelty;
        let rows = read_all(
            self.finding_type,
            features,
            |columns| {
                let counts =
                    [columns.integer("bytes_all")?, columns.integer("peers_using")?, columns.integer("peers")?, columns.integer("known")?];
                let texts = [columns.text("kind")?, columns.text("value")?];
                let times = [columns.time("value_first_seen")?, columns.time("watched_since")?];
                Ok((ContactColumns::new(columns)?, texts, times, counts))
            },
            |(contact, [kind, value], [first, watched], [bytes, using, peers, known]), row| {
                let counts = [bytes.count(row)?, using.count(row)?, peers.count(row)?, known.count(row)?];
                let times = (first.required(row)?, watched.required(row)?);
                Ok((contact.read(row)?, kind.required(row)?.to_owned(), value.required(row)?.to_owned(), times, counts))
            },
        )?;
        let mut occurrences = Vec::new();
        for (contact, kind, value, (first, watched), [bytes, using, peers, known]) in &rows {
            let days = wording::ratio((contact.hour.secs() - watched.secs()).max(0), DAY_SECS).min(context.days_before(contact.hour));
            let share = if *peers == 0 { 0.0 } else { wording::number(*using) / wording::number(*peers) };
            if kind != self.kind
                || !contact.in_range(context)
                || days < thresholds.min_baseline_days
                || (*using > 0 && share > thresholds.max_peer_share)
                || *known > thresholds.max_known
                || *bytes < thresholds.min_bytes
                || contact.confidence < 0.9
            {
                continue;
            }
            let summary = format!(
                "{} exchanged {} with {} {value}, which it had no traffic with in the {:.0} days before; most of it with {}.",
                contact.entity,
                wording::bytes(wording::number(*bytes)),
                self.what,
                days.floor(),
                contact.remote_addr
            );
            let (maturity, maturity_reason) = maturity(days);
            let (name, sure, reason) = contact.direction_factor();
            occurrences.push(
                Card::new(
                    self.finding_type,
                    contact,
                    summary,
                    Measure::new(wording::number(*bytes), Unit::Bytes),
                    Some(Measure::new(wording::number(thresholds.min_bytes), Unit::Bytes)),
                )
                .issue(value.as_str())
                .occurrence_key(format!("{} {value}", contact.hour))
                .since(*first)
                .novelty(Novelty {
                    kind: self.kind.to_owned(),
                    value: value.clone(),
                    status: NoveltyStatus::New,
                    last_seen: None,
                    note: format!("first seen at {first}"),
                })
                .rank(format!("new beside {known} that the machine knows"))
                .sure("maturity", maturity, maturity_reason)
                .sure(name, sure, reason)
                .sure("peers", 1.0 - share, format!("{using} of {peers} other machines know it"))
                .unless(format!("had the machine had traffic with {} {value} more than a day before", self.what))
                .unless(format!("with less than {} in the hour", wording::bytes(wording::number(thresholds.min_bytes))))
                .unless(format!("had more than {} of the other machines known it", wording::percent(thresholds.max_peer_share)))
                .done(),
            );
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}
