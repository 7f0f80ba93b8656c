//! Finding groups.

use axum::Json;
use axum::extract::State;
use detect::Group;
use flow::Timestamp;
use serde::Deserialize;
use state::GroupFilter;
use utoipa::IntoParams;

use super::ApiState;
use super::params::{Id, PAGE_CAP, Params};
use crate::investigate::GroupsPage;
use crate::{ApiError, Problem};

/// Which groups.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GroupParams {
    /// Least severity as a number, 1.0 to 10.0.
    min_severity: Option<f64>,
    /// With a finding about this entity.
    entity: Option<String>,
    /// `true` for those of which every finding is put away, `false` for the others; all by default.
    archived: Option<bool>,
    /// Last seen at or after: RFC 3339, a date, Unix seconds, or an offset such as `-7d` from the end of the data.
    from: Option<String>,
    /// First seen before, in the same forms.
    to: Option<String>,
    /// Groups to pass over.
    offset: Option<u64>,
    /// Groups to give, at most 1,000; 100 by default.
    limit: Option<u64>,
}

/// A page of finding groups: findings that belong to one story.
#[utoipa::path(get, path = "/api/v1/groups", operation_id = "list_groups", tag = "findings", params(GroupParams), responses(
    (status = 200, description = "The groups, what to look at first coming first.", body = GroupsPage),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(state): State<ApiState>, Params(params): Params<GroupParams>) -> Result<Json<GroupsPage>, ApiError> {
    let limit = params.limit.unwrap_or(100);
    if limit == 0 || limit > PAGE_CAP as u64 {
        return Err(ApiError::bad_request(format!("limit is 1 to {PAGE_CAP}")));
    }
    let end = state.investigator().lake_range().await?.last.unwrap_or_default();
    let time = |text: Option<String>| {
        let text = text.filter(|text| !text.trim().is_empty());
        text.map(|text| Timestamp::parse_relative(&text, end)).transpose().map_err(|error| ApiError::bad_request(error.to_string()))
    };
    let filter = GroupFilter {
        min_severity: params.min_severity,
        archived: params.archived,
        entity: params.entity.filter(|entity| !entity.trim().is_empty()),
        from: time(params.from)?,
        to: time(params.to)?,
    };
    Ok(Json(state.investigator().groups(&filter, params.offset.unwrap_or(0), limit).await?))
}

/// A group with its story, findings, links, participants and tactics. An id that the group had before it grew or merged leads to it too.
#[utoipa::path(get, path = "/api/v1/groups/{id}", operation_id = "group", tag = "findings", params(("id" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The group.", body = Group),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn one(State(state): State<ApiState>, Id(id): Id) -> Result<Json<Group>, ApiError> {
    Ok(Json(state.investigator().group(&id).await?))
}
