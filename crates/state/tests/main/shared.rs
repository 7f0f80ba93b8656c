//! Several processes with one database.

use std::time::{Duration, Instant};

use detect::{FindingType, Occurrence};
use flow::Timestamp;
use sqlx::{Connection as _, PgConnection};
use state::{FindingFilter, FindingSort, FindingSummary, GroupFilter, GroupSummary, StateError, Store};

use crate::databases::{Databases, Place, both};
use crate::server::Server;
use crate::support::{contact, hours, resource, tor};

const NOW: Timestamp = Timestamp::from_secs(1_764_100_000);

async fn replace(store: &Store, from: i64, to: i64, occurrences: &[Occurrence]) {
    store.replace_occurrences(FindingType::TorClient, hours(from, to), occurrences, &resource).await.unwrap();
}

/// Everything that lists show.
async fn all(store: &Store) -> (Vec<FindingSummary>, Vec<GroupSummary>) {
    let findings = store.findings(&FindingFilter::default(), FindingSort::Entity, false, 0, 1_000).await.unwrap().0;
    (findings, store.groups(&GroupFilter::default(), 0, 1_000).await.unwrap().0)
}

/// What one of two processes does: it finds something in its hours, new and for what is there already, keeps the groups, and loses some of it
/// again. What is found is never later than what is there, so that nothing leaves the archive on its own.
async fn detects(store: &Store, from: i64, turns: i64) {
    for turn in 0..turns {
        let hour = from + turn * 2;
        let found: Vec<Occurrence> = (0..3).map(|entity| tor(&format!("i-{entity}"), &format!("203.0.113.{hour}"), hour)).collect();
        replace(store, hour, hour + 1, &found).await;
        store.regroup().await.unwrap();
        replace(store, hour, hour + 1, &found[..2]).await;
    }
}

/// What people do meanwhile.
async fn decides(store: &Store, ids: &[String]) {
    for (turn, id) in ids.iter().cycle().take(12).enumerate() {
        store.set_note(id, Some(&format!("note {turn}")), "ada", NOW).await.unwrap();
        store.archive(std::slice::from_ref(id), turn % 2 == 0, "ada", NOW).await.unwrap();
    }
    store.archive(ids, true, "ada", NOW).await.unwrap();
}

async fn two_who_write_at_once_come_to_what_one_after_the_other_does(databases: Databases) {
    const TURNS: i64 = 8;
    let base: Vec<Occurrence> = (0..3).map(|entity| tor(&format!("i-{entity}"), "203.0.113.250", 90)).collect();
    let ids: Vec<String> = base.iter().map(Occurrence::finding_id).collect();
    let after = databases.fresh().await;
    replace(&after, 90, 91, &base).await;
    detects(&after, 0, TURNS).await;
    detects(&after, 1, TURNS).await;
    decides(&after, &ids).await;

    let place = databases.place().await;
    let (left, right, people) = (place.open().await, place.open().await, place.open().await);
    replace(&left, 90, 91, &base).await;
    tokio::join!(detects(&left, 0, TURNS), detects(&right, 1, TURNS), decides(&people, &ids));
    assert_eq!(all(&right).await, all(&after).await);
    let (findings, groups) = all(&left).await;
    let counts: Vec<(u64, bool)> = findings.iter().map(|finding| (finding.count, finding.archived)).collect();
    assert_eq!(counts, [(17, true), (17, true), (1, true)]);
    assert!(groups.iter().all(|group| group.archived), "the groups know it");
}

async fn groups_that_two_make_at_once_are_whole(databases: Databases) {
    // A story of one machine's, each in hours of its own.
    let tell = async |store: &Store, entity: &str, from: i64| {
        for (finding_type, remote, after) in [
            (FindingType::LateralMovement, "10.0.0.7", 10),
            (FindingType::Strobe, "203.0.113.1", 12),
            (FindingType::Exfiltration, "203.0.113.1", 14),
        ] {
            let found = contact(finding_type, entity, remote, from + after);
            store.replace_occurrences(finding_type, hours(from, from + 100), &[found], &resource).await.unwrap();
            store.regroup().await.unwrap();
        }
    };
    let after = databases.fresh().await;
    tell(&after, "i-1", 0).await;
    tell(&after, "i-2", 500).await;

    let place = databases.place().await;
    let (left, right) = (place.open().await, place.open().await);
    tokio::join!(tell(&left, "i-1", 0), tell(&right, "i-2", 500));
    let (findings, groups) = all(&left).await;
    assert_eq!((&findings, &groups), (&all(&after).await.0, &all(&after).await.1));
    assert_eq!((findings.len(), groups.len()), (6, 2));
    for finding in &findings {
        let group = left.group(finding.group.as_deref().unwrap()).await.unwrap().unwrap();
        assert!(group.members.iter().any(|member| member.finding_id == finding.id));
    }
    right.regroup().await.unwrap();
    assert_eq!(all(&left).await, (findings, groups), "there is nothing left to do");
}

async fn no_notice_is_passed_over(databases: Databases) {
    const EACH: i64 = 25;
    let place = databases.place().await;
    let (left, right, reader) = (place.open().await, place.open().await, place.open().await);
    reader.set_receivers(&["file".to_owned()]).await.unwrap();
    let work = async |store: &Store, name: &str, finding_type: FindingType| {
        for index in 0..EACH {
            let found = contact(finding_type, &format!("{name}-{index}"), "203.0.113.1", index);
            store.replace_occurrences(finding_type, hours(index, index + 1), &[found], &resource).await.unwrap();
            store.release_notices(NOW).await.unwrap();
        }
    };
    let read = async {
        let mut told = Vec::new();
        while told.len() < 2 * EACH as usize {
            for notice in reader.notices("file", 100).await.unwrap() {
                reader.settle_notices("file", notice.position).await.unwrap();
                told.push((notice.position, notice.finding_id));
            }
            tokio::task::yield_now().await;
        }
        told
    };
    let write = [work(&left, "left", FindingType::TorClient), work(&right, "right", FindingType::Spambot)].map(Box::pin);
    let [one, other] = write;
    let all = tokio::time::timeout(Duration::from_secs(300), Box::pin(async { tokio::join!(one, other, read).2 }));
    let told = all.await.expect("each is told in the end");
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0), "in their order: {told:?}");
    let different: std::collections::BTreeSet<&String> = told.iter().map(|(_, finding)| finding).collect();
    assert_eq!(different.len(), 2 * EACH as usize);
}

async fn what_is_not_committed_is_not_there(databases: Databases) {
    let place = databases.place().await;
    let store = place.open().await;
    let found = tor("i-1", "203.0.113.1", 0);
    // A run that is given up in the middle, at whichever point: it leaves nothing, and the next one can write.
    for polls in 0..40 {
        let given = [found.clone()];
        let run = store.replace_occurrences(FindingType::TorClient, hours(0, 1), &given, &resource);
        if give_up_after(polls, run).await {
            break;
        }
        let (findings, _) = all(&store).await;
        assert!(findings.iter().all(|finding| finding.count == 1 && !finding.title.is_empty()), "all of it or nothing: {findings:?}");
    }
    replace(&store, 0, 1, &[found]).await;
    assert_eq!(all(&store).await.0.len(), 1);
}

/// Polls so often and no more; whether it came to an end.
async fn give_up_after<T>(polls: usize, work: impl Future<Output = T>) -> bool {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        std::task::Poll::Ready(_) => std::task::Poll::Ready(true),
        std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(false),
        std::task::Poll::Pending => {
            left -= 1;
            std::task::Poll::Pending
        }
    })
    .await
}

/// What the HTTP server does with each of these: hand it to another thread, at a size that is worth moving.
fn is_moved<T: Send>(work: T) {
    let size = std::mem::size_of_val(&work);
    assert!(size < 8_192, "{size} bytes");
}

#[tokio::test]
async fn work_can_be_handed_to_another_thread() {
    let store = Store::in_memory().await.unwrap();
    is_moved(store.suppress(NOW));
    is_moved(store.regroup());
    is_moved(store.finding("i-1"));
    is_moved(store.archive(&[], true, "ada", NOW));
    is_moved(store.replace_occurrences(FindingType::TorClient, hours(0, 1), &[], &resource));
    is_moved(store.notices("file", 1));
    is_moved(Store::connect("postgres://host/state"));
}

both! {
    two_who_write_at_once_come_to_what_one_after_the_other_does,
    groups_that_two_make_at_once_are_whole,
    no_notice_is_passed_over,
    what_is_not_committed_is_not_there,
}

#[tokio::test]
async fn two_processes_may_start_at_once() {
    let Some(server) = Server::shared() else { return };
    let place = Place::Url(server.database().await);
    let (left, right, _) = tokio::join!(place.open(), place.open(), place.open());
    left.set_watermark("detect", NOW).await.unwrap();
    assert_eq!(right.watermark("detect").await.unwrap(), Some(NOW));
}

#[tokio::test]
async fn a_server_that_begins_other_transactions_by_default_changes_nothing() {
    let Some(server) = Server::shared() else { return };
    let url = server.database().await;
    let name = url.rsplit('/').next().unwrap();
    server.run("postgres", &format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")).await;
    let place = Place::Url(url);
    let (left, right) = (place.open().await, place.open().await);
    let work = async |store: &Store, from| detects(store, from, 4).await;
    tokio::join!(work(&left, 0), work(&right, 1));
    let counts: Vec<u64> = all(&left).await.0.iter().map(|finding| finding.count).collect();
    assert_eq!(counts, [8, 8]);
}

#[tokio::test]
async fn a_writer_waits_only_so_long() {
    let Some(server) = Server::shared() else { return };
    let url = server.database().await;
    let store = Store::connect(&format!("{url}?options=-c%20lock_timeout%3D50ms")).await.unwrap();
    let mut other = PgConnection::connect(&url).await.unwrap();
    let lock = "SELECT pg_advisory_lock(x'77656972'::int, hashtext('public'))";
    sqlx::query(lock).execute(&mut other).await.unwrap();
    let error = store.regroup().await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(all(&store).await, (vec![], vec![]), "others read meanwhile");
    store.set_watermark("detect", NOW).await.unwrap();
    other.close().await.unwrap();
    store.regroup().await.unwrap();
}

#[tokio::test]
async fn a_server_may_be_started_again() {
    let Some(server) = Server::start() else { return };
    let store = Store::connect(&server.database().await).await.unwrap();
    let found = tor("i-1", "203.0.113.1", 0);
    replace(&store, 0, 1, std::slice::from_ref(&found)).await;
    server.control("restart");
    assert_eq!(all(&store).await.0.len(), 1, "reading goes on");
    server.control("restart");
    replace(&store, 0, 2, &[found, tor("i-1", "203.0.113.1", 1)]).await;
    assert_eq!(all(&store).await.0[0].count, 2, "writing too");

    server.control("stop");
    let begun = Instant::now();
    let error = store.tokens().await.unwrap_err();
    assert!(error.is_transient() && matches!(error, StateError::NoConnection { .. }), "{error:?}");
    assert_eq!(error.to_string(), "cannot read the tokens: no connection to the state database was free, and none could be made in time");
    assert!(begun.elapsed().as_secs() < 15);
    server.control("start");
    assert_eq!(store.tokens().await.unwrap(), []);
}

#[tokio::test]
async fn what_is_wrong_with_a_server_is_said_without_the_password() {
    let Some(server) = Server::shared() else { return };
    let url = server.database().await;
    let wrong = url.replace("weir:", "weir:not-");
    let nowhere = format!("postgres://weir:hush@127.0.0.1:{}/state", free_port());
    for (url, says) in [
        (wrong.as_str(), "password authentication failed"),
        (&server.url("absent"), "does not exist"),
        (&nowhere, "refused"),
        (&format!("{url}?sslmode=require"), "not support TLS"),
    ] {
        let begun = Instant::now();
        let error = Store::connect(url).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(says), "{source}");
        assert!(error.to_string().starts_with("cannot connect to the state database postgres://weir@127.0.0.1:"), "{error}");
        let secret = url.split(':').nth(2).and_then(|rest| rest.split('@').next()).unwrap();
        assert!(!format!("{error}{source}{error:?}").contains(secret));
        assert_eq!(error.is_transient(), says == "refused");
        assert!(begun.elapsed().as_secs() < 5, "at once");
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
