//! Finding groups: pages of them, and one as a whole.

use detect::Group;
use serde::Serialize;
use state::{GroupFilter, GroupSummary};
use utoipa::ToSchema;

use super::Investigator;
use crate::InvestigateError;

/// A page of finding groups.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupsPage {
    /// The groups of this page, what to look at first coming first.
    pub rows: Vec<GroupSummary>,
    /// Groups on all pages.
    pub total: u64,
}

impl Investigator {
    /// A page of finding groups.
    ///
    /// # Errors
    /// When the state cannot answer.
    pub async fn groups(&self, filter: &GroupFilter, offset: u64, limit: u64) -> Result<GroupsPage, InvestigateError> {
        let (rows, total) = self.store.groups(filter, offset, limit).await?;
        Ok(GroupsPage { rows, total })
    }

    /// One group, by its id or by one that it had before.
    ///
    /// # Errors
    /// [`InvestigateError::NotFound`] when there is none.
    pub async fn group(&self, id: &str) -> Result<Group, InvestigateError> {
        let found = self.store.group(id).await?;
        found.ok_or_else(|| InvestigateError::NotFound { what: format!("group {id:?}") })
    }
}
