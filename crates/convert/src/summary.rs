//! What a conversion came to.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{Host, Kind};

/// Lines or packets that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// How many.
    pub count: u64,
    /// Place and detail of the first one: `line 17: …`, `packet 3: …`.
    pub first: String,
}

/// What was read and written.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// What the input is.
    pub kind: Kind,
    /// Packets read, of a packet capture.
    pub packets: u64,
    /// Connections read, of a log.
    pub connections: u64,
    /// Records written, without header lines.
    pub records: u64,
    /// Objects written.
    pub objects: u64,
    /// What was left out, by reason.
    pub skipped: BTreeMap<&'static str, Skipped>,
    /// Start of the first window.
    pub first: DateTime<Utc>,
    /// End of the last window.
    pub last: DateTime<Utc>,
    /// Seconds that the capture was moved by, for [`Options::begin`](crate::Options::begin).
    pub moved_secs: i64,
    /// Hosts inside, by address.
    pub hosts: Vec<Host>,
    /// The folder with the records.
    pub logs: PathBuf,
    /// The inventory documents.
    pub inventory: Vec<PathBuf>,
}

/// Counts while reading.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) packets: u64,
    pub(crate) connections: u64,
    pub(crate) skipped: BTreeMap<&'static str, Skipped>,
}

impl Tally {
    /// Something was left out at this place.
    pub(crate) fn skip(&mut self, place: Place, reason: &'static str, detail: impl Display) {
        self.skipped.entry(reason).and_modify(|skipped| skipped.count += 1).or_insert_with(|| {
            let mut first: String = format!("{place}: {detail}").chars().take(160).collect();
            first.truncate(first.trim_end().len());
            Skipped { count: 1, first }
        });
    }

    /// The most frequent reason.
    pub(crate) fn reason(&self) -> String {
        let most = self.skipped.iter().max_by_key(|(_, skipped)| skipped.count);
        most.map_or_else(
            || "it is empty".to_owned(),
            |(reason, skipped)| format!("{reason} ({} times, first {})", skipped.count, skipped.first),
        )
    }
}

/// Where in an input something is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Line(u64),
    Packet(u64),
}

impl Place {
    /// Counted from 1.
    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Packet(number) => number,
        }
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(number) => write!(formatter, "line {number}"),
            Self::Packet(number) => write!(formatter, "packet {number}"),
        }
    }
}
