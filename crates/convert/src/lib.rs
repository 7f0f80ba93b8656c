//! Packet captures, Zeek and Argus logs as VPC flow logs: what the interfaces of a network would have reported of traffic that others
//! recorded.
//!
//! Its nouns: an input is of a [`Kind`]; [`Options`] say which addresses are inside, how long the windows are and which fields come out;
//! [`convert`] writes and gives a [`Summary`] with the [`Host`]s it found and what was [`Skipped`]. What is written:
//!
//! | path | holds |
//! | --- | --- |
//! | `AWSLogs/<account>/vpcflowlogs/<region>/<yyyy>/<mm>/<dd>/….log.gz` | the records, in slots of five minutes of their end |
//! | `inventory/<as-of>-describe-….json` | each inside host as an instance with one interface, its subnet and the one VPC |
//!
//! A record is what one interface saw of one 5-tuple in one direction and one capture window: a connection between two inside hosts is so
//! reported four times, one with the outside twice. Windows of different interfaces do not begin together. Bytes are those of IP packets.
//! Of the TCP flags SYN, FIN and RST are reported, and SYN-ACK as 18; an ACK alone is not. Everything is `ACCEPT`: a capture shows what
//! was on the wire, not what a firewall dropped before.
//!
//! A host is an address inside that sent something, or that is named alone (`192.0.2.7/32`): a scan of empty addresses makes no
//! machines. What VPC flow logs do not have is left out and counted: multicast, broadcast, link-local addresses, and traffic of which
//! neither end is inside.
//!
//! Connections of Zeek and Argus are spread evenly over their duration, and the sums stay exact. Bad lines and packets are counted with
//! the reason and the place of the first one; they stop nothing.
//!
//! What this crate does not do: put TCP streams together, look into tunnels, join several addresses of one machine, or read labels. All
//! records are held in memory until they are written, about 100 bytes each, up to [`Options::max_records`]. The same input and options
//! give the same bytes.
//!
//! A command would take the input, `--kind`, `--local 10.0.0.0/8,…`, `--window 600`, `--log-version 2`, `--begin TIME` and `--out`, call
//! [`convert`], and print the summary: then `weir inventory import OUT/inventory/*.json` and `weir ingest OUT/AWSLogs`.
//!
//! ```
//! use convert::{Options, convert};
//!
//! let folder = tempfile::tempdir()?;
//! let input = folder.path().join("conn.log");
//! let fields = "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes";
//! std::fs::write(&input, format!("{fields}\n1700000000.5\t10.0.0.5\t40000\t192.0.2.7\t443\ttcp\t1.5\tShADadFf\t9\t900\t8\t8000\n"))?;
//! let summary = convert(&input, None, &Options::default(), &folder.path().join("out"))?;
//! assert_eq!((summary.connections, summary.records, summary.hosts.len()), (1, 2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod aggregate;
mod argus;
mod connection;
mod convert;
mod delivery;
mod error;
mod flags;
mod host;
mod input;
mod inventory;
mod line;
mod number;
mod options;
mod packet;
mod pcap;
mod summary;
mod zeek;

pub use convert::convert;
pub use error::ConvertError;
pub use host::Host;
pub use options::{FormatVersion, Kind, Options, private_networks};
pub use summary::{Skipped, Summary};
