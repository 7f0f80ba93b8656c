//! What can go wrong with a cluster.

use std::net::SocketAddr;
use std::path::PathBuf;

/// A process of the cluster that cannot start or be reached.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The scheduler's address is none.
    #[error("{address:?} is no address of a scheduler; it looks like http://127.0.0.1:50050")]
    Address {
        /// As it was given.
        address: String,
    },
    /// Nobody answers where the scheduler should be.
    #[error("no scheduler answers at {address}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The executor's working folder cannot be used.
    #[error("cannot use the folder {}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Ballista stopped.
    #[error("the {process} stopped")]
    Stopped {
        /// Scheduler or executor.
        process: &'static str,
        /// Ballista's words.
        #[source]
        source: ballista_core::error::BallistaError,
    },
}
