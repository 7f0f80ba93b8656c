//! Objects that others bring, over a real connection.

use std::io::Write as _;
use std::time::Duration;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use collect::push::{firehose, upload};
use collect::{CollectError, Firehose, Secret, State, Upload};
use flate2::Compression;
use flate2::write::GzEncoder;
use ingest::sources::Outcome;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::world::{Running, fixtures, surroundings};

const KEY: &str = "a key of more than 16 characters";
const ARN: &str = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/flow-logs";

/// A server with one router, and the source behind it.
async fn serve(running: Running, router: Router) -> (Running, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    running.until(|report| report.state == State::Running).await;
    (running, url)
}

async fn firehose(change: impl FnOnce(&mut Firehose)) -> (Running, String) {
    let mut settings = Firehose { enabled: true, access_key: Secret::new(KEY), ..Firehose::default() };
    change(&mut settings);
    let mut router = None;
    let running = Running::start(|surroundings| {
        let (source, routes) = firehose::new(&settings, surroundings).unwrap();
        router = Some(routes);
        Box::new(source)
    });
    serve(running, router.unwrap()).await
}

async fn uploads(change: impl FnOnce(&mut Upload)) -> (Running, String) {
    let mut settings = Upload::default();
    change(&mut settings);
    let mut router = None;
    let running = Running::start(|surroundings| {
        let (source, routes) = upload::new(&settings, surroundings);
        router = Some(routes);
        Box::new(source)
    });
    serve(running, router.unwrap()).await
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn batch(id: &str, records: &[&[u8]]) -> Vec<u8> {
    let records: Vec<Value> = records.iter().map(|data| json!({"data": STANDARD.encode(data)})).collect();
    json!({"requestId": id, "timestamp": 1_793_700_000_123_i64, "records": records}).to_string().into_bytes()
}

/// Sends what Firehose sends.
async fn send(url: &str, key: &str, id: &str, body: Vec<u8>, encoding: Option<&str>) -> Response {
    let mut request = client()
        .post(format!("{url}/firehose"))
        .header("X-Amz-Firehose-Protocol-Version", "1.0")
        .header("X-Amz-Firehose-Request-Id", id)
        .header("X-Amz-Firehose-Source-Arn", ARN)
        .header("X-Amz-Firehose-Access-Key", key)
        .header("Content-Type", "application/json")
        .body(body);
    if let Some(encoding) = encoding {
        request = request.header("Content-Encoding", encoding);
    }
    request.send().await.unwrap()
}

/// The status, and the answer as JSON, which every answer to Firehose is.
async fn answer(response: Response) -> (u16, Value) {
    assert_eq!(response.headers()["content-type"], "application/json");
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Records that a body holds: accepted, and about coverage.
fn decoded(uri: &str, bytes: Vec<u8>) -> (u64, u64) {
    let mut out = flow::Decoded::default();
    let options = formats::Options::default();
    let summary = formats::decode(uri, formats::Body::Whole(bytes.into()), &options, &mut out, &mut |_| Ok(())).unwrap();
    assert_eq!((summary.counts.rejected, summary.complete), (0, true), "{summary:?}");
    (summary.counts.accepted, summary.counts.coverage)
}

const LINE: &str = "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 198.51.100.7 49152 443 6 10 840 1767225600 1767225660 ACCEPT OK";

#[tokio::test]
async fn a_request_is_answered_when_it_is_committed_and_is_the_same_object_when_sent_again() {
    let (mut running, url) = firehose(|_| ()).await;
    let line = json!({"message": LINE}).to_string();
    let body = batch("id-1", &[line.as_bytes(), format!("{line}\n").as_bytes()]);
    let mut objects = vec![];
    for (encoding, body) in [(None, body.clone()), (Some("gzip"), gzip(&body))] {
        let sending = tokio::spawn({
            let url = url.clone();
            async move { send(&url, KEY, "id-1", body, encoding).await }
        });
        let delivery = running.next().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!sending.is_finished(), "the answer waits for the commit");
        let bytes = std::fs::read(&delivery.object.path).unwrap();
        assert_eq!(decoded(&delivery.object.uri, bytes.clone()), (2, 0));
        let object = &delivery.object;
        objects.push((object.uri.clone(), object.size, object.modified, bytes));
        delivery.answer(Outcome::Committed);
        let (status, reply) = answer(sending.await.unwrap()).await;
        assert_eq!((status, reply["requestId"].as_str(), reply.get("errorMessage")), (200, Some("id-1"), None));
        assert!(reply["timestamp"].as_i64().unwrap() > 1_700_000_000_000, "milliseconds");
    }
    assert_eq!(objects[0], objects[1]);
    assert_eq!((objects[0].0.as_str(), objects[0].2.unwrap().micros()), ("firehose://flow-logs/id-1", 1_793_700_000_123_000));
    let report = running.stop().await;
    assert_eq!((report.committed, report.errors, report.kind), (2, 0, "firehose"));
}

#[tokio::test]
async fn cloudwatch_subscriptions_come_through_beside_plain_lines() {
    let (mut running, url) = firehose(|_| ()).await;
    let payload = |kind: &str, messages: &[&str]| {
        let events: Vec<Value> =
            messages.iter().map(|message| json!({"id": "1", "timestamp": 1_767_225_600_000_i64, "message": message})).collect();
        let document = json!({"messageType": kind, "owner": "123456789012", "logGroup": "flow", "logStream": "eni-0a1b2c3d4e5f60718-all",
            "subscriptionFilters": ["all"], "logEvents": events});
        gzip(document.to_string().as_bytes())
    };
    let probe = payload("CONTROL_MESSAGE", &["CWL CONTROL MESSAGE: Checking health of destination Firehose."]);
    let (one, two) = (payload("DATA_MESSAGE", &[LINE, LINE]), payload("DATA_MESSAGE", &[LINE]));
    let body = batch("id-2", &[&probe, &one, LINE.as_bytes(), &two]);
    let sending = tokio::spawn(async move { send(&url, KEY, "id-2", body, None).await });
    let taken = running.take(2, |_, _| Some(Outcome::Committed)).await;
    assert_eq!(sending.await.unwrap().status(), StatusCode::OK);
    let counts: Vec<_> = taken.into_iter().map(|(uri, (bytes, _))| (decoded(&uri, bytes).0, uri)).collect();
    assert_eq!(counts, [(1, "firehose://flow-logs/id-2".to_owned()), (3, "firehose://flow-logs/id-2.gz".to_owned())]);
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_committed_is_asked_for_again() {
    let (mut running, url) = firehose(|settings| settings.commit_secs = 1).await;
    let sending = |id: &'static str| {
        let url = url.clone();
        tokio::spawn(async move { answer(send(&url, KEY, id, batch(id, &[LINE.as_bytes()]), None).await).await })
    };
    // Failed.
    let first = sending("id-3");
    running.next().await.answer(Outcome::Failed("the disk is full".into()));
    let (status, reply) = first.await.unwrap();
    assert_eq!((status, reply["errorMessage"].as_str()), (503, Some("the disk is full")));
    // Too slow: the copy stays while it is read.
    let second = sending("id-4");
    let slow = running.next().await;
    assert_eq!(second.await.unwrap().0, 503);
    assert!(slow.object.path.exists());
    let path = slow.object.path.clone();
    slow.answer(Outcome::Committed);
    running.until(|report| report.committed == 1).await;
    while path.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Not understood: in the ledger as such; sending it again would change nothing.
    let third = sending("id-5");
    running.next().await.answer(Outcome::Unusable("no flow log".into()));
    assert_eq!(third.await.unwrap().0, 200);
    // After the end.
    running.stop().await;
    assert_eq!(sending("id-6").await.unwrap().0, 503);
}

#[tokio::test]
async fn bad_requests_are_refused_each_in_its_own_way() {
    let (running, url) = firehose(|settings| settings.max_body_mib = 1).await;
    let good = || batch("id", &[LINE.as_bytes()]);
    let large = batch("id", &[&vec![b'x'; 1 << 20]]);
    let bomb = gzip(&vec![b' '; 16 << 20]);
    for (status, key, body, encoding, reason) in [
        (401, "a wrong key of some length", good(), None, "access key"),
        (401, "", good(), None, "access key"),
        (400, KEY, b"{}".to_vec(), None, "not a request"),
        (400, KEY, batch("other", &[]), None, "another request id"),
        (400, KEY, json!({"requestId": "id", "timestamp": 1, "records": [{"data": "%%%"}]}).to_string().into_bytes(), None, "base64"),
        (400, KEY, good(), Some("gzip"), "not gzip"),
        (415, KEY, good(), Some("br"), "br"),
        (413, KEY, large, None, "bytes"),
        (413, KEY, bomb, Some("gzip"), "bytes"),
    ] {
        let (got, reply) = answer(send(&url, key, "id", body, encoding).await).await;
        let message = reply["errorMessage"].as_str().unwrap();
        assert!(got == status && message.contains(reason) && reply["requestId"] == "id", "{status} {reason}: {got} {reply}");
    }
    assert_eq!(send(&url, KEY, "id", batch("id", &[]), None).await.status(), StatusCode::OK, "nothing to do is done");
    assert_eq!(running.stop().await.delivered, 0);

    let folder = tempfile::tempdir().unwrap();
    let weak = Firehose { access_key: Secret::new("short"), ..Firehose::default() };
    let refused = firehose::new(&weak, &surroundings(folder.path(), 1)).unwrap_err();
    assert!(matches!(refused, CollectError::Setting { .. }));
    std::fs::write(folder.path().join("key"), format!("{KEY}\n")).unwrap();
    let kept = Firehose { access_key_file: Some(folder.path().join("key")), ..Firehose::default() };
    assert!(firehose::new(&kept, &surroundings(folder.path(), 1)).is_ok());
}

#[tokio::test]
async fn an_upload_is_answered_when_it_is_committed() {
    let (mut running, url) = uploads(|settings| settings.max_mib = 1).await;
    let bytes = fixtures()["v2.log.gz"].clone();
    let sending = |name: &str, body: Vec<u8>| {
        let request = client().put(format!("{url}/upload/{name}")).body(body);
        tokio::spawn(async move {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        })
    };
    let first = sending("AWSLogs/a%20b.log.gz", bytes.clone());
    let delivery = running.next().await;
    assert_eq!(std::fs::read(&delivery.object.path).unwrap(), bytes);
    let before = delivery.object.modified;
    delivery.answer(Outcome::Committed);
    assert_eq!(first.await.unwrap(), (201, json!({"uri": "upload://AWSLogs/a b.log.gz", "size": bytes.len()})));
    // Other content under the same name is another version.
    let again = sending("AWSLogs/a%20b.log.gz", vec![b'x'; bytes.len()]);
    let delivery = running.next().await;
    assert_ne!(delivery.object.modified, before);
    delivery.answer(Outcome::Unusable("no flow log".into()));
    let (status, problem) = again.await.unwrap();
    assert_eq!((status, problem["detail"].as_str(), problem["status"].as_u64()), (422, Some("no flow log"), Some(422)));
    let third = sending("b.log", b"x".to_vec());
    drop(running.next().await);
    assert_eq!(third.await.unwrap().0, 503);

    assert_eq!(sending("large.log", vec![0; (1 << 20) + 1]).await.unwrap().0, 413);
    assert_eq!(sending("bad%0Aname", vec![0]).await.unwrap().0, 400);
    // A body of unknown length, as of a pipe, is held to the limit too; one that breaks off is not taken.
    for (parts, status) in [(vec![Ok(vec![0; 1 << 20]), Ok(vec![0; 1])], Some(413)), (vec![Ok(vec![0; 10]), Err(())], None)] {
        let parts = parts.into_iter().map(|part| part.map_err(|()| std::io::Error::other("cut")));
        let body = reqwest::Body::wrap_stream(futures::stream::iter(parts));
        let response = client().post(format!("{url}/upload/pipe")).body(body).send().await;
        assert_eq!(response.ok().map(|response| response.status().as_u16()), status);
    }
    let report = running.stop().await;
    assert_eq!((report.delivered, report.committed, report.unusable), (3, 1, 1));
}
