//! The inventory, asked of the AWS API on a schedule.
//!
//! Only the EC2 `Describe…` operations are called, by the API's query protocol; each answer becomes the document that the AWS command line
//! prints for it, which is what `enrich` imports. Nothing is ever changed.

mod document;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::http::Request;
use flow::Timestamp;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Aws, Backoff, Clock, CollectError, Health, State};

/// The version of the API that the answers are read by.
const VERSION: &str = "2016-11-15";
/// The largest page that is read, bytes.
const PAGE_CAP: usize = 64 << 20;
/// Pages of one answer, at most.
const PAGES_CAP: usize = 10_000;
/// Tries of one request.
const TRIES: u32 = 5;

/// What is asked: the operation, the element that holds the list, the document's key, and a name for files.
const CALLS: [(&str, &str, &str, &str); 7] = [
    ("DescribeInstances", "reservationSet", "Reservations", "instances"),
    ("DescribeNetworkInterfaces", "networkInterfaceSet", "NetworkInterfaces", "network-interfaces"),
    ("DescribeSecurityGroups", "securityGroupInfo", "SecurityGroups", "security-groups"),
    ("DescribeNetworkAcls", "networkAclSet", "NetworkAcls", "network-acls"),
    ("DescribeSubnets", "subnetSet", "Subnets", "subnets"),
    ("DescribeVpcs", "vpcSet", "Vpcs", "vpcs"),
    ("DescribeFlowLogs", "flowLogSet", "FlowLogs", "flow-logs"),
];

/// An account whose inventory is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Its name in health, metrics and logs.
    pub name: String,
    /// How it is reached.
    pub aws: Aws,
    /// The regions asked. Without any: that of `aws`.
    pub regions: Vec<String>,
    /// It is asked this often, seconds.
    pub every_secs: u64,
    /// Things in one page of an answer, 5 to 1000.
    pub page: u32,
}

impl Default for Account {
    fn default() -> Self {
        Self { name: "inventory".to_owned(), aws: Aws::default(), regions: Vec::new(), every_secs: 900, page: 500 }
    }
}

/// One whole answer of an account in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The account's name in the settings.
    pub name: String,
    /// The region.
    pub region: String,
    /// What is in it: `instances`, `network-interfaces`, `security-groups`, `network-acls`, `subnets`, `vpcs`, `flow-logs`.
    pub kind: &'static str,
    /// The document, as the AWS command line would print it.
    pub json: Vec<u8>,
    /// When it was asked for.
    pub time: Timestamp,
}

/// Asks for an account's inventory on a schedule.
#[derive(Debug)]
pub struct InventorySource {
    settings: Account,
    clock: Clock,
    health: Arc<Health>,
}

impl InventorySource {
    /// A source for an account. Does not ask yet.
    pub fn new(settings: Account, clock: Clock) -> Self {
        let place = if settings.regions.is_empty() { settings.aws.region.clone().unwrap_or_default() } else { settings.regions.join(", ") };
        let health = Arc::new(Health::new(&settings.name, "inventory", place, clock.clone()));
        Self { settings, clock, health }
    }

    /// How it is doing.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Asks until told to stop, or until nobody listens. A region is sent when all of its answers are whole: a part would look as if
    /// the rest had been deleted.
    pub async fn run(self, out: mpsc::Sender<Snapshot>, stop: CancellationToken) {
        let backoff = Backoff { first: Duration::from_secs(5), longest: Duration::from_secs(self.settings.every_secs.clamp(5, 600)) };
        let mut attempt = 0;
        loop {
            let round = tokio::select! {
                () = stop.cancelled() => break,
                () = out.closed() => break,
                round = self.round(&out) => round,
            };
            let pause = match round {
                Ok(()) => {
                    self.health.worked();
                    attempt = 0;
                    Duration::from_secs(self.settings.every_secs.max(1))
                }
                Err(error) => {
                    self.health.trouble(&error.chain());
                    attempt += 1;
                    backoff.wait(attempt - 1)
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.health.ended(State::Stopped);
    }

    /// Asks every region once. One that fails does not keep the others from being asked.
    async fn round(&self, out: &mpsc::Sender<Snapshot>) -> Result<(), CollectError> {
        let configured = [self.settings.aws.region.clone()];
        let named: Vec<Option<String>> = self.settings.regions.iter().cloned().map(Some).collect();
        let mut result = Ok(());
        for region in if named.is_empty() { &configured[..] } else { &named[..] } {
            match self.region(region.as_deref()).await {
                Ok(snapshots) => {
                    for snapshot in snapshots {
                        // Nobody listens: the loop ends of itself.
                        let _ = out.send(snapshot).await;
                    }
                }
                Err(error) => result = Err(error),
            }
        }
        result
    }

    async fn region(&self, region: Option<&str>) -> Result<Vec<Snapshot>, CollectError> {
        let config = self.settings.aws.load(region, Duration::ZERO).await;
        let region = config.region().map(ToString::to_string).ok_or_else(|| CollectError::Setting {
            name: self.settings.name.clone(),
            problem: "no region is configured, and the environment has none".to_owned(),
        })?;
        let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).read_timeout(self.settings.aws.timeout()).build();
        let client = client.map_err(|error| service("make a client", true, error))?;
        let time = self.clock.now();
        let asker = Asker { source: self, config: &config, client: &client, region: &region };
        try_join_all(CALLS.iter().map(|(action, list, key, kind)| {
            let asker = &asker;
            let region = region.clone();
            async move {
                let items = asker.all(action, list).await?;
                let document = Map::from_iter([((*key).to_owned(), Value::Array(items))]);
                let json = Value::Object(document).to_string().into_bytes();
                Ok(Snapshot { name: self.settings.name.clone(), region, kind, json, time })
            }
        }))
        .await
    }
}

fn service(operation: &str, transient: bool, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CollectError {
    CollectError::Service { operation: operation.to_owned(), code: None, transient, source: source.into() }
}

struct Asker<'a> {
    source: &'a InventorySource,
    config: &'a SdkConfig,
    client: &'a reqwest::Client,
    region: &'a str,
}

impl Asker<'_> {
    /// Every page of an answer.
    async fn all(&self, action: &str, list: &str) -> Result<Vec<Value>, CollectError> {
        let mut items = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES_CAP {
            let xml = self.patiently(action, next.as_deref()).await?;
            let what = || format!("{action} in {}", self.region);
            let page = document::page(&xml, list).map_err(|problem| CollectError::Answer { what: what(), problem })?;
            items.extend(page.items);
            next = page.next;
            if next.is_none() {
                return Ok(items);
            }
        }
        Err(CollectError::Answer { what: format!("{action} in {}", self.region), problem: "it has no end".to_owned() })
    }

    async fn patiently(&self, action: &str, next: Option<&str>) -> Result<String, CollectError> {
        let backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(5) };
        let mut attempt = 0;
        loop {
            match self.ask(action, next).await {
                Err(error) if error.is_transient() && attempt + 1 < TRIES => {
                    tokio::time::sleep(backoff.wait(attempt)).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// One request.
    async fn ask(&self, action: &str, next: Option<&str>) -> Result<String, CollectError> {
        let operation = format!("{action} in {}", self.region);
        let form = self.form(action, next);
        let request = self.signed(&operation, form).await?;
        let mut response = self.client.execute(request).await.map_err(|error| service(&operation, true, error.without_url()))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| service(&operation, true, error.without_url()))? {
            body.extend_from_slice(&chunk);
            if body.len() > PAGE_CAP {
                return Err(CollectError::TooLarge { what: operation, limit: PAGE_CAP as u64 });
            }
        }
        let xml = String::from_utf8(body).map_err(|error| service(&operation, true, error))?;
        if status.is_success() {
            return Ok(xml);
        }
        let (code, message) = document::error(&xml).unzip();
        let throttled = code.as_deref().is_some_and(|code| code.contains("LimitExceeded") || code.contains("Throttl"));
        let transient = status.is_server_error() || status.as_u16() == 429 || throttled;
        let said = format!("{status}: {} {}", code.as_deref().unwrap_or_default(), message.unwrap_or_default());
        Err(CollectError::Service { operation, code, transient, source: said.trim().into() })
    }

    fn form(&self, action: &str, next: Option<&str>) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", action).append_pair("Version", VERSION);
        form.append_pair("MaxResults", &self.source.settings.page.clamp(5, 1_000).to_string());
        if let Some(next) = next {
            form.append_pair("NextToken", next);
        }
        form.finish()
    }

    /// Source: AWS Signature Version 4.
    async fn signed(&self, operation: &str, form: String) -> Result<reqwest::Request, CollectError> {
        let url = match self.config.endpoint_url() {
            Some(url) => format!("{}/", url.trim_end_matches('/')),
            None if self.region.starts_with("cn-") => format!("https://ec2.{}.amazonaws.com.cn/", self.region),
            None => format!("https://ec2.{}.amazonaws.com/", self.region),
        };
        let provider = self.config.credentials_provider().ok_or_else(|| service(operation, false, "there are no credentials"))?;
        let identity = provider.provide_credentials().await.map_err(|error| service(operation, true, error))?.into();
        let micros = u64::try_from(self.source.clock.now().micros()).unwrap_or(0);
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("ec2")
            .time(UNIX_EPOCH + Duration::from_micros(micros))
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| service(operation, false, error))?
            .into();
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        let headers = std::iter::once(("content-type", kind));
        let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(form.as_bytes()));
        let signable = signable.map_err(|error| service(operation, false, error))?;
        let (instructions, _) = sign(signable, &parameters).map_err(|error| service(operation, false, error))?.into_parts();
        let request = Request::builder().method("POST").uri(&url).header("content-type", kind).body(form.clone().into_bytes());
        let mut request = request.map_err(|error| service(operation, false, error))?;
        instructions.apply_to_request_http1x(&mut request);
        request.try_into().map_err(|error: reqwest::Error| service(operation, false, error))
    }
}
