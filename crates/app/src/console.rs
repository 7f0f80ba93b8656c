//! The console's files, as built into the binary.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::compression::CompressionLayer;

/// Every file of the built console with its name; empty when the console was not built.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// Nothing from elsewhere, nothing inline.
const POLICY: &str =
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Puts the console in front of the interface: its pages at `/`, its files below `/assets`, everything else as before.
pub(crate) fn with_console(interface: Router) -> Router {
    if FILES.is_empty() {
        return interface;
    }
    Router::new()
        .route("/", get(|| async { file("index.html") }))
        .route("/assets/{*path}", get(|Path(path): Path<String>| async move { file(&format!("assets/{path}")) }))
        .route("/weir.svg", get(|| async { file("weir.svg") }))
        .layer(CompressionLayer::new())
        .fallback_service(interface)
}

fn file(name: &str) -> Response {
    let Some((_, bytes)) = FILES.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    // The names of assets carry a hash of their content; the page that names them must be asked for each time.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let header = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
    (
        [
            header(header::CONTENT_TYPE, kind),
            header(header::CACHE_CONTROL, cache),
            header(header::CONTENT_SECURITY_POLICY, POLICY),
            header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            header(header::REFERRER_POLICY, "no-referrer"),
        ],
        *bytes,
    )
        .into_response()
}
