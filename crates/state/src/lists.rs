//! Lists, as JSON that others read.

use flow::Timestamp;
use serde_json::Value;

use crate::database::query;
use crate::{StateError, Store};

/// A stored list.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredList {
    /// Its name.
    pub name: String,
    /// Its kind, as a word.
    pub kind: String,
    /// When its content was added.
    pub added: Timestamp,
    /// The list itself.
    pub list: Value,
}

impl Store {
    /// Keeps a list, in the place of one with the same name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_list(&self, name: &str, kind: &str, added: Timestamp, list: &Value) -> Result<(), StateError> {
        query(
            "INSERT INTO lists (name, kind, added, list) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE \
             SET kind = excluded.kind, added = excluded.added, list = excluded.list",
        )
        .bind(name)
        .bind(kind)
        .bind(added.micros())
        .bind(list.to_string())
        .execute(&self.database)
        .await
        .map_err(StateError::of("write a list"))?;
        Ok(())
    }

    /// Every list, by name.
    ///
    /// # Errors
    /// When the database fails, or holds what is no JSON.
    pub async fn lists(&self) -> Result<Vec<StoredList>, StateError> {
        let rows = query("SELECT name, kind, added, list FROM lists ORDER BY name")
            .fetch_all(&self.database)
            .await
            .map_err(StateError::of("read the lists"))?;
        rows.iter()
            .map(|row| {
                let text: &str = row.get("list");
                Ok(StoredList {
                    name: row.get("name"),
                    kind: row.get("kind"),
                    added: Timestamp::from_micros(row.get("added")),
                    list: serde_json::from_str(text).map_err(|source| StateError::Stored { what: "a list", source })?,
                })
            })
            .collect()
    }

    /// Takes a list away; whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_list(&self, name: &str) -> Result<bool, StateError> {
        let done =
            query("DELETE FROM lists WHERE name = ?").bind(name).execute(&self.database).await.map_err(StateError::of("delete a list"))?;
        Ok(done > 0)
    }
}
