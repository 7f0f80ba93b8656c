//! Killed at any instant, the command leaves a lake that can be gone on with, and nothing is lost or doubled.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use crate::weir::Weir;

/// SIGKILLs that the test sends. `WEIR_KILLS` asks for more, as a soak does.
const KILLS: u32 = 100;
const OBJECTS: u32 = 40;

/// What a lake says, in an order of its own: sums, refused records, coverage, the ledger.
pub(crate) fn contents(weir: &Weir) -> Vec<Value> {
    [
        "SELECT entity, hour, direction, action, sum(bytes) AS bytes, sum(packets) AS packets, sum(flows) AS flows FROM volume GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        "SELECT entity, hour, remote_addr, service_port, connection_direction, sum(bytes_in) AS i, sum(bytes_out) AS o, sum(flows) AS f, min(first_time) AS a, max(last_time) AS z \
         FROM activity GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        "SELECT entity, kind, value, date, min(first_time) AS a, max(last_time) AS z, sum(flows) AS f FROM seen GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        "SELECT source_object, start_time, src_addr, dst_addr, src_port, dst_port, bytes FROM flows ORDER BY 1, 2, 3, 4, 5, 6, 7",
        "SELECT object, position, reason FROM rejects ORDER BY 1, 2",
        "SELECT interface_id, start_time, kind FROM coverage ORDER BY 1, 2",
        "SELECT uri, records, accepted, rejected, coverage, duplicates FROM objects ORDER BY 1",
    ]
    .map(|query| weir.json(["sql", "--limit", "100000", query]))
    .to_vec()
}

pub(crate) fn write_objects(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for object in 0..OBJECTS {
        let mut text = String::from(
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n",
        );
        for line in 0..60 {
            let start = 1_763_900_000 + i64::from(object) * 300 + line;
            let interface = line % 5;
            text += &match line % 20 {
                18 => format!("2 123456789012 eni-{interface} - - - - - - - {start} {} - NODATA\n", start + 59),
                19 => format!(
                    "2 123456789012 eni-{interface} 10.0.0.{interface} 198.51.100.1 1 443 six 1 1 {start} {} ACCEPT OK\n",
                    start + 59
                ),
                _ => format!(
                    "2 123456789012 eni-{interface} 10.0.0.{interface} 198.51.100.{} {} 443 6 {} {} {start} {} ACCEPT OK\n",
                    line % 7,
                    40_000 + line,
                    line + 1,
                    (line + 1) * 100 + i64::from(object),
                    start + 59
                ),
            };
        }
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        std::fs::write(folder.join(format!("{object:03}.log.gz")), gz.finish().unwrap()).unwrap();
    }
}

#[test]
fn a_hundred_kills_lose_and_double_nothing() {
    let kills: u32 = std::env::var("WEIR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let logs = tempfile::tempdir().unwrap();
    write_objects(logs.path());
    let arguments = |weir: &Weir| {
        // Many small batches, so that there are many instants at which to be killed.
        let settings = weir.settings("[ingest]\nbatch_bytes = 4000\n");
        vec!["--config".into(), settings.into_os_string(), "ingest".into(), "--no-detect".into(), logs.path().as_os_str().to_owned()]
    };
    let whole = Weir::new();
    let begun = Instant::now();
    whole.ok(arguments(&whole));
    let length = begun.elapsed();
    let expected = contents(&whole);
    assert_eq!(expected[6].as_array().unwrap().len(), OBJECTS as usize);

    let mut dice = rand::rngs::SmallRng::seed_from_u64(4);
    let mut sent = 0;
    let mut lakes = 0;
    while sent < kills {
        let weir = Weir::new();
        loop {
            let mut child = weir.command().args(arguments(&weir)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            if sent < kills {
                std::thread::sleep(Duration::from_micros(dice.random_range(0..length.as_micros() as u64 / 2)));
                if child.try_wait().unwrap().is_none() {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    sent += 1;
                    continue;
                }
            }
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "after {sent} kills: {}", String::from_utf8_lossy(&output.stderr));
            break;
        }
        lakes += 1;
        assert_eq!(contents(&weir), expected, "lake {lakes}, after {sent} kills");
        let checks = weir.json(["verify"]);
        assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks:#}");
    }
    println!("{sent} kills over {lakes} lakes; an uninterrupted run takes {length:?}");
}
