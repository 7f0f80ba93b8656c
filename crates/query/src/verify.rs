//! Proof, on a lake as it stands, that the promises about its data hold.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Engine, QueryError};

/// One promise, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Which invariant it belongs to, as numbered in the architecture page.
    pub invariant: u8,
    /// What was checked.
    pub check: String,
    /// Whether it holds.
    pub ok: bool,
    /// Rows that break it.
    pub violations: u64,
    /// The query that finds them.
    pub query: String,
}

/// Each query gives one row for every violation.
const CHECKS: &[(u8, &str, &str)] = &[
    (
        1,
        "every object's records are accepted, rejected, coverage or duplicates",
        "SELECT uri FROM objects WHERE records <> accepted + rejected + coverage + duplicates",
    ),
    (
        1,
        "every object's accepted records are in flows, and no others",
        "SELECT coalesce(o.uri, f.source_object) FROM (SELECT uri, sum(accepted) AS accepted, min(first_time) AS first_time FROM objects GROUP BY uri HAVING sum(accepted) > 0) o \
         FULL OUTER JOIN (SELECT source_object, count(*) AS flows FROM flows GROUP BY source_object) f ON o.uri = f.source_object \
         WHERE coalesce(o.accepted, 0) <> coalesce(f.flows, 0) AND (o.first_time IS NULL OR o.first_time >= $since_time)",
    ),
    (
        1,
        "every object's rejected records are in rejects, and no others",
        "SELECT coalesce(o.uri, r.object) FROM (SELECT uri, sum(rejected) AS rejected, min(ingested_at) AS ingested_at FROM objects GROUP BY uri HAVING sum(rejected) > 0) o \
         FULL OUTER JOIN (SELECT object, count(*) AS rejects FROM rejects GROUP BY object) r ON o.uri = r.object \
         WHERE coalesce(o.rejected, 0) <> coalesce(r.rejects, 0) AND (o.ingested_at IS NULL OR o.ingested_at >= $since_time)",
    ),
    (
        2,
        "no object with the same content counts twice",
        "SELECT content_hash FROM objects WHERE duplicate_of IS NULL AND size > 0 GROUP BY content_hash HAVING count(*) > 1",
    ),
    (
        2,
        "no record counts twice",
        "SELECT interface_id, start_time FROM flows WHERE date = $date GROUP BY coalesce(interface_id, resource_id, account_id), interface_id, start_time, end_time, src_addr, dst_addr, \
         iface_src_addr, iface_dst_addr, src_port, dst_port, protocol, bytes, packets, action, flow_direction, tcp_flags HAVING count(*) > 1",
    ),
    (
        3,
        "volume is the sum of flows",
        "WITH f AS (SELECT entity, hour, direction, action, sum(coalesce(bytes, 0)) AS bytes, sum(coalesce(packets, 0)) AS packets, count(*) AS flows FROM flows WHERE date >= $since GROUP BY 1, 2, 3, 4), \
         v AS (SELECT entity, hour, direction, action, sum(bytes) AS bytes, sum(packets) AS packets, sum(flows) AS flows FROM volume WHERE date >= $since GROUP BY 1, 2, 3, 4) \
         (SELECT * FROM f EXCEPT SELECT * FROM v) UNION ALL (SELECT * FROM v EXCEPT SELECT * FROM f)",
    ),
    (
        3,
        "activity is the sum of flows",
        "WITH f AS (SELECT entity, hour, remote_addr, protocol, connection_direction, action, \
         sum(CASE WHEN direction = 'inbound' THEN coalesce(bytes, 0) ELSE 0 END) AS bytes_in, sum(CASE WHEN direction = 'outbound' THEN coalesce(bytes, 0) ELSE 0 END) AS bytes_out, \
         sum(CASE WHEN direction = 'inbound' THEN coalesce(packets, 0) ELSE 0 END) AS packets_in, sum(CASE WHEN direction = 'outbound' THEN coalesce(packets, 0) ELSE 0 END) AS packets_out, \
         count(*) AS flows FROM flows WHERE date >= $since GROUP BY 1, 2, 3, 4, 5, 6), \
         a AS (SELECT entity, hour, remote_addr, protocol, connection_direction, action, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, \
         sum(packets_in) AS packets_in, sum(packets_out) AS packets_out, sum(flows) AS flows FROM activity WHERE date >= $since GROUP BY 1, 2, 3, 4, 5, 6) \
         (SELECT * FROM f EXCEPT SELECT * FROM a) UNION ALL (SELECT * FROM a EXCEPT SELECT * FROM f)",
    ),
    (
        3,
        "seen holds the remote addresses of flows that were not rejected",
        "WITH f AS (SELECT DISTINCT entity, date, remote_addr AS value FROM flows WHERE date >= $since AND remote_addr IS NOT NULL AND action IS DISTINCT FROM 'reject'), \
         s AS (SELECT DISTINCT entity, date, value FROM seen WHERE date >= $since AND kind = 'remote_addr') \
         (SELECT * FROM f EXCEPT SELECT * FROM s) UNION ALL (SELECT * FROM s EXCEPT SELECT * FROM f)",
    ),
    (
        4,
        "an interface belongs to one entity at a time",
        "SELECT interface_id, start_time FROM flows WHERE interface_id IS NOT NULL GROUP BY interface_id, start_time HAVING count(DISTINCT entity) > 1",
    ),
];

impl Engine {
    /// Checks invariants 1 to 4 on the whole lake, from the day on that every table is kept from for every account. Reads every flow; takes time in proportion.
    ///
    /// # Errors
    /// When a check cannot be run; a check that fails is no error.
    pub async fn verify(&self) -> Result<Vec<Check>, QueryError> {
        let mut days: Vec<String> = self.lake().state(lake::Table::Flows).await?.files.iter().map(|file| file.date.clone()).collect();
        days.dedup();
        let by_account = self.lake().account_horizons().await?.into_values().flat_map(std::collections::BTreeMap::into_values);
        let since = self.lake().horizons().await?.into_values().chain(by_account).max().unwrap_or_else(|| "0001-01-01".to_owned());
        let since_time: flow::Timestamp = format!("{since}T00:00:00Z").parse().unwrap_or_default();
        let mut checks = Vec::new();
        for (invariant, check, query) in CHECKS {
            let counting = format!("SELECT count(*) AS violations FROM ({query})");
            let mut violations = 0;
            // A check that compares every record with every other one looks at a day at a time: records of two days are never the same.
            let parts = if query.contains("$date") {
                days.iter().map(|day| vec![("date", day.as_str().into())]).collect()
            } else {
                vec![Vec::new()]
            };
            for mut values in parts {
                if query.contains("$since") {
                    values.extend([("since", since.as_str().into()), ("since_time", since_time.into())]);
                }
                let answer = self.ask(&counting, &values).await?;
                violations += crate::read::rows(&answer, |row| row.count("violations"))?.into_iter().sum::<u64>();
            }
            checks.push(Check {
                invariant: *invariant,
                check: (*check).to_owned(),
                ok: violations == 0,
                violations,
                query: (*query).to_owned(),
            });
        }
        Ok(checks)
    }
}
