//! Scans and sweeps: one query over attempts and their outcome, one sequential test. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;

use arrow::array::RecordBatch;
use flow::{DAY_SECS, HOUR_SECS, TimeRange};

use super::card::{Card, service_key};
use super::contact::{Contact, ContactColumns, read_all};
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Occurrence, ScanThresholds, ScoreError, wording};

/// Which fans make findings of the type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan {
    finding_type: FindingType,
    /// Kinds of rows.
    records: &'static [&'static str],
    /// Public targets only, internal ones only, or both.
    public: Option<bool>,
    manual: &'static str,
}

pub(crate) static PORTSCAN: Scan =
    Scan { finding_type: FindingType::Portscan, records: &["scan"], public: Some(true), manual: include_str!("manual/portscan.md") };
pub(crate) static PORT_SWEEP: Scan =
    Scan { finding_type: FindingType::PortSweep, records: &["sweep"], public: Some(true), manual: include_str!("manual/port_sweep.md") };
pub(crate) static INTERNAL_SCAN: Scan = Scan {
    finding_type: FindingType::InternalScan,
    records: &["scan"],
    public: Some(false),
    manual: include_str!("manual/internal_scan.md"),
};
pub(crate) static INTERNAL_SWEEP: Scan = Scan {
    finding_type: FindingType::InternalSweep,
    records: &["sweep"],
    public: Some(false),
    manual: include_str!("manual/internal_sweep.md"),
};
pub(crate) static SLOW_SCAN: Scan = Scan {
    finding_type: FindingType::SlowScan,
    records: &["slow-scan", "slow-sweep"],
    public: None,
    manual: include_str!("manual/slow_scan.md"),
};

/// One fan.
struct Fan {
    contact: Contact,
    record: String,
    public: bool,
    failed: u64,
    succeeded: u64,
    failed_all: u64,
    accepted: u64,
    /// Whether TCP flags were reported.
    flagged: bool,
    days: u64,
    most_in_hour: u64,
    ports: (u64, u64),
}

impl Fan {
    fn slow(&self) -> bool {
        self.record.starts_with("slow-")
    }

    /// Whether the targets are ports of one host.
    fn vertical(&self) -> bool {
        self.record.ends_with("scan")
    }

    fn share(&self) -> f64 {
        if self.failed_all == 0 { 0.0 } else { wording::number(self.failed) / wording::number(self.failed_all) }
    }

    /// The sequential test over first contacts (threshold random walk): the logarithm of how much likelier a scanner is.
    fn log_likelihood(&self, thresholds: &ScanThresholds) -> f64 {
        let (benign, scanner) = (thresholds.benign_success, thresholds.scanner_success);
        wording::number(self.failed) * ((1.0 - scanner) / (1.0 - benign)).ln() + wording::number(self.succeeded) * (scanner / benign).ln()
    }

    /// Whether its targets failed as a scanner's do.
    fn fails(&self, thresholds: &ScanThresholds) -> bool {
        if self.log_likelihood(thresholds) < thresholds.min_likelihood.ln() {
            return false;
        }
        if self.slow() {
            return self.failed >= thresholds.slow_min_failed
                && self.days >= thresholds.slow_min_days
                && self.most_in_hour < thresholds.min_failed;
        }
        self.failed >= thresholds.min_failed
    }

    /// The fans of one machine in one hour of one kind.
    fn family(&self) -> (&str, i64, &str) {
        (&self.contact.entity, self.contact.hour.secs(), &self.record)
    }
}

/// Which fans are findings: those that fail and have most of the machine's failures of the hour. Where none has, but all that fail have them
/// together, as when many ports of many hosts are tried, the largest stands for all.
fn judged(mut fans: Vec<Fan>, thresholds: &ScanThresholds) -> Vec<Fan> {
    fans.retain(|fan| fan.fails(thresholds));
    fans.sort_by(|left, right| {
        let size = right.failed.cmp(&left.failed);
        left.family().cmp(&right.family()).then(size).then_with(|| left.contact.remote_addr.cmp(&right.contact.remote_addr))
    });
    let mut found = Vec::new();
    let mut rest = fans.into_iter().peekable();
    while let Some(largest) = rest.next() {
        let mut together = largest.failed;
        let mut alone = Vec::new();
        let enough = |fan: &Fan| fan.slow() || fan.share() >= thresholds.min_share;
        while let Some(fan) = rest.next_if(|fan| fan.family() == largest.family()) {
            together += fan.failed;
            if enough(&fan) {
                alone.push(fan);
            }
        }
        if enough(&largest) || wording::number(together) >= thresholds.min_share * wording::number(largest.failed_all) {
            found.push(largest);
        }
        found.append(&mut alone);
    }
    found
}

impl Detector for Scan {
    fn finding_type(&self) -> FindingType {
        self.finding_type
    }

    fn features(&self) -> &'static str {
        include_str!("features.sql")
    }

    fn manual(&self) -> &'static str {
        self.manual
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let mut fans = self.read(features)?;
        fans.retain(|fan| {
            self.records.contains(&fan.record.as_str())
                && self.public.is_none_or(|public| public == fan.public)
                && fan.contact.in_range(context)
        });
        let fans = judged(fans, &context.thresholds.scan);
        let mut occurrences: Vec<Occurrence> = fans.iter().map(|fan| self.occurrence(fan, &context.thresholds.scan)).collect();
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

impl Scan {
    fn read(&self, features: &[RecordBatch]) -> Result<Vec<Fan>, ScoreError> {
        read_all(
            self.finding_type,
            features,
            |columns| {
                let counts = ["failed", "succeeded", "failed_all", "accepted", "flagged", "days", "most_in_hour", "low_port", "high_port"];
                let mut integers = Vec::with_capacity(counts.len());
                for name in counts {
                    integers.push(columns.integer(name)?);
                }
                Ok((ContactColumns::new(columns)?, columns.text("record")?, columns.integer("public")?, integers))
            },
            |(contact, record, public, integers), row| {
                let mut counts = [0; 9];
                for (count, column) in counts.iter_mut().zip(integers) {
                    *count = column.count(row)?;
                }
                let [failed, succeeded, failed_all, accepted, flagged, days, most_in_hour, low_port, high_port] = counts;
                Ok(Fan {
                    contact: contact.read(row)?,
                    record: record.required(row)?.to_owned(),
                    public: public.count(row)? > 0,
                    failed,
                    succeeded,
                    failed_all,
                    accepted,
                    flagged: flagged > 0,
                    days,
                    most_in_hour,
                    ports: (low_port, high_port),
                })
            },
        )
    }

    fn occurrence(&self, fan: &Fan, thresholds: &ScanThresholds) -> Occurrence {
        let contact = &fan.contact;
        let protocol = wording::protocol_text(contact.protocol);
        let (limit, over) = if fan.slow() {
            (thresholds.slow_min_failed, format!(" on {} days", fan.days))
        } else {
            (thresholds.min_failed, String::new())
        };
        let tried = fan.failed + fan.succeeded;
        let (unit, summary, issue) = if fan.vertical() {
            let (low, high) = fan.ports;
            let summary = format!(
                "{} tried {tried} {protocol} ports of {} between {low} and {high}{over}; {} of them failed.",
                contact.entity, contact.remote_addr, fan.failed
            );
            (Unit::Ports, summary, contact.remote_addr.clone())
        } else {
            let summary = format!(
                "{} tried {} on {tried} {} hosts{over}; {} of them failed.",
                contact.entity,
                contact.service(),
                if fan.public { "public" } else { "internal" },
                fan.failed
            );
            (Unit::Hosts, summary, service_key(contact))
        };
        let number = wording::number;
        // What is judged by days belongs to the hour of its last attempt; an hour that has not come yet changes nothing before it.
        let begun = contact.first_time;
        let contact = &Contact { first_time: contact.first_time.max(contact.hour), ..contact.clone() };
        let mut card =
            Card::new(self.finding_type, contact, summary, Measure::new(number(fan.failed), unit), Some(Measure::new(number(limit), unit)))
                .issue(if fan.slow() { format!("{} {issue}", fan.record) } else { issue })
                .blocked(fan.accepted == 0)
                .fact("targetsTried", tried)
                .fact("targetsFailed", fan.failed)
                .unless(format!("had more of the targets answered: each that does undoes one that fails (here {} did)", fan.succeeded))
                .unless(format!("with fewer than {limit} failed targets (here {})", fan.failed));
        if fan.vertical() {
            card = card.fact("lowestPort", fan.ports.0).fact("highestPort", fan.ports.1);
        }
        let hours = if fan.slow() {
            let first = begun.hour();
            card = card
                .occurrence_key(format!("{} {}", contact.hour.secs() / DAY_SECS, fan.record))
                .since(begun)
                .unless(format!("had it happened on fewer than {} days (here {})", thresholds.slow_min_days, fan.days));
            TimeRange::new(first, contact.hour.plus_secs(HOUR_SECS))
        } else {
            card = card.occurrence_key(format!("{} {}", contact.hour, service_key(contact))).unless(format!(
                "had they, with other fans that failed alike, been less than {} of the machine's failures of that hour (alone {})",
                wording::percent(thresholds.min_share),
                wording::percent(fan.share())
            ));
            TimeRange::new(contact.hour, contact.hour.plus_secs(HOUR_SECS))
        };
        let (_, direction, reason) = contact.direction_factor();
        card = card.attempts(contact, hours, fan.vertical(), !fan.vertical()).sure("direction", direction, reason);
        card = if fan.flagged {
            card.sure("success", 1.0, "outcomes are known from TCP flags")
        } else {
            card.sure("success", 0.7, "without TCP flags, an attempt failed when it was rejected or nothing came back")
        };
        card.done()
    }
}
