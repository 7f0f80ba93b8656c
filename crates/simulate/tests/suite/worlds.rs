use simulate::{Config, FormatVersion, SimulateError, simulate};

use crate::{Made, version};

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_does_not() {
    let first = Made::new(|_| {}).files();
    assert_eq!(first, Made::new(|_| {}).files());
    let other = Made::new(|config| config.seed = 2).files();
    assert_ne!(first["truth.json"], other["truth.json"]);
    assert_ne!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
}

#[test]
fn the_number_of_records_is_met() {
    for (records, days, instances) in [(14_000_u64, 2, 18), (40_000, 3, 40), (25_000, 1, 16)] {
        let made = Made::new(|config| (config.records, config.days, config.instances) = (records, days, instances));
        let ratio = made.summary.records as f64 / records as f64;
        assert!((0.95..1.05).contains(&ratio), "{} for {records}", made.summary.records);
        assert_eq!(made.records().len() as u64, made.summary.records);
    }
}

#[test]
fn the_summary_is_true() {
    let made = Made::new(|_| {});
    let files = made.files();
    let objects: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".log.gz")).collect();
    assert_eq!(objects.len() as u64, made.summary.objects);
    assert_eq!(objects.iter().map(|(_, content)| content.len() as u64).sum::<u64>(), made.summary.bytes);
    assert_eq!(made.objects().iter().map(|(_, text)| text.len() as u64).sum::<u64>(), made.summary.text_bytes);
    assert!(made.summary.inventory.iter().chain(&made.summary.intel).all(|path| files.contains_key(path.to_str().unwrap())));
    assert_eq!(made.summary.range.from, "2026-11-18T00:00:00Z");
    assert_eq!(made.summary.entity.name, "web-3");
}

#[test]
fn keys_have_the_layout_of_the_service() {
    let made = Made::new(version(FormatVersion::V2));
    for (path, text) in made.objects() {
        let parts: Vec<&str> = path.split('/').collect();
        let ["AWSLogs", account, "vpcflowlogs", region, year, month, day, file] = parts[..] else { panic!("{path}") };
        let name: Vec<&str> = file.split('_').collect();
        let [name_account, "vpcflowlogs", name_region, flow_log, stamp, hash] = name[..] else { panic!("{file}") };
        assert_eq!((account, region), (name_account, name_region));
        assert!(made.summary.accounts.iter().any(|known| known == account));
        assert!(flow_log.starts_with("fl-0") && flow_log.len() == 20);
        assert!(stamp.starts_with(&format!("{year}{month}{day}T")) && stamp.ends_with('Z') && stamp.len() == 14);
        assert_eq!(hash.len(), "0123abcd.log.gz".len());
        // The slot in the name holds the ends of the windows.
        let minutes: i64 = stamp[9..11].parse::<i64>().unwrap() * 60 + stamp[11..13].parse::<i64>().unwrap();
        for line in text.lines().skip(1) {
            let end: i64 = line.split(' ').nth(11).unwrap().parse().unwrap();
            assert!((0..1800).contains(&(end % 86_400 - minutes * 60)), "{line} in {file}");
        }
    }
}

#[test]
fn a_quiet_month_has_no_trace_of_an_intrusion() {
    let quiet = Made::new(|config| config.intrusion = false);
    let truth = quiet.truth();
    assert!(truth.get("intrusion").is_none() && truth["expected"].as_array().unwrap().is_empty());
    assert_eq!(quiet.summary.inventory.len(), 6);
    assert!(quiet.records().iter().all(|record| record["srcport"] != "4444" && record["dstport"] != "4444"));
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let base = Config { out: folder.path().into(), days: 1, instances: 16, records: 20_000, ..Config::default() };
    let made = |change: fn(&mut Config)| {
        let mut config = base.clone();
        change(&mut config);
        simulate(&config, &mut |_| {})
    };
    assert!(matches!(made(|config| config.instances = 3), Err(SimulateError::TooFewInstances { instances: 3 })));
    assert!(matches!(made(|config| config.instances = 9_999), Err(SimulateError::TooManyInstances { .. })));
    assert!(matches!(made(|config| config.days = 0), Err(SimulateError::Days { days: 0 })));
    assert!(matches!(made(|config| config.window_secs = 61), Err(SimulateError::Window { window_secs: 61 })));
    let Err(SimulateError::TooFewRecords { records: 500, least }) = made(|config| config.records = 500) else { panic!("500 records made") };
    assert!(least > 500);
    assert!(made(|_| {}).is_ok());
    assert!(matches!(made(|_| {}), Err(SimulateError::NotEmpty { .. })));
}
