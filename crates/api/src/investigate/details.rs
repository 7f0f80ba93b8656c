//! Who the entity spoke with in the scope, on which ports, how much, whether it was allowed, and which findings rest on it.

use std::collections::{BTreeMap, BTreeSet};

use flow::{Address, Direction, EntityKind, TimeRange, Timestamp};
use query::panels::{DetailFilter, DetailRow, DetailSort, DetailsRequest, Subject};
use serde::Serialize;
use state::{Mark, MarkSubject};
use utoipa::ToSchema;

use super::{Coverage, Investigator};
use crate::InvestigateError;

/// Which details, and which page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailsQuery {
    /// What rows to keep.
    pub filter: DetailFilter,
    /// What to order them by.
    pub sort: DetailSort,
    /// Largest first.
    pub descending: bool,
    /// Whether the client's port, which tells nothing, is folded away.
    pub fold: bool,
    /// Rows to pass over.
    pub offset: usize,
    /// Rows to give.
    pub limit: usize,
}

impl Default for DetailsQuery {
    fn default() -> Self {
        Self { filter: DetailFilter::default(), sort: DetailSort::default(), descending: true, fold: false, offset: 0, limit: 100 }
    }
}

/// One row of the details, and what is known of its other side.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DetailLine {
    /// The connections.
    #[serde(flatten)]
    pub row: DetailRow,
    /// The entity that held the remote address at that time, when it is one of ours.
    pub remote_entity: Option<String>,
    /// The value of that entity's tag `Name`.
    pub remote_name: Option<String>,
    /// Who runs the autonomous system of the remote address.
    pub remote_as_org: Option<String>,
    /// Lists that the remote address is on.
    pub lists: Vec<String>,
}

/// Sums over the rows of all pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DetailTotals {
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Packets towards the entity.
    pub packets_in: u64,
    /// Packets away from the entity.
    pub packets_out: u64,
    /// Flow records.
    pub flows: u64,
}

/// A page of details.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DetailsPage {
    /// The rows of this page.
    pub rows: Vec<DetailLine>,
    /// Rows on all pages.
    pub total: usize,
    /// Rows of the scope before the filter.
    pub unfiltered: usize,
    /// Sums over the rows of all pages.
    pub totals: DetailTotals,
    /// The SQL behind them.
    pub query: String,
    /// What is missing.
    pub coverage: Coverage,
}

impl Investigator {
    /// Who the entity spoke with in the scope: a page of rows, each with the findings that rest on it.
    ///
    /// # Errors
    /// When the scope holds more rows than one answer may have, or the lake or the state cannot answer.
    pub async fn details(&self, entity: &str, range: TimeRange, wanted: &DetailsQuery) -> Result<DetailsPage, InvestigateError> {
        let coverage = Box::pin(self.coverage(Some(entity), range)).await?;
        Box::pin(self.details_within(entity, range, wanted, coverage)).await
    }

    pub(super) async fn details_within(
        &self,
        entity: &str,
        range: TimeRange,
        wanted: &DetailsQuery,
        coverage: Coverage,
    ) -> Result<DetailsPage, InvestigateError> {
        let (mut rows, query) = Box::pin(self.annotated(entity, range, wanted.fold)).await?;
        let unfiltered = rows.len();
        rows.retain(|row| wanted.filter.keeps(row));
        wanted.sort.sort(&mut rows, wanted.descending);
        let totals = rows.iter().fold(DetailTotals::default(), |sum, row| DetailTotals {
            bytes_in: sum.bytes_in.saturating_add(row.bytes_in),
            bytes_out: sum.bytes_out.saturating_add(row.bytes_out),
            packets_in: sum.packets_in.saturating_add(row.packets_in),
            packets_out: sum.packets_out.saturating_add(row.packets_out),
            flows: sum.flows.saturating_add(row.flows),
        });
        let total = rows.len();
        let mut known = BTreeMap::new();
        let page = rows.into_iter().skip(wanted.offset).take(wanted.limit).map(|row| self.line(entity, row, &mut known)).collect();
        Ok(DetailsPage { rows: page, total, unfiltered, totals, query, coverage })
    }

    /// Every row of the scope with its findings, and the SQL behind them.
    pub(super) async fn annotated(&self, entity: &str, range: TimeRange, fold: bool) -> Result<(Vec<DetailRow>, String), InvestigateError> {
        let (details, marks) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.details(DetailsRequest { entity, range, fold }).await?) },
            self.marks(entity, range),
        )?;
        let mut rows = details.rows;
        annotate(entity, &mut rows, &marks);
        Ok((rows, details.query))
    }

    /// The connections of a long scope with most bytes, those of findings first, with their findings; how many connections there are,
    /// and the SQL behind them. They are told by the hour and not to the second.
    pub(super) async fn largest_connections(
        &self,
        entity: &str,
        range: TimeRange,
        finding: Option<&detect::Finding>,
        limit: u32,
    ) -> Result<(Vec<DetailRow>, u64, String), InvestigateError> {
        let marks = self.marks(entity, range).await?;
        let actors = finding.into_iter().flat_map(|finding| &finding.actors).map(|actor| &actor.remote_addr);
        let mut first: Vec<String> = Vec::new();
        for remote in actors.chain(marks.iter().map(|mark| &mark.remote_addr)) {
            if first.len() < MARKED && !first.contains(remote) {
                first.push(remote.clone());
            }
        }
        let (details, total) = self.engine.connections(entity, range, &first, limit).await?;
        let mut rows = details.rows;
        annotate(entity, &mut rows, &marks);
        Ok((rows, total, details.query))
    }

    /// The connections of an entity, an address or an account that findings rest on.
    async fn marks(&self, entity: &str, range: TimeRange) -> Result<Vec<Mark>, InvestigateError> {
        let canonical = Subject::of(entity).canonical();
        let subject = match EntityKind::of(entity) {
            EntityKind::IpAddress => MarkSubject::Remote(&canonical),
            EntityKind::Account => MarkSubject::Account(entity),
            _ => MarkSubject::Entity(entity),
        };
        Ok(self.store.marks(subject, range).await?)
    }

    /// A row with what is known of its other side. Many rows have the same one, so `known` remembers.
    fn line(&self, entity: &str, row: DetailRow, known: &mut BTreeMap<RemoteKey, Remote>) -> DetailLine {
        let Some(remote) = row.remote.clone() else { return Remote::default().beside(row) };
        let (owner, at) = (row.entity.as_deref().unwrap_or(entity), row.first.hour());
        let found = known.entry((owner.to_owned(), remote.clone(), at)).or_insert_with(|| {
            let address = Address::parse(remote.as_bytes());
            let entity = self.holder_of(&remote, Some(owner), row.first);
            Remote {
                name: entity.as_deref().and_then(|entity| self.name_of(entity, row.first)),
                entity,
                as_org: address.and_then(|address| self.geo.lookup(address).as_org),
                lists: address.map(|address| self.list_names(address)).unwrap_or_default(),
            }
        });
        found.clone().beside(row)
    }

    /// Names of the lists that an address is on.
    pub(super) fn list_names(&self, address: Address) -> Vec<String> {
        self.lists.matches(address).map(|found| found.list.to_string()).collect()
    }
}

/// Whose remote it is, the address, and the hour.
type RemoteKey = (String, String, Timestamp);

/// What is known of the other side of a row.
#[derive(Debug, Clone, Default)]
struct Remote {
    entity: Option<String>,
    name: Option<String>,
    as_org: Option<String>,
    lists: Vec<String>,
}

impl Remote {
    fn beside(self, row: DetailRow) -> DetailLine {
        DetailLine { row, remote_entity: self.entity, remote_name: self.name, remote_as_org: self.as_org, lists: self.lists }
    }
}

/// Remotes of findings that come before the others.
const MARKED: usize = 200;

/// Tells each row which findings rest on it.
fn annotate(entity: &str, rows: &mut [DetailRow], marks: &[Mark]) {
    let mut by_remote: BTreeMap<&str, Vec<&Mark>> = BTreeMap::new();
    for mark in marks {
        by_remote.entry(&mark.remote_addr).or_default().push(mark);
    }
    for row in rows {
        let near = row.remote.as_deref().and_then(|remote| by_remote.get(remote)).map_or(&[][..], Vec::as_slice);
        let owner = row.entity.as_deref().unwrap_or(entity);
        let found: BTreeSet<&str> =
            near.iter().filter(|mark| mark.entity == owner && fits(mark, row)).map(|mark| mark.finding_id.as_str()).collect();
        row.findings = found.into_iter().map(str::to_owned).collect();
    }
}

/// Whether the row is among the connections of the mark; the remote address and the entity are.
fn fits(mark: &Mark, row: &DetailRow) -> bool {
    let port = match mark.direction {
        Direction::Inbound => mark.service_port.is_none() || row.local_port == mark.service_port,
        Direction::Outbound => mark.service_port.is_none() || row.remote_port == mark.service_port,
        Direction::Unknown => true,
    };
    let protocol = mark.protocol.is_none() || row.protocol == mark.protocol;
    // What was rejected is no contact, and no finding rests on it.
    port && protocol && row.action.as_deref() != Some("reject") && mark.first_seen <= row.last && row.first <= mark.last_seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::DirectionRule;

    fn row(local_port: Option<u16>, remote_port: Option<u16>) -> DetailRow {
        DetailRow {
            entity: None,
            remote: Some("203.0.113.9".to_owned()),
            local_port,
            remote_port,
            protocol: Some(6),
            protocol_name: None,
            service: None,
            direction: Direction::Outbound,
            direction_rule: DirectionRule::Syn,
            direction_confidence: 0.99,
            action: Some("accept".to_owned()),
            bytes_in: 0,
            bytes_out: 0,
            packets_in: 0,
            packets_out: 0,
            flows: 1,
            tcp_flags_in: None,
            tcp_flags_out: None,
            first: Timestamp::from_secs(100),
            last: Timestamp::from_secs(200),
            remote_country: None,
            remote_asn: None,
            interface_id: None,
            findings: Vec::new(),
        }
    }

    #[test]
    fn a_mark_fits_its_own_connections() {
        let mark = Mark {
            finding_id: "f".to_owned(),
            entity: "i-1".to_owned(),
            remote_addr: "203.0.113.9".to_owned(),
            protocol: Some(6),
            service_port: Some(9_001),
            direction: Direction::Outbound,
            first_seen: Timestamp::from_secs(150),
            last_seen: Timestamp::from_secs(300),
        };
        assert!(fits(&mark, &row(Some(40_000), Some(9_001))));
        assert!(fits(&mark, &row(None, Some(9_001))), "the client's port may be folded away");
        assert!(!fits(&mark, &row(Some(9_001), Some(443))));
        let later = Mark { first_seen: Timestamp::from_secs(201), ..mark.clone() };
        assert!(!fits(&later, &row(None, Some(9_001))));
        let rejected = DetailRow { action: Some("reject".to_owned()), ..row(None, Some(9_001)) };
        assert!(!fits(&mark, &rejected));
    }
}
