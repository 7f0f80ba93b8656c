//! The folder that objects from afar are fetched into.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncWriteExt as _, BufWriter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use xxhash_rust::xxh3::xxh3_128;

use crate::CollectError;

/// The unit that room is counted in, bytes.
const UNIT: u64 = 64 << 10;
/// Bytes gathered before they are written.
const WRITE_BUFFER: usize = 256 << 10;

/// A bounded folder. What is in it is a copy of something that its source will give again, so it is emptied at every start.
///
/// Room is reserved before a byte is fetched and given back when the copy is dropped: a lake that is slow to commit leaves no room, and
/// sources wait. Who waits longest is served first.
#[derive(Debug, Clone)]
pub struct Spool {
    root: PathBuf,
    room: Arc<Semaphore>,
    units: u32,
    next: Arc<AtomicU64>,
}

impl Spool {
    /// A spool of `limit` bytes below `root`. Creates the folder, and removes what an earlier run left in it.
    ///
    /// # Errors
    /// When the folder cannot be made or emptied.
    pub fn open(root: impl Into<PathBuf>, limit: u64) -> Result<Self, CollectError> {
        let root = root.into();
        match std::fs::remove_dir_all(&root) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(CollectError::file("empty", &root)(error)),
            _ => {}
        }
        std::fs::create_dir_all(&root).map_err(CollectError::file("create", &root))?;
        let units = u32::try_from(limit.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX);
        let room = Arc::new(Semaphore::new(usize::try_from(units).unwrap_or(usize::MAX)));
        Ok(Self { root, room, units, next: Arc::default() })
    }

    /// Bytes that are free, to the unit of 64 KiB.
    pub fn free(&self) -> u64 {
        UNIT * self.room.available_permits() as u64
    }

    /// Waits until there is room for `size` bytes. An object larger than the whole spool is let in when the spool is empty.
    pub(crate) async fn reserve(&self, size: u64) -> Room {
        let units = u32::try_from(size.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX).min(self.units);
        let permit = Arc::clone(&self.room).acquire_many_owned(units).await;
        Room { _permit: permit.ok(), size }
    }

    /// Room for what is part of another reservation.
    pub(crate) fn no_room(&self) -> Room {
        Room { _permit: None, size: 0 }
    }

    /// Begins the copy of an object of the source `source`. Room for it must have been reserved.
    pub(crate) async fn create(&self, source: &str, uri: &str, room: Room) -> Result<Writer, CollectError> {
        let folder = self.root.join(safe(source));
        tokio::fs::create_dir_all(&folder).await.map_err(CollectError::file("create", &folder))?;
        // The number keeps two copies of one name apart: the old one may still be read when the new one comes.
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{:032x}-{number}", xxh3_128(uri.as_bytes())));
        let part = path.with_extension("part");
        let file = tokio::fs::File::create(&part).await.map_err(CollectError::file("create", &part))?;
        let copy = Spooled { path, room };
        Ok(Writer { file: BufWriter::with_capacity(WRITE_BUFFER, file), part: Part(part), copy, uri: uri.to_owned(), written: 0 })
    }
}

/// A name that is one harmless path component.
fn safe(name: &str) -> String {
    let harmless = |letter: char| if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') { letter } else { '_' };
    name.chars().map(harmless).collect()
}

/// Room in the spool, given back on drop.
#[derive(Debug)]
pub(crate) struct Room {
    _permit: Option<OwnedSemaphorePermit>,
    /// Bytes it was reserved for.
    pub(crate) size: u64,
}

/// A whole copy in the spool. The file goes, and its room with it, when this is dropped.
#[derive(Debug)]
pub struct Spooled {
    path: PathBuf,
    room: Room,
}

impl Spooled {
    /// Where the bytes are.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let _ = (&self.room, std::fs::remove_file(&self.path));
    }
}

/// A file that is being written, removed if it is not finished.
#[derive(Debug)]
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A copy that is being written.
#[derive(Debug)]
pub(crate) struct Writer {
    file: BufWriter<tokio::fs::File>,
    part: Part,
    copy: Spooled,
    uri: String,
    written: u64,
}

impl Writer {
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), CollectError> {
        self.written += bytes.len() as u64;
        self.file.write_all(bytes).await.map_err(CollectError::file("write", &self.part.0))
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Gives the copy its name, if its length is the announced one.
    pub(crate) async fn finish(mut self, expected: Option<u64>) -> Result<Spooled, CollectError> {
        if let Some(expected) = expected.filter(|&expected| expected != self.written) {
            return Err(CollectError::CutShort { uri: self.uri, expected, got: self.written });
        }
        self.file.flush().await.map_err(CollectError::file("write", &self.part.0))?;
        let path = &self.copy.path;
        tokio::fs::rename(&self.part.0, path).await.map_err(CollectError::file("rename", &self.part.0))?;
        Ok(self.copy)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn files(root: &Path) -> usize {
        walkdir::WalkDir::new(root).into_iter().filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_type().is_file())).count()
    }

    #[tokio::test]
    async fn a_copy_is_whole_or_not_there_and_goes_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("spool");
        let spool = Spool::open(&root, 1 << 20).unwrap();
        let mut writer = spool.create("../odd name", "s3://b/k", spool.reserve(5).await).await.unwrap();
        writer.write(b"hello").await.unwrap();
        let copy = writer.finish(Some(5)).await.unwrap();
        assert_eq!(std::fs::read(copy.path()).unwrap(), b"hello");
        assert!(copy.path().starts_with(root.join("___odd_name")));
        assert_eq!(spool.free(), (1 << 20) - UNIT);
        drop(copy);
        assert_eq!((files(&root), spool.free()), (0, 1 << 20));

        let mut writer = spool.create("a", "s3://b/k", spool.reserve(5).await).await.unwrap();
        writer.write(b"hell").await.unwrap();
        let error = writer.finish(Some(5)).await.unwrap_err();
        assert!(matches!(error, CollectError::CutShort { expected: 5, got: 4, .. }) && error.is_transient(), "{error}");
        let writer = spool.create("a", "s3://b/k", spool.reserve(5).await).await.unwrap();
        drop(writer);
        assert_eq!((files(&root), spool.free()), (0, 1 << 20));
    }

    #[tokio::test]
    async fn room_is_waited_for_and_an_object_larger_than_the_spool_gets_it_all() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().join("spool"), 4 * UNIT).unwrap();
        let first = spool.reserve(3 * UNIT).await;
        assert!(tokio::time::timeout(Duration::from_millis(20), spool.reserve(2 * UNIT)).await.is_err());
        assert!(tokio::time::timeout(Duration::from_millis(20), spool.reserve(UNIT)).await.is_ok());
        drop(first);
        let huge = spool.reserve(1 << 50).await;
        assert_eq!(spool.free(), 0);
        assert!(tokio::time::timeout(Duration::from_millis(20), spool.reserve(0)).await.is_err());
        drop(huge);
        assert_eq!(spool.free(), 4 * UNIT);
    }

    #[tokio::test]
    async fn a_spool_is_emptied_when_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("spool");
        std::fs::create_dir_all(root.join("a")).unwrap();
        std::fs::write(root.join("a/left.part"), "x").unwrap();
        let _spool = Spool::open(&root, UNIT).unwrap();
        assert_eq!(files(&root), 0);
    }
}
