//! Lists that are fetched on a schedule: of addresses that are known for something. What is in them is for others to read.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flow::Timestamp;
use reqwest::{Client, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_128;

use crate::{Backoff, Clock, CollectError, Health, State};

/// A connection that takes longer is not going to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// Nothing coming for this long is a failure.
const IDLE: Duration = Duration::from_secs(30);

/// A list, and where it is fetched from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feed {
    /// Its name.
    pub name: String,
    /// Where it is: `https://…`, or the path of a file.
    pub location: String,
    /// It is looked at this often, seconds.
    pub every_secs: u64,
    /// The largest that is taken, MiB.
    pub max_mib: u64,
}

impl Default for Feed {
    fn default() -> Self {
        Self { name: String::new(), location: String::new(), every_secs: 3_600, max_mib: 64 }
    }
}

/// A list that is new, or not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The list's name.
    pub name: String,
    /// Its bytes, as they came.
    pub bytes: Bytes,
    /// When it was fetched.
    pub time: Timestamp,
    /// What its server calls this version, if it does.
    pub etag: Option<String>,
    /// When its server says that it was modified, as text of an HTTP date.
    pub modified: Option<String>,
}

/// Fetches one list on a schedule. What is the same as before is not sent again. Its health's `last_success` is when the list was last known to
/// be up to date.
#[derive(Debug)]
pub struct ListSource {
    feed: Feed,
    clock: Clock,
    health: Arc<Health>,
    backoff: Backoff,
}

/// What is known of the version that was sent last.
#[derive(Debug, Default)]
struct Last {
    etag: Option<String>,
    modified: Option<String>,
    hash: Option<u128>,
}

impl ListSource {
    /// A source for a list. Does not fetch it yet.
    pub fn new(feed: Feed, clock: Clock) -> Self {
        let health = Arc::new(Health::new(&feed.name, "list", &feed.location, clock.clone()));
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(feed.every_secs.clamp(1, 900)) };
        Self { feed, clock, health, backoff }
    }

    /// How it is doing.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Fetches until told to stop, or until nobody listens. Errors are in its health, and are tried again sooner than the schedule says.
    pub async fn run(self, out: mpsc::Sender<Fetched>, stop: CancellationToken) {
        let (mut last, mut attempt) = (Last::default(), 0);
        loop {
            let fetched = tokio::select! {
                () = stop.cancelled() => break,
                () = out.closed() => break,
                fetched = self.fetch(&last) => fetched,
            };
            let pause = match fetched {
                Ok(fetched) => {
                    self.health.worked();
                    attempt = 0;
                    if let Some(fetched) = fetched {
                        let hash = Some(xxh3_128(&fetched.bytes));
                        let changed = hash != last.hash;
                        last = Last { etag: fetched.etag.clone(), modified: fetched.modified.clone(), hash };
                        if changed && out.send(fetched).await.is_err() {
                            break;
                        }
                    }
                    Duration::from_secs(self.feed.every_secs.max(1))
                }
                Err(error) => {
                    self.health.trouble(&error.chain());
                    attempt += 1;
                    self.backoff.wait(attempt - 1)
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.health.ended(State::Stopped);
    }

    /// The list; `None` when its server says that it is what it was.
    async fn fetch(&self, last: &Last) -> Result<Option<Fetched>, CollectError> {
        if self.feed.location.starts_with("http://") || self.feed.location.starts_with("https://") {
            self.download(last).await
        } else {
            self.read().await.map(Some)
        }
    }

    fn limit(&self) -> u64 {
        self.feed.max_mib.saturating_mul(1 << 20)
    }

    fn too_large(&self) -> CollectError {
        CollectError::TooLarge { what: self.feed.location.clone(), limit: self.limit() }
    }

    async fn read(&self) -> Result<Fetched, CollectError> {
        let path = PathBuf::from(&self.feed.location);
        let file = tokio::fs::File::open(&path).await.map_err(CollectError::file("open", &path))?;
        let mut bytes = Vec::new();
        file.take(self.limit() + 1).read_to_end(&mut bytes).await.map_err(CollectError::file("read", &path))?;
        if bytes.len() as u64 > self.limit() {
            return Err(self.too_large());
        }
        Ok(Fetched { name: self.feed.name.clone(), bytes: bytes.into(), time: self.clock.now(), etag: None, modified: None })
    }

    async fn download(&self, last: &Last) -> Result<Option<Fetched>, CollectError> {
        let failed = |error: reqwest::Error| CollectError::Service {
            operation: format!("fetch {}", self.feed.location),
            code: error.status().map(|status| status.as_str().to_owned()),
            transient: true,
            source: Box::new(error.without_url()),
        };
        let client = Client::builder().connect_timeout(CONNECT).read_timeout(IDLE).build().map_err(failed)?;
        let mut request = client.get(&self.feed.location);
        if let Some(etag) = &last.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(modified) = &last.modified {
            request = request.header(header::IF_MODIFIED_SINCE, modified);
        }
        let mut response = request.send().await.map_err(failed)?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        response = response.error_for_status().map_err(failed)?;
        if response.content_length().is_some_and(|length| length > self.limit()) {
            return Err(self.too_large());
        }
        let text = |name| response.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok()).map(str::to_owned);
        let (etag, modified) = (text(header::ETAG), text(header::LAST_MODIFIED));
        let mut bytes = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if (bytes.len() + chunk.len()) as u64 > self.limit() {
                return Err(self.too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(Fetched { name: self.feed.name.clone(), bytes: bytes.freeze(), time: self.clock.now(), etag, modified }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::HeaderMap;
    use axum::response::IntoResponse as _;
    use axum::routing::get;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn start(location: String, max_mib: u64) -> (mpsc::Receiver<Fetched>, Arc<Health>, CancellationToken) {
        let feed = Feed { name: "tor".into(), location, every_secs: 1, max_mib };
        let source = ListSource::new(feed, Clock::new(|| Timestamp::from_secs(1_000)));
        let (health, stop, (out, lists)) = (source.health(), CancellationToken::new(), mpsc::channel(1));
        tokio::spawn(source.run(out, stop.clone()));
        (lists, health, stop)
    }

    async fn next(lists: &mut mpsc::Receiver<Fetched>) -> Fetched {
        tokio::time::timeout(SOON, lists.recv()).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_list_is_sent_when_it_changes_and_its_server_is_asked_politely() {
        let text = Arc::new(Mutex::new("192.0.2.1"));
        let (asked, unchanged) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let handler = {
            let (text, asked, unchanged) = (Arc::clone(&text), Arc::clone(&asked), Arc::clone(&unchanged));
            move |headers: HeaderMap| async move {
                let text = *text.lock().unwrap();
                let etag = format!("\"{}\"", text.len());
                if asked.fetch_add(1, Ordering::Relaxed) == 0 {
                    return StatusCode::SERVICE_UNAVAILABLE.into_response();
                }
                if headers.get("if-none-match").is_some_and(|known| known.to_str().unwrap() == etag) {
                    assert!(headers.contains_key("if-modified-since"));
                    unchanged.fetch_add(1, Ordering::Relaxed);
                    return StatusCode::NOT_MODIFIED.into_response();
                }
                ([("etag", etag), ("last-modified", "Sun, 01 Nov 2026 00:00:00 GMT".into())], text).into_response()
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/list.txt", listener.local_addr().unwrap());
        let router = Router::new().route("/list.txt", get(handler));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        let (mut lists, health, stop) = start(url, 1);
        let first = next(&mut lists).await;
        assert_eq!(
            (first.bytes.as_ref(), first.etag.as_deref(), first.time),
            (&b"192.0.2.1"[..], Some("\"9\""), Timestamp::from_secs(1_000))
        );
        let report = health.report();
        assert!(report.errors == 1 && report.last_error.unwrap().message.contains("503"));
        while unchanged.load(Ordering::Relaxed) < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(lists.try_recv().is_err(), "nothing changed");
        *text.lock().unwrap() = "192.0.2.1\n192.0.2.2";
        assert_eq!(next(&mut lists).await.bytes.as_ref(), b"192.0.2.1\n192.0.2.2");
        // Larger than is taken, without and with a word about it beforehand.
        *text.lock().unwrap() = Box::leak("x".repeat((1 << 20) + 1).into_boxed_str());
        while health.report().state != State::Failing {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(health.report().last_error.unwrap().message.contains("larger than 1048576 bytes"));
        stop.cancel();
        assert!(tokio::time::timeout(SOON, lists.recv()).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_file_is_a_list_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        let (mut lists, health, _stop) = start(path.display().to_string(), 1);
        while health.report().state != State::Failing {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(health.report().last_error.unwrap().message.contains("list.txt"));
        for text in ["192.0.2.1", "192.0.2.2"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(next(&mut lists).await.bytes.as_ref(), text.as_bytes());
        }
    }
}
