//! What the lake holds: its range, its entities, what was read, refused and missing.

use flow::{TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Panel, SCOPE, Subject, scope_values};
use crate::read::rows;
use crate::{Engine, QueryError, Value};

/// From when to when there are flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LakeRange {
    /// First hour with flows; absent when the lake is empty.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first: Option<Timestamp>,
    /// End of the last hour with flows.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last: Option<Timestamp>,
}

/// An entity and its traffic in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntityTraffic {
    /// The entity.
    pub entity: String,
    /// Account that owns it.
    pub account_id: Option<String>,
    /// Bytes towards it.
    pub bytes_in: u64,
    /// Bytes away from it.
    pub bytes_out: u64,
    /// Flow records.
    pub flows: u64,
    /// First hour with traffic in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last hour with traffic in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
}

/// An interval with a caveat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoverageGap {
    /// The entity.
    pub entity: Option<String>,
    /// The interface.
    pub interface_id: Option<String>,
    /// `skipdata`: records were lost. `nodata`: there was no traffic.
    pub kind: String,
    /// Start of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// End of the interval.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// The object that said so.
    pub object: String,
}

/// Totals over everything read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceTotals {
    /// Objects read.
    pub objects: u64,
    /// Objects not read to their end, or not understood.
    pub incomplete: u64,
    /// Records in them.
    pub records: u64,
    /// Records that became flows.
    pub accepted: u64,
    /// Records refused.
    pub rejected: u64,
    /// Records that are coverage facts.
    pub coverage: u64,
    /// Records already known.
    pub duplicates: u64,
    /// Bytes as delivered.
    pub bytes: u64,
    /// When the last object was committed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_ingested: Option<Timestamp>,
}

/// One object of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObjectRow {
    /// Where it was read from.
    pub uri: String,
    /// What it was found to be.
    pub format: Option<String>,
    /// What went wrong with it as a whole.
    pub problem: Option<String>,
    /// Whether it was read to its end.
    pub complete: bool,
    /// Records in it.
    pub records: u64,
    /// Records that became flows.
    pub accepted: u64,
    /// Records refused.
    pub rejected: u64,
    /// Records that are coverage facts.
    pub coverage: u64,
    /// Records already known.
    pub duplicates: u64,
    /// When it was committed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ingested_at: Option<Timestamp>,
}

/// One refused record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectRow {
    /// The object it came in.
    pub object: String,
    /// Line or row, from 1.
    pub position: u64,
    /// Why.
    pub reason: String,
    /// The record, cut.
    pub text: String,
}

impl Engine {
    /// From when to when there are flows.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn range(&self) -> Result<LakeRange, QueryError> {
        // The bounds are in the log: no file is opened.
        let state = self.lake().state(lake::Table::Volume).await?;
        let hours = state.files.iter().filter_map(|file| match file.bounds.get("hour") {
            Some((lake::Bound::Time(low), lake::Bound::Time(high))) => Some((*low, high.plus_secs(flow::HOUR_SECS))),
            _ => None,
        });
        let (first, last) = hours.fold((None, None), |(first, last): (Option<Timestamp>, Option<Timestamp>), (low, high)| {
            (Some(first.map_or(low, |first| first.min(low))), Some(last.map_or(high, |last| last.max(high))))
        });
        Ok(LakeRange { first, last })
    }

    /// Entities by traffic in the scope, largest first.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn entities(&self, range: TimeRange, limit: u32) -> Result<Panel<EntityTraffic>, QueryError> {
        let sql = format!(
            "SELECT entity, min(account_id) AS account_id, sum(CASE WHEN direction = 'inbound' THEN bytes ELSE 0 END) AS bytes_in, \
             sum(CASE WHEN direction = 'outbound' THEN bytes ELSE 0 END) AS bytes_out, sum(flows) AS flows, min(hour) AS first, max(hour) AS last \
             FROM volume WHERE {SCOPE} \
             GROUP BY entity ORDER BY sum(bytes) DESC, entity LIMIT {limit}"
        );
        let answer = self.ask(&sql, &scope_values(range)).await?;
        let entities = rows(&answer, |row| {
            Ok(EntityTraffic {
                entity: row.required_text("entity")?,
                account_id: row.text("account_id")?,
                bytes_in: row.count("bytes_in")?,
                bytes_out: row.count("bytes_out")?,
                flows: row.count("flows")?,
                first: row.required_time("first")?,
                last: row.required_time("last")?,
            })
        })?;
        Ok(Panel { rows: entities, query: answer.sql })
    }

    /// Intervals in which records were lost, of one entity or, with `None`, of all; NODATA is no gap and is left out.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn gaps(&self, entity: Option<&str>, range: TimeRange, limit: u32) -> Result<Panel<CoverageGap>, QueryError> {
        let whose = if entity.is_some() { "entity = $entity AND " } else { "" };
        let mut values = Subject::of(entity.unwrap_or_default()).values(range);
        // An interval may begin on the day before.
        values.push(("early_date", range.from.plus_secs(-flow::DAY_SECS).date().into()));
        let sql = format!(
            "SELECT DISTINCT entity, interface_id, kind, start_time, end_time, source_object FROM coverage \
             WHERE {whose}kind = 'skipdata' AND date >= $early_date AND date <= $to_date AND start_time < $to AND end_time > $from \
             ORDER BY start_time, interface_id, source_object LIMIT {limit}"
        );
        let answer = self.ask(&sql, &values).await?;
        let gaps = rows(&answer, |row| {
            Ok(CoverageGap {
                entity: row.text("entity")?,
                interface_id: row.text("interface_id")?,
                kind: row.required_text("kind")?,
                start: row.required_time("start_time")?,
                end: row.required_time("end_time")?,
                object: row.required_text("source_object")?,
            })
        })?;
        Ok(Panel { rows: gaps, query: answer.sql })
    }

    /// Totals over the ledger, and the query for them.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn totals(&self) -> Result<(SourceTotals, String), QueryError> {
        let sql = "SELECT count(*) AS objects, sum(CASE WHEN complete THEN 0 ELSE 1 END) AS incomplete, sum(records) AS records, \
             sum(accepted) AS accepted, sum(rejected) AS rejected, sum(coverage) AS coverage, sum(duplicates) AS duplicates, \
             sum(size) AS bytes, max(ingested_at) AS last_ingested FROM objects";
        let answer = self.ask(sql, &[]).await?;
        let totals = rows(&answer, |row| {
            Ok(SourceTotals {
                objects: row.count("objects")?,
                incomplete: row.count("incomplete")?,
                records: row.count("records")?,
                accepted: row.count("accepted")?,
                rejected: row.count("rejected")?,
                coverage: row.count("coverage")?,
                duplicates: row.count("duplicates")?,
                bytes: row.count("bytes")?,
                last_ingested: row.time("last_ingested")?,
            })
        })?;
        Ok((totals.into_iter().next().unwrap_or_default(), answer.sql))
    }

    /// What was committed after a batch: the last batch since, and the earliest start among its records; `None` when nothing with records
    /// was.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn arrived_since(&self, batch: u64) -> Result<Option<(u64, Timestamp)>, QueryError> {
        let sql = "SELECT max(batch) AS batch, min(first_time) AS first FROM objects WHERE batch > $batch";
        let answer = self.ask(sql, &[("batch", Value::from(i64::try_from(batch).unwrap_or(i64::MAX)))]).await?;
        let arrived = rows(&answer, |row| Ok(row.time("first")?.zip(row.integer("batch")?)))?;
        let arrived = arrived.into_iter().flatten().next();
        Ok(arrived.map(|(first, batch)| (u64::try_from(batch).unwrap_or(0), first)))
    }

    /// Interfaces with traffic on the days of a range that stand for themselves, because no machine was known that they belong to.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn interfaces_without_machine(&self, range: TimeRange) -> Result<Vec<String>, QueryError> {
        let sql =
            "SELECT DISTINCT entity FROM volume WHERE date >= $from_date AND date <= $to_date AND entity LIKE 'eni-%' ORDER BY entity";
        let day = |time: Timestamp| Value::from(time.date());
        let answer = self.ask(sql, &[("from_date", day(range.from)), ("to_date", day(range.to.plus_secs(-1)))]).await?;
        rows(&answer, |row| row.required_text("entity"))
    }

    /// Objects of the ledger, the latest first; with `troubled` only those with refused records or a problem.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn objects(&self, troubled: bool, offset: u32, limit: u32) -> Result<Panel<ObjectRow>, QueryError> {
        let which = if troubled { "WHERE rejected > 0 OR problem IS NOT NULL OR NOT complete" } else { "" };
        let sql = format!("SELECT * FROM objects {which} ORDER BY ingested_at DESC, uri LIMIT {limit} OFFSET {offset}");
        let answer = self.ask(&sql, &[]).await?;
        let objects = rows(&answer, |row| {
            Ok(ObjectRow {
                uri: row.required_text("uri")?,
                format: row.text("format")?,
                problem: row.text("problem")?,
                complete: row.flag("complete")?,
                records: row.count("records")?,
                accepted: row.count("accepted")?,
                rejected: row.count("rejected")?,
                coverage: row.count("coverage")?,
                duplicates: row.count("duplicates")?,
                ingested_at: row.time("ingested_at")?,
            })
        })?;
        Ok(Panel { rows: objects, query: answer.sql })
    }

    /// Refused records, of one object or, with `None`, of all.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn rejects(&self, object: Option<&str>, offset: u32, limit: u32) -> Result<Panel<RejectRow>, QueryError> {
        let which = if object.is_some() { "WHERE object = $object" } else { "" };
        let values: Vec<(&str, Value)> = object.map(|object| ("object", object.into())).into_iter().collect();
        let sql =
            format!("SELECT object, position, reason, text FROM rejects {which} ORDER BY object, position LIMIT {limit} OFFSET {offset}");
        let answer = self.ask(&sql, &values).await?;
        let rejects = rows(&answer, |row| {
            Ok(RejectRow {
                object: row.required_text("object")?,
                position: row.count("position")?,
                reason: row.required_text("reason")?,
                text: row.required_text("text")?,
            })
        })?;
        Ok(Panel { rows: rejects, query: answer.sql })
    }
}
