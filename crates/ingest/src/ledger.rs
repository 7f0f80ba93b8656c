//! The ledger: which objects are in the lake. It is the lake's table `objects`, so it can never disagree with the lake.

use std::collections::{HashMap, HashSet};

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use flow::Timestamp;
use lake::{Lake, ObjectEntry, Table};

use crate::IngestError;
use crate::sources::Object;

/// The objects that are in the lake, as of when it was loaded and noted since.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By name: size and modification, for skipping without reading.
    versions: HashMap<String, Vec<(u64, Option<Timestamp>)>>,
    /// By content: the first object with it, and its records.
    contents: HashMap<String, (String, u64)>,
    /// Files of the table that were read.
    files: HashSet<String>,
}

const COLUMNS: [&str; 6] = ["uri", "size", "modified", "content_hash", "duplicate_of", "records"];

impl Ledger {
    /// Reads the ledger of a lake.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub async fn load(lake: &Lake) -> Result<Self, IngestError> {
        let mut ledger = Self::default();
        ledger.refresh(lake).await?;
        Ok(ledger)
    }

    /// An empty one that takes up what is committed from here on.
    pub(crate) fn following(&self) -> Self {
        Self { files: self.files.clone(), ..Self::default() }
    }

    /// Reads what was committed since.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub async fn refresh(&mut self, lake: &Lake) -> Result<(), IngestError> {
        for file in lake.state(Table::Objects).await?.files.iter() {
            if !self.files.insert(file.path.clone()) {
                continue;
            }
            for batch in lake.read(Table::Objects, file, &COLUMNS).await? {
                // Columns come in the order of the schema, which is that of `COLUMNS`.
                let text = |index: usize, row: usize| {
                    let column = batch.column(index);
                    column.is_valid(row).then(|| column.as_string::<i32>().value(row))
                };
                let count =
                    |index: usize, row: usize| u64::try_from(batch.column(index).as_primitive::<Int64Type>().value(row)).unwrap_or(0);
                for row in 0..batch.num_rows() {
                    let modified =
                        batch.column(2).is_valid(row).then(|| batch.column(2).as_primitive::<TimestampMicrosecondType>().value(row));
                    let uri = text(0, row).unwrap_or_default();
                    self.insert(
                        uri,
                        count(1, row),
                        modified.map(Timestamp::from_micros),
                        text(3, row).unwrap_or_default(),
                        text(4, row).is_none(),
                        count(5, row),
                    );
                }
            }
        }
        Ok(())
    }

    /// Whether this very version of the object is in the lake.
    pub fn knows(&self, object: &Object) -> bool {
        self.versions.get(&object.uri).is_some_and(|versions| versions.contains(&(object.size, object.modified)))
    }

    /// Whether what an entry speaks of is in the lake: this version of the object or, with `content`, another one with the same bytes.
    pub(crate) fn has(&self, entry: &ObjectEntry, content: bool) -> bool {
        let version = (entry.size, entry.modified);
        self.versions.get(&entry.uri).is_some_and(|versions| versions.contains(&version))
            || (content && entry.duplicate_of.is_none() && self.contents.contains_key(&entry.content_hash))
    }

    /// The object with this content that is in the lake, and the number of its records.
    pub fn by_content(&self, hash: &str) -> Option<(&str, u64)> {
        self.contents.get(hash).map(|(uri, records)| (uri.as_str(), *records))
    }

    /// Notes an object that is on its way into the lake.
    pub fn note(&mut self, entry: &ObjectEntry) {
        self.insert(&entry.uri, entry.size, entry.modified, &entry.content_hash, entry.duplicate_of.is_none(), entry.counts.records);
    }

    fn insert(&mut self, uri: &str, size: u64, modified: Option<Timestamp>, hash: &str, original: bool, records: u64) {
        let versions = self.versions.entry(uri.to_owned()).or_default();
        if !versions.contains(&(size, modified)) {
            versions.push((size, modified));
        }
        if original {
            self.contents.entry(hash.to_owned()).or_insert_with(|| (uri.to_owned(), records));
        }
    }
}
