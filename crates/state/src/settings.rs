//! Settings by key, and how far jobs have come.

use flow::Timestamp;
use serde_json::Value;

use crate::database::query;
use crate::{StateError, Store};

impl Store {
    /// The setting with this key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&self, key: &str) -> Result<Option<Value>, StateError> {
        let row = query("SELECT value FROM settings WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.database)
            .await
            .map_err(StateError::of("read a setting"))?;
        row.map(|row| serde_json::from_str(row.get("value")).map_err(|source| StateError::Stored { what: "a setting", source })).transpose()
    }

    /// Sets or replaces a setting.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_setting(&self, key: &str, value: &Value) -> Result<(), StateError> {
        query("INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(key)
            .bind(value.to_string())
            .execute(&self.database)
            .await
            .map_err(StateError::of("write a setting"))?;
        Ok(())
    }

    /// The instant up to which the job with this key has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watermark(&self, key: &str) -> Result<Option<Timestamp>, StateError> {
        let row = query("SELECT time FROM watermarks WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.database)
            .await
            .map_err(StateError::of("read a watermark"))?;
        Ok(row.map(|row| Timestamp::from_micros(row.get("time"))))
    }

    /// Notes that the job has come to `time`, which may be earlier than before: then it will do the rest again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_watermark(&self, key: &str, time: Timestamp) -> Result<(), StateError> {
        query("INSERT INTO watermarks (key, time) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET time = excluded.time")
            .bind(key)
            .bind(time.micros())
            .execute(&self.database)
            .await
            .map_err(StateError::of("write a watermark"))?;
        Ok(())
    }
}
