use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use enrich::{Attributor, Geo, Inventory};
use flow::Timestamp;
use ingest::sources::{Delivery, Object, Outcome, folder};
use ingest::{Config, IngestError, Pipeline, Summary};
use lake::{Lake, Table};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);
const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";

/// Records of one interface, a minute apart.
pub(crate) fn records(first: i64, count: i64) -> String {
    let mut text = HEADER.to_owned();
    for index in first..first + count {
        let start = 1_763_900_000 + index * 60;
        writeln!(
            text,
            "2 123456789012 eni-1 10.0.0.5 198.51.100.7 {} 443 6 10 {} {start} {} ACCEPT OK",
            40_000 + index,
            840 + index,
            start + 59
        )
        .unwrap();
    }
    text
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

async fn pipeline(lake: &Path, config: Config) -> Pipeline {
    let lake = Lake::open(lake).await.unwrap();
    lake.recover().await.unwrap();
    let inventory = Arc::new(Inventory::default());
    let attributor = Arc::new(Attributor::new(Arc::clone(&inventory), Arc::new(Geo::none())));
    Pipeline::new(Arc::new(lake), inventory, attributor, config)
}

async fn collect(lake: &Path, logs: &Path, batch_bytes: u64) -> Summary {
    let mut pipeline = pipeline(lake, Config { batch_bytes, ..Config::default() }).await;
    pipeline.collect(folder::list(logs).unwrap(), || NOW, |_| ()).await.unwrap()
}

/// Delivers objects and waits; an outcome is `None` when the delivery was dropped without an answer.
async fn deliver(pipeline: &mut Pipeline, objects: Vec<Object>) -> (Result<Summary, IngestError>, Vec<Option<Outcome>>) {
    let (deliveries, outcomes): (Vec<_>, Vec<_>) = objects.into_iter().map(Delivery::new).unzip();
    let summary = pipeline.take_in(deliveries, || NOW, |_| ()).await;
    (summary, futures::future::join_all(outcomes).await.into_iter().map(Result::ok).collect())
}

async fn flows(lake: &Path) -> u64 {
    let lake = Lake::open(lake).await.unwrap();
    lake.state(Table::Flows).await.unwrap().files.iter().map(|file| file.rows).sum()
}

#[tokio::test]
async fn an_object_counts_once_however_often_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    write(&logs, "a.log", &records(0, 100));
    let first = collect(&lake, &logs, 1 << 20).await;
    assert_eq!((first.objects, first.known, first.counts.accepted), (1, 0, 100));
    let again = collect(&lake, &logs, 1 << 20).await;
    assert_eq!((again.objects, again.known, again.counts.records), (0, 1, 0));
    // The same bytes under another name.
    write(&logs, "copy/b.log", &records(0, 100));
    let copied = collect(&lake, &logs, 1 << 20).await;
    assert_eq!((copied.objects, copied.counts.records, copied.counts.duplicates), (1, 100, 100));
    assert_eq!(flows(&lake).await, 100);
}

#[tokio::test]
async fn a_record_counts_once_whatever_object_it_comes_in() {
    for batch_bytes in [1, 1 << 20] {
        let folder = tempfile::tempdir().unwrap();
        let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
        write(&logs, "a.log", &records(0, 100));
        write(&logs, "b.log", &records(60, 100));
        let first = collect(&lake, &logs, batch_bytes).await;
        assert_eq!((first.counts.records, first.counts.accepted, first.counts.duplicates), (200, 160, 40), "batches of {batch_bytes}");
        // Another process, later: what it repeats is read back from the lake.
        write(&logs, "c.log", &records(140, 100));
        let second = collect(&lake, &logs, batch_bytes).await;
        assert_eq!((second.counts.accepted, second.counts.duplicates), (80, 20));
        assert!(second.counts.balanced());
        assert_eq!(flows(&lake).await, 240);
    }
}

#[tokio::test]
async fn an_object_that_grew_is_read_again_and_its_beginning_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    write(&logs, "a.log", &records(0, 50));
    collect(&lake, &logs, 1 << 20).await;
    write(&logs, "a.log", &records(0, 80));
    let grown = collect(&lake, &logs, 1 << 20).await;
    assert_eq!((grown.counts.accepted, grown.counts.duplicates), (30, 50));
    assert_eq!(flows(&lake).await, 80);
}

#[tokio::test]
async fn what_cannot_be_understood_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    write(&logs, "a.log", &records(0, 10));
    write(&logs, "b.bin", "\u{0}\u{1}no flow log");
    write(&logs, "c.log", &(records(10, 5) + "2 123456789012 eni-1 10.0.0.5 not-an-address 1 2 6 1 1 1763900000 1763900060 ACCEPT OK\n"));
    let summary = collect(&lake, &logs, 1 << 20).await;
    assert_eq!((summary.objects, summary.unusable, summary.counts.accepted, summary.counts.rejected), (3, 1, 15, 1));
    let lake = Lake::open(&lake).await.unwrap();
    let state = lake.state(Table::Rejects).await.unwrap();
    assert_eq!(state.files.iter().map(|file| file.rows).sum::<u64>(), 1);
}

#[tokio::test]
async fn an_hour_let_go_of_in_the_middle_of_a_batch_is_known_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    // Three objects, each a chunk: the first again in part after another hour has pushed it out of memory.
    write(&logs, "a.log", &records(0, 40));
    write(&logs, "b.log", &records(600, 40));
    write(&logs, "c.log", &records(20, 40));
    let config = Config { known_records: 1, chunk_records: 1, ..Config::default() };
    let mut pipeline = pipeline(&lake, config).await;
    let summary = pipeline.collect(folder::list(&logs).unwrap(), || NOW, |_| ()).await.unwrap();
    assert_eq!((summary.batches, summary.counts.accepted, summary.counts.duplicates), (1, 100, 20));
    assert_eq!(flows(&lake).await, 100);
}

#[tokio::test]
async fn each_delivery_is_answered_once_its_records_are_in_the_lake() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    write(&logs, "a.log", &records(0, 50));
    write(&logs, "b.bin", "\u{0}\u{1}no flow log");
    let listed = folder::list(&logs).unwrap();
    let (flow_log, other) = (listed[0].clone(), listed[1].clone());
    let gone = Object { uri: "file:///gone.log".to_owned(), path: logs.join("gone.log"), ..flow_log.clone() };
    let mut pipeline = pipeline(&lake, Config::default()).await;
    let (summary, outcomes) = deliver(&mut pipeline, vec![flow_log.clone(), other, gone, flow_log.clone()]).await;
    let summary = summary.unwrap();
    assert_eq!((summary.objects, summary.known, summary.failed, summary.unusable), (2, 1, 1, 1));
    assert!(
        matches!(outcomes[..], [Some(Outcome::Committed), Some(Outcome::Unusable(_)), Some(Outcome::Failed(_)), Some(Outcome::Committed)]),
        "{outcomes:?}"
    );
    // A grown version beside the one that is there, in one delivery: each is counted for itself.
    write(&logs, "a.log", &records(0, 80));
    let grown = folder::list(&logs).unwrap()[0].clone();
    write(&logs, "a.log", &records(0, 90));
    let larger = folder::list(&logs).unwrap()[0].clone();
    let copy = logs.join("grown.copy");
    std::fs::write(&copy, records(0, 80)).unwrap();
    let (summary, outcomes) = deliver(&mut pipeline, vec![flow_log, Object { path: copy, ..grown }, larger]).await;
    let summary = summary.unwrap();
    assert_eq!((summary.known, summary.batches, summary.counts.accepted, summary.counts.duplicates), (1, 2, 40, 130));
    assert!(summary.counts.balanced());
    assert_eq!(outcomes, vec![Some(Outcome::Committed); 3]);
    assert_eq!(flows(&lake).await, 90);
}

#[tokio::test]
async fn what_a_failed_commit_held_is_dropped_unanswered_and_comes_in_with_the_next_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    write(&logs, "a.log", &records(0, 50));
    let objects = folder::list(&logs).unwrap();
    let mut pipeline = pipeline(&lake, Config::default()).await;
    // A file where the manifests belong: nothing can be committed.
    std::fs::write(lake.join("_batches"), "in the way").unwrap();
    let (summary, outcomes) = deliver(&mut pipeline, objects.clone()).await;
    assert!(summary.is_err());
    assert_eq!(outcomes, [None]);
    std::fs::remove_file(lake.join("_batches")).unwrap();
    let (summary, outcomes) = deliver(&mut pipeline, objects).await;
    assert_eq!(summary.unwrap().counts.accepted, 50);
    assert_eq!(outcomes, [Some(Outcome::Committed)]);
    assert_eq!(flows(&lake).await, 50);
}

#[tokio::test]
async fn an_object_that_was_only_touched_says_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    write(&logs, "a.log", &(records(0, 10) + "2 123456789012 eni-1 10.0.0.5 not-an-address 1 2 6 1 1 1763900000 1763900060 ACCEPT OK\n"));
    collect(&lake, &logs, 1 << 20).await;
    let file = std::fs::File::options().append(true).open(logs.join("a.log")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_764_000_000)).unwrap();
    let again = collect(&lake, &logs, 1 << 20).await;
    assert_eq!((again.objects, again.counts.records, again.counts.duplicates, again.counts.rejected), (1, 11, 11, 0));
    let lake = Lake::open(&lake).await.unwrap();
    assert_eq!(lake.state(Table::Rejects).await.unwrap().files.iter().map(|file| file.rows).sum::<u64>(), 1);
}
