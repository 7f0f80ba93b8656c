//! Where objects come from.

mod delivery;
pub mod folder;

use std::path::PathBuf;

use flow::Timestamp;

pub use delivery::{Delivery, Outcome};

/// An object that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name for people and for the ledger, such as `file:///logs/AWSLogs/…`.
    pub uri: String,
    /// Bytes as delivered.
    pub size: u64,
    /// Last modification.
    pub modified: Option<Timestamp>,
    /// Where its bytes are.
    pub path: PathBuf,
}
