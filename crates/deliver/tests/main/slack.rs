//! Slack: messages, digests, and its limit of messages.

use std::time::{Duration, Instant};

use deliver::{Kind, Progress, Settings, State};
use detect::FindingType;

use crate::receiver::{Receiver, Reply};
use crate::world::{notice_of, notices, secret_file, send_all, settings, target};

fn slack(receiver: &Receiver, folder: &tempfile::TempDir) -> Settings {
    let mut settings = settings(Kind::Slack);
    settings.url_file = Some(secret_file(folder.path(), &receiver.url()));
    settings.pace_millis = Some(0);
    settings
}

#[tokio::test]
async fn a_finding_is_one_message_with_a_link() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let target = target(&slack(&receiver, &folder));
    let notice = notice_of(FindingType::TorClient, "a", 9.1);
    send_all(&target, std::slice::from_ref(&notice)).await;
    let message = receiver.requests()[0].json();
    assert_eq!(message["text"], format!("Critical: {}", notice.finding().title));
    let title = message["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(title.contains(&format!("<https://weir.example.net/#/findings/{}|", notice.finding().id)), "{title}");
    let place = target.health().report().place;
    assert!(!place.contains("hook"), "the path is the secret: {place}");
}

#[tokio::test]
async fn many_at_once_are_one_message_that_is_tried_again_as_a_whole() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([Reply::Answer(503, "", "")]).await);
    let target = target(&slack(&receiver, &folder));
    let all = notices(51);
    let progress = target.send(&all).await;
    assert!(progress.settled == 0 && progress.wait.is_some());
    send_all(&target, &all).await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].json()["text"], "51 findings at once, 51 of them new: 51 high");
    let report = target.health().report();
    assert_eq!((report.delivered, report.digests, report.retries, report.state), (51, 1, 1, State::Running));
    send_all(&target, &all[..50]).await;
    assert_eq!(receiver.requests().len(), 2, "all were told");
}

#[tokio::test]
async fn fifty_at_once_are_fifty_messages_and_only_those_wanted_count() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let mut settings = slack(&receiver, &folder);
    settings.digest_over = Some(3);
    settings.min_severity = detect::Severity::High;
    let target = target(&settings);
    let mut all = notices(3);
    all.extend((0..10).map(|index| notice_of(FindingType::TorClient, &format!("low {index}"), 2.0)));
    send_all(&target, &all).await;
    assert_eq!(receiver.requests().len(), 3);
    assert_eq!((target.health().report().digests, target.health().report().skipped), (0, 10));
}

#[tokio::test]
async fn slacks_limit_is_kept_and_its_wait_honoured() {
    let script = [Reply::Answer(200, "", "ok"), Reply::Answer(429, "retry-after: 30\r\n", "rate_limited")];
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start(script).await);
    let mut settings = slack(&receiver, &folder);
    settings.pace_millis = Some(200);
    let target = target(&settings);
    let all = notices(3);
    let begun = Instant::now();
    let progress = target.send(&all).await;
    assert_eq!(progress, Progress { settled: 1, wait: Some(Duration::from_secs(30)) });
    assert!(begun.elapsed() >= Duration::from_millis(200), "messages are paced");
    send_all(&target, &all[1..]).await;
    assert_eq!(receiver.requests().len(), 4);
}

#[tokio::test]
async fn a_channel_that_is_gone_refuses_and_does_not_block() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([Reply::Answer(410, "", "channel_is_archived")]).await);
    let target = target(&slack(&receiver, &folder));
    assert_eq!(target.send(&notices(2)).await, Progress { settled: 2, wait: None });
    let report = target.health().report();
    assert_eq!((report.delivered, report.refused), (1, 1));
    assert!(report.refusals[0].reason.contains("channel_is_archived"));
}
