//! An inventory kept as a folder of documents.

use std::path::{Path, PathBuf};

use flow::Timestamp;

use super::Inventory;
use crate::InventoryError;

/// Reads every `*.json` of a folder, but not of folders inside it. Each name begins with the time of the snapshot in microseconds since
/// the epoch, `<micros>-<anything>.json`; other files are not looked at.
///
/// # Errors
/// Names the first file that cannot be read, and why.
pub fn load_dir(path: &Path) -> Result<Inventory, InventoryError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| InventoryError::Read { path, source }
    };
    let mut files: Vec<(Timestamp, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable(path))? {
        let file = entry.map_err(unreadable(path))?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push((snapshot_time(&file).map_err(|error| in_file(&file, error))?, file));
        }
    }
    files.sort();
    let mut inventory = Inventory::default();
    for (as_of, file) in files {
        let json = std::fs::read(&file).map_err(unreadable(&file))?;
        inventory.insert(&json, as_of).map_err(|error| in_file(&file, error))?;
    }
    inventory.settle();
    Ok(inventory)
}

/// Reads documents by name, as [`load_dir`] does those of a folder, in whatever order they are given.
///
/// # Errors
/// Names the document that is no inventory, or whose name tells no time.
pub fn load_documents(documents: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Inventory, InventoryError> {
    let mut dated: Vec<(Timestamp, String, Vec<u8>)> = Vec::new();
    for (name, json) in documents {
        dated.push((snapshot_time(Path::new(&name)).map_err(|error| in_file(Path::new(&name), error))?, name, json));
    }
    dated.sort();
    let mut inventory = Inventory::default();
    for (as_of, name, json) in dated {
        inventory.insert(&json, as_of).map_err(|error| in_file(Path::new(&name), error))?;
    }
    inventory.settle();
    Ok(inventory)
}

/// The time that a file's name begins with.
fn snapshot_time(file: &Path) -> Result<Timestamp, InventoryError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let micros = name.split_once('-').and_then(|(micros, _)| micros.parse().ok());
    micros.map(Timestamp::from_micros).ok_or_else(|| InventoryError::Name { name: name.into_owned() })
}

fn in_file(path: &Path, error: InventoryError) -> InventoryError {
    InventoryError::File { path: path.to_owned(), source: Box::new(error) }
}
