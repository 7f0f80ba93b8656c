//! The way back from an occurrence to the rows behind it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use flow::{Direction, TimeRange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A query over `flows`, complete in itself: its literals are written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowsQuery {
    /// The SQL.
    pub sql: String,
    /// The values that stand in it, by name, for display and for filling in a form.
    pub parameters: BTreeMap<String, String>,
}

/// Which remote end points a [`RowsQuery`] is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// The records of connections of this direction with one remote address, service port and protocol; null is matched by `None`.
    Connection {
        /// Who opened them.
        connection_direction: Direction,
        /// The remote address.
        remote_addr: String,
        /// The server's port.
        service_port: Option<u16>,
        /// The protocol.
        protocol: Option<u8>,
    },
    /// The records of connections of this direction, accepted or not; what is `None` is not looked at.
    Attempts {
        /// Who opened them.
        connection_direction: Direction,
        /// The remote address.
        remote_addr: Option<String>,
        /// The server's port.
        service_port: Option<u16>,
        /// The protocol.
        protocol: Option<u8>,
    },
    /// The records whose bytes went this way, with public remote addresses only or with the others only.
    Bytes {
        /// Which way the bytes went.
        direction: Direction,
        /// Whether public addresses are meant.
        public: bool,
    },
}

impl RowsQuery {
    /// The rows of `entity` in the hours of `hours` that `peer` describes; accepted ones only, but for [`Peer::Attempts`].
    pub fn new(entity: &str, hours: TimeRange, peer: &Peer) -> Self {
        let last = hours.to.plus_secs(-1).max(hours.from);
        let mut sql = format!(
            "SELECT * FROM flows\nWHERE date BETWEEN {} AND {}\n  AND entity = {}\n  AND hour >= TIMESTAMP {} AND hour < TIMESTAMP {}",
            literal(&hours.from.date()),
            literal(&last.date()),
            literal(entity),
            literal(&hours.from.to_string()),
            literal(&hours.to.to_string()),
        );
        let mut parameters = BTreeMap::from([
            ("entity".to_owned(), entity.to_owned()),
            ("from".to_owned(), hours.from.to_string()),
            ("to".to_owned(), hours.to.to_string()),
        ]);
        if !matches!(peer, Peer::Attempts { .. }) {
            sql.push_str("\n  AND (action = 'accept' OR action IS NULL)");
        }
        // Writing to a `String` cannot fail.
        match peer {
            Peer::Attempts { connection_direction, remote_addr, service_port, protocol } => {
                let _ = write!(sql, "\n  AND connection_direction = {}", literal(connection_direction.as_str()));
                parameters.insert("connection_direction".to_owned(), connection_direction.to_string());
                if let Some(protocol) = protocol {
                    let _ = write!(sql, "\n  AND protocol = {protocol}");
                    parameters.insert("protocol".to_owned(), protocol.to_string());
                }
                if let Some(remote) = remote_addr {
                    let _ = write!(sql, "\n  AND (src_addr = {0} OR dst_addr = {0})", literal(remote));
                    parameters.insert("remote_addr".to_owned(), remote.clone());
                }
                if let Some(port) = service_port {
                    let _ = write!(sql, "\n  AND (src_port = {port} OR dst_port = {port})");
                    parameters.insert("service_port".to_owned(), port.to_string());
                }
            }
            Peer::Connection { connection_direction, remote_addr, service_port, protocol } => {
                let remote = literal(remote_addr);
                // Records of protocols without ports tell nothing of who opened what; a detector may say it of a flood all the same.
                if protocol.is_none_or(flow::has_ports) {
                    let _ = write!(sql, "\n  AND connection_direction = {}", literal(connection_direction.as_str()));
                }
                match protocol {
                    Some(protocol) => {
                        let _ = write!(sql, "\n  AND protocol = {protocol}");
                        parameters.insert("protocol".to_owned(), protocol.to_string());
                    }
                    None => sql.push_str("\n  AND protocol IS NULL"),
                }
                match (service_port, connection_direction) {
                    (Some(port), Direction::Inbound) => {
                        let _ = write!(
                            sql,
                            "\n  AND ((src_addr = {remote} AND dst_port = {port}) OR (dst_addr = {remote} AND src_port = {port}))"
                        );
                    }
                    (Some(port), Direction::Outbound) => {
                        let _ = write!(
                            sql,
                            "\n  AND ((src_addr = {remote} AND src_port = {port}) OR (dst_addr = {remote} AND dst_port = {port}))"
                        );
                    }
                    _ => {
                        let _ = write!(sql, "\n  AND (src_addr = {remote} OR dst_addr = {remote})");
                    }
                }
                parameters.insert("connection_direction".to_owned(), connection_direction.to_string());
                parameters.insert("remote_addr".to_owned(), remote_addr.clone());
                if let Some(port) = service_port {
                    parameters.insert("service_port".to_owned(), port.to_string());
                }
            }
            Peer::Bytes { direction, public } => {
                let remote = if *direction == Direction::Inbound { "src_addr" } else { "dst_addr" };
                let _ = write!(
                    sql,
                    "\n  AND direction = {}\n  AND is_public({remote}) IS {}TRUE",
                    literal(direction.as_str()),
                    if *public { "" } else { "NOT " }
                );
                parameters.insert("direction".to_owned(), direction.to_string());
                parameters.insert("scope".to_owned(), if *public { "public" } else { "internal" }.to_owned());
            }
        }
        sql.push_str("\nORDER BY start_time, src_addr, src_port, dst_addr, dst_port");
        Self { sql, parameters }
    }
}

/// A text as a SQL literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::Timestamp;

    fn hours() -> TimeRange {
        let from: Timestamp = "2026-11-24T23:00:00Z".parse().unwrap();
        TimeRange::new(from, from.plus_secs(2 * 3600))
    }

    #[test]
    fn a_connection_is_found_in_both_directions_of_bytes() {
        let peer = Peer::Connection {
            connection_direction: Direction::Outbound,
            remote_addr: "203.0.113.9".to_owned(),
            service_port: Some(9001),
            protocol: Some(6),
        };
        let query = RowsQuery::new("i-1", hours(), &peer);
        assert!(query.sql.contains("date BETWEEN '2026-11-24' AND '2026-11-25'"), "{}", query.sql);
        assert!(query.sql.contains("hour >= TIMESTAMP '2026-11-24T23:00:00Z' AND hour < TIMESTAMP '2026-11-25T01:00:00Z'"));
        assert!(query.sql.contains("((src_addr = '203.0.113.9' AND src_port = 9001) OR (dst_addr = '203.0.113.9' AND dst_port = 9001))"));
        assert_eq!(query.parameters["service_port"], "9001");
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        let peer = Peer::Bytes { direction: Direction::Inbound, public: false };
        let query = RowsQuery::new("x' OR '1'='1", hours(), &peer);
        assert!(query.sql.contains("entity = 'x'' OR ''1''=''1'"), "{}", query.sql);
        assert!(query.sql.contains("is_public(src_addr) IS NOT TRUE"));
    }
}
