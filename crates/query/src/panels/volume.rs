//! Overall VPC flow volume: bytes, packets and flows over time.

use flow::{HOUR_SECS, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Panel, SCOPE, Subject};
use crate::read::rows;
use crate::{Engine, QueryError};

/// Volume of one interval, one direction of the bytes and one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VolumeBin {
    /// Start of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Which way the bytes went: `inbound`, `outbound` or `unknown`.
    pub direction: String,
    /// `accept` or `reject`; absent when the source does not say.
    pub action: Option<String>,
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Flow records.
    pub flows: u64,
}

impl Engine {
    /// Volume of an entity, an address or an account in bins of `bin_secs`, ordered by time; bins without traffic are left out.
    ///
    /// Bins of whole hours come from the roll-up and count every hour that the scope touches; shorter ones come from the flow records
    /// and count those that start inside the scope.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn volume(&self, entity: &str, range: TimeRange, bin_secs: i64) -> Result<Panel<VolumeBin>, QueryError> {
        let subject = Subject::of(entity);
        let bin_secs = bin_secs.max(1);
        let hourly = bin_secs % HOUR_SECS == 0;
        let bin = |column: &str| format!("date_bin(INTERVAL '{bin_secs} seconds', {column}, TIMESTAMP '1970-01-01T00:00:00Z')");
        let condition = subject.condition();
        let sides = |table: &str, time: &str, scope: &str, flows: &str| {
            // An address has no volume of its own: it is what entities exchanged with it.
            format!(
                "SELECT start, direction, action, sum(bytes) AS bytes, sum(packets) AS packets, sum(flows) AS flows FROM (\
                 SELECT {bin} AS start, 'inbound' AS direction, action, bytes_in AS bytes, packets_in AS packets, {flows} AS flows \
                 FROM {table} WHERE {condition} AND {scope} AND packets_in > 0 UNION ALL \
                 SELECT {bin} AS start, 'outbound' AS direction, action, bytes_out AS bytes, packets_out AS packets, \
                 CASE WHEN packets_in > 0 THEN 0 ELSE {flows} END AS flows \
                 FROM {table} WHERE {condition} AND {scope} AND packets_out > 0) \
                 GROUP BY start, direction, action ORDER BY start, direction, action",
                bin = bin(time),
            )
        };
        let sql = if hourly && subject.is_remote() {
            sides("activity", "hour", SCOPE, "flows")
        } else {
            let (table, time, scope, flows) = if hourly {
                ("volume", "hour", SCOPE.to_owned(), "sum(flows)")
            } else {
                ("flows", "start_time", format!("start_time >= $from AND start_time < $to AND {SCOPE}"), "count(*)")
            };
            format!(
                "SELECT {bin} AS start, direction, action, sum(bytes) AS bytes, sum(packets) AS packets, {flows} AS flows \
                 FROM {table} WHERE {condition} AND {scope} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                bin = bin(time),
            )
        };
        let answer = self.ask(&sql, &subject.values(range)).await?;
        let bins = rows(&answer, |row| {
            Ok(VolumeBin {
                start: row.required_time("start")?,
                direction: row.required_text("direction")?,
                action: row.text("action")?,
                bytes: row.count("bytes")?,
                packets: row.count("packets")?,
                flows: row.count("flows")?,
            })
        })?;
        Ok(Panel { rows: bins, query: answer.sql })
    }
}
