//! The command, run from outside on a lake of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

/// The binary and its data folder.
pub struct Weir {
    binary: PathBuf,
    data: PathBuf,
}

impl Weir {
    /// A lake in this folder.
    pub fn new(binary: &Path, data: &Path) -> Self {
        Self { binary: binary.to_path_buf(), data: data.to_path_buf() }
    }

    /// Runs a subcommand; gives what it printed.
    ///
    /// # Errors
    /// When it fails; its own words are in the error.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output =
            Command::new(&self.binary).arg("--data").arg(&self.data).args(["--quiet", "--output", "json"]).args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "weir {} failed: {said}", arguments.join(" "));
        Ok(output.stdout)
    }

    /// Imports every inventory document of a folder.
    ///
    /// # Errors
    /// When one cannot be imported.
    pub fn import_inventory(&self, folder: &Path) -> anyhow::Result<()> {
        let mut documents = fs::read_dir(folder)?.map(|entry| text(&entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        documents.sort();
        let import: Vec<&str> = ["inventory", "import"].into_iter().chain(documents.iter().map(String::as_str)).collect();
        self.run(&import).map(|_| ())
    }

    /// Collects a folder of logs and watches; gives the number of records accepted.
    ///
    /// # Errors
    /// When the command fails.
    pub fn ingest(&self, logs: &Path) -> anyhow::Result<u64> {
        let said: Value = serde_json::from_slice(&self.run(&["ingest", &text(logs)?])?)?;
        said["accepted"].as_u64().context("the command does not say how many records it accepted")
    }

    /// Every finding, in full.
    ///
    /// # Errors
    /// When the command fails.
    pub fn findings(&self) -> anyhow::Result<Vec<Value>> {
        let list: Vec<Value> = serde_json::from_slice(&self.run(&["findings", "list"])?)?;
        let ids = list.iter().map(|finding| finding["id"].as_str().context("a finding has no id"));
        ids.map(|id| Ok(serde_json::from_slice(&self.run(&["findings", "show", id?])?)?)).collect()
    }
}

/// A path as an argument.
///
/// # Errors
/// When it is no text.
pub fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).context("the path is no text")
}
