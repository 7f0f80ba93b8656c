//! Real samples, when they are there: `shared/data/samples` beside the project, or `WEIR_SHARED`.

use std::path::{Path, PathBuf};

use crate::weir::Weir;

fn samples() -> Option<PathBuf> {
    let shared =
        std::env::var_os("WEIR_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let samples = shared.join("data/samples");
    samples.is_dir().then_some(samples)
}

#[test]
fn real_samples_are_taken_in_and_accounted_for() {
    let Some(samples) = samples() else {
        println!("skipped: there are no samples beside the project");
        return;
    };
    let weir = Weir::new();
    let sources = [
        "elastic-integrations-aws",
        "beats-aws-vpcflow",
        "elastic-package-awsfirehose",
        "flowlogs-reader",
        "lambda-promtail/vpcflowlog.log.gz",
        "aws-vpc-flow-logs-parser-basanthpr",
        "amazon-security-lake-ocsf-validation/vpc_flow-input0.json.parquet",
        "amazon-security-lake-ocsf-validation/vpc_flow-input1.json.parquet",
    ];
    let paths = sources.iter().map(|source| samples.join(source).display().to_string());
    let said = weir.json(["ingest".to_owned(), "--no-detect".to_owned()].into_iter().chain(paths));
    let count = |key: &str| said[key].as_u64().unwrap();
    assert_eq!(count("records"), count("accepted") + count("rejected") + count("coverage") + count("duplicates"), "{said:#}");
    assert!(count("accepted") > 0 && count("coverage") > 0, "{said:#}");
    assert!(weir.json(["verify"]).as_array().unwrap().iter().all(|check| check["ok"] == true));
    for object in
        weir.sql("SELECT uri, format, problem, accepted, rejected, coverage, duplicates FROM objects ORDER BY uri").as_array().unwrap()
    {
        println!("{object}");
    }
}
