//! Findings: pages of them, one as a whole, and what people decide about them.

use detect::{Finding, RowsQuery};
use flow::{Address, DAY_SECS, EntityKind, HOUR_SECS, TimeRange, Timestamp};
use query::panels::Subject;
use serde::Serialize;
use serde_json::Value;
use state::{Choice, FindingFilter, FindingSort, FindingSummary, MarkSubject};
use utoipa::ToSchema;

use super::{Coverage, EntityHead, Investigator, ListFacts, Place, Scope};
use crate::InvestigateError;

/// Findings written out at once.
const EXPORT_CAP: u64 = 1_000;
/// Findings named as related.
const RELATED: u64 = 50;
/// Findings put away or taken back at once.
const ARCHIVE_CAP: usize = 1_000;

/// The form that findings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindingForm {
    /// GuardDuty's finding JSON.
    #[default]
    GuardDuty,
    /// OCSF 1.5.0, class Detection Finding.
    Ocsf,
    /// The AWS Security Finding Format.
    Asff,
}

impl FindingForm {
    /// The finding in this form.
    pub fn write(self, finding: &Finding) -> Value {
        match self {
            Self::GuardDuty => finding.to_guardduty(),
            Self::Ocsf => finding.to_ocsf(),
            Self::Asff => finding.to_asff(),
        }
    }
}

/// A page of findings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingsPage {
    /// The findings of this page.
    pub rows: Vec<FindingSummary>,
    /// Findings on all pages.
    pub total: u64,
}

/// What is known of a remote end point of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RemoteFacts {
    /// The address.
    pub remote_addr: String,
    /// Where it is.
    pub location: Place,
    /// Lists that it is on.
    pub lists: Vec<ListFacts>,
    /// The entity that held it, when it is one of ours.
    pub entity: Option<String>,
}

/// A finding's page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingPage {
    /// The finding in a line, with what people decided about it.
    pub summary: FindingSummary,
    /// The finding with evidence, every actor and every occurrence.
    pub finding: Finding,
    /// The scope that its investigation begins with: the hours from its beginning to its last occurrence.
    pub scope: Scope,
    /// The entity it is about.
    pub entity: EntityHead,
    /// What is known of its remote end points.
    pub remotes: Vec<RemoteFacts>,
    /// Other findings of the entity within a day of it, and findings of others with one of its remote addresses.
    pub related: Vec<FindingSummary>,
    /// The query for the rows that it rests on.
    pub rows: RowsQuery,
    /// What is missing from the scope.
    pub coverage: Coverage,
}

impl Investigator {
    /// A page of findings.
    ///
    /// # Errors
    /// When the state cannot answer.
    pub async fn findings(
        &self,
        filter: &FindingFilter,
        sort: FindingSort,
        descending: bool,
        offset: u64,
        limit: u64,
    ) -> Result<FindingsPage, InvestigateError> {
        let (rows, total) = self.store.findings(filter, sort, descending, offset, limit).await?;
        Ok(FindingsPage { rows, total })
    }

    /// One finding as a whole.
    ///
    /// # Errors
    /// [`InvestigateError::NotFound`] when there is none with this id.
    pub async fn finding(&self, id: &str) -> Result<Finding, InvestigateError> {
        let found = self.store.finding(id).await?;
        found.ok_or_else(|| InvestigateError::NotFound { what: format!("finding {id:?}") })
    }

    /// Findings written as other tools read them, the latest first; at most 1,000.
    ///
    /// # Errors
    /// When the state cannot answer.
    pub async fn export(&self, filter: &FindingFilter, form: FindingForm, limit: u64) -> Result<Vec<Value>, InvestigateError> {
        let (page, _) = self.store.findings(filter, FindingSort::LastSeen, true, 0, limit.min(EXPORT_CAP)).await?;
        let mut written = Vec::with_capacity(page.len());
        for summary in page {
            if let Some(finding) = self.store.finding(&summary.id).await? {
                written.push(form.write(&finding));
            }
        }
        Ok(written)
    }

    /// Puts findings away, or takes them back; how many of the ids there are.
    ///
    /// # Errors
    /// When there are more than 1,000 ids, or the state cannot be written.
    pub async fn archive(&self, ids: &[String], archived: bool, by: &str, at: Timestamp) -> Result<u64, InvestigateError> {
        if ids.len() > ARCHIVE_CAP {
            return Err(InvestigateError::invalid(format!("at most {ARCHIVE_CAP} findings at once")));
        }
        Ok(self.store.archive(ids, archived, by, at).await?)
    }

    /// Everything a finding's page shows.
    ///
    /// # Errors
    /// [`InvestigateError::NotFound`] when there is none with this id; when the lake or the state cannot answer.
    pub async fn finding_page(&self, id: &str) -> Result<FindingPage, InvestigateError> {
        let finding = self.finding(id).await?;
        let Some(summary) = self.store.finding_summary(id).await? else {
            return Err(InvestigateError::NotFound { what: format!("finding {id:?}") });
        };
        let range = scope_of(&finding);
        let (entity, coverage, related) = futures::try_join!(
            Box::pin(self.entity(&finding.entity, range)),
            Box::pin(self.coverage(Some(&finding.entity), range)),
            Box::pin(self.related(&finding)),
        )?;
        let mut remotes: Vec<RemoteFacts> = Vec::new();
        for actor in &finding.actors {
            if remotes.iter().any(|known| known.remote_addr == actor.remote_addr) {
                continue;
            }
            let address = Address::parse(actor.remote_addr.as_bytes());
            remotes.push(RemoteFacts {
                remote_addr: actor.remote_addr.clone(),
                location: address.map(|address| self.geo.lookup(address).into()).unwrap_or_default(),
                lists: address.map(|address| self.list_facts(address)).unwrap_or_default(),
                entity: self.holder_of(&actor.remote_addr, Some(&finding.entity), actor.first_seen),
            });
        }
        let rows = finding.evidence.rows.clone();
        Ok(FindingPage { summary, scope: range.into(), entity, remotes, related, rows, coverage, finding })
    }

    /// The scope that the investigation of a finding begins with: the hours from its beginning to its last occurrence.
    ///
    /// # Errors
    /// [`InvestigateError::NotFound`] when there is none with this id.
    pub async fn finding_scope(&self, id: &str) -> Result<TimeRange, InvestigateError> {
        Ok(scope_of(&self.finding(id).await?))
    }

    /// Findings of an entity, an account, or with a remote address, that touch a range, the latest first.
    pub(super) async fn findings_of(&self, entity: &str, range: TimeRange, limit: u64) -> Result<Vec<FindingSummary>, InvestigateError> {
        let canonical = Subject::of(entity).canonical();
        let mut filter = FindingFilter { from: Some(range.from), to: Some(range.to), ..FindingFilter::default() };
        match EntityKind::of(entity) {
            EntityKind::IpAddress => filter.remotes = Choice::of([canonical]),
            EntityKind::Account => filter.accounts = Choice::of([canonical]),
            _ => filter.entities = Choice::of([canonical]),
        }
        Ok(self.store.findings(&filter, FindingSort::LastSeen, true, 0, limit).await?.0)
    }

    async fn related(&self, finding: &Finding) -> Result<Vec<FindingSummary>, InvestigateError> {
        let near = TimeRange::new(finding.first_seen.plus_secs(-DAY_SECS), finding.last_seen.plus_secs(DAY_SECS));
        let mut related = self.findings_of(&finding.entity, near, RELATED).await?;
        let mut ids = std::collections::BTreeSet::new();
        for actor in finding.actors.iter().take(20) {
            for mark in self.store.marks(MarkSubject::Remote(&actor.remote_addr), near).await? {
                ids.insert(mark.finding_id);
            }
        }
        for id in ids {
            if !related.iter().any(|known| known.id == id)
                && let Some(summary) = self.store.finding_summary(&id).await?
            {
                related.push(summary);
            }
        }
        related.retain(|other| other.id != finding.id);
        related.truncate(usize::try_from(RELATED).unwrap_or(usize::MAX));
        Ok(related)
    }
}

/// The hours from a finding's beginning, which may be before its first occurrence, to its last occurrence.
pub(super) fn scope_of(finding: &Finding) -> TimeRange {
    let (start, end) = (finding.story.from.hour(), finding.last_seen.plus_secs(HOUR_SECS - 1).hour());
    TimeRange::new(start, end.max(start.plus_secs(HOUR_SECS)))
}
