//! Details for a scope: who spoke with whom, on which ports, how much, and whether it was allowed.

use std::collections::{BTreeMap, BTreeSet};

use flow::{Address, Direction, DirectionRule, HOUR_SECS, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SCOPE, Subject};
use crate::read::rows;
use crate::{Engine, QueryError};

/// Days of history that tell which end points are servers.
const INVENTORY_DAYS: i64 = 45;

/// One connection, or what is left of it: the row key is remote, ports, protocol and action; the direction is decided once for all
/// records of the connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DetailRow {
    /// The entity, when the question is about an address or an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entity: Option<String>,
    /// The other side; absent when it is not known which side is which.
    pub remote: Option<String>,
    /// Port at the entity.
    pub local_port: Option<u16>,
    /// Port at the other side.
    pub remote_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Its name.
    pub protocol_name: Option<String>,
    /// The service the connection was for, by the server's port.
    pub service: Option<String>,
    /// Who opened the connection: `inbound` the remote, `outbound` the entity, else `unknown`.
    #[schema(value_type = String)]
    pub direction: Direction,
    /// The rule that says so.
    #[schema(value_type = String)]
    pub direction_rule: DirectionRule,
    /// How often that rule is right, 0 to 1.
    pub direction_confidence: f64,
    /// `accept` or `reject`; absent when the source does not say.
    pub action: Option<String>,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Packets towards the entity.
    pub packets_in: u64,
    /// Packets away from the entity.
    pub packets_out: u64,
    /// Flow records.
    pub flows: u64,
    /// TCP flags or-ed over the records towards the entity.
    pub tcp_flags_in: Option<u8>,
    /// TCP flags or-ed over the records away from the entity.
    pub tcp_flags_out: Option<u8>,
    /// Start of the first record.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// End of the last record.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Country of the remote side.
    pub remote_country: Option<String>,
    /// Autonomous system of the remote side.
    pub remote_asn: Option<u32>,
    /// The interface that saw it; the first by name when there are several.
    pub interface_id: Option<String>,
    /// Findings that rest on this row, by id. Filled by who knows the findings.
    #[serde(default)]
    #[schema(required = true)]
    pub findings: Vec<String>,
}

/// What to order rows by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DetailSort {
    /// Rows of findings first, then bytes in, then bytes out.
    #[default]
    Annotated,
    /// Remote address.
    Remote,
    /// Port at the entity.
    LocalPort,
    /// Port at the other side.
    RemotePort,
    /// Protocol number.
    Protocol,
    /// Who opened the connection.
    Direction,
    /// Accepted or rejected.
    Action,
    /// Bytes towards the entity.
    BytesIn,
    /// Bytes away from the entity.
    BytesOut,
    /// Packets towards the entity.
    PacketsIn,
    /// Packets away from the entity.
    PacketsOut,
    /// Flow records.
    Flows,
    /// Start of the first record.
    First,
    /// End of the last record.
    Last,
}

impl DetailSort {
    /// Orders rows; ties are broken by remote, ports, protocol and action, so that pages never overlap.
    pub fn sort(self, rows: &mut [DetailRow], descending: bool) {
        fn key(row: &DetailRow) -> impl Ord + '_ {
            (&row.entity, &row.remote, row.local_port, row.remote_port, row.protocol, &row.action)
        }
        let address = |row: &DetailRow| row.remote.as_deref().and_then(|text| Address::parse(text.as_bytes()));
        rows.sort_by(|left, right| {
            let order = match self {
                Self::Annotated => {
                    let rank = |row: &DetailRow| (row.findings.is_empty(), std::cmp::Reverse((row.bytes_in, row.bytes_out)));
                    return rank(left).cmp(&rank(right)).then_with(|| key(left).cmp(&key(right)));
                }
                Self::Remote => address(left).cmp(&address(right)),
                Self::LocalPort => left.local_port.cmp(&right.local_port),
                Self::RemotePort => left.remote_port.cmp(&right.remote_port),
                Self::Protocol => left.protocol.cmp(&right.protocol),
                Self::Direction => left.direction.as_str().cmp(right.direction.as_str()),
                Self::Action => left.action.cmp(&right.action),
                Self::BytesIn => left.bytes_in.cmp(&right.bytes_in),
                Self::BytesOut => left.bytes_out.cmp(&right.bytes_out),
                Self::PacketsIn => left.packets_in.cmp(&right.packets_in),
                Self::PacketsOut => left.packets_out.cmp(&right.packets_out),
                Self::Flows => left.flows.cmp(&right.flows),
                Self::First => left.first.cmp(&right.first),
                Self::Last => left.last.cmp(&right.last),
            };
            let order = if descending { order.reverse() } else { order };
            order.then_with(|| key(left).cmp(&key(right)))
        });
    }
}

/// Whose details, of when.
#[derive(Debug, Clone, Copy)]
pub struct DetailsRequest<'a> {
    /// An entity, an address, or an account.
    pub entity: &'a str,
    /// The scope, to the second.
    pub range: TimeRange,
    /// Whether the client's port, which tells nothing, is folded away: far fewer rows for a busy server.
    pub fold: bool,
}

/// Every row of a scope, and the SQL that gives them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Details {
    /// The rows, ordered by bytes in.
    pub rows: Vec<DetailRow>,
    /// The SQL behind them.
    pub query: String,
}

impl Engine {
    /// Who the entity spoke with in the scope.
    ///
    /// The direction of a connection is decided over all its records in the scope by the strongest rule that any of them satisfies;
    /// where only ports tell, end points that were seen to answer as servers in the 45 days before decide instead.
    ///
    /// # Errors
    /// As [`Engine::ask`]; [`QueryError::Limit`] when the scope holds more rows than one answer may have.
    pub async fn details(&self, request: DetailsRequest<'_>) -> Result<Details, QueryError> {
        let subject = Subject::of(request.entity);
        let own = subject.is_machine();
        let entity = if own { "CAST(NULL AS VARCHAR)" } else { "entity" };
        let range = request.range;
        // Hours are what roll-ups count by; a scope that begins or ends inside an hour looks at the records' own times too.
        let edges = if range.from.floor(HOUR_SECS) == range.from && range.to.floor(HOUR_SECS) == range.to {
            String::new()
        } else {
            " AND ((start_time >= $from AND start_time < $to) OR clock_suspect IS TRUE)".to_owned()
        };
        let condition =
            if subject.is_remote() { "(src_addr = $entity OR dst_addr = $entity) AND remote_addr = $entity" } else { subject.condition() };
        let decided = decision();
        let (local_port, remote_port) = if request.fold {
            (
                "CASE WHEN connection_direction = 'outbound' THEN NULL ELSE local_port END",
                "CASE WHEN connection_direction = 'inbound' THEN NULL ELSE remote_port END",
            )
        } else {
            ("local_port", "remote_port")
        };
        let sql = format!(
            "SELECT *, max(decision) OVER (PARTITION BY entity, remote, local_port, remote_port, protocol) AS decided FROM (\n\
             SELECT {entity} AS entity, remote_addr AS remote, {local_port} AS local_port, {remote_port} AS remote_port, protocol, action,\n\
             sum(CASE WHEN direction = 'inbound' THEN bytes ELSE 0 END) AS bytes_in, sum(CASE WHEN direction = 'inbound' THEN 0 ELSE bytes END) AS bytes_out,\n\
             sum(CASE WHEN direction = 'inbound' THEN packets ELSE 0 END) AS packets_in, sum(CASE WHEN direction = 'inbound' THEN 0 ELSE packets END) AS packets_out,\n\
             count(*) AS flows, bit_or(CASE WHEN direction = 'inbound' THEN tcp_flags END) AS tcp_flags_in,\n\
             bit_or(CASE WHEN direction = 'inbound' THEN NULL ELSE tcp_flags END) AS tcp_flags_out,\n\
             min(start_time) AS first, max(end_time) AS last, min(remote_country) AS remote_country, min(remote_asn) AS remote_asn,\n\
             min(interface_id) AS interface_id, max({decided}) AS decision\n\
             FROM flows WHERE {condition} AND {SCOPE}{edges}\n\
             GROUP BY 1, 2, 3, 4, 5, 6)\n\
             ORDER BY bytes_in DESC, bytes_out DESC, entity, remote, local_port, remote_port, protocol, action"
        );
        let answer = self.ask(&sql, &subject.values(range)).await?;
        let mut details = rows(&answer, |row| {
            let decided = usize::try_from(row.integer("decided")?.unwrap_or(0)).unwrap_or(0);
            let rule = STRENGTH.get(decided / 4).copied().unwrap_or_default();
            let direction = Direction::ALL.get(decided % 4).copied().unwrap_or_default();
            let protocol = row.integer("protocol")?.and_then(|number| u8::try_from(number).ok());
            let port = |name| -> Result<Option<u16>, QueryError> { Ok(row.integer(name)?.and_then(|number| u16::try_from(number).ok())) };
            let flags = |name| -> Result<Option<u8>, QueryError> { Ok(row.integer(name)?.and_then(|number| u8::try_from(number).ok())) };
            Ok(DetailRow {
                entity: row.text("entity")?,
                remote: row.text("remote")?,
                local_port: port("local_port")?,
                remote_port: port("remote_port")?,
                protocol,
                protocol_name: protocol.map(|number| flow::protocol_name(number).map_or_else(|| number.to_string(), str::to_owned)),
                service: None,
                direction,
                direction_rule: rule,
                direction_confidence: rule.confidence(),
                action: row.text("action")?,
                bytes_in: row.count("bytes_in")?,
                bytes_out: row.count("bytes_out")?,
                packets_in: row.count("packets_in")?,
                packets_out: row.count("packets_out")?,
                flows: row.count("flows")?,
                tcp_flags_in: flags("tcp_flags_in")?,
                tcp_flags_out: flags("tcp_flags_out")?,
                first: row.required_time("first")?,
                last: row.required_time("last")?,
                remote_country: row.text("remote_country")?,
                remote_asn: row.integer("remote_asn")?.and_then(|number| u32::try_from(number).ok()),
                interface_id: row.text("interface_id")?,
                findings: Vec::new(),
            })
        })?;
        if own {
            self.settle_by_inventory(request.entity, range, &mut details).await?;
        }
        for row in &mut details {
            let port = match row.direction {
                Direction::Inbound => row.local_port,
                Direction::Outbound => row.remote_port,
                Direction::Unknown => None,
            };
            row.service = row.protocol.zip(port).and_then(|(protocol, port)| flow::service_name(protocol, port)).map(str::to_owned);
        }
        Ok(Details { rows: details, query: answer.sql })
    }

    /// The connections of a scope with most bytes, and how many there are: those with `first` remotes before the others. They come from the
    /// hourly roll-up, so every hour that the scope touches counts, the client's port is folded away, flags are not known, and the
    /// direction is the one of each hour. For scopes that are too long for [`details`](Self::details).
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn connections(&self, entity: &str, range: TimeRange, first: &[String], limit: u32) -> Result<(Details, u64), QueryError> {
        let subject = Subject::of(entity);
        let list: Vec<String> = first.iter().map(|remote| crate::Value::from(remote.as_str()).to_sql()).collect();
        let rank = if list.is_empty() { String::new() } else { format!("remote_addr IN ({}) DESC, ", list.join(", ")) };
        let sql = format!(
            "SELECT *, count(*) OVER () AS total FROM (\
             SELECT entity, remote_addr, service_port, protocol, connection_direction, action, sum(bytes_in) AS bytes_in, \
             sum(bytes_out) AS bytes_out, sum(packets_in) AS packets_in, sum(packets_out) AS packets_out, sum(flows) AS flows, \
             min(first_time) AS first, max(last_time) AS last, min(remote_country) AS remote_country, min(remote_asn) AS remote_asn \
             FROM activity WHERE {} AND remote_addr IS NOT NULL AND {SCOPE} GROUP BY 1, 2, 3, 4, 5, 6) \
             ORDER BY {rank}bytes_in + bytes_out DESC, entity, remote_addr, service_port, protocol, connection_direction, action \
             LIMIT {limit}",
            subject.condition(),
        );
        let answer = self.ask(&sql, &subject.values(range)).await?;
        let mut total = 0;
        let own = subject.is_machine();
        let connections = rows(&answer, |row| {
            total = row.count("total")?;
            let direction = Direction::from_word(&row.required_text("connection_direction")?).unwrap_or_default();
            let protocol = row.integer("protocol")?.and_then(|number| u8::try_from(number).ok());
            let port = row.integer("service_port")?.and_then(|number| u16::try_from(number).ok());
            Ok(DetailRow {
                entity: row.text("entity")?.filter(|_| !own),
                remote: row.text("remote_addr")?,
                local_port: port.filter(|_| direction == Direction::Inbound),
                remote_port: port.filter(|_| direction == Direction::Outbound),
                protocol,
                protocol_name: protocol.map(|number| flow::protocol_name(number).map_or_else(|| number.to_string(), str::to_owned)),
                service: protocol.zip(port).and_then(|(protocol, port)| flow::service_name(protocol, port)).map(str::to_owned),
                direction,
                direction_rule: DirectionRule::Unknown,
                direction_confidence: 0.0,
                action: row.text("action")?,
                bytes_in: row.count("bytes_in")?,
                bytes_out: row.count("bytes_out")?,
                packets_in: row.count("packets_in")?,
                packets_out: row.count("packets_out")?,
                flows: row.count("flows")?,
                tcp_flags_in: None,
                tcp_flags_out: None,
                first: row.required_time("first")?,
                last: row.required_time("last")?,
                remote_country: row.text("remote_country")?,
                remote_asn: row.integer("remote_asn")?.and_then(|number| u32::try_from(number).ok()),
                interface_id: None,
                findings: Vec::new(),
            })
        })?;
        Ok((Details { rows: connections, query: answer.sql }, total))
    }

    /// The interface that saw an entity speak with a remote in an hour, the first by name when there are several: for each of these
    /// remotes and hours, by entity, remote and hour. Reads the flow records of those days only.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn interfaces(
        &self,
        entity: &str,
        contacts: &[(String, Timestamp)],
    ) -> Result<BTreeMap<(String, String, Timestamp), String>, QueryError> {
        let hours = contacts.iter().map(|(_, at)| at.hour());
        let (Some(first), Some(last)) = (hours.clone().min(), hours.clone().max()) else { return Ok(BTreeMap::new()) };
        let list = |items: BTreeSet<String>| items.into_iter().collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT entity, remote_addr, hour, min(interface_id) AS interface_id FROM flows \
             WHERE {} AND {SCOPE} AND date IN ({}) AND hour IN ({}) AND remote_addr IN ({}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            Subject::of(entity).condition(),
            list(hours.clone().map(|hour| crate::Value::from(hour.date()).to_sql()).collect()),
            list(hours.map(|hour| crate::Value::from(hour).to_sql()).collect()),
            list(contacts.iter().map(|(remote, _)| crate::Value::from(remote.as_str()).to_sql()).collect()),
        );
        let answer = self.ask(&sql, &Subject::of(entity).values(TimeRange::new(first, last.plus_secs(HOUR_SECS)))).await?;
        let seen = rows(&answer, |row| {
            let key = (row.required_text("entity")?, row.required_text("remote_addr")?, row.required_time("hour")?);
            Ok(row.text("interface_id")?.map(|interface| (key, interface)))
        })?;
        Ok(seen.into_iter().flatten().collect())
    }

    /// Where no flag told who opened a connection: did exactly one of its end points answer as a server before?
    async fn settle_by_inventory(&self, entity: &str, range: TimeRange, details: &mut [DetailRow]) -> Result<(), QueryError> {
        let weak = |row: &DetailRow| row.protocol == Some(6) && row.direction_confidence < DirectionRule::Inventory.confidence();
        if !details.iter().any(weak) {
            return Ok(());
        }
        let history = TimeRange::new(range.from.plus_secs(-INVENTORY_DAYS * flow::DAY_SECS), range.to);
        let values = Subject::of(entity).values(history);
        let certain = DirectionRule::SynAck.confidence();
        let answered = format!(
            "SELECT DISTINCT value FROM seen WHERE entity = $entity AND kind = 'local_port' AND confidence >= {certain} \
             AND date >= $from_date AND date <= $to_date"
        );
        let reached = format!(
            "SELECT DISTINCT remote_addr, service_port FROM activity WHERE entity = $entity AND connection_direction = 'outbound' \
             AND protocol = 6 AND confidence >= {certain} AND remote_addr IS NOT NULL AND service_port IS NOT NULL \
             AND date >= $from_date AND date <= $to_date"
        );
        let (local, remote) = futures::try_join!(self.ask(&answered, &values), self.ask(&reached, &values))?;
        let local: BTreeSet<u16> = rows(&local, |row| row.required_text("value"))?
            .iter()
            .filter_map(|value| value.strip_prefix("tcp/").and_then(|port| port.parse().ok()))
            .collect();
        let remote: BTreeSet<(String, i64)> =
            rows(&remote, |row| Ok((row.required_text("remote_addr")?, row.integer("service_port")?.unwrap_or(-1))))?.into_iter().collect();
        for row in details.iter_mut().filter(|row| weak(row)) {
            let here = row.local_port.is_some_and(|port| local.contains(&port));
            let there = row
                .remote
                .as_ref()
                .zip(row.remote_port)
                .is_some_and(|(address, port)| remote.contains(&(address.clone(), i64::from(port))));
            row.direction = match (here, there) {
                (true, false) => Direction::Inbound,
                (false, true) => Direction::Outbound,
                _ => continue,
            };
            row.direction_rule = DirectionRule::Inventory;
            row.direction_confidence = DirectionRule::Inventory.confidence();
        }
        Ok(())
    }
}

/// Rules from weakest to strongest.
const STRENGTH: &[DirectionRule] = &[
    DirectionRule::Unknown,
    DirectionRule::EphemeralPort,
    DirectionRule::RegisteredPort,
    DirectionRule::WellKnownPort,
    DirectionRule::SecurityGroup,
    DirectionRule::Inventory,
    DirectionRule::Session,
    DirectionRule::Syn,
    DirectionRule::SynAck,
];

/// SQL for one number that orders records by how surely they tell the direction, and says which one: strength × 4 + direction.
fn decision() -> String {
    let strength: String = STRENGTH.iter().enumerate().map(|(strength, rule)| format!(" WHEN '{rule}' THEN {}", strength * 4)).collect();
    let direction: String =
        Direction::ALL.iter().enumerate().map(|(index, direction)| format!(" WHEN '{direction}' THEN {index}")).collect();
    format!("CASE direction_rule{strength} ELSE 0 END + CASE connection_direction{direction} ELSE 0 END")
}
