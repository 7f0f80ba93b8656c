//! Which rows of the details to keep: conditions on properties, each with several values, joined by all or any.

use flow::{Address, Direction};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DetailRow;

/// Whether a remote address is public or private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Reachable on the public internet.
    Public,
    /// Not.
    Private,
}

/// What rows to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailFilter {
    conditions: Vec<Condition>,
    any: bool,
}

/// One condition: the property has one of the values, or none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    negated: bool,
    values: Values,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    Remote(Vec<Remote>),
    Reach(Vec<Reach>),
    LocalPort(Vec<u16>),
    RemotePort(Vec<u16>),
    Port(Vec<u16>),
    Protocol(Vec<u8>),
    Direction(Vec<Direction>),
    Action(Vec<String>),
}

/// A network, or a part of an address's text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Remote {
    Network(IpNet),
    Part(String),
}

/// A condition that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no {expected}")]
pub struct FilterError {
    /// What was given.
    pub value: String,
    /// What was wanted there.
    pub expected: &'static str,
}

impl DetailFilter {
    /// What conditions can be about.
    pub const PROPERTIES: [&'static str; 8] = ["remote", "reach", "local_port", "remote_port", "port", "protocol", "direction", "action"];

    /// Adds the conditions written in `text`: values separated by commas, of which the property has one; those that begin with `!` are
    /// values that it does not have. `443,9001` is one of two ports, `!udp` everything but UDP. An empty text adds none.
    ///
    /// # Errors
    /// When the property does not exist or a value is none of it; the filter is as before.
    pub fn add(&mut self, property: &str, text: &str) -> Result<(), FilterError> {
        let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let wanted: Vec<&str> = words().filter(|word| !word.starts_with('!')).collect();
        let unwanted: Vec<&str> = words().filter_map(|word| word.strip_prefix('!')).map(str::trim).collect();
        let mut added = Vec::new();
        for (negated, words) in [(false, wanted), (true, unwanted)] {
            if !words.is_empty() {
                added.push(Condition { negated, values: Values::read(property, &words)? });
            }
        }
        self.conditions.append(&mut added);
        Ok(())
    }

    /// The filter with one more property; see [`add`](Self::add).
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn with(mut self, property: &str, text: &str) -> Result<Self, FilterError> {
        self.add(property, text)?;
        Ok(self)
    }

    /// Whether one condition is enough; all have to hold otherwise.
    pub const fn match_any(&mut self, any: bool) {
        self.any = any;
    }

    /// Whether the row is kept. A filter without conditions keeps every row.
    pub fn keeps(&self, row: &DetailRow) -> bool {
        let mut verdicts = self.conditions.iter().map(|condition| condition.values.hold(row) != condition.negated);
        if self.any { self.conditions.is_empty() || verdicts.any(|kept| kept) } else { verdicts.all(|kept| kept) }
    }
}

impl Values {
    fn read(property: &str, words: &[&str]) -> Result<Self, FilterError> {
        let ports = || each(words, "port", |word| word.parse().ok());
        Ok(match property {
            "remote" => Self::Remote(each(words, "address", |word| Some(Remote::read(word)))?),
            "reach" => Self::Reach(each(words, "reach: write public or private", |word| match word {
                "public" => Some(Reach::Public),
                "private" => Some(Reach::Private),
                _ => None,
            })?),
            "local_port" => Self::LocalPort(ports()?),
            "remote_port" => Self::RemotePort(ports()?),
            "port" => Self::Port(ports()?),
            "protocol" => Self::Protocol(each(words, "protocol", flow::protocol_number)?),
            "direction" => Self::Direction(each(words, "direction: write inbound, outbound or unknown", Direction::from_word)?),
            "action" => Self::Action(each(words, "action: write accept or reject", |word| {
                matches!(word, "accept" | "reject").then(|| word.to_owned())
            })?),
            other => {
                return Err(FilterError {
                    value: other.to_owned(),
                    expected: "property to filter by: write remote, reach, local_port, remote_port, port, protocol, direction or action",
                });
            }
        })
    }

    /// Whether the row has one of the values.
    fn hold(&self, row: &DetailRow) -> bool {
        let has = |ports: &[u16], port: Option<u16>| port.is_some_and(|port| ports.contains(&port));
        let address = || row.remote.as_deref().and_then(|text| Address::parse(text.as_bytes()));
        match self {
            Self::Remote(remotes) => {
                let address = address();
                remotes.iter().any(|remote| match remote {
                    Remote::Network(network) => address.is_some_and(|address| network.contains(&address.to_ip())),
                    Remote::Part(part) => row.remote.as_deref().is_some_and(|text| text.contains(part.as_str())),
                })
            }
            Self::Reach(reaches) => {
                let public = address().map(|address| address.is_public());
                reaches.iter().any(|reach| public == Some(*reach == Reach::Public))
            }
            Self::LocalPort(ports) => has(ports, row.local_port),
            Self::RemotePort(ports) => has(ports, row.remote_port),
            Self::Port(ports) => has(ports, row.local_port) || has(ports, row.remote_port),
            Self::Protocol(protocols) => row.protocol.is_some_and(|protocol| protocols.contains(&protocol)),
            Self::Direction(directions) => directions.contains(&row.direction),
            Self::Action(actions) => row.action.as_ref().is_some_and(|action| actions.contains(action)),
        }
    }
}

impl Remote {
    fn read(word: &str) -> Self {
        word.parse().map_or_else(|_| Self::Part(word.to_owned()), Self::Network)
    }
}

fn each<T>(words: &[&str], expected: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, FilterError> {
    words.iter().map(|word| read(word).ok_or_else(|| FilterError { value: (*word).to_owned(), expected })).collect()
}
