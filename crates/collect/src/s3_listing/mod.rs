//! A bucket that is listed.

mod layout;
mod positions;

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use flow::Timestamp;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use ingest::sources::{Delivery, Object, Outcome};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::positions::{Position, PositionFiles, Positions, mark};
use crate::aws::failed;
use crate::outbox::Outbox;
use crate::s3::{Named, Store};
use crate::{Backoff, Clock, CollectError, Health, Known, S3Listing, Source, Spool, State, Surroundings};

/// A position is saved this often while a prefix is read, and when it has been read.
const SAVE_EVERY: Duration = Duration::from_secs(5);
/// Deliveries of one copy before the object is left to the next listing.
const DELIVERIES: u32 = 5;
/// Listings that `once` makes at most, when objects were left by the ones before.
const PASSES: u32 = 5;

/// Lists a bucket, again and again or once, and delivers what is new.
///
/// Flow logs are taken account by account and region by region, several at a time. What was committed is remembered, by day: a day that is
/// long over is not listed again.
#[derive(Debug)]
pub struct S3ListingSource {
    settings: S3Listing,
    spool: Spool,
    clock: Clock,
    known: Known,
    positions: Arc<dyn Positions>,
    health: Arc<Health>,
}

impl S3ListingSource {
    /// A source for the bucket of `settings`, whose positions are files in the memory of the surroundings. Does not reach for it yet.
    pub fn new(settings: S3Listing, surroundings: &Surroundings) -> Self {
        let folder = format!("{}-{:08x}", settings.bucket, xxhash_rust::xxh3::xxh3_64(settings.name.as_bytes()));
        let positions = Arc::new(PositionFiles::new(surroundings.memory.join(folder)));
        Self::with_positions(settings, surroundings, positions)
    }

    /// The same, with positions kept elsewhere.
    pub fn with_positions(settings: S3Listing, surroundings: &Surroundings, positions: Arc<dyn Positions>) -> Self {
        let clock = surroundings.clock.clone();
        let health = Arc::new(Health::new(&settings.name, "s3_listing", format!("s3://{}", settings.bucket), clock.clone()));
        Self { settings, spool: surroundings.spool.clone(), clock, known: surroundings.known.clone(), positions, health }
    }
}

impl Source for S3ListingSource {
    fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    fn run(self: Box<Self>, out: mpsc::Sender<Delivery>, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let health = Arc::clone(&self.health);
            let reader = Reader {
                store: Store::new(self.settings.aws.clone()),
                fetches: Semaphore::new(self.settings.fetches),
                flights: Semaphore::new(self.settings.in_flight),
                outbox: Outbox::new(&out, &self.health),
                stop,
                source: *self,
            };
            let state = reader.run(out).await;
            health.ended(state);
        })
    }
}

struct Reader {
    source: S3ListingSource,
    store: Store,
    fetches: Semaphore,
    flights: Semaphore,
    outbox: Outbox,
    stop: CancellationToken,
}

/// An object of a listing.
#[derive(Debug)]
struct Listed {
    key: String,
    size: u64,
    modified: Timestamp,
    etag: Option<String>,
}

/// What one pass over the bucket came to.
#[derive(Debug, Default, Clone, Copy)]
struct Pass {
    /// Objects that were not committed, or prefixes not read to their end.
    left: u64,
}

impl Reader {
    /// Gives the state it ended in.
    async fn run(&self, out: mpsc::Sender<Delivery>) -> State {
        let mut out = Some(out);
        let settings = &self.source.settings;
        let health = &self.source.health;
        let backoff = Backoff::default();
        let mut attempt = 0;
        loop {
            let pass = self.pass();
            tokio::pin!(pass);
            let passed = loop {
                tokio::select! {
                    passed = &mut pass => break passed,
                    // Nothing more is sent; what was sent is answered.
                    () = self.stop.cancelled(), if out.is_some() => out = None,
                    () = closed(out.as_ref()) => return State::Stopped,
                }
            };
            if self.stop.is_cancelled() {
                return State::Stopped;
            }
            let pause = match passed {
                Ok(Pass { left: 0 }) => {
                    health.worked();
                    if settings.once {
                        return State::Done;
                    }
                    attempt = 0;
                    Duration::from_secs(settings.poll_secs)
                }
                other => {
                    let hopeless = other.as_ref().is_err_and(|error| !error.is_transient());
                    if let Err(error) = other {
                        health.trouble(&error.chain());
                    }
                    // Once means that somebody waits for the end.
                    attempt += 1;
                    if settings.once && (hopeless || attempt == PASSES) {
                        return State::Failing;
                    }
                    backoff.wait(attempt - 1)
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return State::Stopped,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Lists everything once. When told to stop it still waits for answers to what was delivered.
    async fn pass(&self) -> Result<Pass, CollectError> {
        let settings = &self.source.settings;
        let now = self.source.clock.now();
        let start = match settings.start.as_deref().map(|start| Timestamp::parse_relative(start, now)) {
            None => None,
            Some(Ok(start)) => Some(start),
            Some(Err(error)) => {
                return Err(CollectError::Setting { name: settings.name.clone(), problem: format!("`start`: {error}") });
            }
        };
        let client = self.store.client(None).await;
        let prefixes = tokio::select! {
            prefixes = self.prefixes(&client) => prefixes?,
            () = self.stop.cancelled() => return Ok(Pass::default()),
        };
        let mut reading = futures::stream::iter(prefixes)
            .map(|prefix| {
                let client = client.clone();
                async move { self.read(&client, &prefix, start, now).await }
            })
            .buffer_unordered(settings.parallel);
        let mut passed = Ok(Pass::default());
        // One prefix that cannot be read does not keep the others from being read.
        while let Some(result) = reading.next().await {
            match (&mut passed, result) {
                (Ok(pass), Ok(more)) => pass.left += more.left,
                (_, Err(error)) => passed = Err(error),
                (Err(_), Ok(_)) => {}
            }
        }
        passed
    }

    /// The prefixes to read one by one: regions of accounts where there is an `AWSLogs/`, else what is configured.
    async fn prefixes(&self, client: &Client) -> Result<Vec<String>, CollectError> {
        let settings = &self.source.settings;
        let whole = [String::new()];
        let roots = if settings.prefixes.is_empty() { &whole[..] } else { &settings.prefixes };
        let mut prefixes = Vec::new();
        for root in roots {
            if !(root.is_empty() || root.ends_with('/')) || layout::is_region(root) {
                prefixes.push(root.clone());
                continue;
            }
            let logs = if layout::last_folder(root) == "AWSLogs" { root.clone() } else { format!("{root}AWSLogs/") };
            let accounts = self.folders(client, &logs).await?;
            if accounts.is_empty() {
                prefixes.push(root.clone());
            }
            for account in accounts {
                let id = layout::value(layout::last_folder(&account), "aws-account-id");
                if !(settings.accounts.is_empty() || settings.accounts.iter().any(|wanted| wanted == id)) {
                    continue;
                }
                for service in ["vpcflowlogs/", "aws-service=vpcflowlogs/"] {
                    // Only one of the two forms belongs to this folder.
                    if service.contains('=') == layout::last_folder(&account).contains('=') {
                        let regions = self.folders(client, &format!("{account}{service}")).await?;
                        prefixes.extend(regions.into_iter().filter(|region| {
                            let name = layout::value(layout::last_folder(region), "aws-region");
                            settings.regions.is_empty() || settings.regions.iter().any(|wanted| wanted == name)
                        }));
                    }
                }
            }
        }
        prefixes.sort();
        prefixes.dedup();
        Ok(prefixes)
    }

    /// The folders directly below a prefix.
    async fn folders(&self, client: &Client, prefix: &str) -> Result<Vec<String>, CollectError> {
        let bucket = &self.source.settings.bucket;
        let mut folders = Vec::new();
        let mut next = None;
        loop {
            let request = client.list_objects_v2().bucket(bucket).prefix(prefix).delimiter("/").set_continuation_token(next);
            let page = request.send().await.map_err(|error| failed(format!("list s3://{bucket}/{prefix}"), error))?;
            folders.extend(page.common_prefixes.unwrap_or_default().into_iter().filter_map(|folder| folder.prefix));
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(folders);
            }
        }
    }

    /// Reads one prefix from its position on.
    async fn read(&self, client: &Client, prefix: &str, start: Option<Timestamp>, now: Timestamp) -> Result<Pass, CollectError> {
        let settings = &self.source.settings;
        let mut position = self.load(prefix).await?;
        let is_region = layout::is_region(prefix);
        let earlier = match (position.start_secs, start) {
            (Some(before), Some(start)) => start.secs() < before,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if position.through.is_empty() || earlier {
            position.through.clear();
            position.start_secs = start.map(Timestamp::secs);
        }
        let mut after = position.through.clone();
        if let Some(start) = start.filter(|_| is_region) {
            after = after.max(layout::before_day(prefix, start.day()));
        }
        let position = Mutex::new(position);
        let position = || position.lock().unwrap_or_else(PoisonError::into_inner);
        let mut days =
            Days { prefix, is_region, late: now.plus_secs(-i64::try_from(settings.late_secs).unwrap_or(i64::MAX)), closed: None };
        // Marks to be remembered after this listing.
        let mut open = BTreeSet::new();
        let mut flights = FuturesUnordered::new();
        let mut pass = Pass::default();
        let mut saved = Instant::now();
        let mut next: Option<String> = None;
        let mut problem = None;
        'listing: loop {
            let request = client.list_objects_v2().bucket(&settings.bucket).prefix(prefix).set_continuation_token(next.take());
            let request = request.set_start_after(Some(after.clone()).filter(|after| !after.is_empty()));
            let page = tokio::select! {
                page = request.send() => page,
                () = self.stop.cancelled() => break,
            };
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    problem = Some(failed(format!("list s3://{}/{prefix}", settings.bucket), error));
                    break;
                }
            };
            for listed in page.contents.unwrap_or_default().into_iter().filter_map(Listed::new) {
                let mark = mark(&listed.key, listed.size, listed.modified.secs());
                if !days.closes(&listed.key) {
                    open.insert(mark);
                }
                if !self.wanted(&listed, start) || position().done.contains(&mark) {
                    continue;
                }
                if self.source.known.has(&self.object(&listed)) {
                    self.source.health.skipped();
                    position().done.insert(mark);
                    continue;
                }
                // As many under way as are allowed; answers are taken while we wait.
                let permit = loop {
                    tokio::select! {
                        biased;
                        () = self.stop.cancelled() => break 'listing,
                        Some(left) = flights.next() => pass.left += left,
                        permit = self.flights.acquire() => break permit,
                    }
                };
                let position = &position;
                flights.push(async move {
                    let _permit = permit;
                    let done = self.collect(listed).await;
                    if done {
                        position().done.insert(mark);
                    }
                    u64::from(!done)
                });
                if saved.elapsed() >= SAVE_EVERY {
                    saved = Instant::now();
                    let position = position().clone();
                    self.save(prefix, position).await?;
                }
            }
            next = page.next_continuation_token;
            if next.is_none() {
                break;
            }
        }
        let whole = problem.is_none() && !self.stop.is_cancelled();
        while let Some(left) = flights.next().await {
            pass.left += left;
            if saved.elapsed() >= SAVE_EVERY {
                saved = Instant::now();
                let position = position().clone();
                self.save(prefix, position).await?;
            }
        }
        let mut reached = position().clone();
        if whole && pass.left == 0 {
            if let Some(folder) = days.closed {
                reached.through = layout::after_day(&folder).max(reached.through);
            }
            // What is before the position, or gone from the bucket, need not be remembered.
            reached.done.retain(|mark| open.contains(mark));
        }
        self.save(prefix, reached).await?;
        problem.map_or(Ok(pass), Err)
    }

    fn wanted(&self, listed: &Listed, start: Option<Timestamp>) -> bool {
        let settings = &self.source.settings;
        if listed.key.ends_with('/')
            || !(settings.suffixes.is_empty() || settings.suffixes.iter().any(|suffix| listed.key.ends_with(suffix)))
        {
            return false;
        }
        let name = formats::ObjectKey::parse(&listed.key);
        let time = name.slot.unwrap_or(listed.modified);
        let account = name.account_id.is_none_or(|account| settings.accounts.is_empty() || settings.accounts.contains(&account));
        let region = name.region.is_none_or(|region| settings.regions.is_empty() || settings.regions.contains(&region));
        account && region && start.is_none_or(|start| time >= start)
    }

    fn object(&self, listed: &Listed) -> Object {
        let uri = format!("s3://{}/{}", self.source.settings.bucket, listed.key);
        Object { uri, size: listed.size, modified: Some(listed.modified), path: std::path::PathBuf::new() }
    }

    /// Brings one object into the lake; whether that was done.
    async fn collect(&self, listed: Listed) -> bool {
        let source = &self.source;
        let named = Named {
            bucket: source.settings.bucket.clone(),
            key: listed.key,
            etag: listed.etag,
            size: Some(listed.size),
            ..Named::default()
        };
        let fetching = async {
            let _permit = self.fetches.acquire().await;
            self.store.fetch(&named, &source.settings.name, &source.spool).await
        };
        let fetched = tokio::select! {
            fetched = fetching => fetched,
            () = self.stop.cancelled() => return false,
        };
        let fetched = match fetched {
            Ok(fetched) => fetched,
            // Deleted since it was listed: there is nothing left to do.
            Err(CollectError::Absent { denied: false, .. }) => {
                source.health.skipped();
                return true;
            }
            Err(error) => {
                source.health.trouble(&error.chain());
                return false;
            }
        };
        for attempt in 0..DELIVERIES {
            match self.outbox.deliver(fetched.object.clone()).await {
                Some(Outcome::Committed | Outcome::Unusable(_)) => return true,
                None => return false,
                Some(Outcome::Failed(_)) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(Backoff::default().wait(attempt)) => {}
                () = self.stop.cancelled() => return false,
            }
        }
        false
    }

    async fn load(&self, prefix: &str) -> Result<Position, CollectError> {
        let (positions, name) = (Arc::clone(&self.source.positions), prefix.to_owned());
        blocking(move || positions.load(&name)).await.map_err(CollectError::file("read the position of", prefix))
    }

    async fn save(&self, prefix: &str, position: Position) -> Result<(), CollectError> {
        let (positions, name) = (Arc::clone(&self.source.positions), prefix.to_owned());
        blocking(move || positions.save(&name, &position)).await.map_err(CollectError::file("save the position of", prefix))
    }
}

/// Which days of a region are over, as a listing goes through them in order.
struct Days<'a> {
    prefix: &'a str,
    is_region: bool,
    /// A day that ended before this gets no more objects.
    late: Timestamp,
    /// The folder of the last day that is over.
    closed: Option<String>,
}

impl Days<'_> {
    /// Whether an object is in the folder of a day that is over.
    fn closes(&mut self, key: &str) -> bool {
        let Some((day, folder)) = layout::day_of(self.prefix, key).filter(|_| self.is_region) else { return false };
        let over = day.plus_secs(flow::DAY_SECS) <= self.late;
        if over && self.closed.as_deref() != Some(folder) {
            self.closed = Some(folder.to_owned());
        }
        over
    }
}

/// Waits until nobody reads the channel; for ever when we have let go of it.
async fn closed(out: Option<&mpsc::Sender<Delivery>>) {
    match out {
        Some(out) => out.closed().await,
        None => std::future::pending().await,
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

impl Listed {
    fn new(object: aws_sdk_s3::types::Object) -> Option<Self> {
        Some(Self {
            key: object.key?,
            size: u64::try_from(object.size?).ok()?,
            // To the second, as the object's own header has it.
            modified: Timestamp::from_secs(object.last_modified?.secs()),
            etag: object.e_tag,
        })
    }
}
