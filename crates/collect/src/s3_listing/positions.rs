//! How far a bucket was read.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

/// How far one prefix was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Position {
    /// Everything up to this key is committed, and nothing more is expected there: listing begins after it. Empty: at the beginning.
    pub through: String,
    /// The start time that `through` was reached with, seconds since the epoch; none when everything was asked for. An earlier one asks for
    /// what was passed over.
    pub start_secs: Option<i64>,
    /// The objects after it that are committed, by [`mark`]; in hexadecimal when written.
    #[serde(with = "hexadecimal")]
    pub done: BTreeSet<u64>,
}

/// What an object is remembered by: key, size and modification, so that a replaced object is a new one.
pub fn mark(key: &str, size: u64, modified_secs: i64) -> u64 {
    let hash = xxh3_128(format!("{key}\0{size}\0{modified_secs}").as_bytes());
    // Half of it is enough: a day's folder has thousands of objects, and not thousands of millions.
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
    let half = hash as u64;
    half
}

/// Where positions are kept over a restart.
pub trait Positions: Debug + Send + Sync {
    /// The position of a prefix; the beginning when there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn load(&self, prefix: &str) -> io::Result<Position>;

    /// Remembers a position, wholly or not at all.
    ///
    /// # Errors
    /// When it cannot be written; the one before is still there.
    fn save(&self, prefix: &str, position: &Position) -> io::Result<()>;
}

/// Nothing is remembered: every listing begins at the beginning, and what the lake knows is passed over.
impl Positions for () {
    fn load(&self, _prefix: &str) -> io::Result<Position> {
        Ok(Position::default())
    }

    fn save(&self, _prefix: &str, _position: &Position) -> io::Result<()> {
        Ok(())
    }
}

/// Positions in a folder, one file a prefix.
#[derive(Debug, Clone)]
pub struct PositionFiles {
    folder: PathBuf,
}

impl PositionFiles {
    /// Positions in `folder`, which is made when the first one is saved.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, prefix: &str) -> PathBuf {
        self.folder.join(format!("{:032x}.json", xxh3_128(prefix.as_bytes())))
    }
}

/// The file's content: the prefix is there for people who look.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    prefix: String,
    #[serde(flatten)]
    position: Position,
}

impl Positions for PositionFiles {
    fn load(&self, prefix: &str) -> io::Result<Position> {
        match std::fs::read(self.path(prefix)) {
            Ok(json) => Ok(serde_json::from_slice::<Kept>(&json)?.position),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Position::default()),
            Err(error) => Err(error),
        }
    }

    fn save(&self, prefix: &str, position: &Position) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.path(prefix);
        let part = path.with_extension("part");
        let json = serde_json::to_vec(&Kept { prefix: prefix.to_owned(), position: position.clone() })?;
        std::fs::write(&part, json)?;
        std::fs::rename(part, path)
    }
}

mod hexadecimal {
    use std::collections::BTreeSet;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(marks: &BTreeSet<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(marks.iter().map(|mark| format!("{mark:x}")))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<u64>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| u64::from_str_radix(text, 16).map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_and_a_damaged_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let files = PositionFiles::new(folder.path().join("positions"));
        assert_eq!(files.load("a/").unwrap(), Position::default());
        let position = Position { through: "a/2026/11/01/~".into(), start_secs: Some(7), done: [mark("a/x", 1, 2), u64::MAX, 0].into() };
        files.save("a/", &position).unwrap();
        assert_eq!((files.load("a/").unwrap(), files.load("b/").unwrap()), (position, Position::default()));
        std::fs::write(files.path("a/"), "{").unwrap();
        assert!(files.load("a/").is_err());
    }

    #[test]
    fn a_replaced_object_has_another_mark() {
        let marks = [mark("a", 1, 2), mark("b", 1, 2), mark("a", 2, 2), mark("a", 1, 3)];
        assert_eq!(marks.iter().collect::<BTreeSet<_>>().len(), 4);
    }
}
