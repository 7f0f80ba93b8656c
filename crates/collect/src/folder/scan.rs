//! Looking at files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use flow::Timestamp;

use crate::CollectError;

/// What tells one version of a file from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) size: u64,
    pub(super) modified: Option<Timestamp>,
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        let age = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = age.and_then(|age| i64::try_from(age.as_micros()).ok()).map(Timestamp::from_micros);
        Self { size: metadata.len(), modified }
    }
}

/// What tells a folder from another one that took its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(metadata.dev(), metadata.ino())
    }

    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Self {
        Self(0, 0)
    }
}

/// A listing.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) root: PathBuf,
    pub(super) identity: Identity,
    pub(super) files: BTreeMap<PathBuf, Version>,
    /// The first thing that could not be looked at; the others were.
    pub(super) problem: Option<String>,
}

/// Runs what blocks on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The runtime is going down, or `work` panicked, which is a defect to be seen.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Whether a name is one that is left alone: hidden, or that of a file still being written.
fn passed_over(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp")
}

/// Every file below `path`; links are followed. The names are those of [`ingest::sources::folder::list`].
pub(super) fn list(path: &Path) -> Result<Listing, CollectError> {
    let root = path.canonicalize().map_err(CollectError::file("read", path))?;
    let metadata = root.metadata().map_err(CollectError::file("read", path))?;
    let mut listing = Listing { root: root.clone(), identity: Identity::of(&metadata), files: BTreeMap::new(), problem: None };
    walk(&root, &mut listing.files, &mut listing.problem);
    Ok(listing)
}

fn walk(root: &Path, files: &mut BTreeMap<PathBuf, Version>, problem: &mut Option<String>) {
    let visible = |entry: &walkdir::DirEntry| entry.depth() == 0 || !passed_over(entry.file_name());
    for entry in walkdir::WalkDir::new(root).follow_links(true).into_iter().filter_entry(visible) {
        let found = entry.and_then(|entry| Ok((entry.file_type(), entry.metadata()?, entry.into_path())));
        match found {
            Ok((kind, metadata, path)) if kind.is_file() => {
                files.insert(path, Version::of(&metadata));
            }
            Ok(_) => {}
            // It went away while we looked: that is no problem.
            Err(error) if error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound) => {}
            Err(error) => {
                problem.get_or_insert_with(|| crate::error::chain(&error));
            }
        }
    }
}

/// The files at and below each path; none when it is gone, or to be left alone.
pub(super) fn versions(root: &Path, paths: BTreeSet<PathBuf>) -> Vec<(PathBuf, BTreeMap<PathBuf, Version>)> {
    let look = |path: PathBuf| {
        let mut files = BTreeMap::new();
        let visible = path.strip_prefix(root).is_ok_and(|below| !below.iter().any(passed_over));
        if visible {
            walk(&path, &mut files, &mut None);
        }
        (path, files)
    };
    paths.into_iter().map(look).collect()
}
