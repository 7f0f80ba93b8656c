//! A line to the server that goes wrong as it is told to.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use futures::StreamExt as _;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 503, as S3 and SQS answer when they are busy.
    Busy,
    /// No answer within the client's patience.
    Silence,
    /// The body ends half-way through, though its whole length was announced.
    CutShort,
    /// Messages come twice, and the last one first.
    Twice,
    /// The request is carried out, and its answer is lost.
    Lost,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    /// The operation of a JSON protocol, such as `AmazonSQS.ReceiveMessage`.
    pub(crate) target: String,
    /// The access key that it is signed with.
    pub(crate) access_key: String,
}

type Plan = Box<dyn Fn(&Asked, usize) -> Option<Fault> + Send + Sync>;

struct Line {
    server: String,
    client: reqwest::Client,
    plan: Plan,
    count: AtomicUsize,
    seen: Mutex<Vec<(Asked, Option<Fault>)>>,
}

/// The proxy; it ends with the runtime of its test.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    line: Arc<Line>,
}

impl Proxy {
    /// A proxy before `server`, at which `plan` says what goes wrong with which request; it is given the request's number too.
    pub(crate) async fn start(server: &str, plan: impl Fn(&Asked, usize) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let line = Line { server: server.to_owned(), client, plan: Box::new(plan), count: AtomicUsize::new(0), seen: Mutex::default() };
        let line = Arc::new(line);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(Arc::clone(&line));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, line }
    }

    /// Every request so far, and what went wrong with it.
    pub(crate) fn seen(&self) -> Vec<(Asked, Option<Fault>)> {
        self.line.seen.lock().unwrap().clone()
    }

    /// How often a fault happened.
    pub(crate) fn count(&self, fault: Fault) -> usize {
        self.seen().iter().filter(|(_, happened)| *happened == Some(fault)).count()
    }
}

async fn pass(State(line): State<Arc<Line>>, request: Request) -> Result<Response, Infallible> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let target = parts.headers.get("x-amz-target").map(|target| target.to_str().unwrap().to_owned()).unwrap_or_default();
    let signature = parts.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let access_key = signature.split_once("Credential=").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default().to_owned();
    let asked = Asked { method: parts.method.clone(), path: path.clone(), target, access_key };
    let number = line.count.fetch_add(1, Ordering::Relaxed);
    let fault = (line.plan)(&asked, number);
    line.seen.lock().unwrap().push((asked, fault));
    match fault {
        Some(Fault::Busy) => return Ok(busy()),
        Some(Fault::Silence) => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return Ok(busy());
        }
        _ => {}
    }
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let request = line.client.request(parts.method, format!("{}{path}", line.server)).headers(parts.headers).body(body);
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.unwrap();
    Ok(match fault {
        Some(Fault::CutShort) => cut_short(status, headers, body),
        Some(Fault::Twice) => respond(status, headers, twice(&body)),
        Some(Fault::Lost) => busy(),
        _ => respond(status, headers, body),
    })
}

fn busy() -> Response {
    let body = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).header("content-type", "application/xml").body(Body::from(body)).unwrap()
}

fn respond(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().remove("content-length");
    response.headers_mut().remove("transfer-encoding");
    response
}

fn cut_short(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response {
    let half = body.slice(..body.len() / 2);
    let length = body.len();
    let broken = futures::stream::iter([Ok(half), Err(std::io::Error::other("cut"))]).then(|part| async move {
        // Time for the first half to leave.
        tokio::time::sleep(Duration::from_millis(20)).await;
        part
    });
    let mut response = respond(status, headers, Bytes::new());
    response.headers_mut().insert("content-length", length.into());
    *response.body_mut() = Body::from_stream(broken);
    response
}

/// The answer to a request for messages, with each of them twice and the order turned round. Ten is the most that a queue gives; the others
/// are lost on the way and come again when their time of being hidden is over.
fn twice(body: &[u8]) -> Bytes {
    let mut document: serde_json::Value = serde_json::from_slice(body).unwrap();
    if let Some(messages) = document.get_mut("Messages").and_then(|messages| messages.as_array_mut()) {
        messages.truncate(5);
        let mut again = messages.clone();
        messages.append(&mut again);
        messages.reverse();
    }
    Bytes::from(document.to_string())
}
