//! Lists of addresses that somebody has an opinion on: threat intelligence, Tor relays, scanners, and what is trusted.

mod index;
mod parse;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use flow::{Address, Timestamp};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use index::Index;
pub use index::ListMatch;

/// What being on a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListKind {
    /// Tor relays that clients connect to first.
    TorGuard,
    /// Tor relays of any sort.
    TorRelay,
    /// Tor relays that traffic leaves from.
    TorExit,
    /// Mining pools.
    Mining,
    /// Command and control.
    C2,
    /// Where stolen data is delivered to.
    DropPoint,
    /// Sinkholes and black holes: whoever calls them does so on behalf of malware.
    BlackHole,
    /// Known scanners, research and otherwise; lowers severity.
    Scanner,
    /// Malicious in some way.
    Threat,
    /// Never to be reported. Wins over every other list.
    Trusted,
}

impl ListKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::TorGuard,
        Self::TorRelay,
        Self::TorExit,
        Self::Mining,
        Self::C2,
        Self::DropPoint,
        Self::BlackHole,
        Self::Scanner,
        Self::Threat,
        Self::Trusted,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TorGuard => "tor-guard",
            Self::TorRelay => "tor-relay",
            Self::TorExit => "tor-exit",
            Self::Mining => "mining",
            Self::C2 => "c2",
            Self::DropPoint => "drop-point",
            Self::BlackHole => "black-hole",
            Self::Scanner => "scanner",
            Self::Threat => "threat",
            Self::Trusted => "trusted",
        }
    }
}

impl Display for ListKind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for ListKind {
    type Err = ListKindError;

    fn from_str(text: &str) -> Result<Self, ListKindError> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| ListKindError { text: text.chars().take(64).collect() })
    }
}

/// A word that is no kind of list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no kind of list: write tor-guard, tor-relay, tor-exit, mining, c2, drop-point, black-hole, scanner, threat or trusted"
)]
pub struct ListKindError {
    text: String,
}

/// A line of a list that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedLine {
    /// Line of the file, counted from 1; for JSON and XML the position among the indicators.
    pub line: usize,
    /// What stood there, cut to 120 characters.
    pub text: String,
    /// Why it was refused.
    pub reason: String,
}

/// A list. What the app stores: it reads and writes itself as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Its name; a list with the same name replaces it.
    pub name: String,
    /// What being on it means.
    pub kind: ListKind,
    /// When its content was added. A stale list looks just like a fresh one, so its age is always shown.
    pub added: Timestamp,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// From when on it counts; from ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// The networks, ascending, each once; a single address is a network of full length.
    pub entries: Vec<IpNet>,
    /// For Tor relays of which the flags are known: those with the flag `Guard`. Without flags every relay may be a guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guards: Option<Vec<IpNet>>,
}

/// Every list in force, ready to be asked.
///
/// An address is looked up in all lists at once: 42 ns each with 150 thousand entries, on one busy core of a cloud machine.
#[derive(Debug, Default)]
pub struct Lists {
    lists: BTreeMap<String, List>,
    index: Index,
}

impl Lists {
    /// These lists; of two with the same name the later stays.
    pub fn new(lists: impl IntoIterator<Item = List>) -> Self {
        let lists: BTreeMap<String, List> = lists.into_iter().map(|list| (list.name.clone(), list)).collect();
        let index = Index::build(lists.values());
        Self { lists, index }
    }

    /// Adds a list, in the place of one with the same name. Rebuilds the index, which takes about a second for a million entries.
    pub fn add(&mut self, list: List) {
        self.lists.insert(list.name.clone(), list);
        self.index = Index::build(self.lists.values());
    }

    /// Takes a list away; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let removed = self.lists.remove(name).is_some();
        if removed {
            self.index = Index::build(self.lists.values());
        }
        removed
    }

    /// The lists, by name.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.lists.values()
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// The lists that the address is on, each once, with the longest network of that list that holds it; trusted ones too.
    pub fn matches(&self, address: Address) -> impl Iterator<Item = &ListMatch> {
        self.index.matches(address)
    }

    /// Whether a trusted list holds the address.
    pub fn is_trusted(&self, address: Address) -> bool {
        self.matches(address).any(|found| found.kind == ListKind::Trusted)
    }

    /// Names of the lists of this kind that the address is on; `None` when there is none, or when the address is trusted. Asked for
    /// guards, relays that may be guards count.
    pub fn hit(&self, address: Address, kind: ListKind) -> Option<Vec<&str>> {
        let mut names = Vec::new();
        for found in self.matches(address) {
            if found.kind == ListKind::Trusted && kind != ListKind::Trusted {
                return None;
            }
            if found.counts_as(kind) {
                names.push(&*found.list);
            }
        }
        (!names.is_empty()).then_some(names)
    }
}

#[cfg(test)]
mod tests;
