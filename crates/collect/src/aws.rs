//! Reaching AWS, or what speaks its protocols.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::{Aws, CollectError};

/// A connection that takes longer is not going to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// Tries of one request; sources try on their own after that.
const TRIES: u32 = 3;

impl Aws {
    /// How long nothing may come before that is a failure.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs.unwrap_or(30).max(1))
    }

    /// Whether the bucket's name stands in the path.
    pub(crate) fn is_path_style(&self) -> bool {
        self.path_style.unwrap_or(self.endpoint_url.is_some())
    }

    /// What clients are made from. `region` wins over the configured one; `extra` is added to the time-out, for requests that wait.
    pub(crate) async fn load(&self, region: Option<&str>, extra: Duration) -> SdkConfig {
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(self.timeout() + extra).build();
        let retries = RetryConfig::standard().with_max_attempts(TRIES);
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).retry_config(retries);
        if let Some(region) = region.or(self.region.as_deref()) {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(id) = &self.access_key_id {
            let secret = self.secret_access_key.reveal().to_owned();
            loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "settings"));
        }
        let config = loader.load().await;
        let Some(role) = &self.role_arn else { return config };
        let mut provider = AssumeRoleProvider::builder(role).session_name("weir").configure(&config);
        if let Some(id) = &self.external_id {
            provider = provider.external_id(id);
        }
        let provider = SharedCredentialsProvider::new(provider.build().await);
        config.into_builder().credentials_provider(provider).build()
    }
}

/// A request that failed, as an error of ours.
pub(crate) fn failed<E>(operation: String, error: SdkError<E, HttpResponse>) -> CollectError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).map(str::to_owned);
    let transient = match (&code, status) {
        (_, Some(500..)) => true,
        (Some(code), _) if is_passing(code) => true,
        (_, Some(status)) => status == 429,
        // No answer at all.
        (_, None) => !matches!(error, SdkError::ConstructionFailure(_)),
    };
    // The service's own words, which the SDK keeps apart from its message.
    let said = error.as_service_error().and_then(ProvideErrorMetadata::message).map(str::to_owned);
    let source: Box<dyn std::error::Error + Send + Sync> = match (said, &code) {
        (Some(said), Some(code)) => format!("{code}: {said}").into(),
        (None, Some(code)) => code.clone().into(),
        _ => Box::new(error),
    };
    CollectError::Service { operation, code, transient, source }
}

/// Codes that stand for "not now" although their status says "never".
fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "RequestLimitExceeded"
            | "RequestTimeTooSkewed"
            | "RequestTimeout"
            | "SlowDown"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
    )
}
