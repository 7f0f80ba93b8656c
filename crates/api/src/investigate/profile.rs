//! Everything a profile page shows, in one answer.

use flow::{HOUR_SECS, TimeRange};
use query::panels::{DistinctBin, Novel, NovelPage};
use serde::Serialize;
use state::FindingSummary;
use utoipa::ToSchema;

use super::{
    AddressesPanel, Coverage, DetailsPage, DetailsQuery, EntityHead, HISTORY_DAYS, Investigator, Panel, PortLine, Scope, VolumePanel,
    bin_for,
};
use crate::InvestigateError;

/// Rows of the details that come with a profile.
const DETAILS: usize = 50;
/// Ports that come with a profile.
const PORTS: u32 = 50;
/// Findings that come with a profile.
const FINDINGS: u64 = 50;

/// A profile page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Profile {
    /// The scope.
    pub scope: Scope,
    /// What the entity is.
    pub entity: EntityHead,
    /// Findings that touch the scope, the latest first.
    pub findings: Vec<FindingSummary>,
    /// Overall flow volume.
    pub volume: VolumePanel,
    /// The first rows of the details for the scope, client ports folded away.
    pub details: DetailsPage,
    /// Distinct remotes and ports over time.
    pub distinct: Panel<DistinctBin>,
    /// Volume by common port.
    pub ports: Panel<PortLine>,
    /// What is new in the scope, of each kind that with most bytes.
    pub new: Panel<Novel>,
    /// Addresses used and held.
    pub addresses: AddressesPanel,
    /// What is missing from the scope.
    pub coverage: Coverage,
}

impl Investigator {
    /// Everything a profile page shows. The panels are the same as those asked for one by one.
    ///
    /// # Errors
    /// When the lake or the state cannot answer.
    pub async fn profile(&self, entity: &str, range: TimeRange, bin_secs: Option<i64>) -> Result<Profile, InvestigateError> {
        let bin_secs = bin_secs.unwrap_or_else(|| bin_for(range));
        let coverage = Box::pin(self.coverage(Some(entity), range)).await?;
        let wanted = DetailsQuery { fold: true, limit: DETAILS, ..DetailsQuery::default() };
        let head = Box::pin(self.entity(entity, range));
        let findings = Box::pin(self.findings_of(entity, range, FINDINGS));
        let volume = Box::pin(self.volume_within(entity, range, bin_secs, coverage.clone()));
        let details = Box::pin(self.details_within(entity, range, &wanted, coverage.clone()));
        let panels = Box::pin(async {
            let distinct = self.engine.distinct(entity, range, bin_secs.max(HOUR_SECS));
            let ports = self.engine.ports(entity, range, PORTS);
            let new = self.engine.new_in_scope(entity, range, HISTORY_DAYS, NovelPage::default());
            let observed = self.engine.observed_addresses(entity, range);
            Ok(Box::pin(futures::future::try_join4(distinct, ports, new, observed)).await?)
        });
        let (entity_head, findings, volume, details, (distinct, ports, new, observed)) =
            Box::pin(futures::future::try_join5(head, findings, volume, details, panels)).await?;
        Ok(Profile {
            scope: range.into(),
            entity: entity_head,
            findings,
            volume,
            details,
            distinct: Panel { rows: distinct.rows, query: distinct.query, coverage: coverage.clone() },
            ports: Panel { rows: super::activity::port_lines(ports.rows, range), query: ports.query, coverage: coverage.clone() },
            new: Panel { rows: new.rows, query: new.query, coverage: coverage.clone() },
            addresses: AddressesPanel {
                rows: observed.rows,
                assigned: self.held(entity, range),
                query: observed.query,
                coverage: coverage.clone(),
            },
            coverage,
        })
    }
}
