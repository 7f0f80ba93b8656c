//! What several test modules share.

pub(crate) mod mmdb;

use flow::Timestamp;

use crate::Inventory;

/// One of the made-up documents in `fixtures/enrich`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/enrich").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A time written as RFC 3339.
pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The made-up cloud of `fixtures/enrich/inventory`.
pub(crate) fn cloud() -> Inventory {
    crate::load_dir(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/enrich/inventory")).unwrap()
}
