//! Who may ask.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{ApiState, Auth};
use crate::{ApiError, InvestigateError};

/// The name of whoever asks, for what they decide.
#[derive(Debug, Clone)]
pub(super) struct Who(pub(super) String);

/// Lets a request pass that has a token, or every one when the listener is open.
pub(super) async fn check(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).cloned();
    let host = request.headers().get(header::HOST).cloned();
    match identify(&state, header.as_ref(), host.as_ref()).await {
        Ok(who) => {
            request.extensions_mut().insert(who);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn identify(state: &ApiState, header: Option<&HeaderValue>, host: Option<&HeaderValue>) -> Result<Who, ApiError> {
    if state.auth == Auth::Open {
        // A page from elsewhere may point its own name at this machine (DNS rebinding); then the browser sends that name.
        return match host {
            Some(host) if !host.to_str().is_ok_and(is_local) => Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "without tokens this answers to addresses and to localhost only, not to other names",
            )),
            _ => Ok(Who("local".to_owned())),
        };
    }
    let refused = || ApiError::new(StatusCode::UNAUTHORIZED, "a valid token is needed: send it as `Authorization: Bearer <token>`");
    let header = header.and_then(|value| value.to_str().ok()).ok_or_else(refused)?;
    let (scheme, secret) = header.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let name =
        state.investigator().store().check_token(secret.trim()).await.map_err(|error| ApiError::from(InvestigateError::from(error)))?;
    name.map(Who).ok_or_else(refused)
}

/// Whether a `Host` header names an address or this machine.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_elsewhere_are_not_local() {
        for host in ["localhost", "LOCALHOST:8420", "127.0.0.1:8420", "[::1]:8420", "[::1]", "10.0.0.5"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["evil.example", "evil.example:8420", "localhost.evil.example", "", "127.0.0.1.evil.example:80"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
