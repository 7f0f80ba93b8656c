//! Answers of the engine as JSON, and as typed rows through it.

use arrow::json::WriterBuilder;
use arrow::json::writer::JsonArray;
use query::Answer;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::InvestigateError;

/// The rows as JSON objects, nulls included.
pub(super) fn json(answer: &Answer) -> Result<Vec<serde_json::Map<String, Value>>, InvestigateError> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
    writer.write_batches(&answer.batches.iter().collect::<Vec<_>>()).map_err(InvestigateError::Json)?;
    writer.finish().map_err(InvestigateError::Json)?;
    let text = writer.into_inner();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_slice(&text).map_err(|source| InvestigateError::Form { question: "a query", source })
}

/// The rows as values of a type that has their columns as fields.
pub(super) fn typed<T: DeserializeOwned>(question: &'static str, answer: &Answer) -> Result<Vec<T>, InvestigateError> {
    json(answer)?
        .into_iter()
        .map(|row| serde_json::from_value(Value::Object(row)).map_err(|source| InvestigateError::Form { question, source }))
        .collect()
}

/// The parameters that a scope has in SQL: `$from`, `$to`, `$from_hour`, and the days `$from_date` and `$to_date`.
pub(super) fn scope_values(range: flow::TimeRange) -> Vec<(&'static str, query::Value)> {
    vec![
        ("from", range.from.into()),
        ("to", range.to.into()),
        ("from_hour", range.from.hour().into()),
        ("from_date", range.from.hour().date().into()),
        ("to_date", range.to.plus_secs(-1).max(range.from).date().into()),
    ]
}

/// Conditions for the rows of a scope in tables that have an `hour`.
pub(super) const SCOPE: &str = "date >= $from_date AND date <= $to_date AND hour >= $from_hour AND hour < $to";

/// The condition for an entity's rows in `activity` and `flows`, and its identifier as the lake writes it, to be given as `$entity`.
pub(super) fn subject(entity: &str) -> (&'static str, String) {
    match flow::EntityKind::of(entity) {
        flow::EntityKind::IpAddress => {
            let canonical = flow::Address::parse(entity.as_bytes()).map_or_else(|| entity.to_owned(), |address| address.to_string());
            ("remote_addr = $entity", canonical)
        }
        flow::EntityKind::Account => ("account_id = $entity", entity.to_owned()),
        _ => ("entity = $entity", entity.to_owned()),
    }
}
