//! The fuzz targets' corpus, through the same functions that the targets call.

use std::path::PathBuf;

use crate::support::workspace;

#[path = "../../../fuzz/entry.rs"]
mod entry;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = workspace().join("fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}", folder.display());
    for path in paths {
        let data = std::fs::read(&path).unwrap();
        run(&data);
        // Cut files find what whole files do not.
        run(&data[..data.len() / 2]);
    }
}

#[test]
fn text() {
    replay("text", entry::text);
}

#[test]
fn parquet() {
    replay("parquet", entry::parquet);
}

#[test]
fn envelope() {
    replay("envelope", entry::envelope);
}

#[test]
fn object_key() {
    replay("object_key", entry::object_key);
}
