//! Questions of an analyst and their answers, without HTTP.
//!
//! Every method is a plain async function over one lake, one state and one inventory. What it gives can be written as JSON, carries the
//! SQL that gives its numbers again, and says what is missing from the time it is about.

mod activity;
pub mod answers;
mod baseline;
mod coverage;
mod details;
mod entity;
mod findings;
mod groups;
mod lake;
mod profile;
mod reach;
mod resource;
mod rows;
mod search;
mod series;
mod sql;
mod summary;
mod suppression;
mod volume;

use std::sync::Arc;

use detect::Thresholds;
use enrich::{Geo, Inventory, Lists};
use flow::{Address, DAY_SECS, HOUR_SECS, TimeRange, Timestamp};
use query::Engine;
use query::panels::LakeRange;
use serde::Serialize;
use state::Store;
use utoipa::ToSchema;

use crate::InvestigateError;

pub use activity::{AddressesPanel, HeldAddress, PortLine};
pub use baseline::{BandRow, BaselineInfo};
pub use coverage::{Coverage, Span};
pub use details::{DetailLine, DetailTotals, DetailsPage, DetailsQuery};
pub use entity::{AddressFacts, EntityFacts, EntityHead, GroupFacts, Holder, InstanceFacts, InterfaceFacts, ListFacts, Place};
pub use findings::{FindingForm, FindingPage, FindingsPage, RemoteFacts};
pub use groups::GroupsPage;
pub use lake::{EntityLine, GeoFacts, ListState, Sources};
pub use profile::Profile;
pub use reach::{ReachPanel, ReachedHost};
pub use resource::resource;
pub use search::{Found, SearchResult};
pub use series::SeriesKey;
pub use sql::{SqlAnswer, SqlColumn};
pub use summary::{Newcomer, SparkPoint, Summary, TopEntity};
pub use suppression::{SuppressionAdded, SuppressionRequest};
pub use volume::{VolumePanel, VolumeRow};

/// How far back "usual" and "new" look: the 45 days before a scope.
pub const HISTORY_DAYS: i64 = 45;
/// The watermark under which detection notes how far it has come.
pub const DETECTED: &str = "detected-through";
/// Longest scope. A year of hours is what the panels are made for.
const SCOPE_CAP_SECS: i64 = 366 * DAY_SECS;
/// The scope when none is given.
const DEFAULT_SCOPE_SECS: i64 = DAY_SECS;

/// Typed rows, the SQL that gives them again, and what is missing from the time they are about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Panel<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The SQL behind them.
    pub query: String,
    /// What is missing.
    pub coverage: Coverage,
}

/// A scope of time as an answer repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Scope {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// First instant after.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
}

impl From<TimeRange> for Scope {
    fn from(range: TimeRange) -> Self {
        Self { from: range.from, to: range.to }
    }
}

/// Answers questions about one lake. Cheap to share behind an [`Arc`].
#[derive(Debug, Clone)]
pub struct Investigator {
    engine: Arc<Engine>,
    store: Arc<Store>,
    inventory: Arc<Inventory>,
    lists: Arc<Lists>,
    geo: Arc<Geo>,
    thresholds: Thresholds,
}

impl Investigator {
    /// An investigator over these.
    pub const fn new(
        engine: Arc<Engine>,
        store: Arc<Store>,
        inventory: Arc<Inventory>,
        lists: Arc<Lists>,
        geo: Arc<Geo>,
        thresholds: Thresholds,
    ) -> Self {
        Self { engine, store, inventory, lists, geo, thresholds }
    }

    /// The engine that it asks.
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The state that it keeps.
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The inventory that it knows.
    pub const fn inventory(&self) -> &Arc<Inventory> {
        &self.inventory
    }

    /// From when to when there are flows.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub async fn lake_range(&self) -> Result<LakeRange, InvestigateError> {
        Ok(self.engine.range().await?)
    }

    /// The scope that two texts mean: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the lake's data. The
    /// end of the data is also the default of `to`; `from` defaults to 24 hours before `to`.
    ///
    /// # Errors
    /// When a text is no time, when `to` is not after `from`, or when the scope is longer than a year.
    pub async fn scope(&self, from: Option<&str>, to: Option<&str>) -> Result<TimeRange, InvestigateError> {
        let end = self.lake_range().await?.last.unwrap_or_default();
        let read = |text: &str| {
            let time = Timestamp::parse_relative(text, end).map_err(|error| InvestigateError::invalid(error.to_string()))?;
            Ok::<_, InvestigateError>(time.clamp(Timestamp::MIN, Timestamp::MAX))
        };
        let to = to.map_or(Ok(end), read)?;
        let from = from.map_or_else(|| Ok(to.plus_secs(-DEFAULT_SCOPE_SECS)), read)?;
        let range = TimeRange::new(from, to);
        if from >= to {
            return Err(InvestigateError::invalid(format!("the scope is empty: its end {to} is not after its start {from}")));
        }
        if range.secs() > SCOPE_CAP_SECS {
            return Err(InvestigateError::invalid("the scope is longer than a year"));
        }
        Ok(range)
    }

    /// The entity's `Name` tag at a time.
    fn name_of(&self, entity: &str, at: Timestamp) -> Option<String> {
        self.inventory.describe(entity, at).name
    }

    /// The entity that held an address at a time: the one in the VPC of `near` when several did.
    fn holder_of(&self, address: &str, near: Option<&str>, at: Timestamp) -> Option<String> {
        let address = Address::parse(address.as_bytes())?;
        let holders = self.inventory.entities_with_address(address, at);
        let vpc = near.and_then(|entity| self.inventory.describe(entity, at).vpc_id);
        let nearest = holders.iter().find(|holder| vpc.is_some() && holder.vpc_id == vpc);
        nearest.or(holders.first()).map(|holder| holder.entity.clone())
    }
}

/// Days on record in the lake before a time, at most 45: how far back "usual" and "new" look from there.
pub(crate) fn days_on_record(lake: &LakeRange, before: Timestamp) -> f64 {
    let secs = lake.first.map_or(0, |first| before.secs().saturating_sub(first.secs()).max(0));
    let hours = u32::try_from(secs / HOUR_SECS).unwrap_or(u32::MAX);
    (f64::from(hours) / 24.0).min(45.0)
}

/// The 45 days before a scope.
pub(crate) const fn history(range: TimeRange) -> TimeRange {
    TimeRange::new(range.from.plus_secs(-HISTORY_DAYS * DAY_SECS), range.from)
}

/// The bin that makes a chart of a scope readable: an hour up to 16 days, 6 hours up to 90 days, else a day; minutes for a few hours.
pub const fn bin_for(range: TimeRange) -> i64 {
    let secs = (range.to.micros() - range.from.micros()) / 1_000_000;
    if secs <= 3 * HOUR_SECS {
        60
    } else if secs <= 16 * DAY_SECS {
        HOUR_SECS
    } else if secs <= 90 * DAY_SECS {
        6 * HOUR_SECS
    } else {
        DAY_SECS
    }
}
