//! What the command says of its own work: a log on standard error and, when the environment names somebody who collects them
//! (`OTEL_EXPORTER_OTLP_ENDPOINT`), spans by OTLP over HTTP.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::arguments::Global;

/// Where spans are sent, as OpenTelemetry names it for every program.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// Spans of our own work; those of libraries say nothing to an operator.
const TRACED: &str = "off,app=info,api=info,query=info";

/// Sends what is left when it is dropped.
pub(super) struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.provider.as_ref().map(SdkTracerProvider::shutdown) {
            tracing::warn!(%error, "some spans were not sent");
        }
    }
}

/// Starts to log, and to trace when the environment asks for it. Not from within an asynchronous task: the sender has a thread of its own.
pub(super) fn start(global: &Global) -> anyhow::Result<Telemetry> {
    let default = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (_, 0) => "warn,app=info,api=info",
        (_, 1) => "warn,app=debug,api=debug,ingest=debug,lake=debug,query=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("WEIR_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let ansi = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(ansi).with_target(false).with_filter(filter);
    let provider = ENDPOINTS.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())).then(provider).transpose()?;
    let traced = provider
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("weir")).with_filter(EnvFilter::new(TRACED)));
    // A second subscriber in one process, as in tests, is left as the first one was.
    let _ = tracing_subscriber::registry().with(log).with(traced).try_init();
    Ok(Telemetry { provider })
}

fn provider() -> anyhow::Result<SdkTracerProvider> {
    let exporter = SpanExporter::builder().with_http().build().context("cannot send spans where the environment says")?;
    // `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are heeded; without them it is called by its name.
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("weir");
    }
    Ok(SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter).build())
}
