//! Small worlds, made and read back.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs, reason = "a test")]

mod lists;
mod logs;
mod worlds;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use simulate::{Config, FormatVersion, Summary, simulate};

/// A made world and where it lies.
struct Made {
    folder: tempfile::TempDir,
    summary: Summary,
}

impl Made {
    fn new(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { out: folder.path().join("world"), days: 2, instances: 18, records: 16_000, ..Config::default() };
        change(&mut config);
        let summary = simulate(&config, &mut |_| {}).unwrap();
        Self { folder, summary }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("world")
    }

    /// Every file with its content, by relative path.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn walk(folder: &Path, root: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, all);
                } else {
                    all.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
                }
            }
        }
        let mut all = BTreeMap::new();
        walk(&self.root(), &self.root(), &mut all);
        all
    }

    /// Texts of the log objects, by key.
    fn objects(&self) -> Vec<(String, String)> {
        let packed = self.files().into_iter().filter(|(path, _)| path.starts_with("AWSLogs/"));
        packed.map(|(path, content)| (path, String::from_utf8(gunzip(&content)).unwrap())).collect()
    }

    /// All records, split into fields.
    fn records(&self) -> Vec<BTreeMap<String, String>> {
        let mut all = Vec::new();
        for (path, text) in self.objects() {
            let mut lines = text.lines();
            let header: Vec<&str> = lines.next().unwrap().split(' ').collect();
            for line in lines {
                let fields: Vec<&str> = line.split(' ').collect();
                assert_eq!(fields.len(), header.len(), "{path}: {line}");
                all.push(header.iter().zip(fields).map(|(name, field)| ((*name).to_owned(), field.to_owned())).collect());
            }
        }
        all
    }

    fn json(&self, path: &Path) -> Value {
        serde_json::from_slice(&fs::read(self.root().join(path)).unwrap()).unwrap()
    }

    fn truth(&self) -> Value {
        self.json(&self.summary.truth)
    }

    /// The document of a kind as of the first or last snapshot.
    fn inventory(&self, kind: &str, last: bool) -> Value {
        let mut files = self.summary.inventory.iter().filter(|path| path.to_str().unwrap().ends_with(&format!("-describe-{kind}.json")));
        self.json(if last { files.next_back() } else { files.next() }.unwrap())
    }
}

fn gunzip(packed: &[u8]) -> Vec<u8> {
    let size = u32::from_le_bytes(packed[packed.len() - 4..].try_into().unwrap());
    let mut out = vec![0; size as usize];
    let written = libdeflater::Decompressor::new().gzip_decompress(packed, &mut out).unwrap();
    assert_eq!(written, out.len());
    out
}

fn number(record: &BTreeMap<String, String>, name: &str) -> u64 {
    record[name].parse().unwrap()
}

fn version(version: FormatVersion) -> impl FnOnce(&mut Config) {
    move |config| config.version = version
}
