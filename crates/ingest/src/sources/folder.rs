//! A local folder, or one file.

use std::path::Path;
use std::time::UNIX_EPOCH;

use flow::Timestamp;

use super::Object;
use crate::IngestError;

/// Every object below `path`, in the order of delivery as far as names tell it; hidden files are left out, links are followed.
///
/// # Errors
/// When `path` or a folder below it cannot be read.
pub fn list(path: &Path) -> Result<Vec<Object>, IngestError> {
    let failed = |path: &Path, source| IngestError::Source { path: path.to_owned(), source };
    let root = path.canonicalize().map_err(|source| failed(path, source))?;
    let mut objects = Vec::new();
    let visible = |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    for entry in walkdir::WalkDir::new(&root).follow_links(true).into_iter().filter_entry(visible) {
        let entry = entry.map_err(|error| {
            let at = error.path().unwrap_or(path).to_owned();
            failed(&at, error.into_io_error().unwrap_or_else(|| std::io::Error::other("a link leads back to itself")))
        })?;
        if !entry.file_type().is_file() {
            continue;
        }
        let metadata = entry.metadata().map_err(|error| failed(entry.path(), error.into()))?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        objects.push(Object {
            uri: format!("file://{}", entry.path().display()),
            size: metadata.len(),
            modified: modified.and_then(|age| i64::try_from(age.as_micros()).ok()).map(Timestamp::from_micros),
            path: entry.into_path(),
        });
    }
    // Slot time first: records of one hour come together whatever the account, so their sums land in few rows.
    objects.sort_by_cached_key(|object| (formats::ObjectKey::parse(&object.uri).slot, object.uri.clone()));
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_order_and_hidden_files_stay_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b/222222222222_vpcflowlogs_eu-west-1_fl-2_20261101T0000Z_a.log.gz",
            "a/111111111111_vpcflowlogs_eu-west-1_fl-1_20261101T0005Z_b.log.gz",
            "a/.hidden",
            "plain.log",
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let objects = list(folder.path()).unwrap();
        let names: Vec<_> = objects.iter().map(|object| object.path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names.len(), 3);
        assert!(names[0].starts_with("plain") && names[1].contains("T0000Z") && names[2].contains("T0005Z"), "{names:?}");
        assert!(objects.iter().all(|object| object.size == 1 && object.modified.is_some() && object.uri.starts_with("file:///")));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = list(Path::new("/no/such/folder")).unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"));
    }
}
