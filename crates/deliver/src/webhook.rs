//! A webhook: one signed `POST` a notice.
//!
//! `X-Weir-Signature: t=<seconds since the epoch>,v1=<hexadecimal HMAC-SHA-256>`, over the digits of `t`, a full stop, and the body as it was
//! sent. `X-Weir-Event-Id` is the notice's [event id](crate::Notice::event_id).

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;

use crate::form::Form;
use crate::http::Http;
use crate::secret::{self, Secret};
use crate::target::Verdict;
use crate::{Clock, DeliverError, Format, Notice, Settings};

/// The header with the signature.
const SIGNATURE: HeaderName = HeaderName::from_static("x-weir-signature");
/// The header with the event's id.
const EVENT_ID: HeaderName = HeaderName::from_static("x-weir-event-id");
/// The shortest key, bytes.
const MIN_SECRET: usize = 16;
/// The largest body, KiB: what an EventBridge event may have.
const MAX_BODY_KIB: usize = 256;

#[derive(Debug)]
pub(crate) struct Webhook {
    http: Http,
    key: Hmac<Sha256>,
    authorization: Option<HeaderValue>,
    form: Form,
    max_body: usize,
    clock: Clock,
}

impl Webhook {
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Result<Self, DeliverError> {
        let name = &settings.name;
        let key = secret::read(name, settings.secret_env.as_deref(), settings.secret_file.as_ref())?
            .filter(|secret| secret.reveal().len() >= MIN_SECRET)
            .and_then(|secret| key(&secret))
            .ok_or_else(|| DeliverError::setting(name, format!("the key of the signature must have at least {MIN_SECRET} bytes")))?;
        let authorization = secret::read(name, settings.authorization_env.as_deref(), settings.authorization_file.as_ref())?
            .map(|text| HeaderValue::from_str(text.reveal()))
            .transpose()
            .map_err(|_| DeliverError::setting(name, "the text of `Authorization` cannot stand in a header"))?
            .map(|mut value| {
                value.set_sensitive(true);
                value
            });
        let format = settings.format.unwrap_or(Format::EventBridge);
        Ok(Self {
            http: Http::new(settings, clock.clone())?,
            key,
            authorization,
            form: Form::new(format, settings.event_source.as_deref(), settings.console_url.as_deref()),
            max_body: settings.max_body_kib.unwrap_or(MAX_BODY_KIB).saturating_mul(1 << 10),
            clock,
        })
    }

    pub(crate) fn place(&self) -> String {
        self.http.place(true)
    }

    pub(crate) async fn put(&self, notice: &Notice) -> Verdict {
        let Some(body) = self.form.text(notice, self.max_body) else {
            return Verdict::Refused(format!("the finding is larger than {} bytes, even shortened", self.max_body));
        };
        let mut headers = HeaderMap::new();
        let signature = signature(&self.key, self.clock.now().secs(), &body);
        for (header, text) in [(SIGNATURE, signature.as_str()), (EVENT_ID, notice.event_id())] {
            match HeaderValue::from_str(text) {
                Ok(value) => headers.insert(header, value),
                Err(error) => return Verdict::Refused(format!("a header cannot be written: {error}")),
            };
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        self.http.post(headers, body).await
    }
}

/// HMAC takes a key of any length, so there is always one.
fn key(secret: &Secret) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.reveal().as_bytes()).ok()
}

fn signature(key: &Hmac<Sha256>, time: i64, body: &str) -> String {
    let mut mac = key.clone();
    mac.update(format!("{time}.").as_bytes());
    mac.update(body.as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's `hmac.new(b"correct horse battery", b"1800000000.{}", "sha256").hexdigest()`.
    #[test]
    fn the_signature_is_what_another_program_computes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "correct horse battery\nsecond line\n").unwrap();
        let secret = secret::read("a", None, Some(&file)).unwrap().unwrap();
        assert_eq!(format!("{secret:?}"), "***");
        let expected = "t=1800000000,v1=b252bc267e40bf828863cf3aefd08a5669ec2dd5d0fb8d8e72879b2d7aa9d2df";
        assert_eq!(signature(&key(&secret).unwrap(), 1_800_000_000, "{}"), expected);
    }
}
