//! `weir ingest s3://…` against a server that speaks S3's protocol.

use std::path::PathBuf;

use crate::aws::Aws;
use crate::weir::{Weir, World};

/// Some of the world's objects, by their paths below the world's folder.
fn some(world: &World) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![world.folder.join("AWSLogs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found.into_iter().step_by(40).collect()
}

#[test]
fn a_bucket_is_ingested_like_a_folder() {
    let world = World::get();
    let aws = Aws::start();
    aws.put("logs", Vec::new());
    let by_folder = Weir::new();
    let copies = by_folder.path().join("copies");
    let objects = some(world);
    for path in &objects {
        let key = path.strip_prefix(&world.folder).unwrap();
        let bytes = std::fs::read(path).unwrap();
        std::fs::create_dir_all(copies.join(key).parent().unwrap()).unwrap();
        std::fs::write(copies.join(key), &bytes).unwrap();
        aws.put(&format!("logs/prod/{}", key.display()), bytes);
    }
    by_folder.ok(["ingest", "--no-detect", copies.to_str().unwrap()]);

    let weir = Weir::new();
    let ingest = |url: &str| {
        let mut command = weir.command();
        command.args(["--output", "json", "ingest", "--no-detect", "--region", "us-east-1", "--endpoint-url", &aws.url, url]);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap()
    };
    let first = ingest("s3://logs/prod/");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let first: serde_json::Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(first["objects"], objects.len(), "{first}");
    let sums = "SELECT entity, count(*) AS flows, sum(bytes) AS bytes, min(start_time) AS first FROM flows GROUP BY entity ORDER BY entity";
    assert_eq!(weir.sql(sums), by_folder.sql(sums));
    assert!(weir.sql("SELECT uri FROM objects LIMIT 1")[0]["uri"].as_str().unwrap().starts_with("s3://logs/prod/AWSLogs/"));

    let again: serde_json::Value = serde_json::from_slice(&ingest("s3://logs/prod/").stdout).unwrap();
    assert_eq!(again["accepted"], 0, "what is in the lake is not taken in twice: {again}");

    let nowhere = ingest("s3://not-there/prod/");
    let said = String::from_utf8_lossy(&nowhere.stderr);
    assert!(!nowhere.status.success() && said.contains("s3://not-there/prod/"), "{said}");
}
