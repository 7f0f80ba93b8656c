//! The way back from an occurrence to the rows behind it.

use std::collections::{BTreeMap, BTreeSet};
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
        let mut sql = head(entity, hours);
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
        sql.push_str(ORDER);
        Self { sql, parameters }
    }

    /// The rows of all these queries, which are about the same entity, in one query from the first hour of any to the last. The first
    /// query itself when they cannot be put together.
    pub(crate) fn of_all<'a>(queries: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let Some(first) = queries.clone().next() else { return Self { sql: String::new(), parameters: BTreeMap::new() } };
        Self::joined(first, queries).unwrap_or_else(|| first.clone())
    }

    fn joined<'a>(first: &Self, queries: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut whole = first.hours()?;
        let mut parameters = first.parameters.clone();
        let mut conditions = BTreeSet::new();
        for query in queries {
            let hours = query.hours()?;
            let entity = query.parameters.get("entity").filter(|entity| first.parameters.get("entity") == Some(entity))?;
            conditions.insert(query.sql.strip_prefix(&head(entity, hours))?.strip_suffix(ORDER)?);
            whole = TimeRange::new(whole.from.min(hours.from), whole.to.max(hours.to));
            parameters.retain(|name, value| query.parameters.get(name) == Some(value));
        }
        let entity = first.parameters.get("entity")?;
        let mut sql = head(entity, whole);
        if let (Some(only), 1) = (conditions.first(), conditions.len()) {
            sql.push_str(only);
        } else {
            let each: Vec<String> = conditions.iter().map(|condition| format!("(TRUE{})", condition.replace("\n  AND", " AND"))).collect();
            let _ = write!(sql, "\n  AND ({})", each.join("\n    OR "));
        }
        sql.push_str(ORDER);
        for (name, value) in [("entity", entity.clone()), ("from", whole.from.to_string()), ("to", whole.to.to_string())] {
            parameters.insert(name.to_owned(), value);
        }
        parameters.remove("hour");
        Some(Self { sql, parameters })
    }

    /// The hours it reads.
    fn hours(&self) -> Option<TimeRange> {
        let time = |name: &str| self.parameters.get(name)?.parse().ok();
        Some(TimeRange::new(time("from")?, time("to")?))
    }
}

/// The order of the rows.
const ORDER: &str = "\nORDER BY start_time, src_addr, src_port, dst_addr, dst_port";

/// The beginning: whose rows, and of which hours.
fn head(entity: &str, hours: TimeRange) -> String {
    let last = hours.to.plus_secs(-1).max(hours.from);
    format!(
        "SELECT * FROM flows\nWHERE date BETWEEN {} AND {}\n  AND entity = {}\n  AND hour >= TIMESTAMP {} AND hour < TIMESTAMP {}",
        literal(&hours.from.date()),
        literal(&last.date()),
        literal(entity),
        literal(&hours.from.to_string()),
        literal(&hours.to.to_string()),
    )
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
    fn queries_about_one_entity_are_put_together() {
        let first = hours().from;
        let of = |index: i64, remote: &str| {
            let peer = Peer::Connection {
                connection_direction: Direction::Outbound,
                remote_addr: remote.to_owned(),
                service_port: Some(443),
                protocol: Some(6),
            };
            RowsQuery::new("i-1", TimeRange::new(first.plus_secs(index * 3600), first.plus_secs((index + 1) * 3600)), &peer)
        };
        let same = [of(2, "203.0.113.9"), of(0, "203.0.113.9")];
        let joined = RowsQuery::of_all(same.iter());
        assert_eq!(
            joined.sql,
            same[1].sql.replace("2026-11-25T00:00:00Z'", "2026-11-25T02:00:00Z'").replace("AND '2026-11-24'", "AND '2026-11-25'")
        );
        assert_eq!(
            (joined.parameters["from"].as_str(), joined.parameters["to"].as_str()),
            ("2026-11-24T23:00:00Z", "2026-11-25T02:00:00Z")
        );
        assert_eq!(joined.parameters["remote_addr"], "203.0.113.9");

        let two = RowsQuery::of_all([of(0, "203.0.113.9"), of(1, "203.0.113.10")].iter());
        assert!(two.sql.contains("(TRUE AND (action = 'accept' OR action IS NULL) AND connection_direction = 'outbound'"), "{}", two.sql);
        assert!(two.sql.contains("'203.0.113.9'") && two.sql.contains("    OR (TRUE") && two.sql.contains("'203.0.113.10'"));
        assert_eq!(two.parameters.get("remote_addr"), None);
        assert_eq!(two.parameters["service_port"], "443");
        assert_eq!(RowsQuery::of_all([of(0, "a")].iter()), of(0, "a"));
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        let peer = Peer::Bytes { direction: Direction::Inbound, public: false };
        let query = RowsQuery::new("x' OR '1'='1", hours(), &peer);
        assert!(query.sql.contains("entity = 'x'' OR ''1''=''1'"), "{}", query.sql);
        assert!(query.sql.contains("is_public(src_addr) IS NOT TRUE"));
    }
}
