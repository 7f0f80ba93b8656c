//! Probes of unprotected ports, one finding for each port of a machine. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;

use arrow::array::RecordBatch;
use flow::{HOUR_SECS, TimeRange};

use super::card::{Card, service_key};
use super::contact::{Contact, ContactColumns, read_all};
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Occurrence, PortProbeThresholds, ScoreError, wording};

const STORE: f64 = 8.0;

/// Probes of the ports of EMR, or of all others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PortProbe {
    finding_type: FindingType,
    emr: bool,
    manual: &'static str,
}

pub(crate) static UNPROTECTED: PortProbe =
    PortProbe { finding_type: FindingType::PortProbeUnprotectedPort, emr: false, manual: include_str!("manual/unprotected.md") };
pub(crate) static EMR: PortProbe =
    PortProbe { finding_type: FindingType::PortProbeEmrUnprotectedPort, emr: true, manual: include_str!("manual/emr.md") };

impl Detector for PortProbe {
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
        let thresholds = &context.thresholds.port_probe;
        let probes = read_all(
            self.finding_type,
            features,
            |columns| {
                let counts = [columns.integer("sources")?, columns.integer("listed")?, columns.integer("failed")?];
                Ok((ContactColumns::new(columns)?, counts))
            },
            |(contact, [sources, listed, failed]), row| {
                Ok((contact.read(row)?, [sources.count(row)?, listed.count(row)?, failed.count(row)?]))
            },
        )?;
        let mut occurrences: Vec<Occurrence> = probes
            .iter()
            .filter(|(contact, [_, listed, failed])| {
                let port = contact.service_port.unwrap_or(0);
                contact.in_range(context)
                    && (*listed > 0 || *failed >= thresholds.min_failed)
                    && !thresholds.public_ports.contains(&port)
                    && thresholds.emr_ports.contains(&port) == self.emr
            })
            .map(|(contact, counts)| self.occurrence(contact, *counts, thresholds))
            .collect();
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

impl PortProbe {
    fn occurrence(&self, contact: &Contact, [sources, listed, failed]: [u64; 3], thresholds: &PortProbeThresholds) -> Occurrence {
        let store = contact.service_port.is_some_and(|port| thresholds.store_ports.contains(&port));
        let summary = format!(
            "{} reached {} of {} and got an answer; the busiest is {}.",
            wording::count(sources, "scanning host"),
            contact.service(),
            contact.entity,
            contact.remote_addr
        );
        let known = if listed > 0 {
            (1.0, format!("{listed} of the sources are on a list"))
        } else {
            (0.8, format!("the sources' network failed at {failed} other doors of the fleet on the day"))
        };
        let (name, value, reason) = contact.direction_factor();
        let hours = TimeRange::new(contact.hour, contact.hour.plus_secs(HOUR_SECS));
        let limit = Measure::new(1.0, Unit::Hosts);
        Card::new(self.finding_type, contact, summary, Measure::new(wording::number(sources), Unit::Hosts), Some(limit))
            .issue(service_key(contact))
            .occurrence_key(contact.hour.to_string())
            .severity(if store { STORE } else { self.finding_type.default_severity() })
            .attempts(contact, hours, false, true)
            .sure("list", known.0, known.1)
            .sure(name, value, reason)
            .unless("had a security group or network ACL kept the port from the internet")
            .unless("had the machine not answered")
            .unless(format!(
                "had the sources been on no list, and failed at fewer than {} other doors of the fleet on the day (here {failed})",
                thresholds.min_failed
            ))
            .unless("had the port been one of those that are there for everyone")
            .done()
    }
}
