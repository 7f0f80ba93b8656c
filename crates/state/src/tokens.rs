//! Tokens: who may ask.

use flow::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::database::query;
use crate::{StateError, Store};

/// What every secret begins with, so that a leaked one can be found by scanners.
const PREFIX: &str = "weir_";
/// Longest name, characters.
const NAME_CAP: usize = 64;

/// A token as it is listed: without its secret, which nobody has but its owner.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Token {
    /// Its name.
    pub name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
}

impl Store {
    /// Makes a token and gives its secret, which is shown this once: only its hash is kept.
    ///
    /// # Errors
    /// [`StateError::TokenExists`] when the name is taken, [`StateError::Name`] when it is none.
    pub async fn create_token(&self, name: &str, created: Timestamp) -> Result<String, StateError> {
        if name.trim().is_empty() || name.chars().count() > NAME_CAP {
            return Err(StateError::Name { name: name.chars().take(NAME_CAP).collect() });
        }
        // Two random UUIDs: 244 bits from the operating system.
        let secret = format!("{PREFIX}{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let done = query("INSERT INTO tokens (name, hash, created) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(hash(&secret))
            .bind(created.micros())
            .execute(&self.database)
            .await
            .map_err(StateError::of("write a token"))?;
        if done == 0 {
            return Err(StateError::TokenExists { name: name.to_owned() });
        }
        Ok(secret)
    }

    /// The name of the token with this secret; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_token(&self, secret: &str) -> Result<Option<String>, StateError> {
        if !secret.starts_with(PREFIX) || secret.len() > 128 {
            return Ok(None);
        }
        // Looked up by hash: how long it takes tells nothing about any secret.
        let row = query("SELECT name FROM tokens WHERE hash = ?")
            .bind(hash(secret))
            .fetch_optional(&self.database)
            .await
            .map_err(StateError::of("check a token"))?;
        Ok(row.map(|row| row.get("name")))
    }

    /// Every token, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>, StateError> {
        let rows = query("SELECT name, created FROM tokens ORDER BY name")
            .fetch_all(&self.database)
            .await
            .map_err(StateError::of("read the tokens"))?;
        Ok(rows.iter().map(|row| Token { name: row.get("name"), created: Timestamp::from_micros(row.get("created")) }).collect())
    }

    /// Takes a token back; whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, name: &str) -> Result<bool, StateError> {
        let done = query("DELETE FROM tokens WHERE name = ?")
            .bind(name)
            .execute(&self.database)
            .await
            .map_err(StateError::of("revoke a token"))?;
        Ok(done > 0)
    }
}

fn hash(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
