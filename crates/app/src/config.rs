//! Settings: `weir.toml`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use query::Limits;
use serde::{Deserialize, Serialize};

/// Everything that can be set. Every value has a default, so an empty file is a valid one; an unknown key is an error.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Geography and ASN.
    pub geo: Geo,
    /// Taking objects in.
    pub ingest: Ingest,
    /// The HTTP server.
    pub serve: Serve,
    /// What one query may take.
    pub query: Query,
    /// What the detectors are tuned to.
    pub thresholds: detect::Thresholds,
}

/// Geography and ASN files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Geo {
    /// Any number of mmdb files, MaxMind's schema or the flat one. Without them countries and ASNs are unknown.
    pub files: Vec<PathBuf>,
}

/// Taking objects in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// Bytes of objects, as delivered, that are committed together.
    pub batch_bytes: u64,
}

impl Default for Ingest {
    fn default() -> Self {
        Self { batch_bytes: ingest::Config::default().batch_bytes }
    }
}

/// The HTTP server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Serve {
    /// Address and port to listen on. Off loopback a token is required.
    pub listen: String,
}

impl Default for Serve {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8420".to_owned() }
    }
}

/// What one query may take.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// Memory of all queries together, MiB, as the engine reserves it, which is more than it touches. More than this spills to disk.
    pub memory_mib: u32,
    /// Time of one query, seconds.
    pub time_secs: u64,
    /// The same as `memory_mib`, for the queries of detectors, which look at every machine at once.
    pub detect_memory_mib: u32,
    /// The same as `time_secs`, for the queries of detectors.
    pub detect_time_secs: u64,
}

impl Default for Query {
    fn default() -> Self {
        Self { memory_mib: 4096, time_secs: 120, detect_memory_mib: 16_384, detect_time_secs: 1_800 }
    }
}

impl Query {
    /// Limits of what a person asks.
    pub(crate) fn limits(&self) -> Limits {
        Self::limits_of(self.memory_mib, self.time_secs)
    }

    /// Limits of what a detector asks.
    pub(crate) fn detector_limits(&self) -> Limits {
        Self::limits_of(self.detect_memory_mib, self.detect_time_secs)
    }

    fn limits_of(memory_mib: u32, time_secs: u64) -> Limits {
        let memory = usize::try_from(memory_mib).unwrap_or(usize::MAX).saturating_mul(1 << 20);
        Limits { memory, time: Duration::from_secs(time_secs), held: (memory / 16).min(Limits::default().held), ..Limits::default() }
    }
}

impl Config {
    /// Reads a file; without one, the defaults.
    ///
    /// # Errors
    /// Names the file, the line and what is wrong there.
    pub fn load(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default_and_an_unknown_key_an_error() {
        let config: Config = toml::from_str("").unwrap();
        assert_eq!(config.serve.listen, "127.0.0.1:8420");
        let error = toml::from_str::<Config>("[serve]\nlisten_on = 'x'").unwrap_err().to_string();
        assert!(error.contains("listen_on") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn what_is_written_is_read() {
        let text = toml::to_string(&Config::default()).unwrap();
        let read: Config = toml::from_str(&text).unwrap();
        assert_eq!(toml::to_string(&read).unwrap(), text);
    }
}
