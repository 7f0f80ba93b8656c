//! The same lake gives the same findings, whatever the order of arrival and the size of batches.

use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use serde_json::Value;

use crate::weir::{Weir, World};

fn objects(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { objects(&path, found) } else { found.push(path) }
    }
}

fn findings(weir: &Weir) -> Value {
    weir.json(["findings", "list", "--archived"])
}

#[test]
fn shuffled_deliveries_give_the_same_findings() {
    let world = World::get();
    let expected = findings(world.ingested());
    assert!(!expected.as_array().unwrap().is_empty());

    let weir = Weir::new();
    world.tell(&weir);
    let settings = weir.settings("[ingest]\nbatch_bytes = 300000\n").display().to_string();
    let mut all = Vec::new();
    objects(&world.folder.join("AWSLogs"), &mut all);
    all.sort();
    all.shuffle(&mut rand::rngs::SmallRng::seed_from_u64(11));
    // Three deliveries, each of objects from anywhere in the month, detected after each one.
    let third = all.len().div_ceil(3);
    for delivery in all.chunks(third) {
        let paths = delivery.iter().map(|path| path.display().to_string());
        weir.ok(["--config".to_owned(), settings.clone(), "ingest".to_owned()].into_iter().chain(paths));
    }
    assert_eq!(findings(&weir), expected);

    // Detecting again changes nothing.
    weir.ok(["detect"]);
    assert_eq!(findings(&weir), expected);
}
