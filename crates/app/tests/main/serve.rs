//! The server as a second process, over a real socket.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::weir::{Weir, World};

pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts on a free port and waits until it says where it listens.
    pub(crate) fn start(weir: &Weir) -> Self {
        Self::start_with(weir, "")
    }

    /// The same with these settings.
    pub(crate) fn start_with(weir: &Weir, settings: &str) -> Self {
        Self::start_as("serve", weir, settings)
    }

    /// The same for `serve` or `collect`.
    pub(crate) fn start_as(role: &str, weir: &Weir, settings: &str) -> Self {
        let mut command = weir.command();
        command.env("WEIR_LOG", "app=info,api=warn").arg("--config").arg(weir.settings(settings));
        let mut child = command.args([role, "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                let line = line.ok()?;
                line.split_once("http://").map(|(_, rest)| rest.split_whitespace().next().unwrap_or_default().to_owned())
            })
            .unwrap();
        // Whatever it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.get_as(path, None)
    }

    pub(crate) fn get_as(&self, path: &str, token: Option<&str>) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
            let mut request = client.get(url);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        let (status, text) = self.get(path);
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn http_and_command_line_give_the_same_numbers() {
    let world = World::get();
    let weir = world.ingested();
    let server = Server::start(weir);
    let victim = world.victim();
    assert_eq!(server.get("/healthz").0, 200);
    assert_eq!(
        server.json(&format!("/api/v1/entities/{victim}/volume?from=-24h"))["rows"],
        weir.json(["volume", &victim, "--from", "-24h"])
    );
    let details = server.json(&format!("/api/v1/entities/{victim}/details?from=-24h&limit=50"));
    assert_eq!(details["rows"], weir.json(["details", &victim, "--from", "-24h", "--limit", "50"]));
    let (status, problem) = server.get("/api/v1/nothing");
    assert_eq!(status, 404);
    assert!(problem.contains("\"status\":404"), "{problem}");
}

#[test]
fn what_is_ingested_while_serving_is_seen() {
    let weir = Weir::new();
    let server = Server::start(&weir);
    let count = || server.json("/api/v1/sources")["totals"]["accepted"].as_u64().unwrap();
    assert_eq!(count(), 0);
    let logs = weir.path().join("a.log");
    std::fs::write(
        &logs,
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n\
         2 123456789012 eni-1 10.0.0.5 198.51.100.7 40000 443 6 10 840 1763900000 1763900059 ACCEPT OK\n",
    )
    .unwrap();
    weir.ok(["ingest", &logs.display().to_string()]);
    assert_eq!(count(), 1);
}

#[test]
fn elsewhere_it_does_not_start_without_a_token() {
    let weir = Weir::new();
    let output = weir.run(["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("weir token create"));
    let token = weir.ok(["token", "create", "test"]);
    let server = Server::start(&weir);
    assert_eq!(server.get("/api/v1/findings").0, 401);
    assert_eq!(server.get_as("/api/v1/findings", Some("wrong")).0, 401);
    assert_eq!(server.get_as("/api/v1/findings", Some(token.trim())).0, 200);
    assert_eq!(server.get("/healthz").0, 200);
}

#[test]
fn spans_go_where_the_environment_says() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (sender, received) = std::sync::mpsc::channel();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let take = move |uri: axum::http::Uri, body: axum::body::Bytes| {
        let told = sender.send((uri.path().to_owned(), body));
        async move { told.unwrap() }
    };
    runtime.spawn(async move { axum::serve(listener, axum::Router::new().fallback(take)).await.unwrap() });

    let weir = Weir::within(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url)]);
    let server = Server::start(&weir);
    server.json("/api/v1/summary");
    // What is left is sent at the end.
    crate::watching::stop(server);
    let (path, body) = received.recv_timeout(Duration::from_secs(60)).unwrap();
    let text = String::from_utf8_lossy(&body);
    assert_eq!(path, "/v1/traces");
    assert!(["weir", "request", "/api/v1/summary"].iter().all(|part| text.contains(part)), "{text}");
}
