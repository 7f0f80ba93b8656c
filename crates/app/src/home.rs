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
use crate::documents::Documents;

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
    /// What the cloud said of itself, as it was kept.
    pub documents: Documents,
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
        let lake = Lake::open_at(&config.lake.place(root)?).await?;
        if lock.is_some() {
            lake.recover().await?;
        }
        let store = config.state.open(root).await?;
        let geo = Geo::open(&config.geo.files)?;
        let documents = Documents::open(root, &lake)?;
        Ok(Self {
            root: root.to_owned(),
            inventory: Arc::new(documents.load().await?),
            documents,
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
            documents: self.documents.clone(),
            inventory: Arc::new(self.documents.load().await?),
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

async fn lists(store: &Store) -> anyhow::Result<Lists> {
    let mut lists = Vec::new();
    for stored in store.lists().await? {
        let list: List = serde_json::from_value(stored.list).with_context(|| format!("list {:?} in the state is damaged", stored.name))?;
        lists.push(list);
    }
    Ok(Lists::new(lists))
}

/// FNV-1a: tells documents of one instant apart, no more.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
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
