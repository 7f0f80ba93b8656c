//! The HTTP endpoint that Amazon Data Firehose delivers to.
//!
//! Source: Amazon Data Firehose developer guide, "HTTP endpoint delivery request and response specifications": a POST of JSON with
//! `requestId`, `timestamp` (milliseconds) and `records` of base64 `data`, perhaps compressed by gzip; 200 with the same `requestId` and a
//! `timestamp` means that it is done; 413 asks for smaller requests; anything else is sent again, with the same `requestId`.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flow::Timestamp;
use futures::future::BoxFuture;
use ingest::sources::{Delivery, Object};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Answer, Desk};
use crate::{CollectError, Firehose, Health, Secret, Source, Spooled, Surroundings};

/// Shorter keys can be guessed.
const KEY_MIN: usize = 16;
/// The longest error message that Firehose takes is 8192 characters.
const MESSAGE_CAP: usize = 1_000;
/// The longest request id; Firehose's are UUIDs.
const ID_CAP: usize = 200;

/// A body that takes longer holds up the others.
const BODY: Duration = Duration::from_secs(60);

/// Takes requests while it runs, and answers each when what it brought is committed.
#[derive(Debug)]
pub struct FirehoseSource {
    desk: Arc<Desk>,
}

/// What the handler needs.
#[derive(Debug)]
struct Endpoint {
    desk: Arc<Desk>,
    key: [u8; 32],
    limit: usize,
    patience: Duration,
    unpacking: Semaphore,
}

/// A source, and the route `POST /firehose` to it, which has its own access key: it must stand outside of the server's own check of tokens,
/// and outside of a time-out shorter than `commit_secs`.
///
/// # Errors
/// When there is no access key of at least 16 characters, or its file cannot be read.
pub fn new(settings: &Firehose, surroundings: &Surroundings) -> Result<(FirehoseSource, Router), CollectError> {
    let key = access_key(settings)?;
    let desk = Desk::new("firehose", "/firehose", surroundings);
    let endpoint = Endpoint {
        desk: Arc::clone(&desk),
        key: Sha256::digest(key.reveal()).into(),
        limit: usize::try_from(settings.max_body_mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX),
        patience: Duration::from_secs(settings.commit_secs),
        unpacking: Semaphore::new(settings.concurrent.max(1)),
    };
    // The limit is ours, since what is over it has an answer of its own.
    let router = Router::new().route("/firehose", post(take)).layer(DefaultBodyLimit::disable()).with_state(Arc::new(endpoint));
    Ok((FirehoseSource { desk }, router))
}

fn access_key(settings: &Firehose) -> Result<Secret, CollectError> {
    let key = match &settings.access_key_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(CollectError::file("read", path))?;
            Secret::new(text.lines().next().unwrap_or_default().trim())
        }
        None => settings.access_key.clone(),
    };
    if key.reveal().len() < KEY_MIN {
        let problem = format!("`access_key` must have at least {KEY_MIN} characters");
        return Err(CollectError::Setting { name: "firehose".to_owned(), problem });
    }
    Ok(key)
}

impl Source for FirehoseSource {
    fn health(&self) -> Arc<Health> {
        Arc::clone(&self.desk.health)
    }

    fn run(self: Box<Self>, out: mpsc::Sender<Delivery>, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.desk.run(out, stop).await })
    }
}

/// A request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    request_id: String,
    timestamp: i64,
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Debug, Deserialize)]
struct Record<'a> {
    /// Borrowed from the request: nothing in base64 has to be escaped.
    #[serde(borrow)]
    data: Cow<'a, str>,
}

/// The answer to a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    request_id: String,
    timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

/// A request that is not carried out.
struct Refused(StatusCode, String);

async fn take(Shared(endpoint): Shared<Arc<Endpoint>>, headers: HeaderMap, body: Body) -> Response {
    let id = text(&headers, "x-amz-firehose-request-id").chars().take(ID_CAP).collect::<String>();
    let result = endpoint.take(&id, &headers, body).await;
    let (status, error_message) = match result {
        Ok(()) => (StatusCode::OK, None),
        Err(Refused(status, message)) => {
            endpoint.desk.health.trouble(&format!("{status}: {message}"));
            (status, Some(message.chars().take(MESSAGE_CAP).collect()))
        }
    };
    let reply = Reply { request_id: id, timestamp: endpoint.desk.clock.now().micros() / 1_000, error_message };
    (status, axum::Json(reply)).into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Endpoint {
    async fn take(&self, id: &str, headers: &HeaderMap, body: Body) -> Result<(), Refused> {
        // Digests are of one length and tell nothing of how much of the key was right.
        let digest: [u8; 32] = Sha256::digest(text(headers, "x-amz-firehose-access-key")).into();
        if digest != self.key {
            return Err(Refused(StatusCode::UNAUTHORIZED, "the access key is not the one that is configured".to_owned()));
        }
        if id.is_empty() {
            return Err(Refused(StatusCode::BAD_REQUEST, "the request has no id".to_owned()));
        }
        let stream = text(headers, "x-amz-firehose-source-arn").rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("stream");
        let copies = {
            let _permit = self.unpacking.acquire().await;
            let body = self.unpacked(headers, body).await?;
            let batch: Batch<'_> = serde_json::from_slice(&body)
                .map_err(|error| Refused(StatusCode::BAD_REQUEST, format!("the body is not a request of Firehose: {error}")))?;
            if batch.request_id != id {
                return Err(Refused(StatusCode::BAD_REQUEST, "the body has another request id than the header".to_owned()));
            }
            self.store(&format!("firehose://{stream}/{id}"), batch).await?
        };
        if copies.is_empty() {
            return Ok(());
        }
        match self.desk.hand_in(copies, self.patience).await {
            Answer::Committed | Answer::Unusable(_) => {
                self.desk.health.worked();
                Ok(())
            }
            Answer::NotNow(reason) => Err(Refused(StatusCode::SERVICE_UNAVAILABLE, reason)),
        }
    }

    /// The request's body as JSON.
    async fn unpacked(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
        let limit = self.limit;
        let too_large = || Refused(StatusCode::PAYLOAD_TOO_LARGE, format!("a request has at most {limit} bytes"));
        let announced = text(headers, "content-length").parse::<usize>();
        if announced.is_ok_and(|announced| announced > limit) {
            return Err(too_large());
        }
        let body = tokio::time::timeout(BODY, axum::body::to_bytes(body, limit)).await;
        let body =
            body.map_err(|_| Refused(StatusCode::REQUEST_TIMEOUT, "the body did not come in time".to_owned()))?.map_err(|error| {
                let over = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("length limit"));
                if over { too_large() } else { Refused(StatusCode::BAD_REQUEST, "the body was cut short".to_owned()) }
            })?;
        match text(headers, header::CONTENT_ENCODING.as_str()) {
            "" | "identity" => Ok(body),
            "gzip" => {
                let inflate = move || {
                    let mut json = Vec::new();
                    let reader = flate2::read::MultiGzDecoder::new(body.as_ref());
                    reader.take(limit as u64 + 1).read_to_end(&mut json).map(|_| json)
                };
                let json = tokio::task::spawn_blocking(inflate).await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
                let json = json.map_err(|error| Refused(StatusCode::BAD_REQUEST, format!("the body is not gzip: {error}")))?;
                if json.len() > limit { Err(too_large()) } else { Ok(json.into()) }
            }
            other => Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the encoding {other} is not understood"))),
        }
    }

    /// Writes what a request brings into the spool: one object, named after the request, so that a request that is sent again is the same
    /// object. Records that are gzip themselves, as those of CloudWatch Logs are, make an object of their own.
    async fn store(&self, uri: &str, batch: Batch<'_>) -> Result<Vec<(Object, Spooled)>, Refused> {
        let failed = |error: CollectError| Refused(StatusCode::SERVICE_UNAVAILABLE, error.chain());
        let modified = Some(Timestamp::from_micros(batch.timestamp.saturating_mul(1_000)));
        let size: usize = batch.records.iter().map(|record| record.data.len() / 4 * 3 + 1).sum();
        // One reservation for both: two could wait for each other.
        let reserving = self.desk.spool.reserve(size as u64);
        let room = tokio::time::timeout(self.patience, reserving).await;
        let mut room = Some(room.map_err(|_| Refused(StatusCode::SERVICE_UNAVAILABLE, "there is no room yet".to_owned()))?);
        let mut writers = [None, None];
        for record in &batch.records {
            let data = STANDARD.decode(record.data.as_bytes());
            let data = data.map_err(|error| Refused(StatusCode::BAD_REQUEST, format!("a record is not base64: {error}")))?;
            let packed = data.starts_with(&[0x1f, 0x8b]);
            let place = &mut writers[usize::from(packed)];
            let writer = match place {
                Some((_, writer)) => writer,
                None => {
                    let uri = if packed { format!("{uri}.gz") } else { uri.to_owned() };
                    let room = match room.take() {
                        Some(room) => room,
                        None => self.desk.spool.no_room(),
                    };
                    let writer = self.desk.spool.create(&self.desk.name, &uri, room).await.map_err(failed)?;
                    &mut place.insert((uri, writer)).1
                }
            };
            writer.write(&data).await.map_err(failed)?;
            if !packed && !data.ends_with(b"\n") {
                writer.write(b"\n").await.map_err(failed)?;
            }
        }
        let mut copies = Vec::new();
        for (uri, writer) in writers.into_iter().flatten() {
            let size = writer.written();
            let copy = writer.finish(None).await.map_err(failed)?;
            copies.push((Object { uri, size, modified, path: copy.path().to_owned() }, copy));
        }
        Ok(copies)
    }
}
