//! Settings: `weir.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use enrich::ListKind;
use lake::{Bucket, Location, Table};
use query::Limits;
use serde::{Deserialize, Serialize};
use state::{StateError, Store};
use utoipa::ToSchema;

/// Everything that can be set. Every value has a default, so an empty file is a valid one; an unknown key is an error.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Geography and ASN.
    pub geo: Geo,
    /// Where the lake is.
    pub lake: Lake,
    /// Where `weir serve` collects from. With a source it is the one that writes the data folder; without, it only answers.
    pub sources: collect::Config,
    /// Lists of addresses that `weir serve` fetches again and again. A list that changed is matched against the whole past at once.
    pub lists: Vec<ListFeed>,
    /// Accounts whose inventory `weir serve` asks for again and again, with read-only permissions.
    pub inventory: Vec<collect::inventory::Account>,
    /// Taking objects in.
    pub ingest: Ingest,
    /// Judging what was taken in, while serving.
    pub watch: Watch,
    /// What becomes of the lake over time, while serving.
    pub keep: Keep,
    /// Who is told of findings as they appear and change, while serving.
    pub deliver: Vec<deliver::Settings>,
    /// Where the state is kept: findings, what people decided, lists, tokens.
    pub state: State,
    /// The HTTP server.
    pub serve: Serve,
    /// What one query may take.
    pub query: Query,
    /// What the detectors are tuned to.
    pub thresholds: detect::Thresholds,
}

/// Where the lake is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lake {
    /// `s3://bucket/prefix`, or a folder. Left out: `lake` in the data folder. A lake in a bucket may be written by several processes at
    /// once, each with a data folder of its own; the inventory's documents are kept beside it then. The store must refuse to write an object
    /// that is there already when it is asked to (`If-None-Match: *`), as S3 does.
    pub location: Option<String>,
    /// Region of the bucket. Left out: what `AWS_REGION` says.
    pub region: Option<String>,
    /// Address of a store that speaks S3's protocol and is not AWS's own. Left out: what `AWS_ENDPOINT_URL` says.
    pub endpoint: Option<String>,
}

impl Lake {
    /// The location; what is left out is in the data folder.
    pub(crate) fn place(&self, root: &Path) -> anyhow::Result<Location> {
        let Some(text) = &self.location else { return Ok(Location::Folder(root.join("lake"))) };
        Ok(match Location::parse(text)? {
            Location::S3(bucket) => Location::S3(Bucket { region: self.region.clone(), endpoint: self.endpoint.clone(), ..bucket }),
            folder => folder,
        })
    }
}

/// Geography and ASN files.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Geo {
    /// Any number of mmdb files, MaxMind's schema or the flat one. Without them countries and ASNs are unknown.
    #[schema(value_type = Vec<String>)]
    pub files: Vec<PathBuf>,
}

/// A list that is fetched again and again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListFeed {
    /// Its name; findings show it. A list of that name is replaced.
    pub name: String,
    /// What being on it means: one of the kinds of `weir intel import --kind`.
    #[schema(value_type = String)]
    pub kind: ListKind,
    /// Where it is: `https://…`, or the path of a file. One of GuardDuty's formats.
    pub location: String,
    /// It is looked at this often, seconds.
    #[serde(default = "an_hour")]
    pub every_secs: u64,
    /// The largest that is taken, MiB.
    #[serde(default = "largest_list")]
    pub max_mib: u64,
}

const fn an_hour() -> u64 {
    3_600
}

const fn largest_list() -> u64 {
    64
}

impl ListFeed {
    /// The source that fetches it.
    pub(crate) fn feed(&self) -> collect::lists::Feed {
        collect::lists::Feed {
            name: self.name.clone(),
            location: self.location.clone(),
            every_secs: self.every_secs,
            max_mib: self.max_mib,
        }
    }
}

/// Taking objects in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// Bytes of objects, as delivered, that are committed together.
    pub batch_bytes: u64,
    /// How long `weir serve` waits for a batch to fill before it commits what there is, seconds. Longer makes fewer and larger files,
    /// shorter brings findings sooner.
    pub batch_secs: u64,
}

impl Default for Ingest {
    fn default() -> Self {
        Self { batch_bytes: ingest::Config::default().batch_bytes, batch_secs: 10 }
    }
}

/// Judging what was taken in, while serving.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Watch {
    /// Whether the detectors run after each commit, over the hours that it may have changed.
    pub detect: bool,
    /// Whether a process without sources watches too: judges what others commit to the same lake, and tidies it up. For the one server
    /// beside several `weir collect`.
    pub without_sources: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self { detect: true, without_sources: false }
    }
}

/// What becomes of the lake over time, while serving. `weir compact`, `weir expire` and `weir vacuum` do the same by hand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Keep {
    /// How often it is looked whether there is something to do, seconds; 0 for never.
    pub every_secs: u64,
    /// Whether small files are merged.
    pub compact: bool,
    /// Size that files are merged up to, MiB.
    pub target_mib: u64,
    /// Files that no table refers to are deleted at this age, hours: a query may still read them. Left out: never.
    pub vacuum_after_hours: Option<u32>,
    /// Days that a table is kept, by table, such as `flows = 90`. A table that is not named is kept for ever.
    pub days: BTreeMap<String, u32>,
    /// The same for single accounts, by account, such as `account_days.123456789012 = { flows = 30 }`: fewer days than the others'. Tables
    /// whose rows say whose they are: flows, activity, volume, coverage.
    pub account_days: BTreeMap<String, BTreeMap<String, u32>>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            every_secs: 3_600,
            compact: true,
            target_mib: 128,
            vacuum_after_hours: Some(24),
            days: BTreeMap::new(),
            account_days: BTreeMap::new(),
        }
    }
}

impl Keep {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names what does not.
    fn check(&self) -> Result<(), String> {
        check_days("keep.days", &self.days)?;
        for (account, days) in &self.account_days {
            let place = format!("keep.account_days.{account}");
            check_days(&place, days)?;
            if let Some(table) = days.keys().find(|table| ["seen", "rejects"].contains(&table.as_str())) {
                return Err(format!("{place}.{table}: its rows do not say whose they are"));
            }
        }
        if self.target_mib == 0 {
            return Err("keep.target_mib: at least 1".to_owned());
        }
        Ok(())
    }
}

fn check_days(place: &str, days: &BTreeMap<String, u32>) -> Result<(), String> {
    for (table, days) in days {
        expirable(table).map_err(|names| format!("{place}.{table}: no table that can expire; {names}"))?;
        if *days == 0 {
            return Err(format!("{place}.{table}: at least 1 day"));
        }
    }
    Ok(())
}

/// A table whose days may expire, by its name: all but the ledger.
pub(crate) fn expirable(name: &str) -> Result<Table, String> {
    let tables = || Table::ALL.iter().filter(|table| **table != Table::Objects);
    tables().find(|table| table.name() == name).copied().ok_or_else(|| {
        let names: Vec<&str> = tables().map(|table| table.name()).collect();
        format!("one of {}", names.join(", "))
    })
}

/// Where the state is kept: findings, what people decided, lists, tokens.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// A PostgreSQL database that several processes share: `postgres://user:password@host:port/database`. Without it, the SQLite file
    /// `state.db` in the data folder. A password may also come from `PGPASSWORD` or the password file.
    pub url: collect::Secret,
}

impl State {
    /// The state, brought to the present schema.
    ///
    /// # Errors
    /// When it cannot be opened or reached, or was written by a later version.
    pub(crate) async fn open(&self, root: &Path) -> Result<Store, StateError> {
        match self.url.reveal() {
            "" => Store::open(&root.join("state.db")).await,
            url => Store::connect(url).await,
        }
    }

    /// Whether it is kept on a server.
    pub(crate) fn is_shared(&self) -> bool {
        !self.url.is_empty()
    }
}

/// The HTTP server.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
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

/// What runs queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// The process that is asked.
    #[default]
    Embedded,
    /// A Ballista cluster: `weir cluster scheduler` and `weir cluster executor`, on machines that all reach the lake.
    Ballista,
}

/// What one query may take, and what runs it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// What runs queries: `embedded` is the process that is asked, `ballista` a cluster. The answers are the same.
    pub engine: EngineKind,
    /// Address of the cluster's scheduler, such as `http://10.0.0.5:50050`; `ballista` needs one. It knows no passwords and belongs into
    /// a private network.
    pub scheduler: Option<String>,
    /// Parts that each step of a query is cut into on a cluster; about as many as all executors have slots.
    pub partitions: u16,
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
        Self {
            engine: EngineKind::Embedded,
            scheduler: None,
            partitions: 8,
            memory_mib: 4096,
            time_secs: 120,
            detect_memory_mib: 16_384,
            detect_time_secs: 1_800,
        }
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

    /// The cluster that runs queries, when it is not this process.
    pub(crate) fn cluster(&self) -> Result<Option<cluster::Cluster>, String> {
        match (self.engine, &self.scheduler) {
            (EngineKind::Embedded, _) => Ok(None),
            (EngineKind::Ballista, None) => Err("query.scheduler: the engine \"ballista\" needs the address of a scheduler".to_owned()),
            (EngineKind::Ballista, Some(_)) if self.partitions == 0 => Err("query.partitions: at least 1".to_owned()),
            (EngineKind::Ballista, Some(scheduler)) => {
                let cluster = cluster::Cluster::new(scheduler, usize::from(self.partitions));
                cluster.map(Some).map_err(|error| format!("query.scheduler: {error}"))
            }
        }
    }

    fn limits_of(memory_mib: u32, time_secs: u64) -> Limits {
        let memory = usize::try_from(memory_mib).unwrap_or(usize::MAX).saturating_mul(1 << 20);
        Limits { memory, time: Duration::from_secs(time_secs), held: (memory / 16).min(Limits::default().held), ..Limits::default() }
    }
}

/// What a variable of the environment that sets something begins with: `WEIR__SERVE__LISTEN` sets `serve.listen`.
pub(crate) const VARIABLE: &str = "WEIR__";

impl Config {
    /// Reads a file, or takes the defaults, and then what the environment sets.
    ///
    /// # Errors
    /// Names the file, the line and what is wrong there, or the variable.
    pub fn load(path: Option<&Path>) -> anyhow::Result<Self> {
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::read(path, variables)
    }

    /// The same, with the variables given.
    pub(crate) fn read(path: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let text = match path {
            Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
            None => String::new(),
        };
        let place = path.map_or_else(|| "the settings".to_owned(), |path| path.display().to_string());
        // Read for itself first: what is wrong in the file is named with its line, in which a URL may stand.
        let wrong = |error: toml::de::Error| anyhow::Error::msg(without_passwords(&error.to_string()));
        let mut config: Self = toml::from_str(&text).map_err(wrong).with_context(|| format!("{place} is not valid"))?;
        let mut table: toml::Table = toml::from_str(&text).map_err(wrong).with_context(|| format!("{place} is not valid"))?;
        let mut names = Vec::new();
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix(VARIABLE) {
                set(&mut table, &key.to_lowercase(), &value).with_context(|| format!("{name} is not valid"))?;
                config = table.clone().try_into().map_err(wrong).with_context(|| format!("{name} is not valid"))?;
                names.push(name);
            }
        }
        let places = if names.is_empty() { place } else { format!("{place}, with {}", names.join(", ")) };
        config.check().with_context(|| format!("{places} is not valid"))?;
        Ok(config)
    }

    /// Whether the settings make sense, without reaching for anything.
    ///
    /// # Errors
    /// Names the setting and what is wrong with it.
    pub fn check(&self) -> anyhow::Result<()> {
        self.sources.check()?;
        self.lake.place(Path::new(""))?;
        deliver::check(&self.deliver)?;
        if self.state.is_shared() {
            Store::check_url(self.state.url.reveal()).context("state.url")?;
        }
        let mut names = std::collections::BTreeSet::new();
        for list in &self.lists {
            anyhow::ensure!(
                !list.name.is_empty() && names.insert(&list.name),
                "lists: every list needs a name of its own, not {:?}",
                list.name
            );
        }
        self.query.cluster().map_err(anyhow::Error::msg)?;
        self.keep.check().map_err(anyhow::Error::msg)
    }

    /// The same for a process that collects and does nothing else: others judge, tidy up, ask for inventory and lists, and tell of findings.
    pub(crate) fn of_a_worker(self) -> Self {
        Self {
            watch: Watch { detect: false, without_sources: false },
            keep: Keep { every_secs: 0, ..self.keep },
            lists: Vec::new(),
            inventory: Vec::new(),
            deliver: Vec::new(),
            ..self
        }
    }

    /// Whether a process with these settings does something by itself, and writes the data folder.
    pub(crate) fn works(&self) -> bool {
        self.watch.without_sources || self.has_sources() || !(self.lists.is_empty() && self.inventory.is_empty())
    }

    /// Whether a process with these settings collects flow logs.
    pub(crate) fn has_sources(&self) -> bool {
        let sources = &self.sources;
        !(sources.folder.is_empty() && sources.s3_queue.is_empty() && sources.s3_listing.is_empty())
            || sources.firehose.enabled
            || sources.upload.enabled
    }
}

/// Sets `a__b__c` in a table. A value is read as TOML writes it; what is none is a text, so that paths and addresses need no quotes.
fn set(table: &mut toml::Table, key: &str, value: &str) -> anyhow::Result<()> {
    let mut parts = key.split("__").peekable();
    let mut table = table;
    while let Some(part) = parts.next() {
        anyhow::ensure!(!part.is_empty(), "it names no setting");
        if parts.peek().is_none() {
            let read = toml::from_str::<toml::Table>(&format!("value = {value}")).ok().and_then(|mut read| read.remove("value"));
            table.insert(part.to_owned(), read.unwrap_or_else(|| toml::Value::String(value.to_owned())));
            return Ok(());
        }
        let inner = table.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        table = inner.as_table_mut().with_context(|| format!("{part} is no table"))?;
    }
    Ok(())
}

/// The text with `***` for every password in a URL.
fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("://");
        // What stands before the host ends at the last `@` of the word.
        let word = part.find(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'')).unwrap_or(part.len());
        let end = part[..word].rfind('@');
        match end.and_then(|end| Some((part[..end].find(':')?, end))) {
            Some((begin, end)) => shown.extend([&part[..=begin], "***", &part[end..]]),
            None => shown.push_str(part),
        }
    }
    shown
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
    fn a_cluster_needs_a_scheduler() {
        let read = |text: &str| toml::from_str::<Config>(&format!("[query]\n{text}")).unwrap().check().map_err(|error| error.to_string());
        assert!(read("").is_ok());
        assert!(read("engine = 'ballista'\nscheduler = 'http://127.0.0.1:50050'").is_ok());
        assert!(read("engine = 'ballista'").unwrap_err().contains("query.scheduler"));
        assert!(read("engine = 'ballista'\nscheduler = 'df://127.0.0.1'").unwrap_err().contains("df://127.0.0.1"));
        assert!(read("engine = 'ballista'\nscheduler = 'http://127.0.0.1:1'\npartitions = 0").unwrap_err().contains("partitions"));
        assert!(toml::from_str::<Config>("[query]\nengine = 'other'").is_err());
    }

    #[test]
    fn the_environment_sets_what_the_file_does_not_or_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weir.toml");
        std::fs::write(&file, "[serve]\nlisten = '127.0.0.1:1'\n[keep]\ntarget_mib = 7\n").unwrap();
        let read = |variables: &[(&str, &str)]| {
            Config::read(Some(&file), variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let config = read(&[("WEIR__SERVE__LISTEN", "0.0.0.0:2"), ("WEIR__INGEST__BATCH_SECS", "3"), ("WEIR_DATA", "ignored")]).unwrap();
        assert_eq!((config.serve.listen.as_str(), config.ingest.batch_secs, config.keep.target_mib), ("0.0.0.0:2", 3, 7));
        let config = read(&[("WEIR__SOURCES__FOLDER", "[{ path = '/logs' }]")]).unwrap();
        assert_eq!(config.sources.folder[0].path, Path::new("/logs"));
        for (name, value) in [("WEIR__SERVE__LISTEN_ON", "x"), ("WEIR__KEEP__EVERY_SECS", "often"), ("WEIR__KEEP__TARGET_MIB", "0")] {
            let error = format!("{:#}", read(&[(name, value)]).unwrap_err());
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let problem = |text: &str| toml::from_str::<Config>(text).unwrap().check().unwrap_err().to_string();
        assert!(problem("[keep]\ndays = { objects = 30 }").contains("keep.days.objects"));
        assert!(problem("[keep]\ndays = { flows = 0 }").contains("at least 1 day"));
        let good: Config = toml::from_str("[keep]\ndays = { flows = 90, seen = 400 }\n[[sources.folder]]\npath = '/logs'").unwrap();
        good.check().unwrap();
        assert!(good.works() && !Config::default().works());
    }

    #[test]
    fn the_password_of_the_state_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weir.toml");
        let read = |text: &str, variables: &[(&str, &str)]| {
            std::fs::write(&file, text).unwrap();
            Config::read(Some(&file), variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let url = "postgres://weir:hush@db.example:5432/state";
        let config = read("", &[("WEIR__STATE__URL", url)]).unwrap();
        assert!(config.state.is_shared() && config.state.url.reveal() == url);
        assert!(!toml::to_string(&config).unwrap().contains("hush") && !format!("{config:?}").contains("hush"));
        for (text, variable) in [
            (format!("[state]\nurll = '{url}'"), ""),
            (format!("[state]\nurl = '{url}"), ""),
            (format!("[state]\nurl = '{url}?sslmod=require'"), ""),
            (String::new(), "WEIR__STATE__URL=mysql://weir:hush@db.example/state"),
            (String::new(), "WEIR__STATE__URL=weir:hush@db.example"),
            (String::new(), "WEIR__STATE=postgres://weir:hush@db.example"),
        ] {
            let variables: Vec<(&str, &str)> = variable.split_once('=').into_iter().collect();
            let error = read(&text, &variables).unwrap_err();
            assert!(!format!("{error:#} {error:?}").contains("hush"), "{error:?}");
        }
        assert_eq!(without_passwords("at 'a://b:c@d@e/f' or x://y, see z://u@v"), "at 'a://b:***@e/f' or x://y, see z://u@v");
    }

    #[test]
    fn what_is_written_is_read() {
        let text = toml::to_string(&Config::default()).unwrap();
        let read: Config = toml::from_str(&text).unwrap();
        assert_eq!(toml::to_string(&read).unwrap(), text);
    }
}
