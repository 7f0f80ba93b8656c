//! Bringing an object of a bucket here.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use flow::Timestamp;
use ingest::sources::Object;
use tokio::sync::Mutex;

use crate::aws::failed;
use crate::spool::{Spool, Spooled};
use crate::{Aws, Backoff, CollectError};

/// Tries of one object before the source is told that it failed.
const TRIES: u32 = 5;

/// An object, as a notification or a listing names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) region: Option<String>,
}

impl Named {
    /// Its name in the ledger.
    pub(crate) fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// An object that was brought here; the copy goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) object: Object,
    pub(crate) _copy: Spooled,
}

/// Buckets, reached in one way.
#[derive(Debug)]
pub(crate) struct Store {
    aws: Aws,
    clients: Mutex<BTreeMap<Option<String>, Client>>,
}

impl Store {
    pub(crate) fn new(aws: Aws) -> Self {
        Self { aws, clients: Mutex::default() }
    }

    /// A client for buckets of a region; without one, of the configured region.
    pub(crate) async fn client(&self, region: Option<&str>) -> Client {
        // A store of one's own has one place, whatever region its notifications name.
        let region = if self.aws.endpoint_url.is_some() { None } else { region.or(self.aws.region.as_deref()) };
        let mut clients = self.clients.lock().await;
        if let Some(client) = clients.get(&region.map(str::to_owned)) {
            return client.clone();
        }
        let config = self.aws.load(region, Duration::ZERO).await;
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(self.aws.is_path_style()).build();
        let client = Client::from_conf(config);
        clients.insert(region.map(str::to_owned), client.clone());
        client
    }

    /// Fetches an object into the spool. What may pass is tried again, a few times.
    pub(crate) async fn fetch(&self, named: &Named, source: &str, spool: &Spool) -> Result<Fetched, CollectError> {
        let backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(10) };
        let mut attempt = 0;
        loop {
            match self.fetch_once(named, source, spool).await {
                Err(error) if error.is_transient() && attempt + 1 < TRIES => {
                    tracing::debug!(uri = named.uri(), error = error.chain(), attempt, "fetching again");
                    tokio::time::sleep(backoff.wait(attempt)).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn fetch_once(&self, named: &Named, source: &str, spool: &Spool) -> Result<Fetched, CollectError> {
        let uri = named.uri();
        let client = self.client(named.region.as_deref()).await;
        let mut etag = named.etag.clone();
        let mut room = spool.reserve(named.size.unwrap_or(0)).await;
        loop {
            let request = client.get_object().bucket(&named.bucket).key(&named.key).set_version_id(named.version.clone());
            let request = request.set_if_match(etag.as_ref().map(|etag| format!("\"{}\"", etag.trim_matches('"'))));
            let mut response = match request.send().await {
                Ok(response) => response,
                // Replaced since it was named: a notification of the new one comes too, but this one counts as well.
                Err(error) if etag.is_some() && error.raw_response().is_some_and(|response| response.status().as_u16() == 412) => {
                    etag = None;
                    continue;
                }
                Err(error) => return Err(absent(&uri, failed(format!("get {uri}"), error))),
            };
            let length = response.content_length.and_then(|length| u64::try_from(length).ok());
            if let Some(length) = length.filter(|&length| length > room.size) {
                // Larger than announced. Waiting for room with the connection open would have it time out.
                drop((response, room));
                room = spool.reserve(length).await;
                continue;
            }
            let modified = response.last_modified.map(|time| Timestamp::from_secs(time.secs()));
            let mut writer = spool.create(source, &uri, room).await?;
            let after = self.aws.timeout();
            loop {
                let chunk = tokio::time::timeout(after, response.body.try_next()).await;
                let chunk = chunk.map_err(|_| CollectError::TimedOut { operation: format!("reading {uri}"), after })?;
                match chunk {
                    Ok(Some(bytes)) => writer.write(&bytes).await?,
                    Ok(None) => break,
                    Err(error) => {
                        let operation = format!("read {uri}");
                        return Err(CollectError::Service { operation, code: None, transient: true, source: Box::new(error) });
                    }
                }
            }
            let size = writer.written();
            let copy = writer.finish(length).await?;
            let object = Object { uri, size, modified, path: copy.path().to_owned() };
            return Ok(Fetched { object, _copy: copy });
        }
    }
}

/// Tells an object that is not there, or not for us, from other errors.
fn absent(uri: &str, error: CollectError) -> CollectError {
    match &error {
        CollectError::Service { code: Some(code), .. } => match code.as_str() {
            "NoSuchKey" | "NoSuchVersion" | "NotFound" | "NoSuchBucket" => CollectError::Absent { uri: uri.to_owned(), denied: false },
            "AccessDenied" | "Forbidden" | "AllAccessDisabled" => CollectError::Absent { uri: uri.to_owned(), denied: true },
            _ => error,
        },
        _ => error,
    }
}
