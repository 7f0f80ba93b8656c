//! Contact with listed addresses: one query and one scorer for every kind of list. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;
mod tor_relay;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use flow::Direction;

use super::card::Card;
use super::contact::{Contact, ContactColumns, list_names, read_all};
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, ListContactThresholds, Occurrence, ScoreError, wording};

pub(crate) use tor_relay::TorRelay;

/// The query of the family.
pub(super) const FEATURES: &str = include_str!("features.sql");

/// Which contacts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Those that the entity opened and that were answered.
    Client,
    /// All accepted ones, with the same severity; how it went is a matter of confidence.
    Any,
    /// Those that the entity opened, and answered ones that the remote side opened, which weigh less.
    Success,
}

/// Contact with addresses on one kind of list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListContact {
    finding_type: FindingType,
    /// Column of the names of the lists.
    column: &'static str,
    /// What the address is, after "which is".
    what: &'static str,
    rule: Rule,
    /// Whether every list makes a finding of its own.
    by_list: bool,
    manual: &'static str,
}

pub(crate) static TOR_CLIENT: ListContact = ListContact {
    finding_type: FindingType::TorClient,
    column: "tor_names",
    what: "an entry point of the Tor network",
    rule: Rule::Client,
    by_list: false,
    manual: include_str!("manual/tor_client.md"),
};
pub(crate) static MALICIOUS_IP_CALLER: ListContact = ListContact {
    finding_type: FindingType::MaliciousIpCallerCustom,
    column: "threat_names",
    what: "on your own threat list",
    rule: Rule::Any,
    by_list: true,
    manual: include_str!("manual/malicious_ip_caller.md"),
};
pub(crate) static COMMAND_AND_CONTROL: ListContact = ListContact {
    finding_type: FindingType::CommandAndControlB,
    column: "c2_names",
    what: "a known command-and-control server",
    rule: Rule::Success,
    by_list: false,
    manual: include_str!("manual/command_and_control.md"),
};
pub(crate) static BITCOIN_TOOL: ListContact = ListContact {
    finding_type: FindingType::BitcoinToolB,
    column: "mining_names",
    what: "a known mining pool",
    rule: Rule::Success,
    by_list: false,
    manual: include_str!("manual/bitcoin_tool.md"),
};
pub(crate) static BLACKHOLE: ListContact = ListContact {
    finding_type: FindingType::BlackholeTraffic,
    column: "black_hole_names",
    what: "a sinkhole or black hole",
    rule: Rule::Success,
    by_list: false,
    manual: include_str!("manual/blackhole.md"),
};
pub(crate) static DROP_POINT: ListContact = ListContact {
    finding_type: FindingType::DropPoint,
    column: "drop_point_names",
    what: "a known drop point of stolen data",
    rule: Rule::Success,
    by_list: false,
    manual: include_str!("manual/drop_point.md"),
};

impl Detector for ListContact {
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
        let contacts = listed(self.finding_type, self.column, features)?;
        // What the entity exchanged with every listed address in the hour, for the share of each.
        let mut totals: BTreeMap<(&str, flow::Timestamp), u64> = BTreeMap::new();
        for (contact, _) in &contacts {
            let total = totals.entry((contact.entity.as_str(), contact.hour)).or_default();
            *total = total.saturating_add(contact.bytes_in).saturating_add(contact.bytes_out);
        }
        let mut occurrences = Vec::new();
        for (contact, lists) in contacts.iter().filter(|(contact, _)| contact.in_range(context) && self.counts(contact, context)) {
            let total = totals.get(&(contact.entity.as_str(), contact.hour)).copied().unwrap_or(0);
            if self.by_list {
                occurrences.extend(lists.iter().map(|list| self.occurrence(contact, Some(list), lists, total, context)));
            } else {
                occurrences.push(self.occurrence(contact, None, lists, total, context));
            }
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

/// A contact with an address that is on lists, and the names of those.
type Listed = (Contact, Vec<String>);

/// The contacts with an address that has names in this column.
fn listed(finding_type: FindingType, column: &'static str, features: &[RecordBatch]) -> Result<Vec<Listed>, ScoreError> {
    let mut contacts = read_all(
        finding_type,
        features,
        |columns| Ok((ContactColumns::new(columns)?, columns.text(column)?)),
        |(contact, lists), row| Ok((contact.read(row)?, list_names(lists.get(row).unwrap_or_default()))),
    )?;
    contacts.retain(|(_, lists)| !lists.is_empty());
    Ok(contacts)
}

/// How much the contact weighs, by who opened it and whether it was answered.
fn success(contact: &Contact, thresholds: &ListContactThresholds) -> (f64, &'static str) {
    match (contact.direction, contact.answered()) {
        (Direction::Outbound, true) => (thresholds.outbound_answered, "the entity opened the connection and was answered"),
        (Direction::Inbound, true) => (thresholds.inbound_answered, "the remote side opened the connection and was answered"),
        (Direction::Unknown, true) => (thresholds.inbound_answered, "bytes went both ways, and who opened the connection is not known"),
        (Direction::Outbound, false) => (thresholds.outbound_unanswered, "the entity tried and was not answered"),
        (_, false) => (thresholds.inbound_unanswered, "the remote side tried, was let through and not answered"),
    }
}

impl ListContact {
    fn counts(&self, contact: &Contact, context: &Context<'_>) -> bool {
        match self.rule {
            Rule::Client => {
                let thresholds = &context.thresholds.tor_client;
                contact.direction == Direction::Outbound
                    && contact.confidence >= thresholds.min_direction_confidence
                    && contact.bytes_out > 0
                    && contact.bytes_in >= thresholds.min_bytes_in
            }
            Rule::Any => true,
            Rule::Success => contact.direction == Direction::Outbound || contact.answered(),
        }
    }

    /// The type's own severity for what the entity did and got an answer to; less for the rest.
    fn severity(&self, contact: &Contact) -> f64 {
        let default = self.finding_type.default_severity();
        match (self.rule, contact.direction, contact.answered()) {
            // A black hole does not answer, by its nature.
            (Rule::Success, Direction::Outbound, false) if self.finding_type != FindingType::BlackholeTraffic => default.min(3.0),
            (Rule::Success, Direction::Inbound | Direction::Unknown, true) => default.min(5.0),
            _ => default,
        }
    }

    fn occurrence(&self, contact: &Contact, list: Option<&String>, lists: &[String], total: u64, context: &Context<'_>) -> Occurrence {
        let bytes = contact.bytes_in.saturating_add(contact.bytes_out);
        let (weight, reason) = success(contact, &context.thresholds.malicious_ip_caller);
        let relation = match contact.direction {
            Direction::Outbound => "connected to",
            Direction::Inbound => "was contacted by",
            Direction::Unknown => "exchanged traffic with",
        };
        // The list named first is the one this finding is about.
        let names: Vec<String> = list.into_iter().chain(lists.iter().filter(|name| Some(*name) != list)).cloned().collect();
        let listed = names.join(", ");
        let limit = match self.rule {
            Rule::Client => Some(Measure::new(wording::number(context.thresholds.tor_client.min_bytes_in), Unit::Bytes)),
            Rule::Any | Rule::Success => None,
        };
        let summary = format!(
            "{} {relation} {}, which is {} ({listed}), on {} ({}).",
            contact.entity,
            contact.remote_addr,
            self.what,
            contact.service(),
            contact.traffic()
        );
        let mut card = Card::new(self.finding_type, contact, summary, Measure::new(wording::number(bytes), Unit::Bytes), limit)
            .issue(list.cloned().unwrap_or_default())
            .severity(self.severity(contact))
            .lists(&names)
            .share_of(total);
        card = if self.rule == Rule::Client && !contact.answered() {
            card.sure("success", 0.3, "nothing came back: an attempt only")
        } else {
            card.sure("success", weight, reason)
        };
        if contact.direction != Direction::Unknown {
            let (name, value, reason) = contact.direction_factor();
            card = card.sure(name, value, reason);
        }
        card = card
            .sure("list", 1.0, format!("the address is on {listed}"))
            .unless(format!("had {} not been on {listed}, or been on a trusted list", contact.remote_addr))
            .unless(format!("had the network rejected all {} of that hour", wording::count(contact.flows, "flow")));
        if self.rule == Rule::Client {
            let thresholds = &context.thresholds.tor_client;
            card = card
                .unless(format!(
                    "had fewer than {} come back (here {})",
                    wording::count(thresholds.min_bytes_in, "byte"),
                    wording::bytes(wording::number(contact.bytes_in))
                ))
                .unless(format!(
                    "had the remote side opened the connection, or had the direction been less sure than {:.2} (here {:.2})",
                    thresholds.min_direction_confidence, contact.confidence
                ));
        }
        card.done()
    }
}
