//! What every source has in common, and what it is given.

use std::fmt::{self, Debug, Formatter};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use flow::Timestamp;
use futures::future::BoxFuture;
use ingest::sources::{Delivery, Object};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{CollectError, Config, Health, Spool, folder, push, s3_listing, s3_queue};

/// Something that finds objects and delivers them.
pub trait Source: Send {
    /// How it is doing; stays readable when the source has ended.
    fn health(&self) -> Arc<Health>;

    /// Delivers until `stop` is cancelled, or until there is nothing more to come. Errors are in its health and are tried again; they do not
    /// end it.
    ///
    /// The channel bounds what is under way: while it is full the source waits. When stopped, a source lets go of the channel at once and
    /// then waits for answers to what it has delivered, so whoever reads the channel must answer or drop every delivery.
    fn run(self: Box<Self>, out: mpsc::Sender<Delivery>, stop: CancellationToken) -> BoxFuture<'static, ()>;
}

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Debug for Clock {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// Says whether an object is in the lake already, by name, size and modification; its path is empty. A source that lists asks before it
/// fetches. A wrong no costs a second fetch, a wrong yes loses the object.
#[derive(Clone)]
pub struct Known(Arc<dyn Fn(&Object) -> bool + Send + Sync>);

impl Known {
    /// Asks `known`.
    pub fn new(known: impl Fn(&Object) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(known))
    }

    /// Knows nothing.
    pub fn nothing() -> Self {
        Self::new(|_| false)
    }

    pub(crate) fn has(&self, object: &Object) -> bool {
        (self.0)(object)
    }
}

impl Debug for Known {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Known")
    }
}

/// What sources share.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Where objects are fetched to.
    pub spool: Spool,
    /// Where a source keeps what it must remember over a restart. It is small, and may be deleted: objects are then listed anew.
    pub memory: PathBuf,
    /// The time.
    pub clock: Clock,
    /// What is in the lake already.
    pub known: Known,
}

impl Surroundings {
    /// A spool of `spool_mib` MiB at `<folder>/objects`, memory at `<folder>/positions`, and nothing known to be in the lake.
    ///
    /// # Errors
    /// When the spool cannot be made or emptied.
    pub fn new(folder: impl Into<PathBuf>, spool_mib: u64, clock: Clock) -> Result<Self, CollectError> {
        let folder = folder.into();
        let spool = Spool::open(folder.join("objects"), spool_mib.saturating_mul(1 << 20))?;
        Ok(Self { spool, memory: folder.join("positions"), clock, known: Known::nothing() })
    }

    /// The same, with what is in the lake.
    #[must_use]
    pub fn with_known(mut self, known: Known) -> Self {
        self.known = known;
        self
    }
}

/// Every source that is configured, and the routes to those that others call.
pub struct Collection {
    /// All of them, to be run.
    pub sources: Vec<Box<dyn Source>>,
    /// `POST /firehose`. It checks its own access key and waits for commits: it must stand outside of the server's check of tokens, of its
    /// limit of bodies and of its time-out.
    pub firehose: Option<Router>,
    /// `PUT` and `POST /upload/<name>`. It checks nobody: it must stand behind the server's check of tokens, and outside of its limit of bodies
    /// and of its time-out.
    pub upload: Option<Router>,
}

impl Debug for Collection {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.sources.iter().map(|source| source.health().report().name).collect();
        formatter.debug_struct("Collection").field("sources", &names).finish_non_exhaustive()
    }
}

/// Makes every source that is configured; none has begun.
///
/// # Errors
/// Names the first source whose settings make no sense, or two of one name.
pub fn sources(config: &Config, surroundings: &Surroundings) -> Result<Collection, CollectError> {
    config.check()?;
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    for settings in &config.folder {
        sources.push(Box::new(folder::FolderSource::new(settings.clone(), surroundings)));
    }
    for settings in &config.s3_queue {
        sources.push(Box::new(s3_queue::S3QueueSource::new(settings.clone(), surroundings)));
    }
    for settings in &config.s3_listing {
        sources.push(Box::new(s3_listing::S3ListingSource::new(settings.clone(), surroundings)));
    }
    let mut firehose = None;
    if config.firehose.enabled {
        let (source, router) = push::firehose::new(&config.firehose, surroundings)?;
        sources.push(Box::new(source));
        firehose = Some(router);
    }
    let mut upload = None;
    if config.upload.enabled {
        let (source, router) = push::upload::new(&config.upload, surroundings);
        sources.push(Box::new(source));
        upload = Some(router);
    }
    Ok(Collection { sources, firehose, upload })
}
