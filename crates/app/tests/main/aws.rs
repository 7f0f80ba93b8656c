//! Simulated AWS, asked by plain requests.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that speaks the protocols of S3 and SQS; it ends with this process, which holds its standard input.
pub(crate) struct Aws {
    child: Child,
    pub(crate) url: String,
}

impl Aws {
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/moto");
        let mut child = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    pub(crate) fn put(&self, path: &str, body: Vec<u8>) {
        let request = reqwest::Client::new().put(format!("{}/{path}", self.url));
        self.send(request.header("authorization", scope("s3")).body(body));
    }

    /// A queue that is told of every object put into the bucket; its URL.
    pub(crate) fn queue_of(&self, bucket: &str, name: &str) -> String {
        let created = self.sqs("CreateQueue", &format!("{{\"QueueName\": \"{name}\"}}"));
        let configuration = format!(
            "<NotificationConfiguration><QueueConfiguration><Id>all</Id><Queue>arn:aws:sqs:us-east-1:123456789012:{name}</Queue>\
             <Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>"
        );
        self.put(&format!("{bucket}?notification"), configuration.into_bytes());
        created["QueueUrl"].as_str().unwrap().to_owned()
    }

    pub(crate) fn sqs(&self, operation: &str, body: &str) -> serde_json::Value {
        let request = reqwest::Client::new().post(format!("{}/", self.url));
        let request = request.header("authorization", scope("sqs")).header("content-type", "application/x-amz-json-1.0");
        let text = self.send(request.header("x-amz-target", format!("AmazonSQS.{operation}")).body(body.to_owned()));
        serde_json::from_str(&text).unwrap()
    }

    fn send(&self, request: reqwest::RequestBuilder) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let (status, text) = (answer.status(), answer.text().await.unwrap());
            assert!(status.is_success(), "{status}: {text}");
            text
        })
    }
}

fn scope(service: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0")
}

impl Drop for Aws {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
