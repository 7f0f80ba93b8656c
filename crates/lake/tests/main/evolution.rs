//! A lake that an earlier version made.

use std::path::{Path, PathBuf};

use flow::{CoverageFact, CoverageKind, Reject};
use lake::{CompactionPolicy, Lake, Table};

use crate::commits::{NOW, flows, object, open, rows};
use crate::compaction::texts;

/// The lake of the first version, as it was written. It is never made anew: a later version has to read it.
fn first() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/lake/1")
}

async fn add(lake: &std::sync::Arc<Lake>, name: &str, count: u64) {
    let mut batch = lake.begin(NOW).await.unwrap();
    batch.write_flows(&mut flows(2, count, 1_763_900_000)).await.unwrap();
    let fact = CoverageFact {
        kind: CoverageKind::SkipData,
        interface_id: Some("eni-1".to_owned()),
        account_id: Some("123456789012".to_owned()),
        start_time: NOW,
        end_time: NOW.plus_secs(60),
        object: name.to_owned(),
    };
    batch.write_coverage(&mut [fact], &|_| Some("i-0000".to_owned())).await.unwrap();
    let reject = Reject { object: name.to_owned(), position: 7, reason: "no address".into(), text: "2 x".to_owned() };
    batch.write_rejects(&mut [reject]).await.unwrap();
    batch.commit(&mut [object(name, count)]).await.unwrap();
}

#[tokio::test]
async fn the_lake_of_the_first_version_is_read_added_to_and_merged() {
    if !first().exists() && std::env::var_os("WEIR_UPDATE").is_some() {
        let lake = open(&first()).await;
        add(&lake, "first", 40).await;
        add(&lake, "second", 20).await;
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&first(), folder.path());
    let lake = open(folder.path()).await;
    assert_eq!((rows(&lake, Table::Flows).await, rows(&lake, Table::Objects).await), (60, 2));
    add(&lake, "third", 10).await;
    let mut before = Vec::new();
    for table in [Table::Flows, Table::Coverage, Table::Rejects, Table::Objects] {
        let mut read = texts(&lake, table).await;
        read.sort();
        before.push((table, read));
    }
    while let Some(step) = lake.plan_compaction(&CompactionPolicy::default()).await.unwrap().first() {
        lake.compact(step, NOW).await.unwrap();
    }
    for (table, before) in before {
        let mut after = texts(&lake, table).await;
        after.sort();
        assert_eq!(after, before, "{table}");
    }
}

#[tokio::test]
async fn columns_that_came_later_are_added_once_and_are_null_in_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    copy(&first(), folder.path());
    // The lake of a version that did not have the last column of each table yet, as its log tells it.
    for table in Table::ALL {
        let log = folder.path().join(table.name()).join("_delta_log/00000000000000000000.json");
        let schema = table.schema();
        let name = schema.field(schema.fields().len() - 1).name();
        let lines: Vec<String> = std::fs::read_to_string(&log).unwrap().lines().map(|line| without(line, name)).collect();
        std::fs::write(&log, lines.join("\n") + "\n").unwrap();
    }
    let versions = async |lake: &Lake| {
        let mut versions = Vec::new();
        for table in Table::ALL {
            versions.push(lake.state(table).await.unwrap().version);
        }
        versions
    };
    let before = versions(&Lake::open(folder.path()).await.unwrap()).await;
    let lake = open(folder.path()).await;
    let after = versions(&lake).await;
    assert_eq!(after, before.iter().map(|version| version + 1).collect::<Vec<_>>(), "one commit a table");
    assert_eq!(versions(&*open(folder.path()).await).await, after, "and no more the next time");
    add(&lake, "third", 10).await;
    assert_eq!(rows(&lake, Table::Flows).await, 70);
    for table in Table::ALL {
        let text = std::fs::read_to_string(folder.path().join(table.name()).join(format!("_delta_log/{:020}.json", after[table as usize])));
        let schema = table.schema();
        assert!(text.unwrap().contains(schema.field(schema.fields().len() - 1).name()), "{table}");
    }
}

/// A line of a log, the schema in it without one column.
fn without(line: &str, name: &str) -> String {
    let mut action: serde_json::Value = serde_json::from_str(line).unwrap();
    if let Some(text) = action["metaData"]["schemaString"].as_str() {
        let mut schema: serde_json::Value = serde_json::from_str(text).unwrap();
        let fields = schema["fields"].as_array_mut().unwrap();
        let count = fields.len();
        fields.retain(|field| field["name"] != name);
        assert_eq!(fields.len(), count - 1);
        action["metaData"]["schemaString"] = schema.to_string().into();
    }
    action.to_string()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}
