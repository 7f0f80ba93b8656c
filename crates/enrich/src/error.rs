//! What can go wrong while the read-only tables are loaded.

use std::path::PathBuf;

/// An inventory document that could not be taken in. None of these gets better by trying again with the same bytes.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// A file or folder could not be read.
    #[error("cannot read {path}")]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of an inventory folder was refused.
    #[error("cannot load inventory file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<InventoryError>,
    },
    /// A file name does not begin with its time.
    #[error("{name:?} does not begin with the time of the snapshot: expected <microseconds>-<anything>.json")]
    Name {
        /// The file name.
        name: String,
    },
    /// The bytes are no JSON, or a known key holds something that the AWS command line never prints there.
    #[error("the document is not what the AWS command line prints as JSON")]
    Json(#[source] serde_json::Error),
    /// The document has none of the known top-level keys.
    #[error(
        "no known top-level key, found {found}: expected the unfiltered JSON output of `aws ec2 describe-…`, with NetworkInterfaces, \
         Reservations, SecurityGroups, NetworkAcls, Subnets, Vpcs or FlowLogs"
    )]
    Shape {
        /// What stood there instead.
        found: String,
    },
}

/// A geography file that could not be opened. Trying again does not help.
#[derive(Debug, thiserror::Error)]
#[error("cannot open {path} as an mmdb file")]
pub struct GeoError {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: maxminddb::MaxMindDbError,
}
