//! What an entity does: distinct remotes and ports, volume by port, what is new, which addresses it held.

use flow::TimeRange;
use flow::Timestamp;
use query::panels::{DistinctBin, Novel, NovelPage, ObservedAddress, PortVolume};
use serde::Serialize;
use utoipa::ToSchema;

use super::volume::check_bins;
use super::{Coverage, HISTORY_DAYS, Investigator, Panel};
use crate::{InvestigateError, words};

/// Volume of one service port, in all and on average.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PortLine {
    /// The port and its volume over the scope.
    #[serde(flatten)]
    pub port: PortVolume,
    /// Bytes towards the entity in an average hour of the scope.
    pub bytes_in_per_hour: u64,
    /// Bytes away from the entity in an average hour of the scope.
    pub bytes_out_per_hour: u64,
    /// Share of all bytes of the scope, 0 to 1.
    pub share: f64,
}

/// An address that the inventory says an entity held, or an entity that held an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeldAddress {
    /// The address.
    pub address: String,
    /// `primary`, `secondary`, `public`, `carrier` or `ipv6`.
    pub kind: String,
    /// The interface.
    pub interface_id: String,
    /// The instance, else the interface.
    pub entity: String,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when; absent when nothing says that it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Whether the inventory's first snapshot is later than that, so that it stands in.
    pub assumed: bool,
}

/// Addresses of an entity: seen in flows, and as the inventory has them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AddressesPanel {
    /// Addresses that the entity's flows carried as its own.
    pub rows: Vec<ObservedAddress>,
    /// Addresses that the inventory says it held in the scope.
    pub assigned: Vec<HeldAddress>,
    /// The SQL behind the rows.
    pub query: String,
    /// What is missing.
    pub coverage: Coverage,
}

impl Investigator {
    /// Distinct remotes and ports in bins of `bin_secs`, at least an hour.
    ///
    /// # Errors
    /// When the bins are too many, or the lake cannot answer.
    pub async fn distinct(&self, entity: &str, range: TimeRange, bin_secs: i64) -> Result<Panel<DistinctBin>, InvestigateError> {
        check_bins(range, bin_secs)?;
        let (panel, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.distinct(entity, range, bin_secs).await?) },
            self.coverage(Some(entity), range),
        )?;
        Ok(Panel { rows: panel.rows, query: panel.query, coverage })
    }

    /// Volume by common port, largest first: in all, and in an average hour of the scope.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn ports(&self, entity: &str, range: TimeRange, limit: u32) -> Result<Panel<PortLine>, InvestigateError> {
        let (panel, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.ports(entity, range, limit).await?) },
            self.coverage(Some(entity), range),
        )?;
        Ok(Panel { rows: port_lines(panel.rows, range), query: panel.query, coverage })
    }

    /// What the entity touched in the scope and not in the 45 days before it: of each kind that with most bytes.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn new_in_scope(&self, entity: &str, range: TimeRange, page: NovelPage<'_>) -> Result<Panel<Novel>, InvestigateError> {
        let (panel, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.new_in_scope(entity, range, HISTORY_DAYS, page).await?) },
            self.coverage(Some(entity), range),
        )?;
        Ok(Panel { rows: panel.rows, query: panel.query, coverage })
    }

    /// Addresses that the entity used and held.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn addresses(&self, entity: &str, range: TimeRange) -> Result<AddressesPanel, InvestigateError> {
        let (panel, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.observed_addresses(entity, range).await?) },
            self.coverage(Some(entity), range),
        )?;
        Ok(AddressesPanel { rows: panel.rows, assigned: self.held(entity, range), query: panel.query, coverage })
    }

    pub(super) fn held(&self, entity: &str, range: TimeRange) -> Vec<HeldAddress> {
        let assignments = self.inventory.assignments(entity, range).into_iter();
        assignments
            .map(|held| HeldAddress {
                address: held.address.to_string(),
                kind: super::entity::word(&held.kind),
                interface_id: held.interface_id,
                entity: held.entity,
                from: held.from,
                to: held.to,
                assumed: held.assumed,
            })
            .collect()
    }
}

pub(super) fn port_lines(ports: Vec<PortVolume>, range: TimeRange) -> Vec<PortLine> {
    let hours = (range.secs().max(1) as u64).div_ceil(3_600).max(1);
    let whole: u64 = ports.iter().map(|port| port.bytes_in.saturating_add(port.bytes_out)).fold(0, u64::saturating_add);
    ports
        .into_iter()
        .map(|port| PortLine {
            bytes_in_per_hour: port.bytes_in / hours,
            bytes_out_per_hour: port.bytes_out / hours,
            share: words::share(port.bytes_in.saturating_add(port.bytes_out), whole),
            port,
        })
        .collect()
}
