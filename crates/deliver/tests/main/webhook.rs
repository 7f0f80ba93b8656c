//! Webhooks: what is sent, how it is signed, and what becomes of every kind of answer.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use deliver::{DeliverError, Format, Kind, Progress, Settings, State, Target};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::authority::authority;
use crate::receiver::{Receiver, Reply, Request};
use crate::world::{NOW, SECRET, clock, notice, notices, secret_file, send_all, settings, target, updated};

fn hook(receiver: &Receiver, folder: &tempfile::TempDir) -> Settings {
    let mut settings = settings(Kind::Webhook);
    settings.url = Some(receiver.url());
    settings.secret_file = Some(secret_file(folder.path(), SECRET));
    settings
}

/// Checks a signature as a receiver would, in constant time.
fn assert_signed(request: &Request) {
    let header = &request.headers["x-weir-signature"];
    let (time, code) = header.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    assert_eq!(time.parse::<i64>().unwrap(), NOW);
    let code: Vec<u8> = (0..code.len()).step_by(2).map(|at| u8::from_str_radix(&code[at..at + 2], 16).unwrap()).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{}", request.body).as_bytes());
    mac.verify_slice(&code).unwrap();
}

fn ids(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| request.json()["detail"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_notice_is_one_signed_event_in_order() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let target = target(&hook(&receiver, &folder));
    let notices = notices(3);
    assert_eq!(target.send(&notices).await, Progress { settled: 3, wait: None });
    let requests = receiver.requests();
    assert_eq!(ids(&requests), notices.iter().map(|notice| notice.finding().id.clone()).collect::<Vec<_>>());
    for (request, notice) in requests.iter().zip(&notices) {
        assert_eq!(request.line, "POST /hook HTTP/1.1");
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(request.headers["x-weir-event-id"], notice.event_id());
        assert_signed(request);
        let event = request.json();
        assert_eq!((event["detail-type"].as_str(), event["id"].as_str()), (Some("GuardDuty Finding"), Some(notice.event_id())));
    }
    let report = target.health().report();
    assert_eq!((report.delivered, report.refused, report.retries, report.errors), (3, 0, 0, 0));
    assert_eq!((report.state, report.place), (State::Running, receiver.url()));
}

#[tokio::test]
async fn what_may_succeed_later_is_tried_again_and_blocks_what_follows() {
    for status in [408, 425, 429, 500, 502, 503] {
        let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([Reply::Answer(status, "", "not  now\n")]).await);
        let target = target(&hook(&receiver, &folder));
        let notices = notices(2);
        let Progress { settled, wait } = target.send(&notices).await;
        assert!(settled == 0 && wait.is_some_and(|wait| wait <= Duration::from_millis(5)), "{status}: {settled} {wait:?}");
        let report = target.health().report();
        assert_eq!((report.state, report.waiting), (State::Failing, 2));
        assert!(report.last_error.unwrap().message.ends_with(": not now"), "the answer is quoted");
        send_all(&target, &notices).await;
        let requests = receiver.requests();
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[0].body, requests[1].body, "the same event again");
        let report = target.health().report();
        assert_eq!((report.delivered, report.refused, report.retries, report.errors, report.waiting), (2, 0, 1, 1, 0));
        assert_eq!(report.state, State::Running);
    }
}

#[tokio::test]
async fn waits_grow_and_an_asked_for_wait_is_kept() {
    let asked = Reply::Answer(429, "retry-after: 7\r\n", "");
    let script = [Reply::Answer(500, "", ""), Reply::Answer(500, "", ""), Reply::Answer(500, "", ""), asked, Reply::Answer(500, "", "")];
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start(script).await);
    let mut settings = hook(&receiver, &folder);
    settings.retry_first_millis = 400;
    let target = target(&settings);
    let waits = send_all(&target, &notices(1)).await;
    let millis: Vec<u128> = waits.iter().map(Duration::as_millis).collect();
    let within = |index: usize, whole: u128| (whole / 2..=whole).contains(&millis[index]);
    assert!(within(0, 400) && within(1, 800) && within(2, 1_000) && millis[3] == 7_000 && within(4, 1_000), "{millis:?}");
    assert!(receiver.is_through());
}

#[tokio::test]
async fn what_is_refused_is_passed_over() {
    let script = [
        Reply::Answer(400, "", "{\"error\":\"no such field\"}"),
        Reply::Answer(200, "", ""),
        Reply::Answer(302, "location: http://127.0.0.1:1/\r\n", ""),
        Reply::Answer(404, "", ""),
        Reply::Answer(204, "", ""),
    ];
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start(script).await);
    let target = target(&hook(&receiver, &folder));
    let notices = notices(5);
    assert_eq!(target.send(&notices).await, Progress { settled: 5, wait: None });
    assert_eq!(receiver.requests().len(), 5, "a redirect is not followed");
    let report = target.health().report();
    assert_eq!((report.delivered, report.refused, report.retries), (2, 3, 0));
    let refused: Vec<&str> = report.refusals.iter().map(|refusal| refusal.finding.as_str()).collect();
    assert_eq!(refused, [0, 2, 3].map(|index: usize| notices[index].finding().id.as_str()));
    assert!(report.refusals[0].reason.contains("400") && report.refusals[0].reason.contains("no such field"));
    assert!(report.refusals[1].reason.contains("redirects are not followed"));
}

#[tokio::test]
async fn a_receiver_that_hangs_closes_or_answers_half_is_tried_again() {
    for (reply, error) in [(Reply::Hang, "no answer in time"), (Reply::Close, "error sending request")] {
        let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([reply]).await);
        let mut settings = hook(&receiver, &folder);
        settings.timeout_secs = 1;
        let target = target(&settings);
        let begun = Instant::now();
        send_all(&target, &notices(2)).await;
        assert!(begun.elapsed() < Duration::from_secs(30), "a minute is what the receiver would take");
        let report = target.health().report();
        assert!(report.delivered == 2 && report.retries >= 1 && report.errors >= 1, "{report:?}");
        assert!(report.last_error.unwrap().message.contains(error));
        assert!(receiver.requests().len() >= 3);
    }
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([Reply::Half(500)]).await);
    let mut settings = hook(&receiver, &folder);
    settings.timeout_secs = 1;
    let target = target(&settings);
    send_all(&target, &notices(1)).await;
    assert!(target.health().report().retries >= 1);
}

#[tokio::test]
async fn a_receiver_that_was_away_gets_everything_in_order() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let target = target(&hook(&receiver, &folder));
    let notices = notices(6);
    assert_eq!(target.send(&notices[..2]).await.settled, 2);
    let port = receiver.stop().await;
    for _ in 0..3 {
        let progress = target.send(&notices[2..]).await;
        assert!(progress.settled == 0 && progress.wait.is_some());
    }
    let receiver = Receiver::start_at(port, []).await;
    send_all(&target, &notices[2..]).await;
    assert_eq!(ids(&receiver.requests()), notices[2..].iter().map(|notice| notice.finding().id.clone()).collect::<Vec<_>>());
    let report = target.health().report();
    assert_eq!((report.delivered, report.errors, report.retries), (6, 3, 3));
}

#[tokio::test]
async fn other_forms_a_header_of_authorization_and_a_limit() {
    for (format, member) in [(Format::GuardDuty, "schemaVersion"), (Format::Ocsf, "class_uid"), (Format::Asff, "SchemaVersion")] {
        let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
        let mut settings = hook(&receiver, &folder);
        settings.format = Some(format);
        let token = folder.path().join("token");
        std::fs::write(&token, "Splunk 0123").unwrap();
        settings.authorization_file = Some(token);
        send_all(&target(&settings), &notices(1)).await;
        let requests = receiver.requests();
        assert!(requests[0].json().get(member).is_some(), "{format:?}");
        assert_eq!(requests[0].headers["authorization"], "Splunk 0123");
        assert_signed(&requests[0]);
        settings.max_body_kib = Some(1);
        let target = target(&settings);
        assert_eq!(target.send(&notices(1)).await, Progress { settled: 1, wait: None });
        assert_eq!((receiver.requests().len(), target.health().report().refused), (1, 1), "what is too large is not sent");
    }
}

#[tokio::test]
async fn tls_needs_an_authority_that_is_trusted() {
    for trusted in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (acceptor, pem) = authority("localhost");
        let receiver = Receiver::start_tls(acceptor).await;
        let mut settings = hook(&receiver, &folder);
        settings.url = Some(receiver.tls_url());
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, if trusted { pem } else { authority("localhost").1 }).unwrap();
        settings.ca_file = Some(ca_file.clone());
        let target = target(&settings);
        let progress = target.send(&notices(1)).await;
        let report = target.health().report();
        if trusted {
            assert_eq!((progress.settled, report.delivered), (1, 1), "{report:?}");
            assert_signed(&receiver.requests()[0]);
        } else {
            assert!(progress.settled == 0 && progress.wait.is_some() && receiver.requests().is_empty());
            assert!(report.last_error.unwrap().message.contains("certificate"));
        }
        std::fs::write(&ca_file, "no certificate").unwrap();
        assert!(Target::new(&settings, clock()).is_err());
    }
}

#[tokio::test]
async fn an_update_too_soon_is_settled_without_being_sent() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let target = target(&hook(&receiver, &folder));
    let first = notice("a");
    send_all(&target, &[first.clone(), updated(&first, 1)]).await;
    send_all(&target, &[first.clone(), updated(&first, 2)]).await;
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(target.health().report().skipped, 3);
}

#[test]
fn secrets_are_read_from_the_environment_or_a_file_and_nothing_else_will_do() {
    let folder = tempfile::tempdir().unwrap();
    let make = |change: fn(&mut Settings)| {
        let mut settings = settings(Kind::Webhook);
        settings.url = Some("https://receiver.example/x".to_owned());
        change(&mut settings);
        settings
    };
    let variable = make(|settings| settings.secret_env = Some("WEIR_NO_SUCH_VARIABLE".to_owned()));
    assert!(matches!(Target::new(&variable, clock()), Err(DeliverError::Variable { .. })));
    let mut file = make(|_| ());
    file.secret_file = Some(folder.path().join("none"));
    assert!(matches!(Target::new(&file, clock()), Err(DeliverError::File { .. })));
    for text in ["", "too short"] {
        file.secret_file = Some(secret_file(folder.path(), text));
        assert!(matches!(Target::new(&file, clock()), Err(DeliverError::Setting { .. })), "{text:?}");
    }
    file.secret_file = Some(secret_file(folder.path(), SECRET));
    let shown = format!("{:?}", Target::new(&file, clock()).unwrap());
    assert!(!shown.contains(SECRET), "{shown}");
}

/// The example in the guide is run as it stands.
#[tokio::test]
async fn the_guides_python_accepts_what_is_sent_and_nothing_else() {
    let guide = include_str!("../../../../docs/guide/deliver.md");
    let example = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    send_all(&target(&hook(&receiver, &folder)), &notices(1)).await;
    let request = &receiver.requests()[0];
    let program = format!(
        "{example}\nimport sys\nheader, body = sys.argv[1], sys.stdin.buffer.read()\n\
         good = verify(b\"{SECRET}\", header, body, now={NOW} + 10)\n\
         bad = [verify(b\"another key, also long\", header, body, now={NOW}), verify(b\"{SECRET}\", header, body + b\" \", now={NOW}),\n\
         \u{20}   verify(b\"{SECRET}\", header, body, now={NOW} + 1000), verify(b\"{SECRET}\", \"nonsense\", body, now={NOW})]\n\
         print(good, any(bad))\n"
    );
    let python = Command::new("python3")
        .args(["-c", &program, &request.headers["x-weir-signature"]])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("skipped: there is no python3");
        return;
    };
    python.stdin.take().unwrap().write_all(request.body.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "True False", "{}", String::from_utf8_lossy(&output.stderr));
}
