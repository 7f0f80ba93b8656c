//! Which ports and services were in use, and which of them are new?

use std::collections::{BTreeMap, BTreeSet};

use flow::{Direction, Timestamp};
use query::panels::{Novel, PortVolume};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Case};
use crate::investigate::Investigator;
use crate::{InvestigateError, words};

/// Ports looked at.
const PORTS: u32 = 200;
/// Ports of the days before, of an address or an account.
const HISTORY_PORTS: u32 = 100_000;
/// Ports named in a sentence.
const NAMED: usize = 4;
/// Below this confidence in who connected, a new port is mentioned with a caveat.
const SURE: f64 = 0.9;

/// Which side of a connection the entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// It connected: the port is the remote one.
    Client,
    /// It was connected to: the port is its own.
    Server,
    /// Nobody knows.
    Unknown,
}

/// A port in use.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PortUse {
    /// Which side the entity is.
    pub side: Side,
    /// The server's port; absent when unknown or without ports.
    pub port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Service and port in words.
    pub service: String,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Flow records.
    pub flows: u64,
    /// Of those, rejected.
    pub rejected: u64,
    /// Different remotes.
    pub remotes: u64,
    /// Whether the entity had no accepted traffic on it, on this side, in the 45 days before; absent when there is nothing to compare
    /// with.
    pub new: Option<bool>,
    /// When it began, of a new one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// How sure it is who connected, of a new one.
    pub confidence: Option<f64>,
    /// Whether the finding is about it.
    pub in_finding: bool,
}

impl Investigator {
    pub(super) async fn answer_ports(&self, case: Case<'_>) -> Result<Answer<PortUse>, InvestigateError> {
        let (ports, before) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.ports(case.entity, case.range, PORTS).await?) },
            Box::pin(self.known_ports(case)),
        )?;
        let (known, before_query) = before;
        let mut rows: Vec<PortUse> = ports.rows.into_iter().map(|port| port_use(port, &known, case)).collect();
        // What the finding is about, then what is new, then by volume as they come.
        rows.sort_by_key(|row| (!row.in_finding, row.new != Some(true)));
        let query = format!("{}\n;\n{before_query}", ports.query);
        let mut caveats = case.caveats(true);
        if rows.iter().any(|row| row.new == Some(true) && row.confidence.is_some_and(|confidence| confidence < SURE)) {
            caveats.push("For some new ports only port numbers tell who connected, so they may be the client's own port.".to_owned());
        }
        let (verdict, answer) = words_of(&rows, case);
        Ok(Answer {
            question: "Which ports and services were in use, and which of them are new?".to_owned(),
            answer,
            verdict: verdict.to_owned(),
            rows,
            query,
            confidence: case.confidence(true),
            caveats,
        })
    }
}

/// What the days before the scope say of ports.
enum Known {
    /// What one machine had not touched, by kind and value.
    New(BTreeMap<(String, String), Novel>),
    /// What an address or the machines of an account had used.
    Used(BTreeSet<PortKey>),
}

/// Who connected, protocol and port.
type PortKey = (Direction, Option<u8>, Option<u16>);

impl Investigator {
    /// What tells new ports from others, and the SQL behind it.
    async fn known_ports(&self, case: Case<'_>) -> Result<(Known, String), InvestigateError> {
        if case.is_machine() {
            let keyed = case.novel.rows.iter().map(|novel| ((novel.kind.clone(), novel.value.clone()), novel.clone()));
            return Ok((Known::New(keyed.collect()), case.novel.query.clone()));
        }
        let before = self.engine.ports(case.entity, case.history(), HISTORY_PORTS).await?;
        let used = before.rows.iter().filter(|port| port.flows > port.rejected);
        Ok((Known::Used(used.map(|port| (port.direction, port.protocol, port.port)).collect()), before.query))
    }
}

fn port_use(port: PortVolume, known: &Known, case: Case<'_>) -> PortUse {
    let (side, kind) = match port.direction {
        Direction::Inbound => (Side::Server, "local_port"),
        Direction::Outbound => (Side::Client, "remote_port"),
        Direction::Unknown => (Side::Unknown, ""),
    };
    let value = port.protocol.zip(port.port).map(|(protocol, port)| {
        let name = flow::protocol_name(protocol).map_or_else(|| protocol.to_string(), str::to_lowercase);
        format!("{name}/{port}")
    });
    let (novel, new) = match (known, &value) {
        (Known::New(fresh), Some(value)) => {
            let novel = fresh.get(&(kind.to_owned(), value.clone()));
            (novel, novel.is_some())
        }
        (Known::Used(used), _) => (None, !used.contains(&(port.direction, port.protocol, port.port))),
        (Known::New(_), None) => (None, false),
    };
    // A port of which everything was rejected was not used; it is neither new nor usual.
    let used = port.flows > port.rejected;
    let in_finding = case.finding.is_some_and(|finding| {
        finding.actors.iter().any(|actor| {
            let service = if actor.connection_direction == Direction::Inbound { actor.local_port } else { actor.remote_port };
            actor.connection_direction == port.direction && service.is_some() && service == port.port && actor.protocol == port.protocol
        })
    });
    PortUse {
        side,
        service: words::service(port.protocol, port.port),
        port: port.port,
        protocol: port.protocol,
        bytes_in: port.bytes_in,
        bytes_out: port.bytes_out,
        flows: port.flows,
        rejected: port.rejected,
        remotes: port.remotes,
        new: (case.compares() && used && value.is_some() && side != Side::Unknown).then_some(new),
        since: novel.map(|novel| novel.first),
        confidence: novel.map(|novel| novel.confidence),
        in_finding,
    }
}

fn words_of(rows: &[PortUse], case: Case<'_>) -> (&'static str, String) {
    if rows.is_empty() {
        return case.nothing();
    }
    let named = |side: Side| -> Vec<String> {
        let used = rows.iter().filter(|row| row.side == side && row.flows > row.rejected);
        let mut used: Vec<&PortUse> = used.collect();
        used.sort_by_key(|row| std::cmp::Reverse(row.bytes_in.saturating_add(row.bytes_out)));
        used.iter().map(|row| format!("{} with {}", row.service, words::bytes(row.bytes_in.saturating_add(row.bytes_out)))).collect()
    };
    let (client, server) = (named(Side::Client), named(Side::Server));
    let mut parts = Vec::new();
    let (as_client, as_server) = if case.is_address() {
        ("Entities connected to it for", "It connected to entities for")
    } else if case.is_machine() {
        ("As client it used", "As server it used")
    } else {
        ("As clients its machines used", "As servers its machines used")
    };
    for (side, named) in [(as_client, &client), (as_server, &server)] {
        if !named.is_empty() {
            parts.push(format!("{side} {}: {}.", words::count(named.len(), "service"), words::list(named, NAMED)));
        }
    }
    if parts.is_empty() {
        let rejected = rows.iter().all(|row| row.flows == row.rejected);
        parts.push(if rejected {
            format!("Everything was rejected: {} were tried.", words::count(rows.len(), "port"))
        } else {
            "Nothing tells who connected to whom, so the ports in use cannot be told from the clients' own.".to_owned()
        });
    }
    let new: Vec<String> = rows
        .iter()
        .filter(|row| row.new == Some(true))
        .map(|row| {
            let since = row.since.map(|since| format!(" since {}", words::time(since))).unwrap_or_default();
            format!("{} with {}{since}", row.service, words::count(usize::try_from(row.remotes).unwrap_or(usize::MAX), "remote"))
        })
        .collect();
    let verdict = if !case.compares() {
        parts.push("There is less than a day of earlier data, so nothing tells what is new.".to_owned());
        "no-history"
    } else if new.is_empty() {
        parts.push(format!("None of them is new against the {:.0} days before.", case.history_days));
        "usual"
    } else {
        parts.push(format!("New against the {:.0} days before: {}.", case.history_days, words::list(&new, NAMED)));
        "new"
    };
    (verdict, parts.join(" "))
}
