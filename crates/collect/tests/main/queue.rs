//! A bucket that tells of new objects through a queue.

use std::time::Duration;

use aws_sdk_s3::types::{Event, NotificationConfiguration, QueueConfiguration};
use aws_sdk_sqs::types::QueueAttributeName;
use collect::s3_queue::S3QueueSource;
use collect::{Poison, S3Queue, State};
use ingest::sources::Outcome;
use serde_json::json;

use crate::moto;
use crate::proxy::{Asked, Fault, Proxy};
use crate::world::{Running, aws, commit, config, fixtures, unique};

/// A bucket, and a queue that it tells of new objects.
struct Bucket {
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    name: String,
    queue_url: String,
}

impl Bucket {
    async fn new() -> Self {
        let config = config().await;
        let s3 = aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
        let sqs = aws_sdk_sqs::Client::new(&config);
        let name = unique("logs");
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint("eu-west-1".into()).build();
        s3.create_bucket().bucket(&name).create_bucket_configuration(place).send().await.unwrap();
        let queue_url = sqs.create_queue().queue_name(&name).send().await.unwrap().queue_url.unwrap();
        let arn = QueueAttributeName::QueueArn;
        let attributes = sqs.get_queue_attributes().queue_url(&queue_url).attribute_names(arn.clone()).send().await.unwrap();
        let arn = attributes.attributes.unwrap().remove(&arn).unwrap();
        let queue = QueueConfiguration::builder().queue_arn(arn).events(Event::S3ObjectCreated).build().unwrap();
        let notification = NotificationConfiguration::builder().queue_configurations(queue).build();
        // S3 sends `s3:TestEvent` now.
        s3.put_bucket_notification_configuration().bucket(&name).notification_configuration(notification).send().await.unwrap();
        Self { s3, sqs, name, queue_url }
    }

    async fn put(&self, key: &str, bytes: &[u8]) {
        self.s3.put_object().bucket(&self.name).key(key).body(bytes.to_vec().into()).send().await.unwrap();
    }

    async fn send(&self, body: impl ToString) {
        self.sqs.send_message().queue_url(&self.queue_url).message_body(body.to_string()).send().await.unwrap();
    }

    fn settings(&self, url: &str) -> S3Queue {
        S3Queue {
            name: "queue".to_owned(),
            queue_url: self.queue_url.clone(),
            aws: aws(url),
            wait_secs: 1,
            visibility_secs: 10,
            ..S3Queue::default()
        }
    }

    fn start(&self, url: &str, change: impl FnOnce(&mut S3Queue)) -> Running {
        let mut settings = self.settings(url);
        change(&mut settings);
        Running::start(|surroundings| Box::new(S3QueueSource::new(settings, surroundings)))
    }

    fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    /// Messages in the queue: to be had, and being worked on.
    async fn messages(&self) -> (u32, u32) {
        let names = [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
        let request = self.sqs.get_queue_attributes().queue_url(&self.queue_url).set_attribute_names(Some(names.to_vec()));
        let attributes = request.send().await.unwrap().attributes.unwrap();
        let number = |name| attributes[&name].parse().unwrap();
        let [visible, hidden] = names;
        (number(visible), number(hidden))
    }

    async fn emptied(&self) {
        for _ in 0..2_000 {
            if self.messages().await == (0, 0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("left in the queue: {:?}", self.messages().await);
    }
}

/// What S3 would say of these keys, which are URL-encoded.
fn notification(bucket: &str, keys: &[&str]) -> serde_json::Value {
    let record = |key: &&str| json!({"eventName": "ObjectCreated:Put", "awsRegion": "eu-west-1", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}});
    json!({"Records": keys.iter().map(record).collect::<Vec<_>>()})
}

#[tokio::test]
async fn objects_are_fetched_as_they_are_and_messages_go_when_they_are_committed() {
    let bucket = Bucket::new().await;
    let fixtures = fixtures();
    // The keys have what URL-encoding changes: `=`, `+`, space, and letters outside ASCII.
    let key = |name: &str| format!("AWSLogs/aws-account-id=123456789012/a b+ü/{name}");
    for (name, bytes) in &fixtures {
        bucket.put(&key(name), bytes).await;
    }
    let mut running = bucket.start(moto::url(), |_| ());
    let taken = running.take(fixtures.len(), commit).await;
    for (name, bytes) in &fixtures {
        assert_eq!(taken[&bucket.uri(&key(name))], (bytes.clone(), 1), "{name}");
    }
    bucket.emptied().await;
    let report = running.stop().await;
    assert_eq!((report.committed, report.failed, report.parked, report.state), (fixtures.len() as u64, 0, 0, State::Stopped));
    assert_eq!(report.bytes, fixtures.values().map(|bytes| bytes.len() as u64).sum::<u64>());
}

#[tokio::test]
async fn a_message_stays_until_all_its_objects_are_committed() {
    let bucket = Bucket::new().await;
    for key in ["a=1.log", "b.log"] {
        bucket.s3.put_object().bucket(&bucket.name).key(key).body(b"text".to_vec().into()).send().await.unwrap();
    }
    bucket.sqs.purge_queue().queue_url(&bucket.queue_url).send().await.unwrap();
    bucket.send(notification(&bucket.name, &["a%3D1.log", "b.log"])).await;
    let mut running = bucket.start(moto::url(), |_| ());
    let (first, second) = (running.next().await, running.next().await);
    let mut uris = [first.object.uri.clone(), second.object.uri.clone()];
    uris.sort();
    assert_eq!(uris, [bucket.uri("a=1.log"), bucket.uri("b.log")]);
    first.answer(Outcome::Committed);
    running.until(|report| report.committed == 1).await;
    // Longer than the message is hidden at first: it is hidden again while it is worked on.
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(bucket.messages().await, (0, 1));
    assert_eq!(running.spooled().len(), 1);
    second.answer(Outcome::Committed);
    bucket.emptied().await;
    assert_eq!(running.stop().await.delivered, 2);
}

#[tokio::test]
async fn a_failed_delivery_comes_again_and_a_stopped_source_gives_its_messages_back() {
    let bucket = Bucket::new().await;
    bucket.put("a.log", b"text").await;
    let mut running = bucket.start(moto::url(), |_| ());
    let taken =
        running.take(1, |_, times| Some(if times < 3 { Outcome::Failed("the disk is full".into()) } else { Outcome::Committed })).await;
    assert_eq!(taken[&bucket.uri("a.log")].1, 3);
    bucket.emptied().await;

    bucket.put("b.log", b"text").await;
    let delivery = running.next().await;
    drop(delivery);
    running.until(|report| report.failed == 3).await;
    let report = running.stop().await;
    assert_eq!(report.last_error.unwrap().message, "the disk is full");
    // It may be had at once, not only when the time it was hidden for is over.
    let mut next = bucket.start(moto::url(), |_| ());
    let again = tokio::time::timeout(Duration::from_secs(6), next.take(1, commit)).await.unwrap();
    assert!(again.contains_key(&bucket.uri("b.log")));
    bucket.emptied().await;
    next.stop().await;
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_fetched_and_its_message_goes() {
    let bucket = Bucket::new().await;
    for key in
        ["AWSLogs/1/vpcflowlogs/a.log.gz", "AWSLogs/1/CloudTrail/a.json.gz", "AWSLogs/1/vpcflowlogs/notes.txt", "AWSLogs/1/vpcflowlogs/"]
    {
        bucket.put(key, b"text").await;
    }
    bucket.send(notification("of-somebody-else", &["AWSLogs/1/vpcflowlogs/a.log.gz"])).await;
    let mut running = bucket.start(moto::url(), |settings| {
        settings.buckets = vec![bucket.name.clone()];
        settings.prefixes = vec!["AWSLogs/1/vpcflowlogs/".into()];
        settings.suffixes = vec![".log.gz".into(), ".log.parquet".into()];
    });
    running.take(1, commit).await;
    bucket.emptied().await;
    let report = running.stop().await;
    assert_eq!((report.delivered, report.skipped), (1, 4));
}

#[tokio::test]
async fn poison_is_parked_and_left_or_deleted_as_set() {
    for poison in [Poison::Leave, Poison::Delete] {
        let bucket = Bucket::new().await;
        bucket.send("this is no notification").await;
        bucket.send(notification(&bucket.name, &["never-was.log"])).await;
        bucket.put("good.log", b"text").await;
        let mut running = bucket.start(moto::url(), |settings| {
            settings.poison = poison;
            settings.max_receives = 2;
        });
        running.take(1, commit).await;
        let report = running.until(|report| report.parked == 2).await;
        let parked = |text: &str| report.parked_messages.iter().find(|parked| parked.excerpt.contains(text)).unwrap();
        let (unreadable, gone) = (parked("this is no notification"), parked("never-was"));
        assert!(unreadable.reason.contains("not JSON") && gone.reason.contains("gone"), "{report:?}");
        assert_eq!((unreadable.receives, gone.receives, gone.deleted), (1, 2, poison == Poison::Delete));
        if poison == Poison::Delete {
            bucket.emptied().await;
        } else {
            let (visible, hidden) = bucket.messages().await;
            assert_eq!(visible + hidden, 2);
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn a_replaced_object_is_taken_as_it_is_now_and_one_named_by_version_as_it_was() {
    let bucket = Bucket::new().await;
    let versioning = aws_sdk_s3::types::VersioningConfiguration::builder().status("Enabled".into()).build();
    bucket.s3.put_bucket_versioning().bucket(&bucket.name).versioning_configuration(versioning).send().await.unwrap();
    let first = bucket.s3.put_object().bucket(&bucket.name).key("a.log").body(b"first".to_vec().into()).send().await.unwrap();
    bucket.put("a.log", b"second, longer").await;
    bucket.sqs.purge_queue().queue_url(&bucket.queue_url).send().await.unwrap();

    let mut running = bucket.start(moto::url(), |_| ());
    let (etag, version) = (first.e_tag.unwrap(), first.version_id.unwrap());
    let mut stale = notification(&bucket.name, &["a.log"]);
    stale["Records"][0]["s3"]["object"]["eTag"] = etag.trim_matches('"').into();
    stale["Records"][0]["s3"]["object"]["size"] = 5.into();
    bucket.send(&stale).await;
    assert_eq!(running.take(1, commit).await[&bucket.uri("a.log")].0, b"second, longer");
    stale["Records"][0]["s3"]["object"]["versionId"] = version.into();
    bucket.send(&stale).await;
    assert_eq!(running.take(1, commit).await[&bucket.uri("a.log")].0, b"first");
    bucket.emptied().await;
    running.stop().await;
}

#[tokio::test]
async fn a_bad_line_and_a_queue_that_repeats_itself_lose_nothing() {
    let bucket = Bucket::new().await;
    let fixtures = fixtures();
    for (name, bytes) in &fixtures {
        bucket.put(name, bytes).await;
    }
    // Every fault in turn, so often that every object meets some.
    let proxy = Proxy::start(moto::url(), |asked, number| match (asked.target.as_str(), number % 5) {
        ("AmazonSQS.ReceiveMessage", 0 | 2) => Some(Fault::Twice),
        ("AmazonSQS.DeleteMessage", 1) => Some(Fault::Lost),
        ("AmazonSQS.ReceiveMessage" | "AmazonSQS.DeleteMessage", 4) => Some(Fault::Busy),
        ("", 0 | 3) => Some(Fault::CutShort),
        ("", 1) => Some(Fault::Busy),
        ("", 2) if number < 40 => Some(Fault::Silence),
        _ => None,
    })
    .await;
    let mut running = bucket.start(&proxy.url, |settings| settings.aws.timeout_secs = Some(1));
    let taken = running.take(fixtures.len(), commit).await;
    for (name, bytes) in &fixtures {
        assert_eq!(&taken[&bucket.uri(name)].0, bytes, "{name}");
    }
    // Whatever came twice is known or delivered again, which the ledger bears; every message goes in the end.
    let emptied = async {
        tokio::select! {
            () = bucket.emptied() => {}
            _ = running.take(usize::MAX, commit) => {}
        }
    };
    emptied.await;
    for fault in [Fault::Busy, Fault::Silence, Fault::CutShort, Fault::Twice] {
        assert!(proxy.count(fault) > 0, "{fault:?}");
    }
    let report = running.stop().await;
    assert!(report.skipped > 0, "messages that came twice cost no second fetch: {report:?}");
    assert_eq!(report.failed, 0);
}

#[tokio::test]
async fn a_slow_lake_slows_fetching_down() {
    let bucket = Bucket::new().await;
    for index in 0..6 {
        bucket.put(&format!("{index}.log"), &vec![b'x'; 400_000]).await;
    }
    let settings = bucket.settings(moto::url());
    let mut running =
        Running::start_in(tempfile::tempdir().unwrap(), 1, |surroundings| Box::new(S3QueueSource::new(settings, surroundings)));
    // Two fit into one MiB.
    let (first, second) = (running.next().await, running.next().await);
    assert!(tokio::time::timeout(Duration::from_secs(2), running.deliveries.recv()).await.is_err());
    assert_eq!(running.spooled().len(), 2);
    first.answer(Outcome::Committed);
    second.answer(Outcome::Committed);
    running.take(4, commit).await;
    bucket.emptied().await;
    running.stop().await;
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_said_and_asked_for_again() {
    let bucket = Bucket::new().await;
    let name = unique("later");
    let url = bucket.queue_url.replace(&bucket.name, &name);
    let mut running = bucket.start(moto::url(), |settings| settings.queue_url = url);
    let report = running.until(|report| report.state == State::Failing).await;
    assert!(report.last_error.unwrap().message.contains(&name));
    bucket.sqs.create_queue().queue_name(&name).send().await.unwrap();
    running.until(|report| report.state == State::Running).await;
    let queue_url = bucket.queue_url.replace(&bucket.name, &name);
    bucket.put("a.log", b"text").await;
    bucket.sqs.send_message().queue_url(queue_url).message_body(notification(&bucket.name, &["a.log"]).to_string()).send().await.unwrap();
    running.take(1, commit).await;
    running.stop().await;
}

#[tokio::test]
async fn a_role_is_taken_on_for_the_queue_or_for_the_bucket_alone() {
    let bucket = Bucket::new().await;
    bucket.put("a.log", b"text").await;
    let proxy = Proxy::start(moto::url(), |_, _| None).await;
    let mut running = bucket.start(&proxy.url, |settings| {
        let role = Some("arn:aws:iam::123456789012:role/weir-reads-logs".to_owned());
        settings.object_aws = Some(collect::Aws { role_arn: role, external_id: Some("weir".into()), ..settings.aws.clone() });
    });
    running.take(1, commit).await;
    bucket.emptied().await;
    running.stop().await;
    let keys = |wanted: fn(&Asked) -> bool| -> Vec<String> {
        proxy.seen().into_iter().map(|(asked, _)| asked).filter(wanted).map(|asked| asked.access_key).collect()
    };
    assert!(keys(|asked| asked.target.starts_with("AmazonSQS")).iter().all(|key| key == "test"));
    let fetches = keys(|asked| asked.path.contains("a.log"));
    assert!(fetches.len() == 1 && fetches[0].starts_with("ASIA"), "{fetches:?}");
}
