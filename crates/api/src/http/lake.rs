//! The lake as a whole.

use axum::Json;
use axum::extract::State;
use query::Check;
use query::panels::LakeRange;

use super::ApiState;
use super::params::{Body, Params, ScopeParams, SearchParams, SqlRequest};
use crate::investigate::{SearchResult, Sources, SqlAnswer, Summary};
use crate::{ApiError, Problem};

/// Most rows of an answer to SQL.
const SQL_ROWS: usize = 10_000;

/// From when to when there are flows.
#[utoipa::path(get, path = "/api/v1/range", tag = "lake", responses(
    (status = 200, description = "The range.", body = LakeRange),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn range(State(state): State<ApiState>) -> Result<Json<LakeRange>, ApiError> {
    Ok(Json(state.investigator().lake_range().await?))
}

/// What happened in a scope, and where to look.
#[utoipa::path(get, path = "/api/v1/summary", tag = "lake", params(ScopeParams), responses(
    (status = 200, description = "The first page.", body = Summary),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn summary(State(state): State<ApiState>, Params(scope): Params<ScopeParams>) -> Result<Json<Summary>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().summary(range)).await?))
}

/// What was read, what was refused, what is missing, and what is known beside it.
#[utoipa::path(get, path = "/api/v1/sources", tag = "lake", responses(
    (status = 200, description = "The sources.", body = Sources),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn sources(State(state): State<ApiState>) -> Result<Json<Sources>, ApiError> {
    Ok(Json(Box::pin(state.investigator().sources()).await?))
}

/// Checks the promises about the data on the whole lake. Takes time in proportion.
#[utoipa::path(get, path = "/api/v1/verify", tag = "lake", responses(
    (status = 200, description = "The checks.", body = Vec<Check>),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn verify(State(state): State<ApiState>) -> Result<Json<Vec<Check>>, ApiError> {
    Ok(Json(state.investigator().verify().await?))
}

/// Finds entities, addresses, accounts and findings.
#[utoipa::path(get, path = "/api/v1/search", tag = "lake", params(SearchParams), responses(
    (status = 200, description = "What was found.", body = SearchResult),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn search(State(state): State<ApiState>, Params(search): Params<SearchParams>) -> Result<Json<SearchResult>, ApiError> {
    Ok(Json(state.investigator().search(&search.text).await?))
}

/// Runs one read-only query over the tables.
#[utoipa::path(post, path = "/api/v1/sql", tag = "lake", request_body = SqlRequest, responses(
    (status = 200, description = "Columns and rows.", body = SqlAnswer),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn sql(State(state): State<ApiState>, Body(request): Body<SqlRequest>) -> Result<Json<SqlAnswer>, ApiError> {
    let limit = request.limit.unwrap_or(1_000);
    if limit == 0 || limit > SQL_ROWS {
        return Err(ApiError::bad_request(format!("limit is 1 to {SQL_ROWS}")));
    }
    Ok(Json(state.investigator().sql(&request.query, limit).await?))
}
