//! One batch, all tables, or nothing.
//!
//! Files are written first; nobody refers to them yet. Then one *manifest* that names them all is put in place in one atomic step:
//! from here on the batch is committed. Then each table takes its files in a Delta transaction that carries the batch's number, the
//! ledger last, and the manifest goes. A crash before the manifest leaves only unreferenced files; a crash after it is finished by
//! [`recover`], table by table, and a table that already has the batch is left alone.
//!
//! Several processes may write one lake. A batch takes the number after the last one that is in every table, and its manifest is put in
//! place only when there is none of that number: of two, one is *overtaken*. It looks at what the other one brought, takes the next number
//! and tries again. Whoever finds a manifest finishes it, whoever made it, so a process that died between two tables holds nobody up.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use flow::{Counts, CoverageFact, FlowBatch, Reject, Timestamp};
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutMode, PutOptions};
use serde::{Deserialize, Serialize};

use crate::files::{self, DataFile, Encoded};
use crate::rollup;
use crate::{Lake, LakeError, Table};

const FOLDER: &str = "_batches";

/// Everything a batch adds to the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) batch: u64,
    /// Who made it: no two batches have the same.
    #[serde(default)]
    pub(crate) writer: String,
    pub(crate) created: Timestamp,
    pub(crate) files: BTreeMap<Table, Vec<DataFile>>,
    /// Files that the batch's own take the place of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) removed: BTreeMap<Table, Vec<DataFile>>,
    /// Whether the rows mean the same afterwards, so that whoever follows the tables' changes may pass over it.
    #[serde(default)]
    pub(crate) rearranged: bool,
    /// Days before which tables are not kept any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) expired: BTreeMap<Table, String>,
}

impl Manifest {
    fn path(batch: u64) -> Path {
        Path::from(format!("{FOLDER}/{batch:012}.json"))
    }
}

/// One object of a batch, for the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEntry {
    /// Where it was read from.
    pub uri: String,
    /// Bytes as delivered.
    pub size: u64,
    /// Last modification as the source tells it.
    pub modified: Option<Timestamp>,
    /// XXH3-128 of the bytes, hexadecimal.
    pub content_hash: String,
    /// What it was found to be.
    pub format: Option<String>,
    /// Whether the columns were guessed.
    pub guessed: bool,
    /// Whether it was read to its end.
    pub complete: bool,
    /// What went wrong with the object as a whole.
    pub problem: Option<String>,
    /// The object with the same content that was read before.
    pub duplicate_of: Option<String>,
    /// Its records.
    pub counts: Counts,
    /// Earliest start.
    pub first_time: Option<Timestamp>,
    /// Latest end.
    pub last_time: Option<Timestamp>,
}

/// What a committed batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Committed {
    /// Number of the batch.
    pub batch: u64,
    /// Bytes of all files added.
    pub bytes: u64,
    /// Flow rows added.
    pub flows: u64,
}

/// A batch being written. Dropping it leaves the lake as it was.
#[derive(Debug)]
pub struct BatchWriter {
    lake: Arc<Lake>,
    manifest: Manifest,
    chunks: u32,
    /// The file with the ledger's entries, once there was an attempt to commit.
    ledger: Option<String>,
}

/// What became of an attempt to commit.
#[derive(Debug)]
pub enum Attempt {
    /// The batch is committed.
    Done(Committed),
    /// Another batch was committed since this one began. Its rows are written and wait: see [`BatchWriter::catch_up`].
    Overtaken(BatchWriter),
}

impl Lake {
    /// Begins the next batch. `now` is written into the log as the time of the commit.
    ///
    /// # Errors
    /// When the lake cannot be read, or a batch that somebody left half done cannot be finished.
    pub async fn begin(self: &Arc<Self>, now: Timestamp) -> Result<BatchWriter, LakeError> {
        let mut writer = BatchWriter {
            lake: Arc::clone(self),
            manifest: Manifest {
                batch: 0,
                writer: uuid::Uuid::new_v4().simple().to_string(),
                created: now,
                files: BTreeMap::new(),
                removed: BTreeMap::new(),
                rearranged: false,
                expired: BTreeMap::new(),
            },
            chunks: 0,
            ledger: None,
        };
        writer.take_number().await?;
        Ok(writer)
    }
}

impl BatchWriter {
    /// The batch's number.
    pub const fn batch(&self) -> u64 {
        self.manifest.batch
    }

    /// The files of a table that the batch has written so far. They can be read; until the commit no other reader knows of them.
    pub fn written(&self, table: Table) -> &[DataFile] {
        self.manifest.files.get(&table).map_or(&[], Vec::as_slice)
    }

    /// The writer's part of the names of its files.
    pub(crate) fn writer(&self) -> &str {
        &self.manifest.writer[..8]
    }

    async fn take_number(&mut self) -> Result<(), LakeError> {
        recover(&self.lake).await?;
        self.manifest.batch = self.lake.last_batch(Table::Objects).await? + 1;
        Ok(())
    }

    /// Says that the batch changes where rows are and not what they mean.
    pub(crate) const fn rearranges(&mut self) {
        self.manifest.rearranged = true;
    }

    /// Says that days before `before` are taken out of a table for good.
    pub(crate) fn expires(&mut self, table: Table, before: &str) {
        self.manifest.expired.insert(table, before.to_owned());
    }

    /// Writes attributed flows and their roll-ups. Sorts the flows in place; a batch may be given in any number of chunks.
    ///
    /// # Errors
    /// When a file cannot be encoded or stored. Nothing is committed.
    pub async fn write_flows(&mut self, flows: &mut FlowBatch) -> Result<(), LakeError> {
        if flows.is_empty() {
            return Ok(());
        }
        let chunk = self.chunks;
        self.chunks += 1;
        sort(flows);
        for rows in days(flows) {
            let date = flows.hour.get(rows.start).unwrap_or_default().date();
            let stem = format!("{:08}-{chunk:04}-{}", self.manifest.batch, self.writer());
            let rollups = rollup::roll_up(flows, rows.clone())?;
            let columns = flows.columns(rows).map(|column| column.map_err(|source| LakeError::Rows { table: Table::Flows, source }));
            let encoded = files::encode_columns(Table::Flows, &date, &stem, columns)?;
            self.store(Table::Flows, encoded).await?;
            for (table, rows) in [(Table::Activity, rollups.activity), (Table::Volume, rollups.volume), (Table::Seen, rollups.seen)] {
                self.write_rows(table, &date, &stem, rows).await?;
            }
        }
        Ok(())
    }

    /// Takes a file of a derived table, or of `flows` when its rows are written anew, out of the lake together with this commit.
    pub fn replace(&mut self, table: Table, file: DataFile) {
        self.manifest.removed.entry(table).or_default().push(file);
    }

    /// Writes coverage facts; `entity` tells to which entity an interface belonged at a time.
    ///
    /// # Errors
    /// As [`write_flows`](Self::write_flows).
    pub async fn write_coverage(
        &mut self,
        facts: &mut [CoverageFact],
        entity: &(dyn Fn(&CoverageFact) -> Option<String> + Sync),
    ) -> Result<(), LakeError> {
        facts.sort_by(|left, right| {
            (left.start_time.day(), &left.interface_id, left.start_time).cmp(&(
                right.start_time.day(),
                &right.interface_id,
                right.start_time,
            ))
        });
        for day in facts.chunk_by(|left, right| left.start_time.day() == right.start_time.day()) {
            let date = day[0].start_time.date();
            let columns: Vec<ArrayRef> = vec![
                texts(day.iter().map(|fact| fact.interface_id.as_deref())),
                texts(day.iter().map(|fact| fact.account_id.as_deref())),
                Arc::new(StringArray::from_iter(day.iter().map(entity))),
                texts(day.iter().map(|fact| Some(fact.kind.as_str()))),
                times(day.iter().map(|fact| Some(fact.start_time))),
                times(day.iter().map(|fact| Some(fact.end_time))),
                texts(day.iter().map(|fact| Some(fact.object.as_str()))),
            ];
            self.write_plain(Table::Coverage, &date, columns).await?;
        }
        Ok(())
    }

    /// Writes refused records, under the day the batch was made.
    ///
    /// # Errors
    /// As [`write_flows`](Self::write_flows).
    pub async fn write_rejects(&mut self, rejects: &mut [Reject]) -> Result<(), LakeError> {
        if rejects.is_empty() {
            return Ok(());
        }
        rejects.sort_by(|left, right| (&left.object, left.position).cmp(&(&right.object, right.position)));
        let columns: Vec<ArrayRef> = vec![
            texts(rejects.iter().map(|reject| Some(reject.object.as_str()))),
            counts(rejects.iter().map(|reject| reject.position)),
            texts(rejects.iter().map(|reject| Some(reject.reason.as_ref()))),
            texts(rejects.iter().map(|reject| Some(reject.text.as_str()))),
        ];
        let date = self.manifest.created.date();
        self.write_plain(Table::Rejects, &date, columns).await
    }

    /// Commits the batch together with the ledger entries of its objects. When others committed meanwhile it takes its place behind them, as
    /// long as the files that it takes the place of are still there.
    ///
    /// Whether the rows themselves are still new after what others brought is not looked at: see [`attempt`](Self::attempt).
    ///
    /// # Errors
    /// [`LakeError::Overtaken`] when others changed what the batch was made from, and when the manifest cannot be written: nothing is
    /// committed. When a later step fails the batch *is* committed and is finished by whoever begins the next one.
    pub async fn commit(self, objects: &mut [ObjectEntry]) -> Result<Committed, LakeError> {
        let mut writer = self;
        loop {
            // Also the first time: beginning may have finished what somebody, or this very process, left half done.
            writer.replaces_what_is_there().await?;
            writer = match writer.attempt(objects).await? {
                Attempt::Done(committed) => return Ok(committed),
                Attempt::Overtaken(writer) => writer,
            };
            writer.catch_up().await?;
        }
    }

    async fn replaces_what_is_there(&self) -> Result<(), LakeError> {
        for (table, removed) in &self.manifest.removed {
            let live = self.lake.state(*table).await?.files;
            let live: HashSet<&str> = live.iter().map(|file| file.path.as_str()).collect();
            if removed.iter().any(|file| !live.contains(file.path.as_str())) {
                return Err(LakeError::Overtaken { batch: self.manifest.batch });
            }
        }
        Ok(())
    }

    /// Takes the next number, after everything that others committed. Whoever calls this answers for it that the batch's rows still add
    /// nothing twice.
    ///
    /// # Errors
    /// When the lake cannot be read, or a batch that somebody left half done cannot be finished.
    pub async fn catch_up(&mut self) -> Result<(), LakeError> {
        self.take_number().await?;
        tracing::debug!(batch = self.manifest.batch, "overtaken: trying again");
        Ok(())
    }

    /// Commits the batch unless another one was committed since it began.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub async fn attempt(mut self, objects: &mut [ObjectEntry]) -> Result<Attempt, LakeError> {
        if self.lake.is_shared() && self.lake.last_batch(Table::Objects).await? >= self.manifest.batch {
            return Ok(Attempt::Overtaken(self));
        }
        self.write_ledger(objects).await?;
        let path = Manifest::path(self.manifest.batch);
        let text = serde_json::to_vec(&self.manifest).map_err(|source| LakeError::Manifest { path: path.to_string(), source })?;
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let stored = self.lake.store().put_opts(&path, text.into(), create).await;
        if let Err(source) = stored {
            // When an answer was lost on its way and the request made again, it is our own manifest that is in the way.
            let ours = match read_manifest(&self.lake, &path).await? {
                Some(found) => found.writer == self.manifest.writer,
                None => self.is_finished().await?,
            };
            match source {
                _ if ours => {}
                object_store::Error::AlreadyExists { .. } if self.lake.is_shared() => return Ok(self.overtaken()),
                source => return Err(LakeError::Store { operation: "commit", path: path.to_string(), source }),
            }
        }
        // A manifest of a number that every table has already says nothing: it was put where another one had stood. Or somebody has finished
        // ours in the meantime.
        if self.lake.last_batch(Table::Objects).await? >= self.manifest.batch && !self.is_finished().await? {
            forget(&self.lake, &self.manifest).await?;
            return Ok(self.overtaken());
        }
        apply(&self.lake, &self.manifest).await?;
        let files = || self.manifest.files.values().flatten();
        let flows = self.manifest.files.get(&Table::Flows).into_iter().flatten().map(|file| file.rows).sum();
        Ok(Attempt::Done(Committed { batch: self.manifest.batch, bytes: files().map(|file| file.size).sum(), flows }))
    }

    /// Whether this very batch is in every table.
    async fn is_finished(&self) -> Result<bool, LakeError> {
        let maker = self.lake.maker(Table::Objects, self.manifest.batch).await?;
        Ok(maker.as_deref() == Some(self.manifest.writer.as_str()))
    }

    /// The ledger is written anew with every attempt: its rows carry the batch's number.
    fn overtaken(mut self) -> Attempt {
        if let Some(ledger) = self.ledger.take() {
            self.manifest.files.entry(Table::Objects).or_default().retain(|file| file.path != ledger);
        }
        Attempt::Overtaken(self)
    }

    async fn write_ledger(&mut self, objects: &mut [ObjectEntry]) -> Result<(), LakeError> {
        objects.sort_by(|left, right| left.uri.cmp(&right.uri));
        let each = |pick: fn(&Counts) -> u64| counts(objects.iter().map(|object| pick(&object.counts)));
        let columns: Vec<ArrayRef> = vec![
            texts(objects.iter().map(|object| Some(object.uri.as_str()))),
            counts(objects.iter().map(|object| object.size)),
            times(objects.iter().map(|object| object.modified)),
            texts(objects.iter().map(|object| Some(object.content_hash.as_str()))),
            counts(objects.iter().map(|_| self.manifest.batch)),
            texts(objects.iter().map(|object| object.format.as_deref())),
            Arc::new(objects.iter().map(|object| Some(object.guessed)).collect::<BooleanArray>()),
            Arc::new(objects.iter().map(|object| Some(object.complete)).collect::<BooleanArray>()),
            texts(objects.iter().map(|object| object.problem.as_deref())),
            texts(objects.iter().map(|object| object.duplicate_of.as_deref())),
            each(|counts| counts.records),
            each(|counts| counts.accepted),
            each(|counts| counts.rejected),
            each(|counts| counts.coverage),
            each(|counts| counts.duplicates),
            times(objects.iter().map(|object| object.first_time)),
            times(objects.iter().map(|object| object.last_time)),
            times(objects.iter().map(|_| Some(self.manifest.created))),
        ];
        let date = self.manifest.created.date();
        if !objects.is_empty() {
            self.write_plain(Table::Objects, &date, columns).await?;
            self.ledger = self.written(Table::Objects).last().map(|file| file.path.clone());
        }
        Ok(())
    }

    async fn write_plain(&mut self, table: Table, date: &str, columns: Vec<ArrayRef>) -> Result<(), LakeError> {
        let rows = RecordBatch::try_new(table.schema(), columns).map_err(|source| LakeError::Rows { table, source })?;
        let stem = format!("{:08}-{:04}-{}", self.manifest.batch, self.manifest.files.get(&table).map_or(0, Vec::len), self.writer());
        self.write_rows(table, date, &stem, rows).await
    }

    async fn write_rows(&mut self, table: Table, date: &str, stem: &str, rows: RecordBatch) -> Result<(), LakeError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let encoded = files::encode_columns(table, date, stem, rows.columns().iter().cloned().map(Ok))?;
        self.store(table, encoded).await
    }

    pub(crate) async fn store(&mut self, table: Table, Encoded { file, bytes }: Encoded) -> Result<(), LakeError> {
        self.lake.put(&Lake::path(table, &file), bytes).await?;
        self.manifest.files.entry(table).or_default().push(file);
        Ok(())
    }
}

/// Finishes a batch that was committed but not yet applied to every table.
pub(crate) async fn recover(lake: &Lake) -> Result<(), LakeError> {
    for manifest in pending(lake).await? {
        tracing::info!(batch = manifest.batch, "finishing an interrupted batch");
        apply(lake, &manifest).await?;
    }
    Ok(())
}

/// Batches that are committed and not yet known to be in every table, in order.
pub(crate) async fn pending(lake: &Lake) -> Result<Vec<Manifest>, LakeError> {
    let folder = Path::from(FOLDER);
    let failed = |source| LakeError::Store { operation: "list", path: FOLDER.to_owned(), source };
    let mut paths: Vec<Path> = lake.store().list(Some(&folder)).map_ok(|meta| meta.location).try_collect().await.map_err(failed)?;
    paths.retain(|path| path.filename().is_some_and(|name| name.ends_with(".json") && !name.contains('#')));
    paths.sort();
    let mut manifests = Vec::with_capacity(paths.len());
    for path in paths {
        // One that is gone was finished by somebody else.
        manifests.extend(read_manifest(lake, &path).await?);
    }
    Ok(manifests)
}

/// A manifest, `None` when it is not there.
async fn read_manifest(lake: &Lake, path: &Path) -> Result<Option<Manifest>, LakeError> {
    let failed = |source| LakeError::Store { operation: "read", path: path.to_string(), source };
    let bytes = match lake.store().get(path).await {
        Ok(found) => found.bytes().await.map_err(failed)?,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(source) => return Err(failed(source)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|source| LakeError::Manifest { path: path.to_string(), source })
}

async fn apply(lake: &Lake, manifest: &Manifest) -> Result<(), LakeError> {
    if lake.last_batch(Table::Objects).await? >= manifest.batch {
        return forget(lake, manifest).await;
    }
    if !manifest.expired.is_empty() {
        lake.advance_horizons(&manifest.expired).await?;
    }
    // The ledger last, and always: it tells how far the lake has come. A table of which the batch changes nothing is left alone.
    for table in Table::ALL {
        let changes = |files: &BTreeMap<Table, Vec<DataFile>>| files.get(&table).is_some_and(|files| !files.is_empty());
        if table == Table::Objects || changes(&manifest.files) || changes(&manifest.removed) {
            lake.apply(table, manifest).await?;
        }
    }
    forget(lake, manifest).await
}

/// Takes away the manifest of a batch that every table has.
async fn forget(lake: &Lake, manifest: &Manifest) -> Result<(), LakeError> {
    let path = Manifest::path(manifest.batch);
    match lake.store().delete(&path).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(source) => Err(LakeError::Store { operation: "delete", path: path.to_string(), source }),
    }
}

/// Orders flows by day, entity and start: the order of the files.
fn sort(flows: &mut FlowBatch) {
    let ranks = flows.symbols.ranks();
    let entities = ranks.len().max(1) as u64;
    let day = |row: usize| flows.hour.get(row).unwrap_or_default().secs().div_euclid(flow::DAY_SECS);
    let first = (0..flows.len()).map(day).min().unwrap_or(0);
    let mut keys: Vec<(u64, i64, u32)> = (0..flows.len())
        .map(|row| {
            let entity = flows.entity.get(row).map_or(0, |symbol| ranks[symbol.index()]);
            let start = flows.start_time.get(row).unwrap_or_default();
            let group = (day(row) - first).unsigned_abs() * entities + u64::from(entity);
            (group, start.micros(), u32::try_from(row).unwrap_or(u32::MAX))
        })
        .collect();
    // Objects come by time, so the rows of an entity are nearly in order among themselves: sorts that keep what is in order do the least.
    keys.sort_by_key(|&(group, _, _)| group);
    for group in keys.chunk_by_mut(|left, right| left.0 == right.0) {
        group.sort_by_key(|&(_, start, _)| start);
    }
    let order: Vec<u32> = keys.into_iter().map(|(_, _, row)| row).collect();
    flows.permute(&order);
}

/// The rows of each day of sorted flows.
fn days(flows: &FlowBatch) -> Vec<std::ops::Range<usize>> {
    let day = |row: usize| flows.hour.get(row).unwrap_or_default().day();
    let mut ranges = Vec::new();
    let mut start = 0;
    for row in 1..=flows.len() {
        if row == flows.len() || day(row) != day(start) {
            ranges.push(start..row);
            start = row;
        }
    }
    ranges
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(StringArray::from_iter(values))
}

fn counts(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.map(|value| i64::try_from(value).unwrap_or(i64::MAX))))
}

fn times(values: impl Iterator<Item = Option<Timestamp>>) -> ArrayRef {
    Arc::new(values.map(|time| time.map(Timestamp::micros)).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}
