//! What a profile page shows, one function a panel. Each gives typed rows and the query that gives them again.

mod activity;
mod details;
mod filter;
mod lake;
mod volume;

use flow::{EntityKind, TimeRange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use activity::{Address as ObservedAddress, DistinctBin, Novel, PortVolume, RemoteVolume};
pub use details::{DetailRow, DetailSort, Details, DetailsRequest};
pub use filter::{DetailFilter, FilterError, Reach};
pub use lake::{CoverageGap, EntityTraffic, LakeRange, ObjectRow, RejectRow, SourceTotals};
pub use volume::VolumeBin;

use crate::Value;

/// Rows of a panel, and the SQL behind them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Panel<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The SQL that gives them again.
    pub query: String,
}

/// Whose traffic a question is about, as a condition on rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    id: &'a str,
    kind: EntityKind,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(id: &'a str) -> Self {
        Self { id, kind: EntityKind::of(id) }
    }

    /// The condition in SQL; the identifier is the parameter `$entity`.
    pub(crate) const fn condition(self) -> &'static str {
        match self.kind {
            EntityKind::IpAddress => "remote_addr = $entity",
            EntityKind::Account => "account_id = $entity",
            EntityKind::Instance | EntityKind::Interface | EntityKind::Resource | EntityKind::Vpc | EntityKind::Subnet => {
                "entity = $entity"
            }
        }
    }

    pub(crate) const fn is_remote(self) -> bool {
        matches!(self.kind, EntityKind::IpAddress)
    }

    /// Parameters that every question about it has: the entity, the scope in hours and in days.
    pub(crate) fn values(self, range: TimeRange) -> Vec<(&'static str, Value)> {
        // An address is stored in its canonical text.
        let id = match flow::Address::parse(self.id.as_bytes()) {
            Some(address) if self.is_remote() => address.to_string(),
            _ => self.id.to_owned(),
        };
        vec![
            ("entity", id.into()),
            ("from", range.from.into()),
            ("to", range.to.into()),
            ("from_hour", range.from.hour().into()),
            ("from_date", range.from.hour().date().into()),
            ("to_date", range.to.plus_secs(-1).max(range.from).date().into()),
        ]
    }
}
