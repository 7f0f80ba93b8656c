//! The same answers over HTTP.

mod auth;
mod csv;
mod document;
mod entities;
mod findings;
mod groups;
mod headers;
mod lake;
mod metrics;
mod operations;
mod params;
mod status;
mod suppression;

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use flow::Timestamp;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tracing::Instrument as _;

use crate::{ApiError, Investigator};
pub use document::openapi;
use metrics::Metrics;
pub use status::{JobState, JobStatus, ParkedMessage, ReceiverStatus, SourceStatus, SourceTrouble, Status};

/// Largest request body.
const BODY_CAP: usize = 256 * 1024;
/// Longest time a request may take; a query is stopped sooner by the engine's own limit.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);

/// What tells the time. The crate reads no clock of its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// Whoever reaches the listener, which should then be on the machine itself.
    Open,
    /// Who has a token.
    #[default]
    Tokens,
}

/// What the handlers share.
#[derive(Clone)]
pub struct ApiState {
    investigator: Arc<RwLock<Arc<Investigator>>>,
    /// Who may ask.
    pub auth: Auth,
    /// What tells the time.
    pub clock: Clock,
    watched: Arc<dyn Fn() -> Status + Send + Sync>,
    metrics: Arc<Metrics>,
}

impl Debug for ApiState {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ApiState").field("investigator", &self.investigator()).field("auth", &self.auth).finish_non_exhaustive()
    }
}

impl ApiState {
    /// State for a router.
    pub fn new(investigator: Arc<Investigator>, auth: Auth, clock: Clock) -> Self {
        let watched = Arc::new(Status::default);
        Self { investigator: Arc::new(RwLock::new(investigator)), auth, clock, watched, metrics: Arc::new(Metrics::default()) }
    }

    /// The same, in a process that collects: `watched` says how its sources and jobs are doing.
    #[must_use]
    pub fn watching(self, watched: impl Fn() -> Status + Send + Sync + 'static) -> Self {
        Self { watched: Arc::new(watched), ..self }
    }

    /// Who answers.
    pub fn investigator(&self) -> Arc<Investigator> {
        Arc::clone(&self.investigator.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets another answer from the next question on, as after a change of the inventory or of the lists. Clones of this state follow.
    pub fn replace(&self, investigator: Arc<Investigator>) {
        *self.investigator.write().unwrap_or_else(PoisonError::into_inner) = investigator;
    }

    fn status(&self) -> Status {
        (self.watched)()
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// Routes of another crate under the same guard: a token where one is needed. They stand beside those of [`router`], with limits of their
/// own.
pub fn guarded(state: &ApiState, routes: Router) -> Router {
    routes
        .route_layer(middleware::from_fn_with_state(state.clone(), auth::check))
        .layer(middleware::from_fn(headers::refuse_cross_site))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), count))
}

/// Every path that is served.
pub fn router(state: ApiState) -> Router {
    let v1 = Router::new()
        .route("/range", get(lake::range))
        .route("/summary", get(lake::summary))
        .route("/sources", get(lake::sources))
        .route("/status", get(operations::status))
        .route("/verify", get(lake::verify))
        .route("/search", get(lake::search))
        .route("/sql", post(lake::sql))
        .route("/entities", get(entities::list))
        .route("/entities/{entity}", get(entities::head))
        .route("/entities/{entity}/profile", get(entities::profile))
        .route("/entities/{entity}/volume", get(entities::volume))
        .route("/entities/{entity}/details", get(entities::details))
        .route("/entities/{entity}/details.csv", get(entities::details_csv))
        .route("/entities/{entity}/series", get(entities::series))
        .route("/entities/{entity}/distinct", get(entities::distinct))
        .route("/entities/{entity}/ports", get(entities::ports))
        .route("/entities/{entity}/new", get(entities::new_in_scope))
        .route("/entities/{entity}/addresses", get(entities::addresses))
        .route("/entities/{entity}/gaps", get(entities::gaps))
        .route("/entities/{entity}/reach", get(entities::reach))
        .route("/entities/{entity}/answers", get(entities::answers))
        .route("/findings", get(findings::list))
        .route("/findings.json", get(findings::export))
        .route("/findings/archive", post(findings::archive_many))
        .route("/findings/{id}", get(findings::one))
        .route("/findings/{id}/page", get(findings::page))
        .route("/findings/{id}/archive", post(findings::archive))
        .route("/findings/{id}/unarchive", post(findings::unarchive))
        .route("/findings/{id}/note", put(findings::note))
        .route("/groups", get(groups::list))
        .route("/groups/{id}", get(groups::one))
        .route("/suppression", get(suppression::list).post(suppression::add))
        .route("/suppression/preview", post(suppression::preview))
        .route("/suppression/{id}", delete(suppression::remove))
        .route("/samples", post(suppression::make_samples).delete(suppression::delete_samples))
        .route_layer(middleware::from_fn_with_state(state.clone(), auth::check));
    Router::new()
        .route("/", get(operations::home))
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .route("/api/openapi.json", get(operations::document))
        .nest("/api/v1", v1)
        .fallback(operations::unknown)
        .method_not_allowed_fallback(operations::wrong_method)
        .layer(DefaultBodyLimit::max(BODY_CAP))
        .layer(middleware::from_fn(time_out))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers::refuse_cross_site))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), count))
        .with_state(state)
}

/// Serves until `shutdown` is done, then finishes the requests under way.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn time_out(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(StatusCode::GATEWAY_TIMEOUT, "the request took too long; narrow its scope").into_response(),
    }
}

/// Counts requests by route, which is known only below; the path itself would make a counter of every identifier.
async fn count(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let started = tokio::time::Instant::now();
    // The route, not the path: a span says nothing of whom an analyst looks at.
    let span = tracing::info_span!("request", %method, route = metrics::route(&path), status = tracing::field::Empty);
    let response = next.run(request).instrument(span.clone()).await;
    span.record("status", response.status().as_u16());
    state.metrics.request(&method, metrics::route(&path), response.status(), started.elapsed());
    response
}
