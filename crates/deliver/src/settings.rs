//! Settings of the targets: `[[deliver]]` in `weir.toml`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use detect::{FindingType, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DeliverError, Format};

/// What a target speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An HTTP endpoint: one signed `POST` a notice.
    Webhook,
    /// An incoming webhook of Slack.
    Slack,
    /// Syslog as RFC 5424, over UDP, TCP or TLS.
    Syslog,
    /// A file of JSON lines.
    File,
}

impl Kind {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Syslog => "syslog",
            Self::File => "file",
        }
    }
}

/// Syslog's facility (RFC 5424, table 1): the part of the system that speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of syslog")]
pub enum Facility {
    User = 1,
    Daemon = 3,
    Auth = 4,
    AuthPriv = 10,
    #[default]
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}

/// One target. Settings that belong to another kind are an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Deliver)]
pub struct Settings {
    /// Its name in health, metrics and logs. What it was told is remembered under it: another name is another target.
    pub name: String,
    /// What it speaks: `webhook`, `slack`, `syslog` or `file`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// Only findings of this severity or above: `low`, `medium`, `high`, `critical`. Without it: all.
    #[serde(default = "low")]
    #[schema(value_type = String)]
    pub min_severity: Severity,
    /// Only these types, with `*` and `?`. Without any: all.
    #[serde(default)]
    pub types: Vec<String>,
    /// A finding that changed again within this time of being told is told only if its severity rose to another band, seconds. 0: every
    /// change is told.
    #[serde(default = "update_secs")]
    pub update_secs: u64,
    /// Where people reach the console, for a link to the finding.
    pub console_url: Option<String>,
    /// How long connecting, and how long the whole of a request, may take, seconds.
    #[serde(default = "timeout_secs")]
    pub timeout_secs: u64,
    /// The wait after a first failure, milliseconds. Every further failure doubles it.
    #[serde(default = "retry_first_millis")]
    pub retry_first_millis: u64,
    /// No wait is longer, seconds, unless the receiver asks for more.
    #[serde(default = "retry_longest_secs")]
    pub retry_longest_secs: u64,

    /// Webhook: the URL, `https`, or `http` to this machine.
    pub url: Option<String>,
    /// Webhook and Slack: the variable of the environment that holds the URL. Slack's URL is a secret, so it has no `url`.
    pub url_env: Option<String>,
    /// Webhook and Slack: the file whose first line is the URL.
    #[schema(value_type = Option<String>)]
    pub url_file: Option<PathBuf>,
    /// Webhook: the variable that holds the key of the signature, at least 16 bytes. This or `secret_file` has to be there.
    pub secret_env: Option<String>,
    /// Webhook: the file whose first line is the key of the signature.
    #[schema(value_type = Option<String>)]
    pub secret_file: Option<PathBuf>,
    /// Webhook: the variable that holds the value of a header `Authorization`.
    pub authorization_env: Option<String>,
    /// Webhook: the file whose first line is the value of a header `Authorization`.
    #[schema(value_type = Option<String>)]
    pub authorization_file: Option<PathBuf>,
    /// Webhook and file: the form of a finding, `eventbridge`, `guardduty`, `ocsf` or `asff`. Without it: `eventbridge` for a webhook, `guardduty` for a file.
    #[schema(value_type = Option<String>)]
    pub format: Option<Format>,
    /// Webhook and file, in the form `eventbridge`: the event's source. Without it: `aws.guardduty`.
    pub event_source: Option<String>,
    /// Webhook: the largest body, KiB. What is larger loses its single occurrences first. Without it: 256, as EventBridge.
    pub max_body_kib: Option<usize>,
    /// Webhook, and syslog over TLS: a PEM file of the authorities that are trusted. Without it: those that the system trusts.
    #[schema(value_type = Option<String>)]
    pub ca_file: Option<PathBuf>,

    /// Slack: when more notices than this are due at once, one message tells of them all. Without it: 50.
    pub digest_over: Option<usize>,
    /// Slack: the time between two messages, milliseconds. Without it: 1000, which is what Slack allows.
    pub pace_millis: Option<u64>,

    /// Syslog: `udp://host:514`, `tcp://host:601` or `tls://host:6514`. These ports can be left out.
    pub address: Option<String>,
    /// Syslog: the facility, `user`, `daemon`, `auth`, `authpriv` or `local0` to `local7`. Without it: `local0`.
    #[schema(value_type = Option<String>)]
    pub facility: Option<Facility>,
    /// Syslog: APP-NAME. Without it: `weir`.
    pub app_name: Option<String>,
    /// Syslog: HOSTNAME. Without it: the name that the system gives.
    pub hostname: Option<String>,
    /// Syslog: the private enterprise number after the `@` of the structured data's id. Without it: 32473, which is reserved for examples.
    pub enterprise_id: Option<u32>,
    /// Syslog over UDP: the largest message, bytes, 480 or more. What is larger is cut and says so. Without it: 1400.
    pub max_datagram_bytes: Option<usize>,

    /// File: the file. It is made when it is not there, and again when it was moved away.
    #[schema(value_type = Option<String>)]
    pub path: Option<PathBuf>,
}

const fn low() -> Severity {
    Severity::Low
}

const fn update_secs() -> u64 {
    900
}

const fn timeout_secs() -> u64 {
    10
}

const fn retry_first_millis() -> u64 {
    1_000
}

const fn retry_longest_secs() -> u64 {
    300
}

impl Settings {
    /// A target with every default; what its kind needs is missing.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            min_severity: low(),
            types: Vec::new(),
            update_secs: update_secs(),
            console_url: None,
            timeout_secs: timeout_secs(),
            retry_first_millis: retry_first_millis(),
            retry_longest_secs: retry_longest_secs(),
            url: None,
            url_env: None,
            url_file: None,
            secret_env: None,
            secret_file: None,
            authorization_env: None,
            authorization_file: None,
            format: None,
            event_source: None,
            max_body_kib: None,
            digest_over: None,
            pace_millis: None,
            address: None,
            facility: None,
            app_name: None,
            hostname: None,
            enterprise_id: None,
            max_datagram_bytes: None,
            ca_file: None,
            path: None,
        }
    }

    /// The settings that not every kind has: name, whether it is set, whose it is.
    fn particular(&self) -> [(&'static str, bool, &'static [Kind]); 20] {
        use Kind::{File, Slack, Syslog, Webhook};
        [
            ("url", self.url.is_some(), &[Webhook]),
            ("url_env", self.url_env.is_some(), &[Webhook, Slack]),
            ("url_file", self.url_file.is_some(), &[Webhook, Slack]),
            ("secret_env", self.secret_env.is_some(), &[Webhook]),
            ("secret_file", self.secret_file.is_some(), &[Webhook]),
            ("authorization_env", self.authorization_env.is_some(), &[Webhook]),
            ("authorization_file", self.authorization_file.is_some(), &[Webhook]),
            ("format", self.format.is_some(), &[Webhook, File]),
            ("event_source", self.event_source.is_some(), &[Webhook, File]),
            ("max_body_kib", self.max_body_kib.is_some(), &[Webhook]),
            ("digest_over", self.digest_over.is_some(), &[Slack]),
            ("pace_millis", self.pace_millis.is_some(), &[Slack]),
            ("address", self.address.is_some(), &[Syslog]),
            ("facility", self.facility.is_some(), &[Syslog]),
            ("app_name", self.app_name.is_some(), &[Syslog]),
            ("hostname", self.hostname.is_some(), &[Syslog]),
            ("enterprise_id", self.enterprise_id.is_some(), &[Syslog]),
            ("max_datagram_bytes", self.max_datagram_bytes.is_some(), &[Syslog]),
            ("ca_file", self.ca_file.is_some(), &[Webhook, Syslog]),
            ("path", self.path.is_some(), &[File]),
        ]
    }

    /// The types that `types` names, each of which has to be one of Weir's; `None` when all are wanted.
    pub(crate) fn wanted_types(&self) -> Result<Option<BTreeSet<&'static str>>, String> {
        if self.types.is_empty() {
            return Ok(None);
        }
        let mut wanted = BTreeSet::new();
        for pattern in &self.types {
            let before = wanted.len();
            let fitting = FindingType::ALL.iter().map(|finding_type| finding_type.name()).filter(|name| detect::wildcard(pattern, name));
            let mut any = false;
            for name in fitting {
                any = true;
                wanted.insert(name);
            }
            if !any && wanted.len() == before {
                return Err(format!("`types`: no finding type fits {pattern:?}"));
            }
        }
        Ok(Some(wanted))
    }

    /// What is wrong with it, without reaching for anything.
    fn problem(&self) -> Option<String> {
        if let Some((setting, ..)) = self.particular().into_iter().find(|(_, set, kinds)| *set && !kinds.contains(&self.kind)) {
            return Some(format!("`{setting}` does not belong to the kind {}", self.kind.as_str()));
        }
        if let Err(problem) = self.wanted_types() {
            return Some(problem);
        }
        let one_of = |set: &[bool]| set.iter().filter(|there| **there).count() == 1;
        let urls = [self.url.is_some(), self.url_env.is_some(), self.url_file.is_some()];
        let secrets = [self.secret_env.is_some(), self.secret_file.is_some()];
        let console = self.console_url.as_deref().is_some_and(|text| !is_web(text));
        let event = self.event_source.is_some() && self.format.is_some_and(|format| format != Format::EventBridge);
        let problems = [
            (self.timeout_secs == 0, "`timeout_secs` must be at least 1"),
            (self.retry_first_millis == 0 || self.retry_longest_secs == 0, "waits must be longer than nothing"),
            (console, "`console_url` is not a URL of http or https"),
            (event, "`event_source` belongs to the format eventbridge"),
            (self.kind == Kind::Webhook && !one_of(&urls), "exactly one of `url`, `url_env`, `url_file` has to be there"),
            (self.kind == Kind::Webhook && !one_of(&secrets), "exactly one of `secret_env`, `secret_file` has to be there"),
            (self.authorization_env.is_some() && self.authorization_file.is_some(), "there can be one `authorization_…` only"),
            (self.max_body_kib == Some(0), "`max_body_kib` must be at least 1"),
            (self.kind == Kind::Slack && !one_of(&urls), "exactly one of `url_env`, `url_file` has to be there"),
            (self.digest_over == Some(0), "`digest_over` must be at least 1"),
            (self.kind == Kind::Syslog && self.address.is_none(), "`address` is missing"),
            (
                self.max_datagram_bytes.is_some_and(|bytes| !(480..=65_000).contains(&bytes)),
                "`max_datagram_bytes` must be between 480 and 65000",
            ),
            (self.kind == Kind::File && self.path.as_ref().is_none_or(|path| path.as_os_str().is_empty()), "`path` is missing"),
        ];
        if let Some((_, problem)) = problems.into_iter().find(|(there, _)| *there) {
            return Some(problem.to_owned());
        }
        if let Some(url) = &self.url {
            crate::http::endpoint(url).err()
        } else if self.kind == Kind::Syslog {
            crate::syslog::problem(self)
        } else {
            None
        }
    }
}

fn is_web(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Whether the settings make sense, without reaching for anything.
///
/// # Errors
/// Names the first target that does not, or two of one name.
pub fn check(settings: &[Settings]) -> Result<(), DeliverError> {
    let mut names = BTreeSet::new();
    for target in settings {
        let problem = if target.name.is_empty() {
            Some("it has no name".to_owned())
        } else if names.insert(&target.name) {
            target.problem()
        } else {
            Some("two targets have this name".to_owned())
        };
        if let Some(problem) = problem {
            return Err(DeliverError::setting(&target.name, problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        deliver: Vec<Settings>,
    }

    fn read(text: &str) -> Result<Vec<Settings>, String> {
        let document: Document = toml::from_str(text).map_err(|error| error.to_string())?;
        check(&document.deliver).map_err(|error| error.to_string())?;
        Ok(document.deliver)
    }

    #[test]
    fn every_example_of_the_guide_is_valid() {
        let guide = include_str!("../../../docs/guide/deliver.md");
        let examples: Vec<&str> = guide
            .split("```toml\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .filter(|text| text.contains("[[deliver]]"))
            .collect();
        assert!(examples.len() >= 4);
        let all = read(&examples.concat()).unwrap();
        for kind in [Kind::Webhook, Kind::Slack, Kind::Syslog, Kind::File] {
            assert!(all.iter().any(|target| target.kind == kind), "{kind:?}");
        }
    }

    #[test]
    fn defaults_are_what_the_constructor_gives_and_survive_writing() {
        let all = read("[[deliver]]\nname = 'a'\nkind = 'file'\npath = '/var/log/weir.jsonl'").unwrap();
        let mut expected = Settings::new("a", Kind::File);
        expected.path = Some("/var/log/weir.jsonl".into());
        assert_eq!(all, [expected]);
        let written = toml::to_string(&all[0]).unwrap();
        assert_eq!(toml::from_str::<Settings>(&written).unwrap(), all[0]);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let webhook = "[[deliver]]\nname = 'w'\nkind = 'webhook'\nsecret_env = 'S'\n";
        let cases = [
            ("[[deliver]]\nname = ''\nkind = 'file'\npath = 'x'", "no name"),
            ("[[deliver]]\nname = 'a'\nkind = 'pigeon'", "unknown variant"),
            ("[[deliver]]\nname = 'a'\nkind = 'file'", "`path` is missing"),
            ("[[deliver]]\nname = 'a'\nkind = 'file'\npath = 'x'\nsecret = 'hush'", "unknown field `secret`"),
            ("[[deliver]]\nname = 'a'\nkind = 'file'\npath = 'x'\nurl = 'https://a.example'", "`url` does not belong to the kind file"),
            ("[[deliver]]\nname = 'a'\nkind = 'slack'\nurl = 'https://hooks.slack.com/x'", "`url` does not belong to the kind slack"),
            ("[[deliver]]\nname = 'a'\nkind = 'slack'", "exactly one of `url_env`"),
            ("[[deliver]]\nname = 'a'\nkind = 'file'\npath = 'x'\ntypes = ['Behaviour:*']", "no finding type fits \"Behaviour:*\""),
            (
                "[[deliver]]\nname = 'a'\nkind = 'file'\npath = 'x'\nformat = 'ocsf'\nevent_source = 'b'",
                "belongs to the format eventbridge",
            ),
            ("[[deliver]]\nname = 'a'\nkind = 'syslog'\naddress = 'host:514'", "address"),
            ("[[deliver]]\nname = 'a'\nkind = 'syslog'\naddress = 'udp://h'\nca_file = 'x'", "`ca_file`"),
            ("[[deliver]]\nname = 'a'\nkind = 'syslog'\naddress = 'udp://h'\nmax_datagram_bytes = 100", "between 480"),
            ("[[deliver]]\nname = 'a'\nkind = 'syslog'\naddress = 'udp://h'\napp_name = 'two words'", "`app_name`"),
            ("[[deliver]]\nname = 'w'\nkind = 'webhook'\nurl = 'https://a.example'", "exactly one of `secret_env`"),
            (webhook, "exactly one of `url`"),
        ];
        for (text, problem) in cases {
            let error = read(text).unwrap_err();
            assert!(error.contains(problem), "{text}\n{error}");
        }
        for url in ["http://receiver.example/x", "ftp://a.example", "https://", "receiver"] {
            assert!(read(&format!("{webhook}url = '{url}'")).is_err(), "{url}");
        }
        for url in ["https://receiver.example/x", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]/x"] {
            assert!(read(&format!("{webhook}url = '{url}'")).is_ok(), "{url}");
        }
        let twice = "[[deliver]]\nname = 'a'\nkind = 'file'\npath = 'x'\n".repeat(2);
        assert!(read(&twice).unwrap_err().contains("two targets have this name"));
    }

    #[test]
    fn patterns_name_types() {
        let mut settings = Settings::new("a", Kind::File);
        assert_eq!(settings.wanted_types(), Ok(None));
        settings.types = vec!["UnauthorizedAccess:EC2/Tor*".to_owned()];
        let wanted = settings.wanted_types().unwrap().unwrap();
        assert_eq!(wanted.into_iter().collect::<Vec<_>>(), ["UnauthorizedAccess:EC2/TorClient", "UnauthorizedAccess:EC2/TorRelay"]);
    }
}
