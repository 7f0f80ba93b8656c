//! Suppression rules, and sample findings.

use axum::extract::State;
use axum::{Extension, Json};
use detect::FindingType;
use serde::{Deserialize, Serialize};
use state::{SuppressionPreview, SuppressionState};
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::params::{Body, Id};
use crate::investigate::{SuppressionAdded, SuppressionRequest};
use crate::{ApiError, Problem};

/// Every suppression rule, by name, with what it hides.
#[utoipa::path(get, path = "/api/v1/suppression", operation_id = "list_suppression_rules", tag = "findings", responses(
    (status = 200, description = "The rules.", body = Vec<SuppressionState>),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<Json<Vec<SuppressionState>>, ApiError> {
    Ok(Json(state.investigator().suppression_rules(state.now()).await?))
}

/// Makes a suppression rule, in the place of one with the same name. It hides findings that are there already, too.
#[utoipa::path(post, path = "/api/v1/suppression", operation_id = "add_suppression_rule", tag = "findings",
    request_body = SuppressionRequest, responses(
        (status = 200, description = "The rule, and the findings of high severity that it has hidden just now.", body = SuppressionAdded),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn add(
    State(state): State<ApiState>,
    Extension(Who(who)): Extension<Who>,
    Body(request): Body<SuppressionRequest>,
) -> Result<Json<SuppressionAdded>, ApiError> {
    let now = state.now();
    Ok(Json(state.investigator().add_suppression_rule(&request.rule(&who, now), now).await?))
}

/// What a suppression rule would hide of the last 90 days. Nothing is hidden by asking.
#[utoipa::path(post, path = "/api/v1/suppression/preview", operation_id = "preview_suppression", tag = "findings",
    request_body = SuppressionRequest, responses(
        (status = 200, description = "What it would hide.", body = SuppressionPreview),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn preview(
    State(state): State<ApiState>,
    Extension(Who(who)): Extension<Who>,
    Body(request): Body<SuppressionRequest>,
) -> Result<Json<SuppressionPreview>, ApiError> {
    let now = state.now();
    Ok(Json(state.investigator().preview_suppression(&request.rule(&who, now), now).await?))
}

/// Takes a suppression rule away. What it hid comes back.
#[utoipa::path(delete, path = "/api/v1/suppression/{id}", operation_id = "remove_suppression_rule", tag = "findings",
    params(("id" = String, Path, description = "Its name.")), responses(
        (status = 200, description = "The rules that are left.", body = Vec<SuppressionState>),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn remove(State(state): State<ApiState>, Id(name): Id) -> Result<Json<Vec<SuppressionState>>, ApiError> {
    state.investigator().remove_suppression_rule(&name, state.now()).await?;
    list(State(state)).await
}

/// Which samples to make.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SampleRequest {
    /// Types of finding; every type when there is none.
    types: Vec<FindingType>,
}

/// The samples there are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Samples {
    /// Ids of the sample findings made.
    ids: Vec<String>,
    /// Sample findings taken away.
    removed: u64,
}

/// Makes sample findings: what a finding of each type looks like. They are marked, belong to no group, and nothing happened.
#[utoipa::path(post, path = "/api/v1/samples", operation_id = "make_samples", tag = "findings", request_body = SampleRequest, responses(
    (status = 200, description = "Their ids.", body = Samples),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn make_samples(State(state): State<ApiState>, Body(request): Body<SampleRequest>) -> Result<Json<Samples>, ApiError> {
    let ids = state.investigator().make_samples(&request.types, state.now()).await?;
    Ok(Json(Samples { ids, removed: 0 }))
}

/// Takes every sample finding away.
#[utoipa::path(delete, path = "/api/v1/samples", operation_id = "delete_samples", tag = "findings", responses(
    (status = 200, description = "How many there were.", body = Samples),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn delete_samples(State(state): State<ApiState>) -> Result<Json<Samples>, ApiError> {
    Ok(Json(Samples { ids: Vec::new(), removed: state.investigator().delete_samples().await? }))
}
