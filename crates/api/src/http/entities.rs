//! Entities and the panels of their profiles.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use flow::HOUR_SECS;
use query::panels::{CoverageGap, DistinctBin, Novel};

use super::ApiState;
use super::params::{AboutParams, BinParams, DetailParams, Id, LimitParams, NovelParams, Params, ScopeParams, SeriesParams, wants_csv};
use crate::investigate::answers::Answers;
use crate::investigate::{
    AddressesPanel, DetailsPage, EntityHead, EntityLine, PortLine, Profile, ReachPanel, VolumePanel, VolumeRow, bin_for,
};
use crate::{ApiError, Panel, Problem};

/// Entities by traffic in a scope, largest first.
#[utoipa::path(get, path = "/api/v1/entities", operation_id = "list_entities", tag = "entities", params(ScopeParams, LimitParams), responses(
    (status = 200, description = "The entities.", body = Panel<EntityLine>),
    (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(scope): Params<ScopeParams>,
    Params(limit): Params<LimitParams>,
) -> Result<Json<Panel<EntityLine>>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().entities(range, limit.rows()?)).await?))
}

/// What an entity is.
#[utoipa::path(get, path = "/api/v1/entities/{entity}", tag = "entities",
    params(("entity" = String, Path, description = "An instance, an interface, an address, an account, a VPC or a subnet."), ScopeParams),
    responses(
        (status = 200, description = "The head of its profile.", body = EntityHead),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn head(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
) -> Result<Json<EntityHead>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().entity(&entity, range)).await?))
}

/// Everything a profile page shows.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/profile", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, BinParams),
    responses(
        (status = 200, description = "The profile.", body = Profile),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn profile(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(bin): Params<BinParams>,
) -> Result<Json<Profile>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().profile(&entity, range, bin.secs()?)).await?))
}

/// Overall flow volume, with what is usual when the bins are hours.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/volume", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, BinParams),
    responses(
        (status = 200, description = "The volume.", body = VolumePanel),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn volume(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(bin): Params<BinParams>,
) -> Result<Json<VolumePanel>, ApiError> {
    let range = scope.range(&state).await?;
    let bin_secs = bin.secs()?.unwrap_or_else(|| bin_for(range));
    Ok(Json(Box::pin(state.investigator().volume(&entity, range, bin_secs)).await?))
}

/// Who the entity spoke with: rows by remote, ports, protocol and action. CSV with `Accept: text/csv`.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/details", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, DetailParams),
    responses(
        (status = 200, description = "A page of details.", content((DetailsPage = "application/json"), (String = "text/csv"))),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn details(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(wanted): Params<DetailParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if wants_csv(&headers) {
        return Box::pin(csv(&state, &entity, scope, wanted)).await;
    }
    let range = scope.range(&state).await?;
    let page = Box::pin(state.investigator().details(&entity, range, &wanted.query(false)?)).await?;
    Ok(Json(page).into_response())
}

/// The same as CSV.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/details.csv", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, DetailParams),
    responses(
        (status = 200, description = "The details.", body = String, content_type = "text/csv"),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn details_csv(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(wanted): Params<DetailParams>,
) -> Result<Response, ApiError> {
    Box::pin(csv(&state, &entity, scope, wanted)).await
}

async fn csv(state: &ApiState, entity: &str, scope: ScopeParams, wanted: DetailParams) -> Result<Response, ApiError> {
    let range = scope.range(state).await?;
    let page = Box::pin(state.investigator().details(entity, range, &wanted.query(true)?)).await?;
    let name: String = entity.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' }).collect();
    let file = format!("attachment; filename=\"details-{name}-{}.csv\"", range.from.date());
    Ok((
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)],
        super::csv::details(&page.rows),
    )
        .into_response())
}

/// Volume over time of the connections of one row of the details.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/series", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, BinParams, SeriesParams),
    responses(
        (status = 200, description = "The line.", body = Panel<VolumeRow>),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn series(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(bin): Params<BinParams>,
    Params(key): Params<SeriesParams>,
) -> Result<Json<Panel<VolumeRow>>, ApiError> {
    let range = scope.range(&state).await?;
    let bin_secs = bin.secs()?.unwrap_or_else(|| bin_for(range));
    Ok(Json(Box::pin(state.investigator().series(&entity, range, bin_secs, &key.key()?)).await?))
}

/// Affected resources: what the entity can have touched from the beginning of the scope on, hop by hop, over connections that were let through
/// and only while they were open.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/reach", operation_id = "reach", tag = "entities",
    params(("entity" = String, Path, description = "The entity, or an address."), ScopeParams, LimitParams),
    responses(
        (status = 200, description = "The host itself, then those that it can have touched, in the order of the instant.", body = ReachPanel),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn reach(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(limit): Params<LimitParams>,
) -> Result<Json<ReachPanel>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().reach(&entity, range, limit.rows()? as usize)).await?))
}

/// Distinct remotes and ports over time.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/distinct", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, BinParams),
    responses(
        (status = 200, description = "The counts.", body = Panel<DistinctBin>),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn distinct(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(bin): Params<BinParams>,
) -> Result<Json<Panel<DistinctBin>>, ApiError> {
    let range = scope.range(&state).await?;
    let bin_secs = bin.secs()?.unwrap_or_else(|| bin_for(range)).max(HOUR_SECS);
    Ok(Json(Box::pin(state.investigator().distinct(&entity, range, bin_secs)).await?))
}

/// Volume by common port, in all and in an average hour.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/ports", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, LimitParams),
    responses(
        (status = 200, description = "The ports.", body = Panel<PortLine>),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn ports(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(limit): Params<LimitParams>,
) -> Result<Json<Panel<PortLine>>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().ports(&entity, range, limit.rows()?)).await?))
}

/// What the entity touched in the scope and not in the 45 days before it: of each kind that with most bytes, and how much more there is.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/new", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, NovelParams),
    responses(
        (status = 200, description = "What is new.", body = Panel<Novel>),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn new_in_scope(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(wanted): Params<NovelParams>,
) -> Result<Json<Panel<Novel>>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().new_in_scope(&entity, range, wanted.page()?)).await?))
}

/// Addresses that the entity used and held.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/addresses", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams),
    responses(
        (status = 200, description = "The addresses.", body = AddressesPanel),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn addresses(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
) -> Result<Json<AddressesPanel>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().addresses(&entity, range)).await?))
}

/// Intervals in which records of the entity were lost.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/gaps", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams),
    responses(
        (status = 200, description = "The gaps.", body = Panel<CoverageGap>),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn gaps(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
) -> Result<Json<Panel<CoverageGap>>, ApiError> {
    let range = scope.range(&state).await?;
    Ok(Json(Box::pin(state.investigator().gaps(Some(&entity), range)).await?))
}

/// The four questions of an investigation, answered.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/answers", tag = "entities",
    params(("entity" = String, Path, description = "The entity."), ScopeParams, AboutParams),
    responses(
        (status = 200, description = "The answers.", body = Answers),
        (status = "default", description = "What went wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn answers(
    State(state): State<ApiState>,
    Id(entity): Id,
    Params(scope): Params<ScopeParams>,
    Params(about): Params<AboutParams>,
) -> Result<Json<Answers>, ApiError> {
    let range = match &about.finding {
        Some(id) if scope.from.is_none() && scope.to.is_none() => state.investigator().finding_scope(id).await?,
        _ => scope.range(&state).await?,
    };
    Ok(Json(Box::pin(state.investigator().answers(&entity, range, about.finding.as_deref())).await?))
}
