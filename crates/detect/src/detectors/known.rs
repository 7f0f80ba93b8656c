//! A contact, and how well the entity and the others know the other side: the rows of `known.sql`.

use arrow::array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use flow::{DAY_SECS, Timestamp};

use super::contact::{Contact, ContactColumns, read_all};
use crate::columns::{Column, Columns};
use crate::{Context, FindingType, ScoreError, wording};

/// A contact and its past.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) contact: Contact,
    /// First address of the remote network.
    pub(super) remote_net: String,
    /// When the entity first talked to the network, within 45 days and before the hour.
    pub(super) net_first_seen: Option<Timestamp>,
    /// When the entity last used the port as a client before the hour.
    pub(super) port_last_seen: Option<Timestamp>,
    /// Other entities that had talked to the network by the end of the hour.
    pub(super) peers_using: u64,
    /// Other entities.
    pub(super) peers: u64,
    /// When the entity was first seen.
    pub(super) watched_since: Timestamp,
}

/// The columns a [`Known`] is read from.
pub(super) struct KnownColumns {
    contact: ContactColumns,
    remote_net: Column<StringArray>,
    times: [Column<TimestampMicrosecondArray>; 3],
    counts: [Column<Int64Array>; 2],
}

impl KnownColumns {
    pub(super) fn new(columns: &Columns<'_>) -> Result<Self, ScoreError> {
        Ok(Self {
            contact: ContactColumns::new(columns)?,
            remote_net: columns.text("remote_net")?,
            times: [columns.time("net_first_seen")?, columns.time("port_last_seen")?, columns.time("watched_since")?],
            counts: [columns.integer("peers_using")?, columns.integer("peers")?],
        })
    }

    pub(super) fn read(&self, row: usize) -> Result<Known, ScoreError> {
        let [net_first_seen, port_last_seen, watched_since] = &self.times;
        let [peers_using, peers] = &self.counts;
        Ok(Known {
            contact: self.contact.read(row)?,
            remote_net: self.remote_net.required(row)?.to_owned(),
            net_first_seen: net_first_seen.get(row),
            port_last_seen: port_last_seen.get(row),
            peers_using: peers_using.count(row)?,
            peers: peers.count(row)?,
            watched_since: watched_since.required(row)?,
        })
    }
}

/// All rows, in order of entity, hour, remote address and port.
pub(super) fn read_known(finding_type: FindingType, features: &[RecordBatch]) -> Result<Vec<Known>, ScoreError> {
    let mut all = read_all(finding_type, features, KnownColumns::new, KnownColumns::read)?;
    all.sort_by(|left, right| left.order().cmp(&right.order()));
    Ok(all)
}

impl Known {
    fn order(&self) -> (&str, Timestamp, &str, Option<u16>, Option<u8>) {
        let contact = &self.contact;
        (&contact.entity, contact.hour, &contact.remote_addr, contact.service_port, contact.protocol)
    }

    /// Days the entity was watched before the hour, at most 45.
    pub(super) fn days_watched(&self, context: &Context<'_>) -> f64 {
        let secs = (self.contact.hour.secs() - self.watched_since.secs()).max(0);
        wording::ratio(secs, DAY_SECS).min(context.days_before(self.contact.hour))
    }

    /// Share of the other entities that talk to the network.
    pub(super) fn peer_share(&self) -> f64 {
        if self.peers == 0 { 0.0 } else { wording::number(self.peers_using) / wording::number(self.peers) }
    }

    /// Whether at most this share of the others knows the network; no one else always is few enough.
    pub(super) fn rare(&self, max_share: f64) -> bool {
        self.peers_using == 0 || self.peer_share() <= max_share
    }

    /// How many others know the network, in words.
    pub(super) fn peers_reason(&self) -> String {
        format!("{} of {} talk to {}", self.peers_using, wording::count(self.peers, "other machine"), self.remote_net)
    }
}
