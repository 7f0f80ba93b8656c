//! What operators look at, and what is nowhere.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::ApiState;
use super::status::Status;
use crate::{ApiError, InvestigateError};

const HOME: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Weir</title></head>\n<body>\n<h1>Weir</h1>\n\
    <p>The interface is under <code>/api/v1</code>; <a href=\"/api/openapi.json\">its description</a> is OpenAPI.</p>\n\
    <p><a href=\"/healthz\">Health</a>, <a href=\"/readyz\">readiness</a>, <a href=\"/metrics\">metrics</a>.</p>\n</body>\n</html>\n";

pub(super) async fn home() -> Html<&'static str> {
    Html(HOME)
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "It does.", body = String)))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// What collects, detects and tidies up, and how it is doing.
#[utoipa::path(get, path = "/api/v1/status", tag = "operations", responses(
    (status = 200, description = "The sources and the jobs of this process.", body = Status),
    (status = "default", description = "What went wrong.", body = crate::Problem, content_type = "application/problem+json"),
))]
pub(super) async fn status(State(state): State<ApiState>) -> Json<Status> {
    Json(state.status())
}

/// Whether questions can be answered, and what is collected can be kept.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, description = "They can.", body = String),
    (status = 503, description = "They cannot.", body = crate::Problem, content_type = "application/problem+json"),
))]
pub(super) async fn ready(State(state): State<ApiState>) -> Result<&'static str, ApiError> {
    let unready = |error: InvestigateError| ApiError {
        status: StatusCode::SERVICE_UNAVAILABLE,
        client: "the lake or the state cannot be read".to_owned(),
        log: ApiError::from(error).log,
    };
    state.investigator().lake_range().await.map_err(unready)?;
    state.investigator().store().watermark(crate::investigate::DETECTED).await.map_err(|error| unready(error.into()))?;
    match state.status().blocked() {
        Some(reason) => Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, reason)),
        None => Ok("ready\n"),
    }
}

/// Counters in Prometheus' text form.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, description = "The counters.", body = String)))]
pub(super) async fn metrics(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let investigator = state.investigator();
    let (totals, _) = investigator.engine().totals().await.map_err(InvestigateError::from)?;
    let findings = investigator.store().finding_totals().await.map_err(InvestigateError::from)?;
    let detected = investigator.store().watermark(crate::investigate::DETECTED).await.map_err(InvestigateError::from)?;
    let range = investigator.lake_range().await?;
    let text = state.metrics.write(range, &totals, &findings, detected, state.now()) + &state.status().metrics();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operations", responses((status = 200, description = "OpenAPI.", body = serde_json::Value)))]
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(super::openapi())
}

pub(super) async fn unknown(OriginalUri(uri): OriginalUri) -> ApiError {
    ApiError::not_found(format!("there is nothing at {}", uri.path().chars().take(200).collect::<String>()))
}

pub(super) async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, format!("{path} does not take {method}"))
}
