//! Settings of the sources: the part `[sources]` of `weir.toml`.

use std::fmt::{self, Debug, Formatter};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::CollectError;

/// Where objects come from. Without any of them nothing is collected.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Sources)]
pub struct Config {
    /// Objects fetched and not yet committed take at most this much disk, MiB, all sources together. Twice what is committed at a time is
    /// enough; when it is full, fetching waits.
    pub spool_mib: u64,
    /// Folders that are watched.
    pub folder: Vec<Folder>,
    /// Buckets that tell of new objects through an SQS queue.
    pub s3_queue: Vec<S3Queue>,
    /// Buckets that are listed.
    pub s3_listing: Vec<S3Listing>,
    /// Amazon Data Firehose, which calls Weir.
    pub firehose: Firehose,
    /// Objects that people or programs upload.
    pub upload: Upload,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            spool_mib: 2048,
            folder: Vec::new(),
            s3_queue: Vec::new(),
            s3_listing: Vec::new(),
            firehose: Firehose::default(),
            upload: Upload::default(),
        }
    }
}

/// A folder that is watched, with the folders inside it. Hidden files and files named `*.part` or `*.tmp` are left alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Folder {
    /// Its name in health, metrics and logs.
    pub name: String,
    /// The folder. It may come into being later.
    #[schema(value_type = String)]
    pub path: PathBuf,
    /// A file is taken when its size and modification have not changed for this long, seconds.
    pub settle_secs: u64,
    /// The whole folder is listed this often, seconds, so that a change the system did not tell of is found too.
    pub rescan_secs: u64,
    /// Files handed to the collector and not yet committed, at most.
    pub in_flight: usize,
}

impl Default for Folder {
    fn default() -> Self {
        Self { name: "folder".to_owned(), path: PathBuf::new(), settle_secs: 2, rescan_secs: 60, in_flight: 5_000 }
    }
}

/// How a service of AWS, or one that speaks its protocol, is reached. Credentials come from the usual places: environment, profile, web
/// identity, container, instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Aws {
    /// Region. Without it, that of the environment.
    pub region: Option<String>,
    /// Profile of the shared configuration files. Without it, that of the environment.
    pub profile: Option<String>,
    /// A fixed access key, for stores that have their own. Where AWS runs the store, roles are better.
    pub access_key_id: Option<String>,
    /// Its secret.
    pub secret_access_key: Secret,
    /// Role to take on by `sts:AssumeRole`, for a queue or bucket of another account.
    pub role_arn: Option<String>,
    /// External id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Base URL of a service that speaks the protocol, such as an S3-compatible store.
    pub endpoint_url: Option<String>,
    /// The bucket stands in the path and not in the host name. Without it: yes when there is an `endpoint_url`.
    pub path_style: Option<bool>,
    /// No answer and no byte of a body for this long is a failure, seconds. Without it: 30.
    pub timeout_secs: Option<u64>,
}

/// What is done with a message that cannot be acted on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Poison {
    /// It stays in the queue: the queue's redrive policy moves it to its dead-letter queue.
    #[default]
    Leave,
    /// It is deleted.
    Delete,
}

/// A bucket, or several, that tell of new objects through an SQS queue: S3 to SQS, S3 to SNS to SQS (enveloped or raw), or EventBridge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct S3Queue {
    /// Its name in health, metrics and logs.
    pub name: String,
    /// URL of the queue.
    pub queue_url: String,
    /// How the queue is reached, and the buckets too unless `object_aws` says otherwise.
    pub aws: Aws,
    /// How the buckets are reached, when that differs from the queue. A bucket's region is taken from the notification.
    pub object_aws: Option<Aws>,
    /// Only objects of these buckets are taken. Without any: all.
    pub buckets: Vec<String>,
    /// Only objects whose key begins with one of these are taken. Without any: all.
    pub prefixes: Vec<String>,
    /// Only objects whose key ends with one of these are taken. Without any: all.
    pub suffixes: Vec<String>,
    /// Objects fetched at the same time, at most.
    pub fetches: usize,
    /// Messages received and not yet deleted, at most. More than are committed at a time, or every commit waits for its time to run out.
    pub in_flight: usize,
    /// A received message is hidden from others for this long, seconds, and again as long as it is worked on.
    pub visibility_secs: u32,
    /// How long one request waits for messages, seconds, at most 20.
    pub wait_secs: u32,
    /// A message whose object is gone or denied is parked when it has been received this often.
    pub max_receives: u32,
    /// What is done with a parked message.
    pub poison: Poison,
}

impl Default for S3Queue {
    fn default() -> Self {
        Self {
            name: "s3_queue".to_owned(),
            queue_url: String::new(),
            aws: Aws::default(),
            object_aws: None,
            buckets: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            fetches: 8,
            in_flight: 2_000,
            visibility_secs: 300,
            wait_secs: 20,
            max_receives: 5,
            poison: Poison::Leave,
        }
    }
}

/// A bucket that is listed: for a back-fill, for a store that tells nothing, or once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct S3Listing {
    /// Its name in health, metrics and logs. What was read is remembered under it.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// How it is reached.
    pub aws: Aws,
    /// Where in the bucket to look. If there is an `AWSLogs/` below one of these, its VPC flow logs are taken account by account and
    /// region by region, of the days that `start` asks for; otherwise every object. Without any: the whole bucket.
    pub prefixes: Vec<String>,
    /// Only these accounts below `AWSLogs/`. Without any: all.
    pub accounts: Vec<String>,
    /// Only these regions below `AWSLogs/`. Without any: all.
    pub regions: Vec<String>,
    /// Only objects from this time on: a date, RFC 3339, or back from now as in `-30d`. The time in an object's name counts, or that of its
    /// modification if it has none. Without it: all.
    pub start: Option<String>,
    /// Only objects whose key ends with one of these. Without any: all.
    pub suffixes: Vec<String>,
    /// Objects fetched at the same time, at most.
    pub fetches: usize,
    /// Prefixes (an account in a region) listed at the same time, at most.
    pub parallel: usize,
    /// Objects handed to the collector and not yet committed, at most.
    pub in_flight: usize,
    /// Pause between one listing and the next, seconds.
    pub poll_secs: u64,
    /// A day's folder is listed again and again until this long after its end, seconds, since objects come late.
    pub late_secs: u64,
    /// List once and end.
    pub once: bool,
}

impl Default for S3Listing {
    fn default() -> Self {
        Self {
            name: "s3_listing".to_owned(),
            bucket: String::new(),
            aws: Aws::default(),
            prefixes: Vec::new(),
            accounts: Vec::new(),
            regions: Vec::new(),
            start: None,
            suffixes: Vec::new(),
            fetches: 8,
            parallel: 8,
            in_flight: 2_000,
            poll_secs: 60,
            late_secs: 86_400,
            once: false,
        }
    }
}

/// The HTTP endpoint that Amazon Data Firehose delivers to, at `/firehose`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Firehose {
    /// Whether it is there.
    pub enabled: bool,
    /// The access key that the Firehose stream is given. At least 16 characters; without one the endpoint refuses to start.
    pub access_key: Secret,
    /// A file whose first line is the access key, instead of `access_key`.
    #[schema(value_type = Option<String>)]
    pub access_key_file: Option<PathBuf>,
    /// The largest request that is taken, MiB, before and after it is unpacked. Firehose sends at most 64 MiB before base64.
    pub max_body_mib: u64,
    /// Requests unpacked at the same time, at most; each takes up to twice `max_body_mib` of memory.
    pub concurrent: usize,
    /// How long a request waits for its commit, seconds. After that Firehose is asked to send it again.
    pub commit_secs: u64,
}

impl Default for Firehose {
    fn default() -> Self {
        Self { enabled: false, access_key: Secret::default(), access_key_file: None, max_body_mib: 88, concurrent: 2, commit_secs: 170 }
    }
}

/// Uploads: `PUT /upload/<name>`, as by `curl -T`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Upload {
    /// Whether they are taken.
    pub enabled: bool,
    /// The largest object that is taken, MiB.
    pub max_mib: u64,
    /// Uploads at the same time, at most.
    pub concurrent: usize,
    /// How long an upload waits for its commit, seconds.
    pub commit_secs: u64,
}

impl Default for Upload {
    fn default() -> Self {
        Self { enabled: false, max_mib: 1024, concurrent: 16, commit_secs: 120 }
    }
}

/// A text that is not shown: neither in logs nor when settings are written out.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Debug for Secret {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_empty() { "none" } else { "***" })
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_empty() { "" } else { "***" })
    }
}

impl Config {
    /// Whether the settings make sense, without reaching for anything.
    ///
    /// # Errors
    /// Names the source and what is wrong with it.
    pub fn check(&self) -> Result<(), CollectError> {
        let mut names = std::collections::BTreeSet::new();
        let folders = self.folder.iter().map(|source| (&source.name, source.problem()));
        let queues = self.s3_queue.iter().map(|source| (&source.name, source.problem()));
        let listings = self.s3_listing.iter().map(|source| (&source.name, source.problem()));
        for (name, problem) in folders.chain(queues).chain(listings) {
            let problem = if name.is_empty() {
                Some("it has no name".to_owned())
            } else if names.insert(name) {
                problem
            } else {
                Some("two sources have this name".to_owned())
            };
            if let Some(problem) = problem {
                return Err(CollectError::Setting { name: name.clone(), problem });
            }
        }
        Ok(())
    }
}

/// The first of the problems that there is.
fn first<const N: usize>(problems: [(bool, &str); N]) -> Option<String> {
    problems.into_iter().find(|(there, _)| *there).map(|(_, problem)| problem.to_owned())
}

impl Folder {
    fn problem(&self) -> Option<String> {
        first([
            (self.path.as_os_str().is_empty(), "`path` is missing"),
            (self.in_flight == 0, "`in_flight` must be at least 1"),
            (self.rescan_secs == 0, "`rescan_secs` must be at least 1"),
        ])
    }
}

impl S3Queue {
    fn problem(&self) -> Option<String> {
        let url = url::Url::parse(&self.queue_url);
        first([
            (self.queue_url.is_empty(), "`queue_url` is missing"),
            (url.is_err(), "`queue_url` is not a URL"),
            (self.fetches == 0 || self.in_flight == 0, "`fetches` and `in_flight` must be at least 1"),
            (self.wait_secs > 20, "`wait_secs` can be at most 20"),
            (!(10..=43_200).contains(&self.visibility_secs), "`visibility_secs` must be between 10 and 43200"),
        ])
    }
}

impl S3Listing {
    /// One pass over what `url` names: `s3://bucket`, `s3://bucket/prefix/`, `s3://bucket/path/of/object`.
    ///
    /// # Errors
    /// When it is no such URL.
    pub fn of_url(url: &str) -> Result<Self, CollectError> {
        let problem = || CollectError::Setting { name: url.to_owned(), problem: "is not of the form s3://bucket/prefix".to_owned() };
        let (bucket, prefix) = url.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).ok_or_else(problem)?;
        if bucket.is_empty() {
            return Err(problem());
        }
        let prefixes = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()).into_iter().collect();
        Ok(Self { name: url.to_owned(), bucket: bucket.to_owned(), prefixes, once: true, ..Self::default() })
    }

    fn problem(&self) -> Option<String> {
        let start = self.start.as_deref().map(|start| flow::Timestamp::parse_relative(start, flow::Timestamp::from_secs(0)));
        first([
            (self.bucket.is_empty(), "`bucket` is missing"),
            (self.bucket.contains('/'), "`bucket` is a name; what follows it goes into `prefixes`"),
            (self.fetches == 0 || self.in_flight == 0 || self.parallel == 0, "`fetches`, `parallel` and `in_flight` must be at least 1"),
            (start.is_some_and(|start| start.is_err()), "`start` is not a time"),
            (self.poll_secs == 0 && !self.once, "`poll_secs` must be at least 1"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_defaults_and_unknown_ones_refused() {
        let config: Config = toml::from_str(
            "[[folder]]\npath = '/logs'\n[[s3_queue]]\nname = 'main'\nqueue_url = 'https://sqs.eu-west-1.amazonaws.com/1/q'\n\
             aws = { region = 'eu-west-1', role_arn = 'arn:aws:iam::1:role/r' }\npoison = 'delete'\n\
             [[s3_listing]]\nbucket = 'b'\nstart = '-30d'\n[firehose]\naccess_key = 'very-secret-key-0'",
        )
        .unwrap();
        config.check().unwrap();
        assert_eq!((config.folder[0].settle_secs, config.s3_queue[0].poison, config.s3_queue[0].wait_secs), (2, Poison::Delete, 20));
        assert!(!format!("{config:?}").contains("very-secret") && !toml::to_string(&config).unwrap().contains("very-secret"));
        let error = toml::from_str::<Config>("[[folder]]\nroute = '/logs'").unwrap_err().to_string();
        assert!(error.contains("route"), "{error}");
    }

    #[test]
    fn a_url_is_one_pass() {
        let listing = S3Listing::of_url("s3://logs/prod/AWSLogs/").unwrap();
        assert_eq!((listing.bucket.as_str(), listing.prefixes, listing.once), ("logs", vec!["prod/AWSLogs/".to_owned()], true));
        assert_eq!(S3Listing::of_url("s3://logs").unwrap().prefixes, Vec::<String>::new());
        assert!(S3Listing::of_url("s3:///x").is_err() && S3Listing::of_url("/tmp").is_err());
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, problem) in [
            ("[[folder]]", "source folder: `path` is missing"),
            ("[[folder]]\npath='a'\n[[folder]]\npath='b'", "source folder: two sources have this name"),
            ("[[s3_queue]]\nqueue_url = 'queue'", "source s3_queue: `queue_url` is not a URL"),
            ("[[s3_listing]]\nbucket = 'b/logs'", "source s3_listing: `bucket` is a name; what follows it goes into `prefixes`"),
            ("[[s3_listing]]\nbucket = 'b'\nstart = 'soon'", "source s3_listing: `start` is not a time"),
        ] {
            let config: Config = toml::from_str(text).unwrap();
            assert_eq!(config.check().unwrap_err().to_string(), problem);
        }
    }
}
