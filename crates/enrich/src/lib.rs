//! What is known of the ends of a flow beside the flow itself, and what follows from it.
//!
//! Its nouns: an [`Inventory`] says which interfaces, instances, groups and networks there were, and when; an [`Attributor`] fills the
//! attributed columns of a [`flow::FlowBatch`] with entity, direction, who opened the connection, country and autonomous system;
//! [`Geo`] says where an address is; [`Lists`] say who has an opinion on it; [`rules::evaluate`] says what security groups and network
//! ACLs do with a connection.
//!
//! What this crate does not do: ask a network or a cloud anything, keep state between batches, or look at more than one object to
//! judge a record. All tables are read once and do not change while they are used, so an answer does not depend on what arrived before.
//!
//! ```
//! use std::sync::Arc;
//! use enrich::{Attributor, Geo, Inventory};
//! use flow::{Direction, FlowBatch, Timestamp};
//!
//! let mut inventory = Inventory::default();
//! let json = br#"{"NetworkInterfaces": [{
//!     "NetworkInterfaceId": "eni-1", "OwnerId": "111122223333", "PrivateIpAddress": "10.0.0.5",
//!     "Attachment": {"InstanceId": "i-1", "AttachTime": "2026-11-01T00:00:00+00:00"}
//! }]}"#;
//! inventory.add(json, "2026-11-20T00:00:00Z".parse()?)?;
//!
//! let mut batch = FlowBatch::default();
//! let interface = batch.symbols.intern("eni-1");
//! batch.interface_id.set(0, interface);
//! batch.start_time.set(0, "2026-11-24T06:00:10Z".parse::<Timestamp>()?);
//! batch.src_addr.set(0, "10.0.0.5".parse::<flow::Address>()?);
//! batch.dst_addr.set(0, "198.51.100.7".parse::<flow::Address>()?);
//! batch.push_row();
//!
//! Attributor::new(Arc::new(inventory), Arc::new(Geo::none())).attribute(&mut batch);
//! assert_eq!(batch.text(&batch.entity, 0), Some("i-1"));
//! assert_eq!(batch.direction.get(0), Some(Direction::Outbound));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod attribute;
mod error;
mod geo;
mod inventory;
mod lists;
mod permit;
pub mod rules;
#[cfg(test)]
mod testing;
mod text;

pub use attribute::Attributor;
pub use error::{GeoError, InventoryError};
pub use geo::{Geo, GeoFile, Location};
pub use inventory::{
    AclEntry, AddressKind, Assignment, Attachment, Dated, EntityDetails, EntitySummary, FlowLog, GroupRef, GroupRule, ImportCounts,
    Instance, InstanceProfile, Interface, InterfaceAddress, Inventory, NetworkAcl, Peer, ProductCode, SearchHit, SecurityGroup, Subnet,
    Tags, Vpc, load_dir, load_documents,
};
pub use lists::{List, ListKind, ListKindError, ListMatch, Lists, RejectedLine};
