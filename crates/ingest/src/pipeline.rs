//! The life of a flow, from bytes to a commit.
//!
//! Two sides run at once. One reads and decodes objects; the other attributes their records, drops those already known, and writes
//! them. Between them stands a channel that holds one chunk, so a slow lake slows reading down and memory stays bounded whatever the
//! size or number of objects.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io::Read;
use std::ops::AddAssign;
use std::sync::Arc;

use enrich::{Attributor, Inventory};
use flow::{Counts, CoverageFact, Decoded, Timestamp};
use formats::{Body, Options};
use lake::{Attempt, Committed, Lake, ObjectEntry, Table};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::IngestError;
use crate::duplicates::Known;
use crate::ledger::Ledger;
use crate::sources::{Delivery, Object, Outcome};

/// How the pipeline cuts its work.
#[derive(Debug, Clone)]
pub struct Config {
    /// How objects are decoded. Its chunk size cuts single objects that are larger than that.
    pub decode: Options,
    /// Records after which the objects read so far are handed over: enough to fill a Parquet file well, little enough to hold twice.
    pub chunk_records: usize,
    /// Objects of at least this many bytes begin a chunk of their own. Attribution may learn from an object as a whole, so an object is
    /// cut only where its own content says, never where those before it happened to end.
    pub whole_below: u64,
    /// Bytes of objects, as delivered, that make a batch: the unit of commit.
    pub batch_bytes: u64,
    /// Objects that make a batch at the most.
    pub batch_objects: usize,
    /// Objects larger than this are decoded as they are read instead of being held in memory.
    pub stream_from: u64,
    /// Records of recent hours whose identity is held in memory, about 18 bytes each; older hours are read back from the lake.
    pub known_records: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            decode: Options { chunk_records: 450_000, ..Options::default() },
            chunk_records: 450_000,
            whole_below: 1 << 20,
            batch_bytes: 16 << 20,
            batch_objects: 4_096,
            stream_from: 64 << 20,
            known_records: 6_000_000,
        }
    }
}

/// What collecting came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Objects read.
    pub objects: u64,
    /// Objects that were in the lake already and were not read.
    pub known: u64,
    /// Objects that could not be read at all; they are not in the ledger and are tried again next time.
    pub failed: u64,
    /// Objects that were read and not understood as a whole.
    pub unusable: u64,
    /// Records of the objects read.
    pub counts: Counts,
    /// Bytes read, as delivered.
    pub bytes_in: u64,
    /// Bytes added to the lake.
    pub lake_bytes: u64,
    /// Batches committed.
    pub batches: u64,
    /// Earliest start among the records.
    pub first_time: Option<Timestamp>,
    /// Latest end among the records.
    pub last_time: Option<Timestamp>,
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.objects += other.objects;
        self.known += other.known;
        self.failed += other.failed;
        self.unusable += other.unusable;
        self.counts += other.counts;
        self.bytes_in += other.bytes_in;
        self.lake_bytes += other.lake_bytes;
        self.batches += other.batches;
        self.first_time = self.first_time.into_iter().chain(other.first_time).min();
        self.last_time = self.last_time.into_iter().chain(other.last_time).max();
    }
}

/// How far collecting has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Objects committed.
    pub objects: u64,
    /// Objects to read in all.
    pub objects_total: u64,
    /// Bytes of the objects committed.
    pub bytes: u64,
    /// Bytes to read in all.
    pub bytes_total: u64,
    /// Records read.
    pub records: u64,
}

/// Takes objects into a lake. It remembers what the lake has, so it is the only collector of a lake that is not shared while it lives. In a
/// shared one others commit meanwhile: before each commit it looks at what they brought, and a batch that meets it is begun anew.
#[derive(Debug)]
pub struct Pipeline {
    lake: Arc<Lake>,
    inventory: Arc<Inventory>,
    attributor: Arc<Attributor>,
    config: Config,
    /// Away while objects are decoded. After a failure it may know objects that were not committed, so it is read anew.
    ledger: Option<Ledger>,
    /// What was committed since the ledger was read.
    since: Ledger,
    known: Known,
}

/// What the decoding side hands over. Objects come in the order in which they were given.
enum Handed {
    /// Records, of one object or many.
    Chunk(Box<Decoded>),
    /// The next object is through.
    Object(Box<ObjectEntry>),
    /// The next object is in the lake already.
    Known,
    /// The next object could not be read.
    Failed(String),
    /// The batch has no more.
    BatchEnd,
}

impl Pipeline {
    /// A pipeline into `lake`.
    pub fn new(lake: Arc<Lake>, inventory: Arc<Inventory>, attributor: Arc<Attributor>, config: Config) -> Self {
        let known = Known::new(Arc::clone(&lake), config.known_records);
        Self { lake, inventory, attributor, config, ledger: None, since: Ledger::default(), known }
    }

    /// Attributes by this from the next object on.
    pub fn reconfigure(&mut self, inventory: Arc<Inventory>, attributor: Arc<Attributor>, config: Config) {
        self.inventory = inventory;
        self.attributor = attributor;
        self.config = config;
    }

    /// Takes in the objects that the lake does not have, batch by batch, and says what it came to.
    ///
    /// An object that cannot be read or understood costs nothing else. `clock` gives the time of each commit.
    ///
    /// # Errors
    /// When the lake cannot be written; every batch before is committed.
    pub async fn collect(
        &mut self,
        objects: Vec<Object>,
        clock: impl Fn() -> Timestamp,
        progress: impl FnMut(Progress),
    ) -> Result<Summary, IngestError> {
        // Nobody waits for the outcomes: what is not in the lake is found again by listing again.
        let deliveries = objects.into_iter().map(|object| Delivery::new(object).0).collect();
        self.take_in(deliveries, clock, progress).await
    }

    /// The same for objects that someone waits for: each is answered when the batch that holds it is committed.
    ///
    /// # Errors
    /// When the lake cannot be written; every batch before is committed and answered, the rest is dropped unanswered.
    pub async fn take_in(
        &mut self,
        deliveries: Vec<Delivery>,
        clock: impl Fn() -> Timestamp,
        mut progress: impl FnMut(Progress),
    ) -> Result<Summary, IngestError> {
        let mut summary = Summary::default();
        let mut deliveries = deliveries;
        loop {
            deliveries = self.run(deliveries, &clock, &mut progress, &mut summary).await?;
            if deliveries.is_empty() {
                return Ok(summary);
            }
            tracing::debug!(objects = deliveries.len(), "others took in some of the same: looking again");
        }
    }

    /// Takes in deliveries until others are found to have committed some of the same meanwhile; gives those back that are not answered.
    async fn run(
        &mut self,
        deliveries: Vec<Delivery>,
        clock: &impl Fn() -> Timestamp,
        progress: &mut impl FnMut(Progress),
        summary: &mut Summary,
    ) -> Result<Vec<Delivery>, IngestError> {
        let mut ledger = self.ledger().await?;
        let (old, new): (Vec<Delivery>, Vec<Delivery>) = deliveries.into_iter().partition(|delivery| ledger.knows(&delivery.object));
        summary.known += old.len() as u64;
        for delivery in old {
            delivery.answer(Outcome::Committed);
        }
        let mut done = Progress {
            objects: 0,
            objects_total: new.len() as u64,
            bytes: 0,
            bytes_total: new.iter().map(|delivery| delivery.object.size).sum(),
            records: 0,
        };
        let batches = self.plan(new);
        let objects: Vec<Vec<Object>> =
            batches.iter().map(|batch| batch.iter().map(|delivery| delivery.object.clone()).collect()).collect();
        let mut waiting: VecDeque<Delivery> = batches.into_iter().flatten().collect();
        let (sender, mut receiver) = mpsc::channel(1);
        let config = self.config.clone();
        let decoder = tokio::task::spawn_blocking(move || {
            for batch in &objects {
                decode_batch(batch, &config, &mut ledger, &sender)?;
            }
            Some(ledger)
        });
        let mut open = None;
        while let Some(handed) = receiver.recv().await {
            let batch = match &mut open {
                Some(batch) => batch,
                None => {
                    self.known.begin().await?;
                    open.insert(Batch::new(self.lake.begin(clock()).await?))
                }
            };
            match handed {
                Handed::Chunk(mut chunk) => {
                    done.records += chunk.len() as u64;
                    self.take(batch, &mut chunk).await?;
                    progress(done);
                }
                Handed::Object(entry) => {
                    batch.entries.push(*entry);
                    batch.waiting.extend(waiting.pop_front());
                }
                Handed::Known => batch.repeated.extend(waiting.pop_front()),
                Handed::Failed(reason) => {
                    let Some(delivery) = waiting.pop_front() else { continue };
                    tracing::warn!(uri = delivery.object.uri, reason, "object cannot be read; it is tried again next time");
                    summary.failed += 1;
                    delivery.answer(Outcome::Failed(reason));
                }
                Handed::BatchEnd => {
                    if let Some(batch) = open.take() {
                        done.objects += batch.entries.len() as u64;
                        done.bytes += batch.entries.iter().map(|entry| entry.size).sum::<u64>();
                        if let Some(mut again) = self.commit(batch, summary).await? {
                            // What was decoded ahead knows nothing of what the others brought: it is decoded anew, and the ledger read anew.
                            again.extend(waiting);
                            return Ok(again);
                        }
                        progress(done);
                    }
                }
            }
        }
        self.ledger = decoder.await.map_err(IngestError::Decoder)?;
        Ok(Vec::new())
    }

    /// The ledger as of now. After a failure it and the known records are read anew.
    async fn ledger(&mut self) -> Result<Ledger, IngestError> {
        let ledger = match self.ledger.take() {
            Some(mut ledger) => {
                if self.lake.is_shared() {
                    ledger.refresh(&self.lake).await?;
                }
                ledger
            }
            None => {
                self.known = Known::new(Arc::clone(&self.lake), self.config.known_records);
                Ledger::load(&self.lake).await?
            }
        };
        self.since = ledger.following();
        Ok(ledger)
    }

    /// Cuts deliveries into batches, in order. A batch holds a name once: which rows of two versions of an object were there before is told
    /// by the object's name.
    fn plan(&self, deliveries: Vec<Delivery>) -> Vec<Vec<Delivery>> {
        let mut batches: Vec<Vec<Delivery>> = Vec::new();
        let mut names: HashSet<String> = HashSet::new();
        let mut bytes = u64::MAX;
        for delivery in deliveries {
            let object = &delivery.object;
            let full = bytes.saturating_add(object.size) > self.config.batch_bytes
                || batches.last().is_none_or(|batch| batch.len() >= self.config.batch_objects)
                || names.contains(&object.uri);
            if full {
                batches.push(Vec::new());
                names.clear();
                bytes = 0;
            }
            bytes += object.size;
            names.insert(object.uri.clone());
            if let Some(batch) = batches.last_mut() {
                batch.push(delivery);
            }
        }
        batches
    }

    /// Attributes a chunk, drops what is known, and writes the rest.
    async fn take(&mut self, batch: &mut Batch, chunk: &mut Decoded) -> Result<(), IngestError> {
        let flows = &mut chunk.flows;
        self.attributor.attribute(flows);
        let kept = self.known.keep_new(flows, batch.writer.written(Table::Flows)).await?;
        if kept.len() < flows.len() {
            let mut kept_rows = kept.iter().copied().peekable();
            for row in 0..flows.len() {
                if kept_rows.next_if(|kept| *kept as usize == row).is_none() {
                    let object = flows.text(&flows.source_object, row).unwrap_or_default();
                    *batch.duplicates.entry(object.to_owned()).or_default() += 1;
                }
            }
            flows.permute(&kept);
        }
        batch.writer.write_flows(flows).await?;
        batch.coverage.append(&mut chunk.coverage);
        batch.rejects.append(&mut chunk.rejects);
        Ok(())
    }

    /// Commits a batch; gives its deliveries back when others have taken in some of the same since it began.
    async fn commit(&mut self, mut batch: Batch, summary: &mut Summary) -> Result<Option<Vec<Delivery>>, IngestError> {
        if batch.entries.is_empty() {
            // Nothing but objects that could not be read or were in the lake before. One that broke off may have left records behind,
            // which are not in the lake and must not pass for known.
            if !batch.writer.written(Table::Flows).is_empty() {
                self.known = Known::new(Arc::clone(&self.lake), self.config.known_records);
            }
            summary.known += batch.repeated.len() as u64;
            batch.repeated.into_iter().for_each(|delivery| delivery.answer(Outcome::Committed));
            return Ok(None);
        }
        for entry in &mut batch.entries {
            let repeated = batch.duplicates.remove(&entry.uri).unwrap_or(0);
            entry.counts.accepted -= repeated;
            entry.counts.duplicates += repeated;
        }
        let entity = |fact: &CoverageFact| crate::rebuild::coverage_entity(&self.inventory, fact);
        batch.writer.write_coverage(&mut batch.coverage, &entity).await?;
        batch.writer.write_rejects(&mut batch.rejects).await?;
        let files = batch.writer.written(Table::Flows).to_vec();
        // The writer orders the entries; whoever waits is told by the order they came in.
        let mut ordered = batch.entries.clone();
        let mut writer = batch.writer;
        let committed = loop {
            if self.lake.is_shared() && self.meets_others(&batch.entries).await? {
                return Ok(Some(batch.waiting.into_iter().chain(batch.repeated).collect()));
            }
            writer = match writer.attempt(&mut ordered).await? {
                Attempt::Done(committed) => break committed,
                Attempt::Overtaken(writer) => writer,
            };
            writer.catch_up().await?;
        };
        self.known.committed(&files);
        note(summary, &batch.entries, committed);
        summary.known += batch.repeated.len() as u64;
        for (delivery, entry) in batch.waiting.into_iter().zip(&batch.entries) {
            delivery.answer(match (&entry.format, &entry.problem) {
                (None, Some(problem)) => Outcome::Unusable(problem.clone()),
                _ => Outcome::Committed,
            });
        }
        for delivery in batch.repeated {
            delivery.answer(Outcome::Committed);
        }
        Ok(None)
    }

    /// Whether others have committed an object or a record of the batch since it was decoded.
    async fn meets_others(&mut self, entries: &[ObjectEntry]) -> Result<bool, IngestError> {
        self.since.refresh(&self.lake).await?;
        // The content of a large object is known only when it has been read: see `decode_object`.
        let known = entries.iter().any(|entry| self.since.has(entry, entry.size <= self.config.stream_from));
        Ok(known || self.known.meets_others().await?)
    }
}

/// A batch on its way. Facts and refused records are few; they wait for the commit.
struct Batch {
    writer: lake::BatchWriter,
    coverage: Vec<CoverageFact>,
    rejects: Vec<flow::Reject>,
    /// Its objects, and who waits for each of them, in the same order.
    entries: Vec<ObjectEntry>,
    waiting: Vec<Delivery>,
    /// Deliveries of objects that are in the lake already, or in this very batch.
    repeated: Vec<Delivery>,
    /// Records that were there already, by object.
    duplicates: HashMap<String, u64>,
}

impl Batch {
    fn new(writer: lake::BatchWriter) -> Self {
        Self {
            writer,
            coverage: Vec::new(),
            rejects: Vec::new(),
            entries: Vec::new(),
            waiting: Vec::new(),
            repeated: Vec::new(),
            duplicates: HashMap::new(),
        }
    }
}

fn note(summary: &mut Summary, entries: &[ObjectEntry], committed: Committed) {
    summary.batches += 1;
    summary.lake_bytes += committed.bytes;
    for entry in entries {
        summary.objects += 1;
        summary.bytes_in += entry.size;
        summary.counts += entry.counts;
        summary.unusable += u64::from(entry.format.is_none() && entry.problem.is_some());
        summary.first_time = [summary.first_time, entry.first_time].into_iter().flatten().min();
        summary.last_time = summary.last_time.max(entry.last_time);
    }
}

/// Decodes the objects of one batch; `None` when nobody listens any more.
fn decode_batch(batch: &[Object], config: &Config, ledger: &mut Ledger, sender: &mpsc::Sender<Handed>) -> Option<()> {
    let mut out = Decoded::default();
    let hand_over = |out: &mut Decoded| sender.blocking_send(Handed::Chunk(Box::new(std::mem::take(out)))).ok();
    for object in batch {
        if object.size >= config.whole_below && !out.is_empty() {
            hand_over(&mut out)?;
        }
        let handed = if ledger.knows(object) {
            Handed::Known
        } else {
            match decode_object(object, config, ledger, &mut out, sender) {
                Ok(entry) => {
                    ledger.note(&entry);
                    Handed::Object(Box::new(entry))
                }
                Err(reason) => Handed::Failed(reason.to_string()),
            }
        };
        sender.blocking_send(handed).ok()?;
        if out.len() >= config.chunk_records {
            hand_over(&mut out)?;
        }
    }
    if !out.is_empty() {
        hand_over(&mut out)?;
    }
    sender.blocking_send(Handed::BatchEnd).ok()
}

/// Decodes one object, handing over full chunks on the way. An error means that its bytes could not be had.
fn decode_object(
    object: &Object,
    config: &Config,
    ledger: &Ledger,
    out: &mut Decoded,
    sender: &mpsc::Sender<Handed>,
) -> Result<ObjectEntry, std::io::Error> {
    let mut entry = ObjectEntry {
        uri: object.uri.clone(),
        size: object.size,
        modified: object.modified,
        content_hash: String::new(),
        format: None,
        guessed: false,
        complete: true,
        problem: None,
        duplicate_of: None,
        counts: Counts::default(),
        first_time: None,
        last_time: None,
    };
    let mut hand_over = |chunk: &mut Decoded| -> Result<(), formats::BoxError> {
        sender.blocking_send(Handed::Chunk(Box::new(std::mem::take(chunk)))).map_err(|_| "the writing side is gone".into())
    };
    let decoded = if object.size > config.stream_from {
        // Its hash is known only at the end, so a copy of it is told by its records, not by its content.
        let mut reader = HashingReader { inner: File::open(&object.path)?, hasher: Xxh3::new() };
        let decoded = formats::decode(&object.uri, Body::Stream(&mut reader), &config.decode, out, &mut hand_over);
        std::io::copy(&mut reader, &mut std::io::sink())?;
        entry.content_hash = format!("{:032x}", reader.hasher.digest128());
        decoded
    } else {
        let bytes = std::fs::read(&object.path)?;
        entry.size = bytes.len() as u64;
        entry.content_hash = format!("{:032x}", xxh3_128(&bytes));
        // Also under its own name: an object that was only touched says nothing new.
        if let Some((original, records)) = ledger.by_content(&entry.content_hash) {
            entry.duplicate_of = Some(original.to_owned());
            entry.counts = Counts { records, duplicates: records, ..Counts::default() };
            entry.format = Some("copy".to_owned());
            return Ok(entry);
        }
        formats::decode(&object.uri, Body::Whole(bytes.into()), &config.decode, out, &mut hand_over)
    };
    match decoded {
        Ok(summary) => {
            entry.format = Some(summary.format);
            entry.guessed = summary.guessed;
            entry.complete = summary.complete;
            entry.problem = summary.problem;
            entry.counts = summary.counts;
            entry.first_time = summary.first_time;
            entry.last_time = summary.last_time;
        }
        Err(error) => {
            entry.complete = false;
            entry.problem = Some(error.chain());
        }
    }
    Ok(entry)
}

/// Hashes what passes through.
struct HashingReader {
    inner: File,
    hasher: Xxh3,
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
