//! One `POST`, and what its answer means.

use std::net::IpAddr;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, StatusCode};
use url::{Host, Url};

use crate::error::chain;
use crate::target::{Trouble, Verdict};
use crate::{Clock, DeliverError, Settings};

/// Bytes of an answer that are read, to say what was wrong.
const ANSWER_CAP: usize = 4_096;
/// Characters of an answer that are shown.
const EXCERPT_CAP: usize = 300;
/// A receiver can ask for no longer wait than this.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(3_600);
/// A connection that was not used for this long is not used again: many servers have closed it by then.
const IDLE: Duration = Duration::from_secs(20);

/// A URL to send to: `https`, or `http` to this machine.
pub(crate) fn endpoint(text: &str) -> Result<Url, String> {
    // What is wrong is said without the text: it may be a secret.
    let url = Url::parse(text).map_err(|error| format!("the URL is none: {error}"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err("the URL must be `https`; `http` is for this machine only".to_owned()),
        _ => Err("the URL must be `https`".to_owned()),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// Sends bodies to one URL.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    url: Url,
    clock: Clock,
}

impl Http {
    /// For the URL that the settings name.
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Result<Self, DeliverError> {
        let name = &settings.name;
        let secret = crate::secret::read(name, settings.url_env.as_deref(), settings.url_file.as_ref())?;
        let text = secret.as_ref().map(|secret| secret.reveal()).or(settings.url.as_deref()).unwrap_or_default();
        let url = endpoint(text).map_err(|problem| DeliverError::setting(name, problem))?;
        let timeout = Duration::from_secs(settings.timeout_secs);
        let mut builder =
            Client::builder().user_agent("weir").redirect(Policy::none()).connect_timeout(timeout).timeout(timeout).pool_idle_timeout(IDLE);
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let failed = |source: reqwest::Error| DeliverError::Tls { name: name.clone(), source: source.into() };
        if let Some(path) = &settings.ca_file {
            let pem = std::fs::read(path).map_err(|source| DeliverError::File { name: name.clone(), path: path.clone(), source })?;
            let authorities = Certificate::from_pem_bundle(&pem).map_err(failed)?;
            if authorities.is_empty() {
                return Err(DeliverError::setting(name, format!("there is no certificate in {}", path.display())));
            }
            builder = builder.tls_certs_only(authorities);
        }
        let client = builder.build().map_err(failed)?;
        Ok(Self { client, url, clock })
    }

    /// The URL without what may be secret in it; `path` says whether its path is not.
    pub(crate) fn place(&self, path: bool) -> String {
        let path = if path { self.url.path() } else { "/…" };
        format!("{}{path}", self.url.origin().ascii_serialization())
    }

    /// Sends a JSON text.
    pub(crate) async fn post(&self, mut headers: HeaderMap, body: String) -> Verdict {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self.client.post(self.url.clone()).headers(headers).body(body).send().await {
            Ok(response) => self.judge(response).await,
            Err(error) => {
                let what = if error.is_timeout() { "no answer in time: " } else { "" };
                Verdict::Failed(Trouble::new(format!("{what}{}", chain(&error.without_url()))))
            }
        }
    }

    async fn judge(&self, response: Response) -> Verdict {
        let status = response.status();
        if status.is_success() {
            return Verdict::Delivered;
        }
        let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| self.retry_after(text));
        let said = excerpt(response).await;
        let message = if said.is_empty() { format!("the answer is {status}") } else { format!("the answer is {status}: {said}") };
        if is_transient(status) {
            Verdict::Failed(Trouble { message, after })
        } else if status.is_redirection() {
            Verdict::Refused(format!("the answer is {status}, and redirects are not followed"))
        } else {
            Verdict::Refused(message)
        }
    }

    /// A `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
    fn retry_after(&self, text: &str) -> Option<Duration> {
        let secs = match text.trim().parse::<u64>() {
            Ok(secs) => secs,
            Err(_) => {
                let date = DateTime::parse_from_rfc2822(text.trim()).ok()?.timestamp();
                u64::try_from(date.saturating_sub(self.clock.now().secs())).unwrap_or(0)
            }
        };
        Some(Duration::from_secs(secs).min(RETRY_AFTER_CAP))
    }
}

/// Whether the same request may succeed later.
fn is_transient(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
}

/// The beginning of an answer's body, in one line.
async fn excerpt(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_CAP {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER_CAP - bytes.len())]);
    }
    let text = String::from_utf8_lossy(&bytes);
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|letter| !letter.is_control()).take(EXCERPT_CAP).collect()
}

#[cfg(test)]
mod tests {
    use flow::Timestamp;

    use super::*;
    use crate::Kind;

    #[test]
    fn a_wait_that_is_asked_for_is_seconds_or_a_date_and_has_a_limit() {
        let mut settings = Settings::new("a", Kind::Webhook);
        settings.url = Some("http://user:word@127.0.0.1:1/hook/x?token=hush".to_owned());
        let clock = Clock::new(|| Timestamp::from_secs(1_800_000_000));
        let http = Http::new(&settings, clock).unwrap();
        let date = |secs: i64| DateTime::from_timestamp(1_800_000_000 + secs, 0).unwrap().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        for (text, expected) in [
            ("7".to_owned(), Some(7)),
            (" 7 ".to_owned(), Some(7)),
            ("99999999".to_owned(), Some(3_600)),
            (date(90), Some(90)),
            (date(-90), Some(0)),
            ("soon".to_owned(), None),
            ("-3".to_owned(), None),
        ] {
            assert_eq!(http.retry_after(&text), expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(http.place(true), "http://127.0.0.1:1/hook/x");
        assert_eq!(http.place(false), "http://127.0.0.1:1/…");
    }
}
