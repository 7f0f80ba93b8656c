//! The loop over an outbox: order, crashes between delivery and position, receivers that are down, stopping.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deliver::{BoxError, BoxFuture, Due, Kind, Notice, Outbox, Settings, State, Target, run};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::receiver::{Receiver, Reply};
use crate::world::{SECRET, notice, notices, secret_file, settings, target};

/// An outbox in memory, which fails when told to.
#[derive(Debug, Default)]
struct Memory {
    notices: Mutex<Vec<Option<Notice>>>,
    positions: Mutex<BTreeMap<String, u64>>,
    failing_settles: AtomicU32,
    failing_reads: AtomicU32,
}

impl Memory {
    fn of(notices: impl IntoIterator<Item = Option<Notice>>) -> Arc<Self> {
        Arc::new(Self { notices: Mutex::new(notices.into_iter().collect()), ..Self::default() })
    }

    fn position(&self) -> u64 {
        self.positions.lock().unwrap().get("webhook").copied().unwrap_or(0)
    }
}

fn fails(left: &AtomicU32) -> Result<(), BoxError> {
    let failing = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    if failing { Err("the disk is full".into()) } else { Ok(()) }
}

impl Outbox for Memory {
    fn due<'a>(&'a self, target: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<Due>, BoxError>> {
        Box::pin(async move {
            fails(&self.failing_reads)?;
            let after = self.positions.lock().unwrap().get(target).copied().unwrap_or(0);
            let notices = self.notices.lock().unwrap();
            let due = notices.iter().enumerate().map(|(index, notice)| Due { position: index as u64 + 1, notice: notice.clone() });
            Ok(due.filter(|due| due.position > after).take(limit).collect())
        })
    }

    fn settle<'a>(&'a self, target: &'a str, position: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            fails(&self.failing_settles)?;
            let before = self.positions.lock().unwrap().insert(target.to_owned(), position);
            assert!(before.is_none_or(|before| before < position), "positions only grow");
            Ok(())
        })
    }
}

fn hook(receiver: &Receiver, folder: &tempfile::TempDir) -> Settings {
    let mut settings = settings(Kind::Webhook);
    settings.url = Some(receiver.url());
    settings.secret_file = Some(secret_file(folder.path(), SECRET));
    settings
}

struct Running {
    target: Arc<Target>,
    changed: watch::Sender<u64>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn start(target: Target, outbox: &Arc<Memory>) -> Running {
    let (changed, wake) = watch::channel(0);
    let (target, stop, outbox) = (Arc::new(target), CancellationToken::new(), Arc::clone(outbox));
    let (theirs, token) = (Arc::clone(&target), stop.clone());
    let task = tokio::spawn(async move { run(&theirs, &*outbox, wake, token).await });
    Running { target, changed, stop, task }
}

impl Running {
    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(60), self.task).await.unwrap().unwrap();
        assert_eq!(self.target.health().report().state, State::Stopped);
    }
}

async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < Duration::from_secs(120), "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn ids(receiver: &Receiver) -> Vec<String> {
    receiver.requests().iter().map(|request| request.json()["detail"]["id"].as_str().unwrap().to_owned()).collect()
}

fn ids_of(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(|notice| notice.finding().id.clone()).collect()
}

#[tokio::test]
async fn everything_goes_in_order_and_news_wakes_it() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let all = notices(211);
    // Findings that are gone, at the beginning, between and at the end, settle themselves.
    let mut kept: Vec<Option<Notice>> = all[..210].iter().cloned().map(Some).collect();
    for at in [0, 0, 100] {
        kept.insert(at, None);
    }
    kept.push(None);
    let outbox = Memory::of(kept);
    let running = start(target(&hook(&receiver, &folder)), &outbox);
    until("the first 210", || outbox.position() == 214).await;
    outbox.notices.lock().unwrap().push(Some(all[210].clone()));
    running.changed.send_modify(|runs| *runs += 1);
    until("the news", || outbox.position() == 215).await;
    assert_eq!(ids(&receiver), ids_of(&all));
    running.stop().await;
}

#[tokio::test]
async fn a_crash_between_delivery_and_position_costs_a_double_and_no_loss() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let all = notices(5);
    let outbox = Memory::of(all.iter().cloned().map(Some));
    // The process delivers, and is gone before the position is kept.
    let first = target(&hook(&receiver, &folder));
    assert_eq!(first.send(&all[..3]).await.settled, 3);
    drop(first);
    let running = start(target(&hook(&receiver, &folder)), &outbox);
    until("all", || outbox.position() == 5).await;
    running.stop().await;
    let expected = [&all[..3], &all[..]].concat();
    assert_eq!(ids(&receiver), ids_of(&expected));
    let events: std::collections::BTreeSet<String> =
        receiver.requests().iter().map(|request| request.headers["x-weir-event-id"].clone()).collect();
    assert_eq!(events.len(), 5, "a receiver that remembers event ids sees each once");
}

#[tokio::test]
async fn an_outbox_that_fails_is_asked_again_and_nothing_is_told_twice() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let outbox = Memory::of(notices(4).into_iter().map(Some));
    outbox.failing_reads.store(2, Ordering::SeqCst);
    outbox.failing_settles.store(2, Ordering::SeqCst);
    let running = start(target(&hook(&receiver, &folder)), &outbox);
    until("all", || outbox.position() == 4).await;
    let report = running.target.health().report();
    assert_eq!((report.delivered, report.errors), (4, 4));
    assert!(report.last_error.unwrap().message.contains("cannot keep what is settled: the disk is full"));
    assert_eq!(receiver.requests().len(), 4);
    running.stop().await;
}

#[tokio::test]
async fn trouble_that_is_over_is_not_shown_for_ever() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let outbox = Memory::of([]);
    outbox.failing_reads.store(3, Ordering::SeqCst);
    let running = start(target(&hook(&receiver, &folder)), &outbox);
    until("the end of it", || running.target.health().report().state == State::Running).await;
    assert_eq!(running.target.health().report().errors, 3);
    running.stop().await;
}

#[tokio::test]
async fn the_position_stops_before_what_could_not_be_delivered() {
    let script = [Reply::Answer(200, "", ""), Reply::Answer(400, "", ""), Reply::Answer(503, "retry-after: 3600\r\n", "")];
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start(script).await);
    let all = notices(3);
    let outbox = Memory::of([None, Some(all[0].clone()), None, Some(all[1].clone()), Some(all[2].clone()), None]);
    let running = start(target(&hook(&receiver, &folder)), &outbox);
    until("the failure", || running.target.health().report().waiting == 1).await;
    until("the position", || outbox.position() == 4).await;
    let report = running.target.health().report();
    assert_eq!((report.delivered, report.refused, report.state), (1, 1, State::Failing));
    assert_eq!(report.waiting_since, Some(all[2].updated_at()));
    // Stopping does not wait for the hour that the receiver asked for.
    running.stop().await;
    assert_eq!(receiver.requests().len(), 3);
}

#[tokio::test]
async fn a_receiver_that_comes_back_gets_what_waited() {
    let (folder, receiver) = (tempfile::tempdir().unwrap(), Receiver::start([]).await);
    let settings = hook(&receiver, &folder);
    let port = receiver.stop().await;
    let outbox = Memory::of([Some(notice("a")), Some(notice("b"))]);
    let running = start(target(&settings), &outbox);
    until("some attempts", || running.target.health().report().errors >= 3).await;
    assert_eq!(outbox.position(), 0);
    let receiver = Receiver::start_at(port, []).await;
    until("both", || outbox.position() == 2).await;
    assert_eq!(ids(&receiver), ids_of(&[notice("a"), notice("b")]));
    running.stop().await;
}
