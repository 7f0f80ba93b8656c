//! What the cloud said of itself, as documents with the time at which it was true: `<micros>-<hash>.json`, or `<micros>-<hash>-<series>.json`
//! for what is asked for again and again. They stand in the data folder or, beside a lake that several processes share, in the lake's bucket.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use enrich::{ImportCounts, Inventory};
use flow::Timestamp;
use futures::TryStreamExt as _;
use lake::Lake;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};

/// Where the inventory's documents are.
#[derive(Debug, Clone)]
pub struct Documents {
    store: Arc<dyn ObjectStore>,
}

impl Documents {
    /// Those of a data folder, or of a shared lake.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &Path, lake: &Lake) -> anyhow::Result<Self> {
        if lake.is_shared() {
            return Ok(Self { store: Arc::new(PrefixStore::new(lake.store(), "_inventory")) });
        }
        let folder = root.join("inventory");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        Ok(Self { store: Arc::new(store) })
    }

    /// Everything they say.
    ///
    /// # Errors
    /// When one cannot be read, or is no inventory.
    pub async fn load(&self) -> anyhow::Result<Inventory> {
        let mut documents = Vec::new();
        for name in self.names().await? {
            let found = self.store.get(&Key::from(name.as_str())).await.with_context(|| format!("cannot read inventory {name}"))?;
            let json = found.bytes().await.with_context(|| format!("cannot read inventory {name}"))?;
            documents.push((name, json.to_vec()));
        }
        Ok(enrich::load_documents(documents)?)
    }

    /// Keeps documents. Returns what each one held.
    ///
    /// # Errors
    /// Names the file that is no inventory; nothing of it is kept.
    pub async fn import(&self, files: &[(PathBuf, Timestamp)]) -> anyhow::Result<Vec<(PathBuf, Timestamp, ImportCounts)>> {
        let mut imported = Vec::new();
        for (file, as_of) in files {
            let json = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let counts = Inventory::default().add(&json, *as_of).with_context(|| format!("{} is no inventory", file.display()))?;
            let name = format!("{}-{:016x}.json", as_of.micros(), crate::home::fingerprint(&json));
            self.put(&name, json).await?;
            imported.push((file.clone(), *as_of, counts));
        }
        Ok(imported)
    }

    /// Keeps a document of a series that is asked for again and again, unless it says what the one before it said. Whether it was kept.
    ///
    /// # Errors
    /// When it is no inventory, or cannot be written.
    pub async fn keep(&self, series: &str, json: &[u8], as_of: Timestamp) -> anyhow::Result<bool> {
        Inventory::default().add(json, as_of).with_context(|| format!("{series} is no inventory"))?;
        let series: String = series.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        let hash = format!("{:016x}", crate::home::fingerprint(json));
        // The latest of the series is the last in the order of names.
        let end = format!("-{series}.json");
        let latest = self.names().await?.into_iter().filter(|name| name.ends_with(&end)).max();
        if latest.is_some_and(|name| name.contains(&hash)) {
            return Ok(false);
        }
        self.put(&format!("{:016}-{hash}{end}", as_of.micros()), json.to_vec()).await?;
        Ok(true)
    }

    async fn put(&self, name: &str, json: Vec<u8>) -> anyhow::Result<()> {
        self.store.put(&Key::from(name), json.into()).await.with_context(|| format!("cannot write inventory {name}"))?;
        Ok(())
    }

    async fn names(&self) -> anyhow::Result<Vec<String>> {
        let listed: Vec<Key> =
            self.store.list(None).map_ok(|meta| meta.location).try_collect().await.context("cannot list the inventory")?;
        let names = listed.iter().filter(|key| key.parts_count() == 1).filter_map(|key| key.filename());
        Ok(names.filter(|name| name.ends_with(".json") && !name.starts_with('.')).map(str::to_owned).collect())
    }
}

/// When an inventory document was true: as its name says (`20261121T000000Z-…`, or microseconds), else when it was last written.
///
/// # Errors
/// When the file is not there.
pub(crate) fn inventory_time(file: &Path) -> anyhow::Result<Timestamp> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let prefix = name.split('-').next().unwrap_or_default();
    if let Ok(time) = chrono::NaiveDateTime::parse_from_str(prefix, "%Y%m%dT%H%M%SZ") {
        return Ok(Timestamp::from_micros(time.and_utc().timestamp_micros()));
    }
    if let Some(micros) = prefix.parse().ok().filter(|micros: &i64| *micros > 1_000_000_000_000_000) {
        return Ok(Timestamp::from_micros(micros));
    }
    let modified =
        fs::metadata(file).and_then(|metadata| metadata.modified()).with_context(|| format!("cannot read {}", file.display()))?;
    let age = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_micros(i64::try_from(age.as_micros()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_is_kept_when_it_says_something_new() {
        let root = tempfile::tempdir().unwrap();
        let lake = Lake::open(&root.path().join("lake")).await.unwrap();
        let documents = Documents::open(root.path(), &lake).unwrap();
        let keep = async |secs, series: &str, cidr: &str| {
            let json = format!("{{\"Vpcs\": [{{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"{cidr}\"}}]}}");
            documents.keep(series, json.as_bytes(), Timestamp::from_secs(secs)).await.unwrap()
        };
        assert!(keep(1_764_000_000, "main/vpcs", "10.0.0.0/16").await);
        assert!(!keep(1_764_000_900, "main/vpcs", "10.0.0.0/16").await);
        assert!(keep(1_764_000_900, "other/vpcs", "10.0.0.0/16").await);
        assert!(keep(1_764_001_800, "main/vpcs", "10.1.0.0/16").await);
        assert!(keep(1_764_002_700, "main/vpcs", "10.0.0.0/16").await, "what it said before the last is said anew");
        assert!(documents.keep("main/vpcs", b"no inventory", Timestamp::from_secs(0)).await.is_err());
        assert!(!documents.load().await.unwrap().is_empty());
    }

    #[test]
    fn names_tell_when_an_inventory_was_true() {
        let time = |name| inventory_time(Path::new(name)).map(|time| time.to_string());
        assert_eq!(time("20261121T013000Z-describe-instances.json").unwrap(), "2026-11-21T01:30:00Z");
        assert_eq!(time("1763600000000000-0011.json").unwrap(), "2025-11-20T00:53:20Z");
        assert!(time("/no/such/describe-instances.json").is_err());
    }
}
