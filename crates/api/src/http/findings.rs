//! Findings.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use detect::Finding;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::auth::Who;
use super::params::{ArchiveRequest, Body, FindingParams, FormatParams, Id, NoteRequest, Params, TOO_LONG};
use crate::investigate::{FindingForm, FindingPage, FindingsPage};
use crate::{ApiError, InvestigateError, Problem};

/// Longest note, characters.
const NOTE_CAP: usize = 4_000;

/// How many findings were changed.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct ChangedCount {
    /// Findings changed.
    changed: u64,
}

/// A page of findings.
#[utoipa::path(get, path = "/api/v1/findings", operation_id = "list_findings", tag = "findings", params(FindingParams), responses(
    (status = 200, description = "The findings.", body = FindingsPage),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(state): State<ApiState>, Params(params): Params<FindingParams>) -> Result<Json<FindingsPage>, ApiError> {
    let query = params.query(&state).await?;
    let page = state.investigator().findings(&query.filter, query.sort, query.descending, query.offset, query.limit).await?;
    Ok(Json(page))
}

/// Findings as a file, in the form that other tools read.
#[utoipa::path(get, path = "/api/v1/findings.json", tag = "findings", params(FindingParams, FormatParams), responses(
    (status = 200, description = "The findings, the latest first.", body = Vec<serde_json::Value>),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn export(
    State(state): State<ApiState>,
    Params(params): Params<FindingParams>,
    Params(format): Params<FormatParams>,
) -> Result<Response, ApiError> {
    let (form, lines) = match format.format.as_deref() {
        None | Some("" | "guardduty") => (FindingForm::GuardDuty, false),
        Some("jsonl") => (FindingForm::GuardDuty, true),
        Some("ocsf") => (FindingForm::Ocsf, false),
        Some("asff") => (FindingForm::Asff, false),
        Some(other) => {
            return Err(ApiError::bad_request(format!("{other:?} is no form of findings: write guardduty, jsonl, ocsf or asff")));
        }
    };
    let query = params.query(&state).await?;
    let written = state.investigator().export(&query.filter, form, query.limit).await?;
    if !lines {
        return Ok(Json(written).into_response());
    }
    let text: String = written.iter().map(|finding| format!("{finding}\n")).collect();
    Ok(([(header::CONTENT_TYPE, "application/jsonl; charset=utf-8")], text).into_response())
}

/// A finding with all its evidence, actors and occurrences.
#[utoipa::path(get, path = "/api/v1/findings/{id}", tag = "findings", params(("id" = String, Path, description = "Its id.")), responses(
    (status = 200, description = "The finding.", body = Finding),
    (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn one(State(state): State<ApiState>, Id(id): Id) -> Result<Json<Finding>, ApiError> {
    Ok(Json(state.investigator().finding(&id).await?))
}

/// Everything a finding's page shows.
#[utoipa::path(get, path = "/api/v1/findings/{id}/page", tag = "findings", params(("id" = String, Path, description = "Its id.")), responses(
    (status = 200, description = "The page.", body = FindingPage),
    (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn page(State(state): State<ApiState>, Id(id): Id) -> Result<Json<FindingPage>, ApiError> {
    Ok(Json(Box::pin(state.investigator().finding_page(&id)).await?))
}

/// Puts a finding away. A later occurrence brings it back.
#[utoipa::path(post, path = "/api/v1/findings/{id}/archive", tag = "findings", params(("id" = String, Path, description = "Its id.")), responses(
    (status = 200, description = "Done.", body = ChangedCount),
    (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn archive(
    State(state): State<ApiState>,
    Extension(Who(who)): Extension<Who>,
    Id(id): Id,
) -> Result<Json<ChangedCount>, ApiError> {
    set_archived(&state, id, true, &who).await
}

/// Takes a finding back that was put away.
#[utoipa::path(post, path = "/api/v1/findings/{id}/unarchive", tag = "findings", params(("id" = String, Path, description = "Its id.")), responses(
    (status = 200, description = "Done.", body = ChangedCount),
    (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn unarchive(
    State(state): State<ApiState>,
    Extension(Who(who)): Extension<Who>,
    Id(id): Id,
) -> Result<Json<ChangedCount>, ApiError> {
    set_archived(&state, id, false, &who).await
}

async fn set_archived(state: &ApiState, id: String, archived: bool, who: &str) -> Result<Json<ChangedCount>, ApiError> {
    let changed = state.investigator().archive(std::slice::from_ref(&id), archived, who, state.now()).await?;
    if changed == 0 {
        return Err(ApiError::not_found(format!("there is no finding {id:?}")));
    }
    Ok(Json(ChangedCount { changed }))
}

/// Puts many findings away, or takes them back.
#[utoipa::path(post, path = "/api/v1/findings/archive", tag = "findings", request_body = ArchiveRequest, responses(
    (status = 200, description = "How many there were.", body = ChangedCount),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn archive_many(
    State(state): State<ApiState>,
    Extension(Who(who)): Extension<Who>,
    Body(request): Body<ArchiveRequest>,
) -> Result<Json<ChangedCount>, ApiError> {
    let changed = state.investigator().archive(&request.ids, request.archived, &who, state.now()).await?;
    Ok(Json(ChangedCount { changed }))
}

/// Writes a note on a finding, or takes it away.
#[utoipa::path(put, path = "/api/v1/findings/{id}/note", tag = "findings", params(("id" = String, Path, description = "Its id.")),
    request_body = NoteRequest, responses(
        (status = 200, description = "Done.", body = ChangedCount),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn note(
    State(state): State<ApiState>,
    Extension(Who(who)): Extension<Who>,
    Id(id): Id,
    Body(request): Body<NoteRequest>,
) -> Result<Json<ChangedCount>, ApiError> {
    let note = request.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > NOTE_CAP) {
        return Err(ApiError::new(TOO_LONG, format!("a note has at most {NOTE_CAP} characters")));
    }
    let known = state.investigator().store().set_note(&id, note, &who, state.now()).await.map_err(InvestigateError::from)?;
    if !known {
        return Err(ApiError::not_found(format!("there is no finding {id:?}")));
    }
    Ok(Json(ChangedCount { changed: 1 }))
}
