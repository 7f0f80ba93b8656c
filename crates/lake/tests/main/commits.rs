use std::path::Path;
use std::sync::Arc;

use flow::{Action, Address, Counts, CoverageFact, CoverageKind, Direction, DirectionRule, FlowBatch, Reject, Timestamp};
use lake::{Lake, ObjectEntry, Table};

pub(crate) fn flows(entities: u64, rows: u64, start: i64) -> FlowBatch {
    let mut flows = FlowBatch::default();
    for row in 0..rows {
        let index = row as usize;
        let time = Timestamp::from_secs(start + (row * 977 % 90_000) as i64);
        let entity = flows.symbols.intern(&format!("i-{:04}", row % entities));
        flows.entity.set(index, entity);
        flows.hour.set(index, time.hour());
        flows.start_time.set(index, time);
        flows.end_time.set(index, time.plus_secs(59));
        flows.src_addr.set(index, Address::from_v4_bits(0x0a00_0001 + (row % entities) as u32));
        flows.dst_addr.set(index, Address::from_v4_bits(0xcb00_7100 + (row % 50) as u32));
        flows.src_port.set(index, 40_000);
        flows.dst_port.set(index, 443);
        flows.protocol.set(index, 6);
        flows.bytes.set(index, 1_000 + row);
        flows.packets.set(index, 10);
        flows.action.set(index, Action::Accept);
        flows.direction.set(index, Direction::Outbound);
        flows.connection_direction.set(index, Direction::Outbound);
        flows.direction_rule.set(index, DirectionRule::Syn);
        flows.push_row();
    }
    flows
}

pub(crate) fn object(uri: &str, records: u64) -> ObjectEntry {
    ObjectEntry {
        uri: uri.to_owned(),
        size: 10,
        modified: None,
        content_hash: "00".to_owned(),
        format: Some("test".to_owned()),
        guessed: false,
        complete: true,
        problem: None,
        duplicate_of: None,
        counts: Counts { records, accepted: records, ..Counts::default() },
        first_time: None,
        last_time: None,
    }
}

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

pub(crate) async fn open(folder: &Path) -> Arc<Lake> {
    let lake = Lake::open(folder).await.unwrap();
    lake.recover().await.unwrap();
    Arc::new(lake)
}

pub(crate) async fn rows(lake: &Lake, table: Table) -> u64 {
    lake.state(table).await.unwrap().files.iter().map(|file| file.rows).sum()
}

#[tokio::test]
async fn a_batch_is_in_every_table() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let mut batch = lake.begin(NOW).await.unwrap();
    batch.write_flows(&mut flows(3, 1_000, 1_763_900_000)).await.unwrap();
    let fact = CoverageFact {
        kind: CoverageKind::SkipData,
        interface_id: Some("eni-1".to_owned()),
        account_id: None,
        start_time: NOW,
        end_time: NOW.plus_secs(60),
        object: "a".to_owned(),
    };
    batch.write_coverage(&mut [fact], &|_| Some("i-1".to_owned())).await.unwrap();
    let reject = Reject { object: "a".to_owned(), position: 7, reason: "no".into(), text: "x".to_owned() };
    batch.write_rejects(&mut [reject]).await.unwrap();
    let committed = batch.commit(&mut [object("a", 1_000)]).await.unwrap();
    assert_eq!((committed.batch, committed.flows), (1, 1_000));
    assert_eq!(rows(&lake, Table::Flows).await, 1_000);
    assert_eq!(rows(&lake, Table::Coverage).await, 1);
    assert_eq!(rows(&lake, Table::Rejects).await, 1);
    assert_eq!(rows(&lake, Table::Objects).await, 1);
    let state = lake.state(Table::Flows).await.unwrap();
    assert!(state.files.len() > 1, "the rows span more than a day");
    for file in state.files.iter() {
        assert!(file.bounds.contains_key("entity") && file.bounds.contains_key("hour"), "{file:?}");
        let read = lake.read(Table::Flows, file, &["entity", "bytes"]).await.unwrap();
        assert_eq!(read.iter().map(|batch| batch.num_rows() as u64).sum::<u64>(), file.rows);
        assert!(read.iter().all(|batch| batch.num_columns() == 2));
    }
}

#[tokio::test]
async fn a_batch_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let mut batch = lake.begin(NOW).await.unwrap();
    batch.write_flows(&mut flows(3, 100, 1_763_900_000)).await.unwrap();
    drop(batch);
    let lake = open(folder.path()).await;
    assert_eq!(rows(&lake, Table::Flows).await, 0);
    assert_eq!(lake.begin(NOW).await.unwrap().batch(), 1);
}

/// A crash between two tables: the manifest is there, some tables have the batch and some have not.
#[tokio::test]
async fn an_interrupted_batch_is_finished_once() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let mut batch = lake.begin(NOW).await.unwrap();
    batch.write_flows(&mut flows(3, 500, 1_763_900_000)).await.unwrap();
    batch.commit(&mut [object("a", 500)]).await.unwrap();

    // The same history, replayed with the log of each table cut back to before the batch, one table more each time.
    let manifest = {
        let files: serde_json::Map<_, _> = {
            let mut all = serde_json::Map::new();
            for table in Table::ALL {
                let state = lake.state(table).await.unwrap();
                all.insert(table.name().to_owned(), serde_json::to_value(&*state.files).unwrap());
            }
            all
        };
        serde_json::json!({ "batch": 1, "created": NOW, "files": files })
    };
    let before: Vec<u64> = {
        let mut counts = Vec::new();
        for table in Table::ALL {
            counts.push(rows(&lake, table).await);
        }
        counts
    };
    for cut in 0..Table::ALL.len() {
        for table in &Table::ALL[cut..] {
            // A batch leaves alone the tables that it has nothing for.
            let commit = folder.path().join(table.name()).join("_delta_log/00000000000000000001.json");
            if !matches!(table, Table::Coverage | Table::Rejects) || commit.exists() {
                std::fs::remove_file(commit).unwrap();
            }
        }
        std::fs::create_dir_all(folder.path().join("_batches")).unwrap();
        std::fs::write(folder.path().join("_batches/000000000001.json"), manifest.to_string()).unwrap();
        let lake = open(folder.path()).await;
        for (table, expected) in Table::ALL.iter().zip(&before) {
            assert_eq!(rows(&lake, *table).await, *expected, "{table} after a cut before table {cut}");
        }
        assert!(!folder.path().join("_batches/000000000001.json").exists());
        assert_eq!(lake.begin(NOW).await.unwrap().batch(), 2);
    }
}

#[tokio::test]
async fn files_are_replaced_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let mut batch = lake.begin(NOW).await.unwrap();
    batch.write_flows(&mut flows(3, 200, 1_763_900_000)).await.unwrap();
    batch.commit(&mut [object("a", 200)]).await.unwrap();
    let mut batch = lake.begin(NOW).await.unwrap();
    for table in [Table::Flows, Table::Activity, Table::Volume, Table::Seen] {
        for file in lake.state(table).await.unwrap().files.iter() {
            batch.replace(table, file.clone());
        }
    }
    batch.write_flows(&mut flows(2, 150, 1_763_900_000)).await.unwrap();
    batch.commit(&mut []).await.unwrap();
    assert_eq!(rows(&lake, Table::Flows).await, 150);
    let again = open(folder.path()).await;
    assert_eq!(rows(&again, Table::Flows).await, 150);
    assert_eq!(rows(&lake, Table::Objects).await, 1);
}

#[tokio::test]
async fn many_batches_survive_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for number in 0..25 {
        let mut batch = lake.begin(NOW).await.unwrap();
        batch.write_flows(&mut flows(2, 10, 1_763_900_000 + number * 1_000)).await.unwrap();
        batch.commit(&mut [object(&format!("object-{number}"), 10)]).await.unwrap();
    }
    let lake = open(folder.path()).await;
    assert_eq!(rows(&lake, Table::Flows).await, 250);
    assert_eq!(rows(&lake, Table::Objects).await, 25);
    let file = &lake.state(Table::Flows).await.unwrap().files[0];
    assert!(file.bounds.contains_key("entity"), "statistics outlive a checkpoint: {file:?}");
}
