//! What an entity does: distinct remotes and ports over time, volume by port, what is new, which addresses it held.

use flow::{DAY_SECS, Direction, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Panel, SCOPE, Subject, scope_values};
use crate::read::rows;
use crate::{Engine, QueryError};

/// How many different things there were in one interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DistinctBin {
    /// Start of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Different remote addresses, rejected traffic included.
    pub remotes: u64,
    /// Different remote addresses of traffic that was accepted.
    pub accepted_remotes: u64,
    /// Different server ports.
    pub ports: u64,
}

/// Volume of one service port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PortVolume {
    /// The server's port; absent when unknown or without ports.
    pub port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Service commonly found there.
    pub service: Option<String>,
    /// Who opened the connections.
    #[schema(value_type = String)]
    pub direction: Direction,
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
}

/// Something the entity had not touched in the 45 days before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Novel {
    /// What it is: `remote_port`, `local_port`, `remote_addr`, `remote_net`, `asn`, `country`.
    pub kind: String,
    /// Its value.
    pub value: String,
    /// First time in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last time in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Flow records in the scope.
    pub flows: u64,
    /// Bytes in the scope, both ways.
    pub bytes: u64,
    /// Highest confidence in the connection direction.
    pub confidence: f64,
    /// How many new values of this kind there are, of which those with most bytes are given.
    pub total: u64,
}

/// Which of the new values are given.
#[derive(Debug, Clone, Copy)]
pub struct NovelPage<'a> {
    /// Of this kind only.
    pub kind: Option<&'a str>,
    /// Of each kind, those with more bytes that are left out.
    pub offset: u32,
    /// Of each kind, how many are given.
    pub limit: u32,
}

impl Default for NovelPage<'_> {
    fn default() -> Self {
        Self { kind: None, offset: 0, limit: 100 }
    }
}

/// An address the entity was seen to use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    /// The address.
    pub address: String,
    /// The interface it was on.
    pub interface_id: Option<String>,
    /// First time.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last time.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Flow records.
    pub flows: u64,
}

/// Volume exchanged with one remote address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemoteVolume {
    /// The entity.
    pub entity: String,
    /// The remote address.
    pub remote: String,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Flow records that were not rejected.
    pub accepted: u64,
    /// Flow records that were rejected.
    pub rejected: u64,
    /// Greatest number of bytes in one hour, both ways.
    pub hour_max: u64,
    /// Hours with traffic.
    pub hours: u64,
    /// First time.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last time.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Server ports, `tcp/443` and such, separated by commas; the entity's own when the remote connected.
    pub ports: String,
}

impl Engine {
    /// Distinct remotes and ports in bins of `bin_secs`, a multiple of an hour.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn distinct(&self, entity: &str, range: TimeRange, bin_secs: i64) -> Result<Panel<DistinctBin>, QueryError> {
        let subject = Subject::of(entity);
        let remote = if subject.is_remote() { "entity" } else { "remote_addr" };
        let sql = format!(
            "SELECT date_bin(INTERVAL '{} seconds', hour, TIMESTAMP '1970-01-01T00:00:00Z') AS start, count(DISTINCT {remote}) AS remotes, \
             count(DISTINCT CASE WHEN action IS DISTINCT FROM 'reject' THEN {remote} END) AS accepted_remotes, \
             count(DISTINCT service_port) AS ports FROM activity WHERE {} AND {SCOPE} GROUP BY 1 ORDER BY 1",
            bin_secs.max(flow::HOUR_SECS),
            subject.condition(),
        );
        let answer = self.ask(&sql, &subject.values(range)).await?;
        let bins = rows(&answer, |row| {
            Ok(DistinctBin {
                start: row.required_time("start")?,
                remotes: row.count("remotes")?,
                accepted_remotes: row.count("accepted_remotes")?,
                ports: row.count("ports")?,
            })
        })?;
        Ok(Panel { rows: bins, query: answer.sql })
    }

    /// Volume by server port, largest first.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn ports(&self, entity: &str, range: TimeRange, limit: u32) -> Result<Panel<PortVolume>, QueryError> {
        let subject = Subject::of(entity);
        let remote = if subject.is_remote() { "entity" } else { "remote_addr" };
        let sql = format!(
            "SELECT service_port, protocol, connection_direction, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(flows) AS flows, \
             sum(CASE WHEN action = 'reject' THEN flows ELSE 0 END) AS rejected, count(DISTINCT {remote}) AS remotes \
             FROM activity WHERE {} AND {SCOPE} GROUP BY 1, 2, 3 ORDER BY bytes_in + bytes_out DESC, 1, 2, 3 LIMIT {limit}",
            subject.condition(),
        );
        let answer = self.ask(&sql, &subject.values(range)).await?;
        let ports = rows(&answer, |row| {
            let port = row.integer("service_port")?.and_then(|number| u16::try_from(number).ok());
            let protocol = row.integer("protocol")?.and_then(|number| u8::try_from(number).ok());
            Ok(PortVolume {
                port,
                protocol,
                service: protocol.zip(port).and_then(|(protocol, port)| flow::service_name(protocol, port)).map(str::to_owned),
                direction: Direction::from_word(&row.required_text("connection_direction")?).unwrap_or_default(),
                bytes_in: row.count("bytes_in")?,
                bytes_out: row.count("bytes_out")?,
                flows: row.count("flows")?,
                rejected: row.count("rejected")?,
                remotes: row.count("remotes")?,
            })
        })?;
        Ok(Panel { rows: ports, query: answer.sql })
    }

    /// What the entity touched in the scope and not in the days before it, of each kind that with most bytes. Works on days: a value
    /// first seen earlier on the first day of the scope is told apart by its first time.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn new_in_scope(
        &self,
        entity: &str,
        range: TimeRange,
        history_days: i64,
        page: NovelPage<'_>,
    ) -> Result<Panel<Novel>, QueryError> {
        let subject = Subject::of(entity);
        let mut values = subject.values(range);
        values.push(("history_date", range.from.plus_secs(-history_days * DAY_SECS).date().into()));
        let kind = if let Some(kind) = page.kind {
            values.push(("kind", kind.into()));
            "AND kind = $kind "
        } else {
            ""
        };
        let sql = format!(
            "SELECT kind, value, first, last, flows, bytes, confidence, total FROM (\
             SELECT *, row_number() OVER (PARTITION BY kind ORDER BY bytes DESC, value) AS place, count(*) OVER (PARTITION BY kind) AS total FROM (\
             SELECT kind, value, min(CASE WHEN last_time >= $from THEN first_time END) AS first, max(last_time) AS last, \
             sum(CASE WHEN date >= $from_date THEN flows ELSE 0 END) AS flows, sum(CASE WHEN date >= $from_date THEN bytes ELSE 0 END) AS bytes, \
             max(confidence) AS confidence \
             FROM seen WHERE entity = $entity {kind}AND date >= $history_date AND date <= $to_date AND first_time < $to \
             GROUP BY kind, value HAVING min(first_time) >= $from)) \
             WHERE place > {offset} AND place <= {offset} + {limit} ORDER BY kind, place",
            offset = page.offset,
            limit = page.limit,
        );
        let answer = self.ask(&sql, &values).await?;
        let novel = rows(&answer, |row| {
            Ok(Novel {
                kind: row.required_text("kind")?,
                value: row.required_text("value")?,
                first: row.required_time("first")?,
                last: row.required_time("last")?,
                flows: row.count("flows")?,
                bytes: row.count("bytes")?,
                confidence: row.real("confidence")?.unwrap_or(0.0),
                total: row.count("total")?,
            })
        })?;
        Ok(Panel { rows: novel, query: answer.sql })
    }

    /// The addresses that the entity's flows carried as its own.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn observed_addresses(&self, entity: &str, range: TimeRange) -> Result<Panel<Address>, QueryError> {
        let subject = Subject::of(entity);
        let sql = format!(
            "SELECT local_addr AS address, interface_id, min(start_time) AS first, max(end_time) AS last, count(*) AS flows FROM flows \
             WHERE entity = $entity AND local_addr IS NOT NULL AND {SCOPE} GROUP BY 1, 2 ORDER BY flows DESC, 1, 2 LIMIT 1000"
        );
        let answer = self.ask(&sql, &subject.values(range)).await?;
        let addresses = rows(&answer, |row| {
            Ok(Address {
                address: row.required_text("address")?,
                interface_id: row.text("interface_id")?,
                first: row.required_time("first")?,
                last: row.required_time("last")?,
                flows: row.count("flows")?,
            })
        })?;
        Ok(Panel { rows: addresses, query: answer.sql })
    }

    /// Volume by remote address for one entity, largest first; `remotes` restricts it when not empty.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn remotes(&self, entity: &str, range: TimeRange, remotes: &[String], limit: u32) -> Result<Panel<RemoteVolume>, QueryError> {
        self.remote_volume(Subject::of(entity).condition(), Subject::of(entity).values(range), remotes, limit).await
    }

    /// Which entities exchanged traffic with any of these remote addresses, largest first.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn touched_by(&self, remotes: &[String], range: TimeRange, limit: u32) -> Result<Panel<RemoteVolume>, QueryError> {
        if remotes.is_empty() {
            return Ok(Panel { rows: Vec::new(), query: String::new() });
        }
        self.remote_volume("TRUE", scope_values(range), remotes, limit).await
    }

    async fn remote_volume(
        &self,
        condition: &str,
        values: Vec<(&'static str, crate::Value)>,
        remotes: &[String],
        limit: u32,
    ) -> Result<Panel<RemoteVolume>, QueryError> {
        // The largest are found by their sums alone; what they did hour by hour is asked of those only.
        let (join, among) = if remotes.is_empty() {
            let join = format!(
                "JOIN (SELECT entity AS large_entity, remote_addr AS large_remote FROM activity \
                 WHERE {condition} AND remote_addr IS NOT NULL AND {SCOPE} \
                 GROUP BY 1, 2 ORDER BY sum(bytes_in) + sum(bytes_out) DESC, 1, 2 LIMIT {limit}) AS largest \
                 ON entity = large_entity AND remote_addr = large_remote "
            );
            (join, "TRUE".to_owned())
        } else {
            let list: Vec<String> = remotes.iter().map(|remote| crate::Value::from(remote.as_str()).to_sql()).collect();
            (String::new(), format!("remote_addr IN ({})", list.join(", ")))
        };
        let sql = format!(
            "SELECT entity, remote_addr, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(accepted) AS accepted, \
             sum(rejected) AS rejected, max(bytes_in + bytes_out) AS hour_max, count(*) AS hours, min(first) AS first, max(last) AS last, \
             string_agg(DISTINCT ports, ',') AS ports FROM (\
             SELECT entity, remote_addr, hour, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, \
             sum(CASE WHEN action = 'reject' THEN 0 ELSE flows END) AS accepted, sum(CASE WHEN action = 'reject' THEN flows ELSE 0 END) AS rejected, \
             min(first_time) AS first, max(last_time) AS last, \
             string_agg(DISTINCT lower(protocol_name(protocol)) || '/' || CAST(service_port AS VARCHAR), ',') AS ports \
             FROM activity {join}WHERE {condition} AND {among} AND {SCOPE} GROUP BY 1, 2, 3) \
             GROUP BY 1, 2 ORDER BY sum(bytes_in) + sum(bytes_out) DESC, 1, 2 LIMIT {limit}"
        );
        let answer = self.ask(&sql, &values).await?;
        let volumes = rows(&answer, |row| {
            let mut ports: Vec<String> =
                row.text("ports")?.unwrap_or_default().split(',').filter(|port| !port.is_empty()).map(str::to_owned).collect();
            ports.sort();
            ports.dedup();
            Ok(RemoteVolume {
                entity: row.required_text("entity")?,
                remote: row.required_text("remote_addr")?,
                bytes_in: row.count("bytes_in")?,
                bytes_out: row.count("bytes_out")?,
                accepted: row.count("accepted")?,
                rejected: row.count("rejected")?,
                hour_max: row.count("hour_max")?,
                hours: row.count("hours")?,
                first: row.required_time("first")?,
                last: row.required_time("last")?,
                ports: ports.join(","),
            })
        })?;
        Ok(Panel { rows: volumes, query: answer.sql })
    }
}
