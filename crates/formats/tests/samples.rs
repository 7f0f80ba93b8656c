//! Published sample files, where they are at hand: they are not part of this repository.

use std::path::PathBuf;

use formats::Options;

use crate::support::{read, shown, workspace};

/// File, records, accepted, rejected, coverage; or the error expected of the whole object.
const EXPECTED: &[(&str, Result<[u64; 4], &str>)] = &[
    ("amazon-security-lake-ocsf-validation/vpc_flow-input0.json.parquet", Ok([1, 1, 0, 0])),
    ("amazon-security-lake-ocsf-validation/vpc_flow-input1.json.parquet", Ok([1, 1, 0, 0])),
    ("amazon-security-lake-ocsf-validation/example0.gz.parquet", Err("Parquet columns")),
    // Two lines have protocol 999.
    ("aws-vpc-flow-logs-parser-basanthpr/flow_logs.txt", Ok([45, 43, 2, 0])),
    ("beats-aws-vpcflow/bad.log", Err("--format-line")),
    ("beats-aws-vpcflow/tcp-flag-sequence-skip-data.log", Ok([2, 0, 0, 2])),
    ("elastic-integrations-aws/test-extra-samples.log", Ok([7, 5, 0, 2])),
    // Two of the three are kept as flows although their status is NODATA and SKIPDATA: addresses and ports are filled.
    ("elastic-integrations-aws/test-tgw-samples.excerpt.log", Ok([3, 3, 0, 0])),
    ("elastic-integrations-aws/test-v5-all-fields.log", Ok([1, 1, 0, 0])),
    ("elastic-integrations-aws/test-v8-samples.log", Ok([1, 1, 0, 0])),
    ("elastic-integrations-aws/test-with-message-field.log", Ok([1, 0, 0, 1])),
    ("elastic-package-awsfirehose/test-vpcflow-log.json", Ok([1, 1, 0, 0])),
    // The third row has protocol 8080.
    ("flowlogs-reader/flows.parquet", Ok([3, 1, 1, 1])),
    ("lambda-promtail/vpcflowlog.log.gz", Ok([3, 3, 0, 0])),
    ("lambda-promtail/cloudwatch-logs-event.json", Err("")),
    ("lambda-promtail/s3-test-event.json", Err("neither flow-log lines")),
    ("lambda-promtail/kinesis-event.json", Err("")),
    ("ocsf-examples/AWS_v1.0.0-rc.2_VPC-Flowlogs_vpcflowlog.raw", Ok([1, 1, 0, 0])),
    ("ocsf-examples/AWS_v1.1.0_VPC-Flowlogs_vpcflowlog.raw", Ok([1, 1, 0, 0])),
    ("ocsf-examples/AWS_v1.5.0_VPC-Flowlogs_vpcflowlog.raw", Ok([1, 1, 0, 0])),
    ("ocsf-examples/dataprepper_AWS_v1.1.0_VPC-Flow_vpcflowlog.raw", Ok([1, 1, 0, 0])),
];

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("WEIR_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    Some(shared.join("data/samples")).filter(|folder| folder.is_dir())
}

#[test]
fn published_samples_have_their_hand_counted_records() {
    let Some(folder) = folder() else {
        println!("skipped: no published samples here; set WEIR_SHARED to the folder that has data/samples");
        return;
    };
    let mut wrong = Vec::new();
    for (name, expected) in EXPECTED {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let result = read(name, bytes, &Options::default());
        match (&result, expected) {
            (Ok((summary, decoded)), _) => {
                let counts = summary.counts;
                println!("{name}: {summary:?}\n{}", shown(decoded));
                if *expected != Ok([counts.records, counts.accepted, counts.rejected, counts.coverage]) {
                    wrong.push(format!("{name}: {counts:?}"));
                }
            }
            (Err(error), Err(part)) if error.to_string().contains(part) => println!("{name}: {error}"),
            (Err(error), _) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whatever is thrown at it, records are counted once each.
#[test]
fn every_sample_of_any_format_is_counted_or_refused() {
    let Some(folder) = folder() else {
        println!("skipped: no published samples here");
        return;
    };
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.to_string_lossy().into_owned();
                // `read` asserts the balance.
                let _ = read(&name, std::fs::read(&path).unwrap(), &Options::default());
            }
        }
    }
}
