//! A finding as far as groups are concerned: who, with whom, when.

use std::collections::BTreeMap;

use flow::{Address, Direction, HOUR_SECS, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Finding, FindingType, Occurrence};

/// Remote end points kept of one finding, those seen most often. A finding with more of them says little about any one.
const REMOTES_CAP: usize = 256;
/// Sightings no further apart than this are one span.
const SPAN_GAP_SECS: i64 = HOUR_SECS;
/// Services whose servers everybody talks to: a resolver or a clock in common is no connection between two findings.
const INFRASTRUCTURE_PORTS: [u16; 3] = [53, 123, 853];

/// A stretch of time without an hour's pause in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Its first instant.
    pub first: Timestamp,
    /// Its last instant.
    pub last: Timestamp,
}

/// A remote end point of a finding, and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalRemote {
    /// The address.
    pub remote_addr: String,
    /// Its autonomous system.
    pub asn: Option<u32>,
    /// The server's port, whichever side that is.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// When, the earliest first.
    pub spans: Vec<Span>,
}

/// What is needed of a finding to put it into a group. It follows from the finding alone, and is small enough to be kept beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Id of the finding.
    pub id: String,
    /// Its type.
    pub finding_type: FindingType,
    /// The entity it is about.
    pub entity: String,
    /// The value of the entity's tag `Name`.
    pub entity_name: Option<String>,
    /// Its title.
    pub title: String,
    /// Its severity, 1.0 to 10.0.
    pub severity: f64,
    /// How sure its detector is, 0 to 1.
    pub confidence: f64,
    /// Start of the first occurrence.
    pub first_seen: Timestamp,
    /// End of the last occurrence.
    pub last_seen: Timestamp,
    /// Occurrences.
    pub count: u64,
    /// Whether somebody put it away. It stays in its group and counts for nothing there.
    pub archived: bool,
    /// The entity's own addresses, in order.
    pub addresses: Vec<String>,
    /// The role that the entity acts in: the ARN of its instance profile.
    pub principal: Option<String>,
    /// The scaling group that the entity belongs to.
    pub scaling_group: Option<String>,
    /// Inbound noise of the internet: probes and guesses that the entity is the target of.
    pub background: bool,
    /// Whether it says that something succeeded, such as a guess that fitted.
    pub success: bool,
    /// Whether the remote side is on a threat list.
    pub listed: bool,
    /// When it was noted, the earliest first.
    pub spans: Vec<Span>,
    /// Remote end points by address and service.
    pub remotes: Vec<SignalRemote>,
    /// Different remote addresses, all of them.
    pub fan: u64,
}

impl Signal {
    /// The part of a finding that matters here.
    pub fn of(finding: &Finding) -> Self {
        let resource = &finding.resource;
        let mut addresses: Vec<String> = resource.network_interfaces.iter().flat_map(interface_addresses).collect();
        addresses.sort();
        addresses.dedup();
        let tag = |key: &str| resource.tags.iter().find(|tag| tag.key == key && !tag.value.is_empty()).map(|tag| tag.value.clone());
        let spans = spans(finding.occurrences.iter().map(span).collect());
        let latest = finding.latest();
        let inbound = latest.is_some_and(|latest| latest.connection.connection_direction == Direction::Inbound);
        Self {
            id: finding.id.clone(),
            finding_type: finding.finding_type,
            entity: finding.entity.clone(),
            entity_name: tag("Name"),
            title: finding.title.clone(),
            severity: finding.severity,
            confidence: finding.evidence.confidence.score,
            first_seen: finding.first_seen,
            last_seen: finding.last_seen,
            count: finding.count,
            archived: finding.archived,
            addresses,
            principal: resource.iam_instance_profile.as_ref().map(|profile| profile.arn.clone()).filter(|arn| !arn.is_empty()),
            scaling_group: tag("aws:autoscaling:groupName"),
            background: inbound && is_noise(finding.finding_type),
            success: finding.occurrences.iter().any(|occurrence| occurrence.evidence.additional.get("success") == Some(&true.into())),
            listed: finding.occurrences.iter().any(|occurrence| !occurrence.evidence.list_names.is_empty()),
            spans,
            fan: finding.actors.iter().map(|actor| actor.remote_addr.as_str()).collect::<std::collections::BTreeSet<_>>().len() as u64,
            remotes: remotes(&finding.occurrences),
        }
    }

    /// Whether a remote end point says something about who is behind the finding.
    pub(super) fn tells(&self, remote: &SignalRemote) -> bool {
        let resolver = matches!(
            self.finding_type,
            FindingType::UnusualDnsResolver | FindingType::UnusualDohActivity | FindingType::UnusualDotActivity
        );
        !resolver && !remote.service_port.is_some_and(|port| INFRASTRUCTURE_PORTS.contains(&port))
    }
}

/// Types that every machine with an open port gets, from whoever scans the internet that day.
const fn is_noise(finding_type: FindingType) -> bool {
    matches!(
        finding_type,
        FindingType::PortProbeUnprotectedPort
            | FindingType::PortProbeEmrUnprotectedPort
            | FindingType::SshBruteForce
            | FindingType::RdpBruteForce
            | FindingType::WinRmBruteForce
            | FindingType::InboundDenialOfService
    )
}

fn interface_addresses(interface: &crate::NetworkInterface) -> impl Iterator<Item = String> {
    let one = [interface.private_ip_address.clone(), interface.public_ip.clone()];
    let all = interface.private_ip_addresses.iter().map(|address| address.private_ip_address.clone());
    let rest: Vec<String> = all.chain(interface.ipv6_addresses.iter().cloned()).collect();
    one.into_iter().flatten().chain(rest).filter(|address| Address::parse(address.as_bytes()).is_some())
}

const fn span(occurrence: &Occurrence) -> Span {
    Span { first: occurrence.first_seen, last: occurrence.last_seen }
}

/// Spans in order, with those that touch made one.
pub(super) fn spans(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.first <= last.last.plus_secs(SPAN_GAP_SECS) => last.last = last.last.max(span.last),
            _ => merged.push(span),
        }
    }
    merged
}

fn remotes(occurrences: &[Occurrence]) -> Vec<SignalRemote> {
    let mut found: BTreeMap<_, (usize, Option<u32>, Vec<Span>)> = BTreeMap::new();
    for occurrence in occurrences {
        let action = &occurrence.connection;
        if action.remote_addr.is_empty() {
            continue;
        }
        let (count, asn, seen) = found.entry((&action.remote_addr, action.service_port(), action.protocol)).or_default();
        *count += 1;
        *asn = (*asn).max(action.remote_asn);
        seen.push(span(occurrence));
    }
    let mut remotes: Vec<(usize, SignalRemote)> = found
        .into_iter()
        .map(|((remote_addr, service_port, protocol), (count, asn, seen))| {
            (count, SignalRemote { remote_addr: remote_addr.clone(), asn, service_port, protocol, spans: spans(seen) })
        })
        .collect();
    // Stable, so that those seen equally often stay in the order of their addresses.
    remotes.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    remotes.into_iter().map(|(_, remote)| remote).take(REMOTES_CAP).collect()
}

/// How close two findings come: seconds between their nearest spans, and the time of the later one.
pub(super) fn nearest(left: &[Span], right: &[Span]) -> Option<(i64, Timestamp)> {
    let (mut at_left, mut at_right) = (0, 0);
    let mut best: Option<(i64, Timestamp)> = None;
    while let (Some(one), Some(other)) = (left.get(at_left), right.get(at_right)) {
        let later = one.first.max(other.first);
        let gap = (later.secs() - one.last.min(other.last).secs()).max(0);
        if best.is_none_or(|(known, _)| gap < known) {
            best = Some((gap, later));
        }
        if one.last < other.last {
            at_left += 1;
        } else {
            at_right += 1;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(first: i64, last: i64) -> Span {
        Span { first: Timestamp::from_secs(first), last: Timestamp::from_secs(last) }
    }

    #[test]
    fn spans_that_touch_are_one() {
        assert_eq!(spans(vec![at(7_200, 9_000), at(0, 1_800), at(3_600, 5_000), at(90_000, 90_001)]), [at(0, 9_000), at(90_000, 90_001)]);
    }

    #[test]
    fn the_nearest_spans_count() {
        let (early, late) = ([at(0, 10), at(1_000, 1_010)], [at(400, 500), at(5_000, 5_001)]);
        assert_eq!(nearest(&early, &late), Some((390, Timestamp::from_secs(400))));
        assert_eq!(nearest(&late, &early), Some((390, Timestamp::from_secs(400))));
        assert_eq!(nearest(&[at(0, 600)], &[at(500, 501)]), Some((0, Timestamp::from_secs(500))));
        assert_eq!(nearest(&[], &early), None);
    }
}
