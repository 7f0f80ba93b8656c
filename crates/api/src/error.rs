//! What can go wrong: for whoever asked, and for the log.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question that could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum InvestigateError {
    /// The question itself is wrong.
    #[error("{reason}")]
    Invalid {
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// There is no such thing.
    #[error("there is no {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The lake could not answer.
    #[error("the lake cannot answer")]
    Query(#[from] query::QueryError),
    /// The state could not answer.
    #[error("the state cannot answer")]
    State(#[from] state::StateError),
    /// An answer could not be brought into the form it should have.
    #[error("the answer to {question} has another form than expected")]
    Form {
        /// Which question.
        question: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Rows could not be written as JSON.
    #[error("the rows cannot be written as JSON")]
    Json(#[source] arrow::error::ArrowError),
}

impl InvestigateError {
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid { reason: reason.into() }
    }

    /// Whether the asker can mend it.
    pub fn is_callers(&self) -> bool {
        match self {
            Self::Invalid { .. } | Self::NotFound { .. } => true,
            Self::Query(error) => error.is_callers(),
            Self::State(_) | Self::Form { .. } | Self::Json(_) => false,
        }
    }
}

/// An error as it is sent (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What sort of problem; `about:blank` means that the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong, for whoever asked.
    pub detail: String,
}

/// An error of a request: what the client is told, and what the log is told, apart.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// For the client.
    pub client: String,
    /// For the log, when it says more.
    pub log: Option<String>,
}

impl ApiError {
    /// An error that the client may know everything about.
    pub fn new(status: StatusCode, client: impl Into<String>) -> Self {
        Self { status, client: client.into(), log: None }
    }

    pub(crate) fn bad_request(client: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, client)
    }

    pub(crate) fn not_found(client: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, client)
    }
}

impl From<InvestigateError> for ApiError {
    fn from(error: InvestigateError) -> Self {
        use query::QueryError;
        match &error {
            InvestigateError::Invalid { reason } => Self::bad_request(reason.clone()),
            InvestigateError::NotFound { .. } => Self::not_found(error.to_string()),
            InvestigateError::Query(query @ QueryError::Invalid { .. }) => Self::bad_request(query.to_string()),
            InvestigateError::Query(query @ QueryError::Limit { .. }) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, query.to_string()),
            InvestigateError::State(state) if state.is_transient() => Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                client: "the state database is busy; try again".to_owned(),
                log: Some(chain(&error)),
            },
            InvestigateError::Query(_) | InvestigateError::State(_) | InvestigateError::Form { .. } | InvestigateError::Json(_) => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                client: "something went wrong here; the log of the server says what".to_owned(),
                log: Some(chain(&error)),
            },
        }
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(log) = &self.log {
            tracing::error!(status = self.status.as_u16(), error = log, "request failed");
        }
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.client,
        };
        let mut response = (self.status, Json(problem)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
