//! Other readers of the lake: deltalake with pandas, Polars and DuckDB see what Weir sees.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::maintenance::in_pieces;
use crate::weir::{Weir, World};

/// Tables and the columns that are summed, as in `scripts/readers.py`.
const COUNTS: [(&str, &[&str]); 5] = [
    ("flows", &["bytes", "packets"]),
    ("activity", &["bytes_in", "bytes_out", "packets_in", "packets_out", "flows"]),
    ("volume", &["bytes", "packets", "flows"]),
    ("seen", &["bytes", "flows"]),
    ("objects", &["records", "accepted"]),
];

fn seen_by_others(weir: &Weir) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(root.join("scripts/readers")).arg(weir.data().join("lake")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_seen_alike(weir: &Weir) {
    let others = seen_by_others(weir);
    for (table, columns) in COUNTS {
        let sums: Vec<String> = columns.iter().map(|column| format!("sum({column}) AS {column}")).collect();
        let own = weir.sql(&format!("SELECT count(*) AS rows, {} FROM {table}", sums.join(", ")));
        assert!(own[0]["rows"].as_u64() > Some(0), "{table} has rows");
        for reader in ["pandas", "polars", "duckdb"] {
            assert_eq!(others[reader][table], own[0], "{table} by {reader}");
        }
    }
}

#[test]
fn other_readers_give_the_same_sums() {
    let world = World::get();
    let weir = in_pieces(world);
    assert_seen_alike(&weir);
    // Merged files lie beside those they replace, and a day has expired: only the log tells which live.
    weir.ok(["compact"]);
    let first = weir.sql("SELECT min(date) AS first FROM flows")[0]["first"].as_str().unwrap().to_owned();
    let second = weir.sql(&format!("SELECT min(date) AS second FROM flows WHERE date > '{first}'"))[0]["second"].clone();
    weir.ok(["expire", "flows", "--before", second.as_str().unwrap()]);
    assert_seen_alike(&weir);
}
