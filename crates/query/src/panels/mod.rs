//! What a profile page shows, one function a panel. Each gives typed rows and the query that gives them again.

mod activity;
mod connections;
mod details;
mod filter;
mod lake;
mod volume;

use flow::{EntityKind, TimeRange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use activity::{Address as ObservedAddress, DistinctBin, Novel, NovelPage, PortVolume, RemoteVolume};
pub use connections::ConnectionHour;
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

/// The condition for the rows of a scope in tables that have an `hour`; its parameters are among [`scope_values`].
pub const SCOPE: &str = "date >= $from_date AND date <= $to_date AND hour >= $from_hour AND hour < $to";

/// The parameters that a scope has in SQL: `$from`, `$to`, `$from_hour`, and the days `$from_date` and `$to_date`.
pub fn scope_values(range: TimeRange) -> Vec<(&'static str, Value)> {
    vec![
        ("from", range.from.into()),
        ("to", range.to.into()),
        ("from_hour", range.from.hour().into()),
        ("from_date", range.from.hour().date().into()),
        ("to_date", range.to.plus_secs(-1).max(range.from).date().into()),
    ]
}

/// Whose traffic a question is about, as a condition on rows of `activity` and `flows`.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    id: &'a str,
    kind: EntityKind,
}

impl<'a> Subject<'a> {
    /// The subject with this identifier.
    pub fn of(id: &'a str) -> Self {
        Self { id, kind: EntityKind::of(id) }
    }

    /// The condition in SQL; the identifier is the parameter `$entity`.
    pub const fn condition(self) -> &'static str {
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

    /// Whether it is a machine of its own, and not an address or an account that many machines touch.
    pub const fn is_machine(self) -> bool {
        !matches!(self.kind, EntityKind::IpAddress | EntityKind::Account)
    }

    /// The identifier as the lake writes it: an address is stored in its canonical text.
    pub fn canonical(self) -> String {
        match flow::Address::parse(self.id.as_bytes()) {
            Some(address) if self.is_remote() => address.to_string(),
            _ => self.id.to_owned(),
        }
    }

    /// Parameters that every question about it has: the entity, and those of the scope.
    pub fn values(self, range: TimeRange) -> Vec<(&'static str, Value)> {
        let mut values = scope_values(range);
        values.push(("entity", self.canonical().into()));
        values
    }
}
