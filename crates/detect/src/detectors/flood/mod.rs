//! Denial of service, out and in: volume against what comes back and against the machine's own past. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;

use arrow::array::RecordBatch;
use flow::{HOUR_SECS, TimeRange};

use super::card::{Card, service_key};
use super::contact::{Contact, ContactColumns, read_all};
use crate::evidence::{Measure, Unit};
use crate::{Context, DenialOfServiceThresholds, Detector, FindingType, Occurrence, ScoreError, wording};

/// Ports that are for TCP; UDP to them is no protocol that anyone speaks. QUIC on 443 is one, and is acknowledged.
const TCP_PORTS: [u16; 12] = [20, 21, 22, 23, 25, 80, 110, 143, 443, 445, 3306, 3389];
const ICMP: [u8; 2] = [1, 58];
/// Tunnels, which carry their own acknowledgements inside.
const TUNNELS: [u8; 4] = [4, 41, 47, 50];

/// One kind of flood.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flood {
    finding_type: FindingType,
    manual: &'static str,
}

pub(crate) static TCP: Flood = Flood { finding_type: FindingType::DenialOfServiceTcp, manual: include_str!("manual/tcp.md") };
pub(crate) static UDP: Flood = Flood { finding_type: FindingType::DenialOfServiceUdp, manual: include_str!("manual/udp.md") };
pub(crate) static DNS: Flood = Flood { finding_type: FindingType::DenialOfServiceDns, manual: include_str!("manual/dns.md") };
pub(crate) static UDP_ON_TCP_PORTS: Flood =
    Flood { finding_type: FindingType::DenialOfServiceUdpOnTcpPorts, manual: include_str!("manual/udp_on_tcp_ports.md") };
pub(crate) static UNUSUAL_PROTOCOL: Flood =
    Flood { finding_type: FindingType::DenialOfServiceUnusualProtocol, manual: include_str!("manual/unusual_protocol.md") };
pub(crate) static INBOUND: Flood = Flood { finding_type: FindingType::InboundDenialOfService, manual: include_str!("manual/inbound.md") };

/// The traffic of an hour that may be a flood.
struct Row {
    contact: Contact,
    inbound: bool,
    sources: u64,
    usual_sources: u64,
    reflected: bool,
    usual_bytes: u64,
    usual_packets: u64,
}

impl Row {
    fn finding_type(&self) -> FindingType {
        let port = self.contact.service_port.unwrap_or(0);
        match self.contact.protocol {
            _ if self.inbound => FindingType::InboundDenialOfService,
            Some(6) => FindingType::DenialOfServiceTcp,
            Some(17) if port == 53 => FindingType::DenialOfServiceDns,
            Some(17) if TCP_PORTS.contains(&port) => FindingType::DenialOfServiceUdpOnTcpPorts,
            Some(17) => FindingType::DenialOfServiceUdp,
            _ => FindingType::DenialOfServiceUnusualProtocol,
        }
    }

    /// Packets out for each packet in of TCP, bytes of all else.
    fn disproportion(&self) -> f64 {
        let contact = &self.contact;
        let (out, back) =
            if contact.protocol == Some(6) { (contact.packets_out, contact.packets_in) } else { (contact.bytes_out, contact.bytes_in) };
        wording::number(out) / wording::number(back.max(1))
    }

    fn fires(&self, thresholds: &DenialOfServiceThresholds) -> bool {
        let contact = &self.contact;
        if self.inbound {
            let many = wording::number(self.sources) >= thresholds.min_source_factor * wording::number(self.usual_sources.max(1));
            return self.sources >= thresholds.min_sources && many && contact.packets_in >= thresholds.min_packets;
        }
        if contact.protocol.is_some_and(|protocol| TUNNELS.contains(&protocol)) {
            return false;
        }
        let factor = |now: u64, usual: u64| wording::number(now) >= thresholds.min_factor * wording::number(usual);
        let large = (contact.bytes_out >= thresholds.min_bytes && factor(contact.bytes_out, self.usual_bytes))
            || (contact.packets_out >= thresholds.min_packets && factor(contact.packets_out, self.usual_packets));
        // Of TCP the query has asked for packets without a handshake; four in five unanswered is its measure.
        let one_way = contact.protocol == Some(6) || self.disproportion() >= thresholds.min_disproportion;
        large && one_way
    }
}

impl Detector for Flood {
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
        let thresholds = &context.thresholds.denial_of_service;
        let rows = read_all(
            self.finding_type,
            features,
            |columns| {
                let names = ["sources", "usual_sources", "reflected", "usual_bytes", "usual_packets"];
                let mut integers = Vec::with_capacity(names.len());
                for name in names {
                    integers.push(columns.integer(name)?);
                }
                Ok((ContactColumns::new(columns)?, columns.text("record")?, integers))
            },
            |(contact, record, integers), row| {
                let mut counts = [0; 5];
                for (count, column) in counts.iter_mut().zip(integers) {
                    *count = column.count(row)?;
                }
                let [sources, usual_sources, reflected, usual_bytes, usual_packets] = counts;
                let inbound = record.required(row)? == "in";
                Ok(Row {
                    contact: contact.read(row)?,
                    inbound,
                    sources,
                    usual_sources,
                    reflected: reflected > 0,
                    usual_bytes,
                    usual_packets,
                })
            },
        )?;
        let mut occurrences: Vec<Occurrence> = rows
            .iter()
            .filter(|row| row.finding_type() == self.finding_type && row.contact.in_range(context) && row.fires(thresholds))
            .map(|row| self.occurrence(row, thresholds))
            .collect();
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

impl Flood {
    fn occurrence(&self, row: &Row, thresholds: &DenialOfServiceThresholds) -> Occurrence {
        let contact = &row.contact;
        let number = wording::number;
        let hours = TimeRange::new(contact.hour, contact.hour.plus_secs(HOUR_SECS));
        let (name, value, reason) = contact.direction_factor();
        if row.inbound {
            let what = if row.reflected { "answers that it had not asked for" } else { "packets that it did not answer" };
            let summary = format!(
                "{} got {} {what} on {} from {} hosts; in the week before, at most {} in an hour.",
                contact.entity,
                contact.packets_in,
                contact.service(),
                row.sources,
                row.usual_sources
            );
            let actual = Measure::new(number(row.sources), Unit::Hosts);
            return Card::new(self.finding_type, contact, summary, actual, Some(Measure::new(number(thresholds.min_sources), Unit::Hosts)))
                .issue(service_key(contact))
                .occurrence_key(format!("{} {}", contact.hour, row.reflected))
                .expected(number(row.usual_sources), 0.0, number(row.usual_sources))
                .attempts(contact, hours, false, true)
                .sure(name, if row.reflected { 0.8 } else { value.max(0.6) }, reason)
                .unless(format!("with fewer than {} sources (here {})", thresholds.min_sources, row.sources))
                .unless(format!("with fewer than {:.0} times the usual {} sources", thresholds.min_source_factor, row.usual_sources))
                .unless("had the machine answered every fifth packet")
                .done();
        }
        let by_bytes = contact.bytes_out >= thresholds.min_bytes;
        let (actual, limit, usual) = if by_bytes {
            (Measure::new(number(contact.bytes_out), Unit::Bytes), Measure::new(number(thresholds.min_bytes), Unit::Bytes), row.usual_bytes)
        } else {
            let limit = Measure::new(number(thresholds.min_packets), Unit::Packets);
            (Measure::new(number(contact.packets_out), Unit::Packets), limit, row.usual_packets)
        };
        let summary = format!(
            "{} sent {} in {} packets to {} on {}, {} for what came back.",
            contact.entity,
            wording::bytes(number(contact.bytes_out)),
            contact.packets_out,
            contact.remote_addr,
            contact.service(),
            wording::factor(row.disproportion())
        );
        let known = contact.protocol.is_some_and(|protocol| ICMP.contains(&protocol));
        Card::new(self.finding_type, contact, summary, actual, Some(limit))
            .issue(contact.remote_addr.as_str())
            .expected(number(usual), 0.0, number(usual))
            .sure(name, value.max(0.85), if value < 0.85 { "traffic that goes one way only needs no opener".to_owned() } else { reason })
            .sure("success", if known { 0.9 } else { 1.0 }, "judged by the hour: minutes are not looked at")
            .unless(format!(
                "with less than {} and {} packets to one host in the hour",
                wording::bytes(number(thresholds.min_bytes)),
                thresholds.min_packets
            ))
            .unless(format!("with less than {:.0} times the most of the week before", thresholds.min_factor))
            .unless(format!(
                "had one part in {:.0} come back",
                if contact.protocol == Some(6) { 5.0 } else { thresholds.min_disproportion }
            ))
            .done()
    }
}
