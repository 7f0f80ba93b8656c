//! One thing noted in one hour, and the identity of the finding it belongs to.

use flow::{Action, Direction, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{Evidence, FindingType};

/// The connections that an occurrence is about: one remote address and service in one hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConnectionAction {
    /// Who opened the connection: `inbound` when the remote side did.
    #[schema(value_type = String)]
    pub connection_direction: Direction,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// The entity's port, known where the entity is the server.
    pub local_port: Option<u16>,
    /// The remote port, known where the remote side is the server.
    pub remote_port: Option<u16>,
    /// The remote address.
    pub remote_addr: String,
    /// What the network did.
    #[schema(value_type = String)]
    pub action: Action,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Packets towards the entity.
    pub packets_in: u64,
    /// Packets away from the entity.
    pub packets_out: u64,
    /// Flow segments.
    pub flows: u64,
    /// Country of the remote address, ISO 3166-1 alpha-2.
    pub remote_country: Option<String>,
    /// Autonomous system of the remote address.
    pub remote_asn: Option<u32>,
}

/// Bytes both ways and flow segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Traffic {
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Flow segments.
    pub flows: u64,
}

impl Traffic {
    /// Bytes both ways.
    pub const fn bytes(self) -> u64 {
        self.bytes_in.saturating_add(self.bytes_out)
    }

    /// This and the other.
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            bytes_in: self.bytes_in.saturating_add(other.bytes_in),
            bytes_out: self.bytes_out.saturating_add(other.bytes_out),
            flows: self.flows.saturating_add(other.flows),
        }
    }
}

impl ConnectionAction {
    /// What was exchanged.
    pub const fn traffic(&self) -> Traffic {
        Traffic { bytes_in: self.bytes_in, bytes_out: self.bytes_out, flows: self.flows }
    }

    /// Whether the network stopped it.
    pub fn blocked(&self) -> bool {
        self.action == Action::Reject
    }

    /// The server's port, whichever side that is.
    pub const fn service_port(&self) -> Option<u16> {
        match self.connection_direction {
            Direction::Inbound => self.local_port,
            _ => self.remote_port,
        }
    }
}

/// One noteworthy hour of one entity with one remote end point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Occurrence {
    /// The type of the finding.
    pub finding_type: FindingType,
    /// The entity it is about.
    pub entity: String,
    /// What makes occurrences the same issue; with type and entity it makes the finding's id.
    pub aggregation_key: String,
    /// What tells this occurrence from the others of the finding. Raising it again gives the same key.
    pub occurrence_key: String,
    /// First packet window.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of the last packet window.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// 1.0 to 10.0.
    pub severity: f64,
    /// The connections.
    pub connection: ConnectionAction,
    /// Account of the entity.
    pub account_id: Option<String>,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Occurrence {
    /// The id of the finding it belongs to.
    pub fn finding_id(&self) -> String {
        finding_id(self.finding_type, &self.entity, &self.aggregation_key)
    }

    /// Puts occurrences in the order that scorers return them in.
    pub(crate) fn sort(occurrences: &mut [Self]) {
        occurrences.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    }

    fn sort_key(&self) -> (&str, &str, &str) {
        (&self.entity, &self.aggregation_key, &self.occurrence_key)
    }
}

/// The id of the finding of this type about this issue of this entity: 32 hexadecimal digits, the same on every machine.
pub fn finding_id(finding_type: FindingType, entity: &str, aggregation_key: &str) -> String {
    digest(&["finding", finding_type.name(), entity, aggregation_key])
}

/// The first 128 bits of SHA-256 over the parts, each preceded by its length so that no two lists of parts collide.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize();
    let mut text = String::with_capacity(32);
    for byte in &hash[..16] {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_fixed() {
        let id = finding_id(FindingType::TorClient, "i-0123456789abcdef0", "");
        assert_eq!(id.len(), 32);
        assert_eq!(id, finding_id(FindingType::TorClient, "i-0123456789abcdef0", ""));
        assert_ne!(id, finding_id(FindingType::TorClient, "i-0123456789abcdef", "0"));
        assert_ne!(id, finding_id(FindingType::NetworkPortUnusual, "i-0123456789abcdef0", ""));
    }
}
