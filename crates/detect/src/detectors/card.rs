//! The explanation card that every detector fills in the same way, and the occurrence that is made of it.

use flow::{Action, TimeRange};

use super::contact::Contact;
use crate::evidence::{Contribution, Expected, Measure};
use crate::rows::{Peer, RowsQuery};
use crate::{Confidence, Evidence, FindingType, Novelty, Occurrence, Traffic, wording};

/// What a detector has to say of one hour.
pub(super) struct Card {
    occurrence: Occurrence,
    factors: Vec<(&'static str, f64, String)>,
}

impl Card {
    /// A card about this contact: `summary` is one sentence that names the entity, `actual` what was seen, `limit` what it had to pass.
    pub(super) fn new(finding_type: FindingType, contact: &Contact, summary: String, actual: Measure, limit: Option<Measure>) -> Self {
        let bytes = contact.bytes_in.saturating_add(contact.bytes_out);
        let margin = limit.as_ref().filter(|limit| limit.value > 0.0).map(|limit| crate::confidence::round(actual.value / limit.value));
        let occurrence = Occurrence {
            finding_type,
            entity: contact.entity.clone(),
            aggregation_key: String::new(),
            occurrence_key: contact.key(),
            first_seen: contact.first_time,
            last_seen: contact.last_time,
            severity: finding_type.default_severity(),
            connection: contact.action(),
            account_id: contact.account_id.clone(),
            evidence: Evidence {
                summary,
                expected: None,
                actual,
                factor: None,
                rank: None,
                since: contact.first_time,
                so_far: None,
                novelty: vec![contact.remote_novelty()],
                threshold: limit,
                margin,
                confidence: Confidence::of(&[]),
                would_not_fire: Vec::new(),
                contributions: vec![Contribution::of("remote_addr", contact.remote_addr.as_str(), bytes, bytes)],
                technique: finding_type.technique(),
                rows: contact.rows(),
                list_names: Vec::new(),
                additional: serde_json::Map::new(),
            },
        };
        Self { occurrence, factors: Vec::new() }
    }

    /// What makes occurrences the same finding.
    pub(super) fn issue(mut self, key: impl Into<String>) -> Self {
        self.occurrence.aggregation_key = key.into();
        self
    }

    /// What tells this occurrence from the others of the finding, when that is not the contact.
    pub(super) fn occurrence_key(mut self, key: impl Into<String>) -> Self {
        self.occurrence.occurrence_key = key.into();
        self
    }

    /// Another severity than the type's.
    pub(super) fn severity(mut self, severity: f64) -> Self {
        self.occurrence.severity = severity;
        self
    }

    /// Since when it has been going on.
    pub(super) fn since(mut self, since: flow::Timestamp) -> Self {
        self.occurrence.evidence.since = since.min(self.occurrence.last_seen);
        self
    }

    /// Since when it has been going on, and all of it since then.
    pub(super) fn since_with(self, since: flow::Timestamp, so_far: Traffic) -> Self {
        let mut card = self.since(since);
        card.occurrence.evidence.so_far = Some(so_far);
        card
    }

    /// What was to be expected, `low` to `high`.
    pub(super) fn expected(mut self, value: f64, low: f64, high: f64) -> Self {
        let evidence = &mut self.occurrence.evidence;
        let unit = evidence.actual.unit;
        evidence.factor = (value > 0.0).then(|| crate::confidence::round(evidence.actual.value / value));
        evidence.expected = Some(Expected::new(value, low, high, unit));
        self
    }

    /// How the actual compares with everything on record.
    pub(super) fn rank(mut self, words: impl Into<String>) -> Self {
        self.occurrence.evidence.rank = Some(words.into());
        self
    }

    /// One more value that is new or known.
    pub(super) fn novelty(mut self, novelty: Novelty) -> Self {
        self.occurrence.evidence.novelty.push(novelty);
        self
    }

    /// One more reason to be more or less sure.
    pub(super) fn sure(mut self, name: &'static str, value: f64, reason: impl Into<String>) -> Self {
        self.factors.push((name, value, reason.into()));
        self
    }

    /// What would have made it not fire.
    pub(super) fn unless(mut self, reason: impl Into<String>) -> Self {
        self.occurrence.evidence.would_not_fire.push(reason.into());
        self
    }

    /// The lists that the address is on.
    pub(super) fn lists(mut self, names: &[String]) -> Self {
        self.occurrence.evidence.list_names = names.to_vec();
        self
    }

    /// A fact for programs.
    pub(super) fn fact(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.occurrence.evidence.additional.insert(name.to_owned(), value.into());
        self
    }

    /// The share of the traffic of this value in `whole` bytes.
    pub(super) fn share_of(mut self, whole: u64) -> Self {
        let action = &self.occurrence.connection;
        let bytes = action.bytes_in.saturating_add(action.bytes_out);
        self.occurrence.evidence.contributions = vec![Contribution::of("remote_addr", action.remote_addr.as_str(), bytes, whole)];
        self
    }

    /// The rows behind it are those of many end points, accepted or not.
    pub(super) fn attempts(mut self, contact: &Contact, hours: TimeRange, remote: bool, port: bool) -> Self {
        let peer = Peer::Attempts {
            connection_direction: contact.direction,
            remote_addr: remote.then(|| contact.remote_addr.clone()),
            service_port: contact.service_port.filter(|_| port),
            protocol: contact.protocol,
        };
        let mut rows = RowsQuery::new(&contact.entity, hours, &peer);
        // The hour that the occurrence counts for, when the rows reach further back.
        rows.parameters.insert("hour".to_owned(), contact.hour.to_string());
        self.occurrence.evidence.rows = rows;
        self
    }

    /// The network let none of it through.
    pub(super) fn blocked(mut self, blocked: bool) -> Self {
        if blocked {
            self.occurrence.connection.action = Action::Reject;
        }
        self
    }

    /// The occurrence.
    pub(super) fn done(mut self) -> Occurrence {
        self.occurrence.evidence.confidence = Confidence::of(&self.factors);
        self.occurrence
    }
}

/// `tcp/9001`, `icmp`.
pub(super) fn service_key(contact: &Contact) -> String {
    let protocol = wording::protocol_text(contact.protocol).to_lowercase();
    contact.service_port.map_or_else(|| protocol.clone(), |port| format!("{protocol}/{port}"))
}

/// How much of two weeks was learned before.
pub(super) fn maturity(days: f64) -> (f64, String) {
    ((days / 14.0).min(1.0), format!("{:.0} days learned, 14 make a baseline", days.floor().min(45.0)))
}
