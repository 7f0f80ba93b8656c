//! Several collectors and one lake.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::AsArray as _;
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use enrich::{Attributor, Geo, Inventory};
use ingest::sources::{Delivery, Object, Outcome, folder};
use ingest::{Config, Pipeline};
use lake::{CompactionPolicy, Lake, LakeError, Table};
use object_store::ObjectStore;
use url::Url;

use crate::once::{NOW, records, write};
use crate::shaky::Shaky;

async fn open(store: &Arc<Shaky>) -> Arc<Lake> {
    let url = Url::parse("memory:///weir/lake/").unwrap();
    loop {
        match Lake::open_in(Arc::clone(store) as Arc<dyn ObjectStore>, url.clone()).await {
            Ok(lake) => return Arc::new(lake),
            Err(error) => assert!(matches!(error, LakeError::Log { .. } | LakeError::Store { .. }), "{error}"),
        }
    }
}

fn pipeline(lake: &Arc<Lake>, config: Config) -> Pipeline {
    let inventory = Arc::new(Inventory::default());
    let attributor = Arc::new(Attributor::new(Arc::clone(&inventory), Arc::new(Geo::none())));
    Pipeline::new(Arc::clone(lake), inventory, attributor, config)
}

/// Every flow once, as (start, port, bytes), with how often it is there; and how often each object's name is in the ledger.
async fn contents(lake: &Lake) -> (BTreeMap<(i64, i32, i64), u64>, BTreeMap<String, u64>) {
    let mut flows = BTreeMap::new();
    for file in lake.state(Table::Flows).await.unwrap().files.iter() {
        for batch in lake.read(Table::Flows, file, &["start_time", "src_port", "bytes"]).await.unwrap() {
            let start = batch.column_by_name("start_time").unwrap().as_primitive::<TimestampMicrosecondType>();
            let port = batch.column_by_name("src_port").unwrap().as_primitive::<Int32Type>();
            let bytes = batch.column_by_name("bytes").unwrap().as_primitive::<Int64Type>();
            for row in 0..batch.num_rows() {
                *flows.entry((start.value(row), port.value(row), bytes.value(row))).or_default() += 1;
            }
        }
    }
    let mut objects = BTreeMap::new();
    for file in lake.state(Table::Objects).await.unwrap().files.iter() {
        for batch in lake.read(Table::Objects, file, &["uri"]).await.unwrap() {
            let names = batch.column(0).as_string::<i32>();
            for row in 0..batch.num_rows() {
                *objects.entry(names.value(row).to_owned()).or_default() += 1;
            }
        }
    }
    (flows, objects)
}

async fn sum(lake: &Lake, table: Table, column: &str) -> i64 {
    let mut total = 0;
    for file in lake.state(table).await.unwrap().files.iter() {
        for batch in lake.read(table, file, &[column]).await.unwrap() {
            total += batch.column(0).as_primitive::<Int64Type>().iter().flatten().sum::<i64>();
        }
    }
    total
}

/// Objects of which some say what others say too, in whole or in part.
fn logs(folder: &Path) -> Vec<Object> {
    for index in 0..24 {
        write(folder, &format!("{index:02}.log"), &records(index * 40, 50));
    }
    write(folder, "copy.log", &records(0, 50));
    folder::list(folder).unwrap()
}

/// Delivers to one collector until everything is answered, as a queue does that hands a message out again.
async fn deliver_all(lake: Arc<Lake>, mut objects: Vec<Object>, batch_objects: usize) {
    let mut pipeline = pipeline(&lake, Config { batch_objects, ..Config::default() });
    for _ in 0..2_000 {
        let (deliveries, outcomes): (Vec<_>, Vec<_>) = objects.iter().cloned().map(Delivery::new).unzip();
        if pipeline.take_in(deliveries, || NOW, |_| ()).await.is_err() {
            // As the collector does: what was committed and not applied is brought in order first.
            let _ = lake.recover().await;
        }
        let mut again = Vec::new();
        for (object, outcome) in objects.into_iter().zip(outcomes) {
            if !matches!(outcome.await, Ok(Outcome::Committed)) {
                again.push(object);
            }
        }
        objects = again;
        if objects.is_empty() {
            return;
        }
    }
    panic!("some objects were never committed: {objects:?}");
}

/// Four collectors of a store that fails now and then, each object given to two of them, and somebody who merges files all the time.
async fn together(seed: u64, one_in: u64) {
    let folder = tempfile::tempdir().unwrap();
    let objects = logs(folder.path());
    let alone = Arc::new(Shaky::new(0, 0));
    let expected = open(&alone).await;
    deliver_all(Arc::clone(&expected), objects.clone(), 4_096).await;

    let store = Arc::new(Shaky::new(seed, one_in));
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..4 {
        let mine: Vec<Object> = objects
            .iter()
            .enumerate()
            .filter(|(index, _)| index % 4 == worker || (index + 1) % 4 == worker)
            .map(|(_, object)| object.clone())
            .collect();
        let lake = open(&store).await;
        workers.spawn(deliver_all(lake, mine, 1 + worker));
    }
    let lake = open(&store).await;
    let merger = tokio::spawn(async move {
        let policy = CompactionPolicy { max_files: 4, ..CompactionPolicy::default() };
        loop {
            if let Ok(plan) = lake.plan_compaction(&policy).await
                && let Some(step) = plan.first()
            {
                let _ = lake.compact(step, NOW).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    workers.join_all().await;
    merger.abort();
    store.heal();

    let lake = open(&store).await;
    lake.recover().await.unwrap();
    let ((flows, ledger), (expected_flows, expected_ledger)) = (contents(&lake).await, contents(&expected).await);
    assert_eq!(flows.len(), 24 * 40 + 10, "the records that are told apart");
    assert!(flows.values().all(|times| *times == 1), "seed {seed}: some records count twice");
    assert_eq!(flows, expected_flows, "seed {seed}");
    assert_eq!(ledger, expected_ledger, "seed {seed}");
    for (table, column) in [(Table::Volume, "flows"), (Table::Activity, "flows"), (Table::Volume, "bytes")] {
        assert_eq!(sum(&lake, table, column).await, sum(&expected, table, column).await, "seed {seed}: {column} of {table}");
    }
    let counted = [sum(&lake, Table::Objects, "accepted").await, sum(&lake, Table::Objects, "records").await];
    assert_eq!(counted, [flows.len() as i64, 25 * 50], "seed {seed}");
    assert!(one_in == 0 || store.failed.load(std::sync::atomic::Ordering::SeqCst) > 0, "nothing failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_collectors_make_the_lake_that_one_makes() {
    together(1, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_collectors_of_a_store_that_fails_lose_nothing_and_count_nothing_twice() {
    for seed in 0..2 {
        together(seed, 400).await;
    }
}
