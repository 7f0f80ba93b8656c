//! The inventory of a simulated world.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use enrich::Inventory;

/// The documents of a folder, each as of the instant that its name begins with, such as `20261113T000000Z-describe-vpcs.json`.
///
/// # Errors
/// Names the file that cannot be read, is no inventory, or has no instant in its name.
pub fn read(folder: &Path) -> anyhow::Result<Inventory> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    files.sort();
    let mut inventory = Inventory::default();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
        let text = format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(9, 11), part(11, 13), part(13, 15));
        let as_of = text.parse().with_context(|| format!("{name} does not begin with an instant"))?;
        inventory.add(&std::fs::read(&file)?, as_of).with_context(|| format!("{name} is no inventory"))?;
    }
    Ok(inventory)
}
