//! The data folder: where everything is kept, who may write, and how the parts are opened.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use enrich::{Attributor, Geo, Inventory, List, Lists};
use flow::Timestamp;
use lake::Lake;
use query::Engine;
use state::Store;

use crate::config::Config;

/// What a command needs of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Looks only. Others may write meanwhile.
    Read,
    /// Writes the lake. One at a time.
    Write,
}

/// An opened data folder.
#[derive(Debug)]
pub struct Weir {
    /// The folder.
    pub root: PathBuf,
    /// Settings.
    pub config: Config,
    /// The lake.
    pub lake: Arc<Lake>,
    /// Findings, triage, lists, tokens.
    pub store: Arc<Store>,
    /// What is known of the cloud's inventory, over time.
    pub inventory: Arc<Inventory>,
    /// Lists of addresses.
    pub lists: Arc<Lists>,
    /// Geography and ASN files.
    pub geo: Arc<Geo>,
    /// Held while this process may write.
    lock: Option<Arc<File>>,
}

impl Weir {
    /// Opens the folder, creating what is not there.
    ///
    /// # Errors
    /// When it cannot be read, when something in it is damaged, or when it is to be written and another process writes it.
    pub async fn open(root: &Path, config: Config, access: Access) -> anyhow::Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("cannot create the data folder {}", root.display()))?;
        let lock = lock(root, access)?;
        let lake = Lake::open(&root.join("lake")).await?;
        if lock.is_some() {
            lake.recover().await?;
        }
        let store = Store::open(&root.join("state.db")).await?;
        let geo = Geo::open(&config.geo.files)?;
        Ok(Self {
            root: root.to_owned(),
            inventory: Arc::new(inventory(root)?),
            lists: Arc::new(lists(&store).await?),
            config,
            lake: Arc::new(lake),
            store: Arc::new(store),
            geo: Arc::new(geo),
            lock: lock.filter(|_| access == Access::Write).map(Arc::new),
        })
    }

    /// The same folder, with the inventory, the lists and the geography files as they are now.
    ///
    /// # Errors
    /// When one of them cannot be read or is damaged.
    pub async fn reloaded(&self) -> anyhow::Result<Self> {
        Ok(Self {
            root: self.root.clone(),
            config: self.config.clone(),
            lake: Arc::clone(&self.lake),
            store: Arc::clone(&self.store),
            inventory: Arc::new(inventory(&self.root)?),
            lists: Arc::new(lists(&self.store).await?),
            geo: Arc::new(Geo::open(&self.config.geo.files)?),
            lock: self.lock.clone(),
        })
    }

    /// How objects are taken in: by the settings, and by the formats that the inventory knows of flow logs.
    pub fn ingest_config(&self, now: Timestamp) -> ingest::Config {
        let mut config = ingest::Config { batch_bytes: self.config.ingest.batch_bytes, ..ingest::Config::default() };
        config.decode.now = now;
        for flow_log in self.inventory.flow_logs() {
            if let Some(format) = flow_log.format.as_deref().and_then(|text| text.parse().ok()) {
                config.decode.known_formats.insert(flow_log.id.clone(), format);
            }
        }
        config
    }

    /// A pipeline into the lake.
    pub fn pipeline(&self, config: ingest::Config) -> ingest::Pipeline {
        ingest::Pipeline::new(Arc::clone(&self.lake), Arc::clone(&self.inventory), Arc::new(self.attributor()), config)
    }

    /// SQL over the lake.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub async fn engine(&self) -> anyhow::Result<Arc<Engine>> {
        self.engine_within(self.config.query.limits()).await
    }

    /// SQL over the lake, for detectors.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub async fn detector_engine(&self) -> anyhow::Result<Arc<Engine>> {
        self.engine_within(self.config.query.detector_limits()).await
    }

    async fn engine_within(&self, limits: query::Limits) -> anyhow::Result<Arc<Engine>> {
        let (lake, lists) = (Arc::clone(&self.lake), Arc::clone(&self.lists));
        let engine = match self.config.query.cluster().map_err(anyhow::Error::msg)? {
            None => Engine::new(lake, lists, limits).await?,
            Some(cluster) => Engine::on(Arc::new(cluster), lake, lists, limits).await?,
        };
        Ok(Arc::new(engine))
    }

    /// Everything an analyst asks.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub async fn investigator(&self) -> anyhow::Result<api::Investigator> {
        Ok(api::Investigator::new(
            self.engine().await?,
            Arc::clone(&self.store),
            Arc::clone(&self.inventory),
            Arc::clone(&self.lists),
            Arc::clone(&self.geo),
            self.config.thresholds.clone(),
        ))
    }

    /// Attribution by this folder's inventory and geography.
    pub fn attributor(&self) -> Attributor {
        Attributor::new(Arc::clone(&self.inventory), Arc::clone(&self.geo))
    }
}

/// A number that changes when what the lists say changes, whatever their age and wherever they came from.
pub(crate) fn lists_mark(lists: &Lists) -> anyhow::Result<String> {
    let mut said = Vec::new();
    for list in lists.iter() {
        said.push((&list.name, list.kind, list.valid_from, &list.entries, &list.guards));
    }
    Ok(format!("{:016x}", fingerprint(&serde_json::to_vec(&said)?)))
}

fn inventory(root: &Path) -> anyhow::Result<Inventory> {
    let folder = root.join("inventory");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(enrich::load_dir(&folder)?)
}

async fn lists(store: &Store) -> anyhow::Result<Lists> {
    let mut lists = Vec::new();
    for stored in store.lists().await? {
        let list: List = serde_json::from_value(stored.list).with_context(|| format!("list {:?} in state.db is damaged", stored.name))?;
        lists.push(list);
    }
    Ok(Lists::new(lists))
}

/// Keeps inventory documents in the data folder: `<micros>-<hash>.json`. Returns what each one held.
///
/// # Errors
/// Names the file that is no inventory; nothing of it is kept.
pub fn import_inventory(root: &Path, files: &[(PathBuf, Timestamp)]) -> anyhow::Result<Vec<(PathBuf, Timestamp, enrich::ImportCounts)>> {
    let folder = root.join("inventory");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut imported = Vec::new();
    for (file, as_of) in files {
        let json = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let counts = Inventory::default().add(&json, *as_of).with_context(|| format!("{} is no inventory", file.display()))?;
        let name = format!("{}-{:016x}.json", as_of.micros(), fingerprint(&json));
        let kept = folder.join(&name);
        let partial = folder.join(format!(".{name}.part"));
        fs::write(&partial, &json)
            .and_then(|()| fs::rename(&partial, &kept))
            .with_context(|| format!("cannot write {}", kept.display()))?;
        imported.push((file.clone(), *as_of, counts));
    }
    Ok(imported)
}

/// Keeps a document of a series that is asked for again and again, unless it says what the one before it said. Whether it was kept.
///
/// # Errors
/// When it is no inventory, or cannot be written.
pub(crate) fn keep_inventory(root: &Path, series: &str, json: &[u8], as_of: Timestamp) -> anyhow::Result<bool> {
    let folder = root.join("inventory");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Inventory::default().add(json, as_of).with_context(|| format!("{series} is no inventory"))?;
    let series: String = series.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let hash = format!("{:016x}", fingerprint(json));
    // `<micros>-<hash>-<series>.json`: the latest of the series is the last in the order of names.
    let end = format!("-{series}.json");
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    let latest = names.into_iter().filter(|name| name.ends_with(&end) && !name.starts_with('.')).max();
    if latest.is_some_and(|name| name.contains(&hash)) {
        return Ok(false);
    }
    let name = format!("{:016}-{hash}{end}", as_of.micros());
    let (partial, kept) = (folder.join(format!(".{name}.part")), folder.join(&name));
    fs::write(&partial, json).and_then(|()| fs::rename(&partial, &kept)).with_context(|| format!("cannot write {}", kept.display()))?;
    Ok(true)
}

/// When an inventory document was true: as its name says (`20261121T000000Z-…`, or microseconds), else when it was last written.
///
/// # Errors
/// When the file is not there.
pub fn inventory_time(file: &Path) -> anyhow::Result<Timestamp> {
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

/// FNV-1a: tells documents of one instant apart, no more.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The lock of the folder, `None` when another process has it and this one only reads.
fn lock(root: &Path, access: Access) -> anyhow::Result<Option<File>> {
    let path = root.join("writer.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = match file {
        Ok(file) => file,
        // A folder that cannot be written can still be read.
        Err(_) if access == Access::Read => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) if access == Access::Read => Ok(None),
        Err(TryLockError::WouldBlock) => {
            bail!("another weir process is writing to {}; wait until it is done, or give another --data folder", root.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_kept_when_it_says_something_new() {
        let root = tempfile::tempdir().unwrap();
        let vpcs = |cidr: &str| format!("{{\"Vpcs\": [{{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"{cidr}\"}}]}}");
        let keep = |secs, series, cidr| keep_inventory(root.path(), series, vpcs(cidr).as_bytes(), Timestamp::from_secs(secs)).unwrap();
        assert!(keep(1_764_000_000, "main/vpcs", "10.0.0.0/16"));
        assert!(!keep(1_764_000_900, "main/vpcs", "10.0.0.0/16"));
        assert!(keep(1_764_000_900, "other/vpcs", "10.0.0.0/16"));
        assert!(keep(1_764_001_800, "main/vpcs", "10.1.0.0/16"));
        assert!(keep(1_764_002_700, "main/vpcs", "10.0.0.0/16"), "what it said before the last is said anew");
        assert!(keep_inventory(root.path(), "main/vpcs", b"no inventory", Timestamp::from_secs(0)).is_err());
        assert!(!enrich::load_dir(&root.path().join("inventory")).unwrap().is_empty());
    }

    #[test]
    fn names_tell_when_an_inventory_was_true() {
        let time = |name| inventory_time(Path::new(name)).map(|time| time.to_string());
        assert_eq!(time("20261121T013000Z-describe-instances.json").unwrap(), "2026-11-21T01:30:00Z");
        assert_eq!(time("1763600000000000-0011.json").unwrap(), "2025-11-20T00:53:20Z");
        assert!(time("/no/such/describe-instances.json").is_err());
    }
}
