//! Connections between hosts of one's own, hour by hour: the edges of what a host can have touched.

use flow::{DAY_SECS, Direction, TimeRange, Timestamp};

use super::{Panel, SCOPE, Subject, scope_values};
use crate::read::rows;
use crate::{Engine, QueryError};

/// What one end of a connection reported of it in one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionHour {
    /// The end that reported it.
    pub entity: String,
    /// Address of the other end.
    pub remote: String,
    /// Who opened it: `Inbound` the other end, `Outbound` the one that reported it.
    pub direction: Direction,
    /// The server's port.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Start of the hour.
    pub hour: Timestamp,
    /// First packet window of what was let through; none when all was rejected.
    pub first: Option<Timestamp>,
    /// End of the last packet window of what was let through.
    pub last: Option<Timestamp>,
    /// Bytes towards the entity that were let through.
    pub bytes_in: u64,
    /// Bytes away from the entity that were let through.
    pub bytes_out: u64,
    /// Whether the two had not spoken so in the days before the scope.
    pub is_new: bool,
}

impl Engine {
    /// The connections of all entities with private addresses, and with `host` when that is an address, whose opener is known: at most
    /// `limit` reports, earliest first.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn connections_within(
        &self,
        host: &str,
        range: TimeRange,
        history_days: i64,
        limit: usize,
    ) -> Result<Panel<ConnectionHour>, QueryError> {
        let mut values = scope_values(range);
        values.push(("history_date", range.from.plus_secs(-history_days * DAY_SECS).date().into()));
        let subject = Subject::of(host);
        let other = if subject.is_remote() {
            values.push(("host", subject.canonical().into()));
            " OR remote_addr = $host"
        } else {
            ""
        };
        let within = format!("connection_direction IN ('inbound', 'outbound') AND (is_public(remote_addr) = FALSE{other})");
        // Null is no value to join by, so ports and protocols that are not known stand for themselves as -1.
        let key = "coalesce(service_port, -1) AS port_key, coalesce(protocol, -1) AS protocol_key";
        let sql = format!(
            "WITH now AS (SELECT entity, remote_addr, connection_direction, service_port, protocol, {key}, hour, \
             min(CASE WHEN action IS DISTINCT FROM 'reject' THEN first_time END) AS first, \
             max(CASE WHEN action IS DISTINCT FROM 'reject' THEN last_time END) AS last, \
             sum(CASE WHEN action IS DISTINCT FROM 'reject' THEN bytes_in ELSE 0 END) AS bytes_in, \
             sum(CASE WHEN action IS DISTINCT FROM 'reject' THEN bytes_out ELSE 0 END) AS bytes_out \
             FROM activity WHERE {SCOPE} AND {within} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY hour, 1, 2, 3, 4, 5 LIMIT {limit}), \
             before AS (SELECT DISTINCT entity AS old_entity, remote_addr AS old_remote, connection_direction AS old_direction, \
             coalesce(service_port, -1) AS old_port, coalesce(protocol, -1) AS old_protocol FROM activity \
             WHERE date >= $history_date AND date <= $from_date AND hour < $from_hour AND {within} AND action IS DISTINCT FROM 'reject') \
             SELECT entity, remote_addr, connection_direction, service_port, protocol, hour, first, last, bytes_in, bytes_out, \
             old_entity IS NULL AS is_new FROM now LEFT JOIN before ON entity = old_entity AND remote_addr = old_remote \
             AND connection_direction = old_direction AND port_key = old_port AND protocol_key = old_protocol \
             ORDER BY hour, entity, remote_addr, connection_direction, service_port, protocol"
        );
        let answer = self.ask(&sql, &values).await?;
        let reports = rows(&answer, |row| {
            Ok(ConnectionHour {
                entity: row.required_text("entity")?,
                remote: row.required_text("remote_addr")?,
                direction: Direction::from_word(&row.required_text("connection_direction")?).unwrap_or_default(),
                service_port: row.integer("service_port")?.and_then(|number| u16::try_from(number).ok()),
                protocol: row.integer("protocol")?.and_then(|number| u8::try_from(number).ok()),
                hour: row.required_time("hour")?,
                first: row.time("first")?,
                last: row.time("last")?,
                bytes_in: row.count("bytes_in")?,
                bytes_out: row.count("bytes_out")?,
                is_new: row.flag("is_new")?,
            })
        })?;
        Ok(Panel { rows: reports, query: answer.sql })
    }
}
