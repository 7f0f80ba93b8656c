//! An HTTP server that answers what it is told to, or does not.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What is done with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status, more header lines, a body.
    Answer(u16, &'static str, &'static str),
    /// Nothing, and the connection stays open.
    Hang,
    /// Nothing, and the connection is closed.
    Close,
    /// The head of an answer, and nothing of its body.
    Half(u16),
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Debug)]
pub(crate) struct Receiver {
    port: u16,
    script: Arc<Mutex<VecDeque<Reply>>>,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Answers the first requests as written, all others with 200.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::start_at(0, script).await
    }

    pub(crate) async fn start_at(port: u16, script: impl IntoIterator<Item = Reply>) -> Self {
        Self::listen(port, script, None).await
    }

    /// Answers over TLS.
    pub(crate) async fn start_tls(acceptor: TlsAcceptor) -> Self {
        Self::listen(0, [], Some(acceptor)).await
    }

    async fn listen(port: u16, script: impl IntoIterator<Item = Reply>, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (replies, seen) = (Arc::clone(&script), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, replies, seen) = (acceptor.clone(), Arc::clone(&replies), Arc::clone(&seen));
                connections.spawn(async move {
                    match acceptor {
                        None => serve(stream, replies, seen).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, replies, seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, script, requests, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub(crate) fn tls_url(&self) -> String {
        format!("https://localhost:{}/hook", self.port)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Whether everything in the script was used.
    pub(crate) fn is_through(&self) -> bool {
        self.script.lock().unwrap().is_empty()
    }

    /// Goes away, with all its connections.
    pub(crate) async fn stop(self) -> u16 {
        self.task.abort();
        let _ = self.task.await;
        self.port
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, script: Arc<Mutex<VecDeque<Reply>>>, requests: Arc<Mutex<Vec<Request>>>) {
    while let Some(request) = read(&mut stream).await {
        requests.lock().unwrap().push(request);
        let reply = script.lock().unwrap().pop_front().unwrap_or(Reply::Answer(200, "", "ok"));
        let (text, end) = match reply {
            Reply::Answer(status, headers, body) => {
                (format!("HTTP/1.1 {status} Something\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()), false)
            }
            Reply::Half(status) => (format!("HTTP/1.1 {status} Something\r\ncontent-length: 100\r\n\r\n"), false),
            Reply::Hang => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
            Reply::Close => (String::new(), true),
        };
        if stream.write_all(text.as_bytes()).await.is_err() || end {
            return;
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: BTreeMap<String, String> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length: usize = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { line, headers, body: String::from_utf8(body).unwrap() })
}
