//! Memory is bounded whatever the size of an object. Each measurement is a process of its own: this test program, run again.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use enrich::{Attributor, Geo, Inventory};
use flow::Timestamp;
use ingest::sources::folder;
use ingest::{Config, Pipeline};
use lake::Lake;
use libdeflater::CompressionLvl;

/// Names the object that a child process takes in.
const OBJECT: &str = "WEIR_TEST_OBJECT";
const MIB: u64 = 1 << 20;

fn gzip(path: &Path, bytes: &[u8], level: CompressionLvl) {
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let len = compressor.gzip_compress(bytes, &mut out).unwrap();
    fs::write(path, &out[..len]).unwrap();
}

fn lines(count: u32) -> String {
    let mut text =
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n".to_owned();
    for record in 0..count {
        let start = 1_790_000_000 + record / 50;
        let (host, port) = (record % 50, 32_768 + record.wrapping_mul(2_654_435_761) % 28_000);
        writeln!(
            text,
            "2 111122223333 eni-{host:017} 10.20.0.{host} 52.1.2.3 {port} 443 6 {record} {record} {start} {} ACCEPT OK",
            start + 59
        )
        .unwrap();
    }
    text
}

/// Peak resident memory of a process that takes in this object, bytes, and what it printed.
fn peak(object: &Path) -> (u64, String) {
    let program = std::env::current_exe().unwrap();
    let child = ["memory::a_child_takes_in_the_object_it_is_given", "--exact", "--nocapture"];
    let output = Command::new(program).args(child).env(OBJECT, object).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let kib = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.trim().strip_suffix("kB"));
    (kib.unwrap().trim().parse::<u64>().unwrap() * 1024, text)
}

#[test]
#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn a_child_takes_in_the_object_it_is_given() {
    let Some(object) = std::env::var_os(OBJECT) else { return };
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let summary = runtime.block_on(async {
        let lake = Arc::new(Lake::open(folder.path()).await.unwrap());
        let inventory = Arc::new(Inventory::default());
        let attributor = Arc::new(Attributor::new(Arc::clone(&inventory), Arc::new(Geo::none())));
        let mut config = Config { chunk_records: 5_000, stream_from: MIB / 2, ..Config::default() };
        config.decode.chunk_records = 5_000;
        // By default 64 MiB, which takes a minute to unpack without optimisation.
        config.decode.limits.ratio_from = 8 * MIB;
        let mut pipeline = Pipeline::new(lake, inventory, attributor, config);
        let now = || Timestamp::from_secs(1_796_000_000);
        pipeline.collect(folder::list(Path::new(&object)).unwrap(), now, |_| ()).await.unwrap()
    });
    println!("accepted {} unusable {}", summary.counts.accepted, summary.unusable);
    println!("{}", fs::read_to_string("/proc/self/status").unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn an_object_ten_times_as_large_takes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (folder.path().join("small.gz"), folder.path().join("large.gz"));
    gzip(&small, lines(10_000).as_bytes(), CompressionLvl::fastest());
    gzip(&large, lines(100_000).as_bytes(), CompressionLvl::fastest());
    let ((small, _), (large, text)) = (peak(&small), peak(&large));
    assert!(text.contains("accepted 100000 unusable 0"), "{text}");
    // Identities of records are held on purpose: 90,000 more of them are 3 MiB at the most.
    assert!(large < small + 24 * MIB, "{} MiB for a tenth, {} MiB for all", small / MIB, large / MIB);
}

#[test]
#[cfg(target_os = "linux")]
fn zeros_that_unpack_a_thousandfold_are_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join("zeros.gz");
    // Less than the best leaves zeros below the thousandfold.
    gzip(&object, &vec![0; 4 * MIB as usize], CompressionLvl::best());
    // A gzip file may have any number of members: 512 MiB in all.
    fs::write(&object, fs::read(&object).unwrap().repeat(128)).unwrap();
    let (peak, text) = peak(&object);
    assert!(text.contains("accepted 0 unusable 1"), "{text}");
    assert!(peak < 128 * MIB, "{} MiB", peak / MIB);
}
