//! The volume of one row of the details, as a line on the chart.

use flow::{HOUR_SECS, TimeRange, Timestamp};
use query::panels::VolumeBin;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::typed;
use super::volume::check_bins;
use super::{Investigator, Panel, VolumeRow};
use crate::InvestigateError;
use query::panels::{SCOPE, Subject};

/// Which connections: those of one row of the details. What is absent can be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesKey {
    /// The entity, when the details are about an address or an account.
    pub entity: Option<String>,
    /// The other side.
    pub remote: Option<String>,
    /// Port at the entity.
    pub local_port: Option<u16>,
    /// Port at the other side.
    pub remote_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// `accept` or `reject`.
    pub action: Option<String>,
}

#[derive(Deserialize)]
struct BinRow {
    start: Timestamp,
    direction: Option<String>,
    action: Option<String>,
    bytes: Option<i64>,
    packets: Option<i64>,
    flows: i64,
}

impl Investigator {
    /// Volume over time of the connections of one row of the details.
    ///
    /// # Errors
    /// When the bins are too many, or the lake cannot answer.
    pub async fn series(
        &self,
        entity: &str,
        range: TimeRange,
        bin_secs: i64,
        key: &SeriesKey,
    ) -> Result<Panel<VolumeRow>, InvestigateError> {
        check_bins(range, bin_secs)?;
        let subject = Subject::of(entity);
        let mut values = subject.values(range);
        let mut conditions = vec![subject.condition().to_owned(), SCOPE.to_owned()];
        if range.from.floor(HOUR_SECS) != range.from || range.to.floor(HOUR_SECS) != range.to {
            conditions.push("((start_time >= $from AND start_time < $to) OR clock_suspect IS TRUE)".to_owned());
        }
        for (column, name, value) in [
            ("entity", "row_entity", key.entity.clone().map(query::Value::from)),
            ("remote_addr", "remote", key.remote.clone().map(query::Value::from)),
            ("local_port", "local_port", key.local_port.map(|port| i64::from(port).into())),
            ("remote_port", "remote_port", key.remote_port.map(|port| i64::from(port).into())),
            ("protocol", "protocol", key.protocol.map(|protocol| i64::from(protocol).into())),
            ("action", "action", key.action.clone().map(query::Value::from)),
        ] {
            if let Some(value) = value {
                conditions.push(format!("{column} = ${name}"));
                values.push((name, value));
            }
        }
        let time = if bin_secs % HOUR_SECS == 0 { "hour" } else { "start_time" };
        let sql = format!(
            "SELECT date_bin(INTERVAL '{bin_secs} seconds', {time}, TIMESTAMP '1970-01-01T00:00:00Z') AS start, direction, action, \
             sum(bytes) AS bytes, sum(packets) AS packets, count(*) AS flows FROM flows WHERE {} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            conditions.join(" AND ")
        );
        let (answer, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.ask(&sql, &values).await?) },
            self.coverage(Some(entity), range),
        )?;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let rows = typed::<BinRow>("a series", &answer)?
            .into_iter()
            .map(|row| {
                VolumeRow::plain(VolumeBin {
                    start: row.start,
                    direction: row.direction.unwrap_or_else(|| "unknown".to_owned()),
                    action: row.action,
                    bytes: count(row.bytes.unwrap_or(0)),
                    packets: count(row.packets.unwrap_or(0)),
                    flows: count(row.flows),
                })
            })
            .collect();
        Ok(Panel { rows, query: answer.sql, coverage })
    }
}
