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
