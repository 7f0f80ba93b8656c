//! SQL that somebody typed.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Investigator;
use crate::InvestigateError;

/// Longest query, bytes.
const SQL_CAP: usize = 64 * 1024;

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// Its Arrow type.
    pub data_type: String,
}

/// An answer to SQL.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SqlAnswer {
    /// The columns.
    pub columns: Vec<SqlColumn>,
    /// The rows, values in the order of the columns.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<Value>>,
    /// The SQL as it was run.
    pub query: String,
}

impl Investigator {
    /// Runs one read-only query over the lake's tables; at most `max_rows` rows.
    ///
    /// # Errors
    /// When the SQL is wrong, would change something, takes too long, or has more rows.
    pub async fn sql(&self, text: &str, max_rows: usize) -> Result<SqlAnswer, InvestigateError> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if text.is_empty() {
            return Err(InvestigateError::invalid("the query is empty"));
        }
        if text.len() > SQL_CAP {
            return Err(InvestigateError::invalid(format!("the query is longer than {SQL_CAP} bytes")));
        }
        let answer = self.engine.sql(text, max_rows).await?;
        let columns: Vec<SqlColumn> = answer
            .schema
            .fields()
            .iter()
            .map(|field| SqlColumn { name: field.name().clone(), data_type: field.data_type().to_string() })
            .collect();
        // By position: two columns may have the same name.
        let mut rows = Vec::with_capacity(answer.rows());
        for batch in &answer.batches {
            let mut read: Vec<Vec<Value>> = vec![Vec::with_capacity(columns.len()); batch.num_rows()];
            for (index, field) in batch.schema().fields().iter().enumerate() {
                let single = batch.project(&[index]).map_err(InvestigateError::Json)?;
                let one = query::Answer { schema: single.schema(), batches: vec![single], sql: String::new() };
                for (row, mut value) in read.iter_mut().zip(super::rows::json(&one)?) {
                    row.push(value.remove(field.name()).unwrap_or_default());
                }
            }
            rows.append(&mut read);
        }
        Ok(SqlAnswer { columns, rows, query: answer.sql })
    }
}
