//! Objects that people or programs upload.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::put;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use ingest::sources::{Delivery, Object};
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Answer, Desk};
use crate::{CollectError, Health, Source, Spooled, Surroundings, Upload};

/// The longest name.
const NAME_CAP: usize = 1_000;
/// Nothing coming for this long ends an upload.
const IDLE: Duration = Duration::from_secs(30);

/// Takes uploads while it runs, and answers each when it is committed.
#[derive(Debug)]
pub struct UploadSource {
    desk: Arc<Desk>,
}

#[derive(Debug)]
struct Endpoint {
    desk: Arc<Desk>,
    limit: u64,
    patience: Duration,
    uploads: Semaphore,
}

/// A source, and the routes `PUT` and `POST /upload/<name>` to it. Whoever serves them checks who asks.
pub fn new(settings: &Upload, surroundings: &Surroundings) -> (UploadSource, Router) {
    let desk = Desk::new("upload", "/upload", surroundings);
    let endpoint = Endpoint {
        desk: Arc::clone(&desk),
        limit: settings.max_mib.saturating_mul(1 << 20),
        patience: Duration::from_secs(settings.commit_secs),
        uploads: Semaphore::new(settings.concurrent.max(1)),
    };
    let router = Router::new().route("/upload/{*name}", put(take).post(take)).layer(DefaultBodyLimit::disable());
    (UploadSource { desk }, router.with_state(Arc::new(endpoint)))
}

impl Source for UploadSource {
    fn health(&self) -> Arc<Health> {
        Arc::clone(&self.desk.health)
    }

    fn run(self: Box<Self>, out: mpsc::Sender<Delivery>, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.desk.run(out, stop).await })
    }
}

/// The answer to an upload that is in the lake.
#[derive(Debug, Serialize)]
struct Taken {
    /// Its name in the ledger.
    uri: String,
    /// Bytes.
    size: u64,
}

/// The answer to an upload that is not, in the form of RFC 9457.
#[derive(Debug, Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
}

struct Refused(StatusCode, String);

async fn take(Shared(endpoint): Shared<Arc<Endpoint>>, Path(name): Path<String>, headers: HeaderMap, body: Body) -> Response {
    match endpoint.take(&name, &headers, body).await {
        Ok(taken) => (StatusCode::CREATED, axum::Json(taken)).into_response(),
        Err(Refused(status, detail)) => {
            if status.is_server_error() {
                endpoint.desk.health.trouble(&detail);
            }
            let problem = Problem { title: status.canonical_reason().unwrap_or_default(), status: status.as_u16(), detail };
            let mut response = (status, axum::Json(problem)).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
            response
        }
    }
}

impl Endpoint {
    async fn take(&self, name: &str, headers: &HeaderMap, body: Body) -> Result<Taken, Refused> {
        if name.len() > NAME_CAP || name.chars().any(char::is_control) {
            let detail = format!("a name has at most {NAME_CAP} bytes and no control characters");
            return Err(Refused(StatusCode::BAD_REQUEST, detail));
        }
        let Ok(_permit) = self.uploads.try_acquire() else {
            return Err(Refused(StatusCode::SERVICE_UNAVAILABLE, "too many uploads at once".to_owned()));
        };
        let (object, copy) = self.store(name, headers, body).await?;
        let taken = Taken { uri: object.uri.clone(), size: object.size };
        match self.desk.hand_in(vec![(object, copy)], self.patience).await {
            Answer::Committed => {
                self.desk.health.worked();
                Ok(taken)
            }
            Answer::Unusable(reason) => Err(Refused(StatusCode::UNPROCESSABLE_ENTITY, reason)),
            Answer::NotNow(reason) => Err(Refused(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}; send it again"))),
        }
    }

    async fn store(&self, name: &str, headers: &HeaderMap, body: Body) -> Result<(Object, Spooled), Refused> {
        let failed = |error: CollectError| Refused(StatusCode::SERVICE_UNAVAILABLE, error.chain());
        let too_large = || Refused(StatusCode::PAYLOAD_TOO_LARGE, format!("an upload has at most {} bytes", self.limit));
        let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > self.limit) {
            return Err(too_large());
        }
        // Of an unknown length the most is reserved: growing reservations could wait for each other.
        let reserving = self.desk.spool.reserve(length.unwrap_or(self.limit));
        let room = tokio::time::timeout(self.patience, reserving).await;
        let room = room.map_err(|_| Refused(StatusCode::SERVICE_UNAVAILABLE, "there is no room yet; send it again".to_owned()))?;
        let uri = format!("upload://{name}");
        let mut writer = self.desk.spool.create(&self.desk.name, &uri, room).await.map_err(failed)?;
        let mut chunks = body.into_data_stream();
        loop {
            let chunk = tokio::time::timeout(IDLE, chunks.next()).await;
            match chunk.map_err(|_| Refused(StatusCode::REQUEST_TIMEOUT, "nothing came for too long".to_owned()))? {
                Some(Ok(bytes)) => writer.write(&bytes).await.map_err(failed)?,
                Some(Err(_)) => return Err(Refused(StatusCode::BAD_REQUEST, "the body was cut short".to_owned())),
                None => break,
            }
            if writer.written() > self.limit {
                return Err(too_large());
            }
        }
        let size = writer.written();
        let copy = writer.finish(length).await.map_err(|error| Refused(StatusCode::BAD_REQUEST, error.chain()))?;
        // The time of the upload: a name that is used again for other content is another version.
        Ok((Object { uri, size, modified: Some(self.desk.clock.now()), path: copy.path().to_owned() }, copy))
    }
}
