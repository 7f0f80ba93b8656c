//! A bucket that is listed.

use std::time::Duration;

use collect::s3_listing::S3ListingSource;
use collect::{Clock, Known, S3Listing, State, Surroundings};
use flow::Timestamp;
use futures::StreamExt as _;
use ingest::sources::Outcome;

use crate::moto;
use crate::proxy::{Fault, Proxy};
use crate::world::{Running, aws, commit, config, fixtures, unique};

/// The time of these tests: noon of 3 November.
const NOW: &str = "2026-11-03T12:00:00Z";

struct Bucket {
    s3: aws_sdk_s3::Client,
    name: String,
}

impl Bucket {
    async fn new() -> Self {
        let config = config().await;
        let s3 = aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
        let name = unique("listed");
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint("eu-west-1".into()).build();
        s3.create_bucket().bucket(&name).create_bucket_configuration(place).send().await.unwrap();
        Self { s3, name }
    }

    async fn put(&self, key: &str, bytes: &[u8]) {
        self.s3.put_object().bucket(&self.name).key(key).body(bytes.to_vec().into()).send().await.unwrap();
    }

    fn settings(&self, url: &str) -> S3Listing {
        S3Listing { name: "listing".to_owned(), bucket: self.name.clone(), aws: aws(url), poll_secs: 1, ..S3Listing::default() }
    }

    fn start_in(&self, folder: tempfile::TempDir, url: &str, change: impl FnOnce(&mut S3Listing, &mut Surroundings)) -> Running {
        let mut settings = self.settings(url);
        Running::start_in(folder, 64, |surroundings| {
            let mut surroundings = surroundings.clone();
            surroundings.clock = Clock::new(|| NOW.parse().unwrap());
            change(&mut settings, &mut surroundings);
            Box::new(S3ListingSource::new(settings, &surroundings))
        })
    }

    fn start(&self, change: impl FnOnce(&mut S3Listing)) -> Running {
        self.start_in(tempfile::tempdir().unwrap(), moto::url(), |settings, _| change(settings))
    }

    fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }
}

/// A key as AWS makes it.
fn key(account: &str, region: &str, slot: &str, hash: &str) -> String {
    let (year, month, day) = (&slot[..4], &slot[4..6], &slot[6..8]);
    format!("AWSLogs/{account}/vpcflowlogs/{region}/{year}/{month}/{day}/{account}_vpcflowlogs_{region}_fl-0a_{slot}_{hash}.log.gz")
}

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

#[tokio::test]
async fn accounts_regions_and_days_are_chosen_and_one_pass_ends() {
    let bucket = Bucket::new().await;
    let hive =
        "AWSLogs/aws-account-id=333333333333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=11/day=02/hour=07/x.log.gz";
    let wanted = [
        key(ONE, "eu-west-1", "20261101T0000Z", "a"),
        key(ONE, "eu-west-1", "20261103T1150Z", "b"),
        key(TWO, "eu-central-1", "20261102T0605Z", "c"),
        hive.to_owned(),
    ];
    let unwanted = [
        key(ONE, "eu-west-1", "20261031T2355Z", "d"),
        key(ONE, "us-east-1", "20261102T0605Z", "e"),
        key("444444444444", "eu-west-1", "20261102T0605Z", "f"),
        format!("AWSLogs/{ONE}/CloudTrail/eu-west-1/2026/11/02/x.json.gz"),
        format!("AWSLogs/{ONE}/vpcflowlogs/eu-west-1/2026/11/02/notes.txt"),
        "elsewhere/x.log.gz".to_owned(),
    ];
    for key in wanted.iter().chain(&unwanted) {
        bucket.put(key, key.as_bytes()).await;
    }
    let mut running = bucket.start(|settings| {
        settings.once = true;
        settings.start = Some("2026-11-01".to_owned());
        settings.accounts = vec![ONE.into(), TWO.into(), "333333333333".into()];
        settings.regions = vec!["eu-west-1".into(), "eu-central-1".into()];
        settings.suffixes = vec![".log.gz".into()];
    });
    let taken = running.take(wanted.len(), commit).await;
    for key in &wanted {
        assert_eq!(taken[&bucket.uri(key)], (key.as_bytes().to_vec(), 1));
    }
    let report = running.ended().await;
    assert_eq!((report.state, report.committed, report.errors), (State::Done, 4, 0));
}

#[tokio::test]
async fn reading_goes_on_where_it_ended_and_days_that_are_over_are_not_listed_again() {
    let bucket = Bucket::new().await;
    let slots = ["20261030T0000Z", "20261031T0000Z", "20261101T0000Z", "20261103T0000Z", "20261103T1100Z"];
    let keys: Vec<String> = slots.iter().map(|slot| key(ONE, "eu-west-1", slot, "a")).collect();
    for key in &keys {
        bucket.put(key, b"text").await;
    }
    let folder = tempfile::tempdir().unwrap();
    // The spool is emptied at each start; what is remembered is not in it.
    let memory = folder.path().join("memory");
    let start = |url: String, count: &Bucket| {
        let memory = memory.clone();
        count.start_in(tempfile::tempdir().unwrap(), &url, move |_, surroundings| surroundings.memory = memory)
    };
    // Interrupted when three are committed.
    let mut running = start(moto::url().to_owned(), &bucket);
    let taken = running.take(3, commit).await;
    running.until(|report| report.committed == 3).await;
    running.stop().await;

    let proxy = Proxy::start(moto::url(), |_, _| None).await;
    let mut running = start(proxy.url.clone(), &bucket);
    let rest = running.take(2, commit).await;
    assert!(keys.iter().all(|key| taken.contains_key(&bucket.uri(key)) != rest.contains_key(&bucket.uri(key))));
    running.until(|report| report.state == State::Running).await;
    assert_eq!(proxy.seen().iter().filter(|(asked, _)| asked.path.contains(".log.gz")).count(), 2);
    let report = running.stop().await;
    assert_eq!((report.delivered, report.skipped), (2, 0));

    // What comes late into a day that is still open is found, though its name is before others'. So is what replaced another.
    let proxy = Proxy::start(moto::url(), |_, _| None).await;
    let mut running = start(proxy.url.clone(), &bucket);
    running.until(|report| report.state == State::Running).await;
    let late = key(ONE, "eu-west-1", "20261102T2355Z", "late");
    let other = key(TWO, "eu-west-1", "20261103T1155Z", "new-account");
    bucket.put(&late, b"late").await;
    bucket.put(&keys[3], b"replaced").await;
    bucket.put(&other, b"new").await;
    let taken = running.take(3, commit).await;
    assert_eq!((taken[&bucket.uri(&late)].0.as_slice(), taken[&bucket.uri(&keys[3])].0.as_slice()), (&b"late"[..], &b"replaced"[..]));
    let listings: Vec<String> = proxy.seen().into_iter().map(|(asked, _)| asked.path).filter(|path| path.contains("start-after")).collect();
    assert!(listings.iter().all(|path| path.contains("2026%2F11%2F010")), "1 November is over: {listings:?}");
    assert!(!listings.is_empty());
    running.stop().await;
}

#[tokio::test]
async fn an_earlier_start_asks_for_what_was_passed_over() {
    let bucket = Bucket::new().await;
    let keys = ["20261001T0000Z", "20261020T0000Z"].map(|slot| key(ONE, "eu-west-1", slot, "a"));
    for key in &keys {
        bucket.put(key, b"text").await;
    }
    let memory = tempfile::tempdir().unwrap();
    for (start, expected) in [("2026-10-10", &keys[1..]), ("2026-10-15", &[]), ("2026-09-01", &keys[..])] {
        let place = memory.path().to_owned();
        let mut running = bucket.start_in(tempfile::tempdir().unwrap(), moto::url(), |settings, surroundings| {
            settings.start = Some(start.to_owned());
            settings.once = true;
            surroundings.memory = place;
        });
        let taken = running.take(expected.len(), commit).await;
        assert!(expected.iter().all(|key| taken.contains_key(&bucket.uri(key))), "{start}");
        assert_eq!(running.ended().await.state, State::Done);
    }
}

#[tokio::test]
async fn a_bad_line_costs_time_only() {
    let bucket = Bucket::new().await;
    let fixtures = fixtures();
    for (name, bytes) in &fixtures {
        bucket.put(&format!("any folder/{name}"), bytes).await;
    }
    let proxy = Proxy::start(moto::url(), |asked, number| match (asked.path.contains("list-type"), number % 4) {
        (true, 0) => Some(Fault::Busy),
        (true, 1) => Some(Fault::CutShort),
        (false, 0 | 3) => Some(Fault::CutShort),
        (false, 1) => Some(Fault::Busy),
        (false, 2) if number < 40 => Some(Fault::Silence),
        _ => None,
    })
    .await;
    let mut running = bucket.start_in(tempfile::tempdir().unwrap(), &proxy.url, |settings, _| {
        settings.prefixes = vec!["any folder/".into()];
        settings.aws.timeout_secs = Some(1);
    });
    // The lake has its troubles too.
    let taken = running
        .take(fixtures.len(), |object, times| match (object.size % 3, times) {
            (0, 1) => Some(Outcome::Failed("busy".into())),
            (1, 1) => Some(Outcome::Unusable("?".into())),
            _ => Some(Outcome::Committed),
        })
        .await;
    for (name, bytes) in &fixtures {
        assert_eq!(&taken[&bucket.uri(&format!("any folder/{name}"))].0, bytes, "{name}");
    }
    assert!(proxy.count(Fault::CutShort) > 0 && proxy.count(Fault::Busy) > 0 && proxy.count(Fault::Silence) > 0);
    running.until(|report| report.state == State::Running).await;
    let before = running.stop().await;
    assert_eq!(before.committed + before.unusable, fixtures.len() as u64);
}

#[tokio::test]
async fn more_than_a_page_is_listed_and_what_the_lake_knows_is_not_fetched() {
    let bucket = Bucket::new().await;
    let keys: Vec<String> = (0..1_050).map(|index| format!("{index:04}.log")).collect();
    futures::stream::iter(&keys).for_each_concurrent(8, |key| bucket.put(key, b"text")).await;
    let new = ["0000.log", "0999.log", "1049.log"].map(|key| bucket.uri(key));
    let unknown = new.clone();
    let mut running = bucket.start_in(tempfile::tempdir().unwrap(), moto::url(), |settings, surroundings| {
        settings.once = true;
        surroundings.known = Known::new(move |object| {
            assert!(object.size == 4 && object.modified > Some(Timestamp::from_secs(0)));
            !unknown.contains(&object.uri)
        });
    });
    let taken = running.take(3, commit).await;
    assert!(new.iter().all(|uri| taken.contains_key(uri)));
    let report = running.ended().await;
    assert_eq!((report.skipped, report.delivered, report.state), (1_047, 3, State::Done));
}

#[tokio::test]
async fn a_bucket_that_is_not_there_ends_one_pass_and_a_stop_is_heard_while_waiting() {
    let bucket = Bucket { name: unique("never"), ..Bucket::new().await };
    let report = bucket.start(|settings| settings.once = true).ended().await;
    assert_eq!(report.state, State::Failing);
    assert!(report.last_error.unwrap().message.contains("NoSuchBucket"));

    let running = bucket.start(|settings| settings.poll_secs = 3_600);
    running.until(|report| report.state == State::Failing).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), running.stop()).await.unwrap();
    assert_eq!(stopped.state, State::Stopped);
}
