use flow::{HOUR_SECS, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::Thresholds;
use crate::detectors::testing::{CONTACT, Kind, batch, context, order_does_not_matter, well_formed};

const DAYS: i64 = 21;

fn columns() -> Vec<(&'static str, Kind)> {
    let own = [
        ("record", Kind::Text),
        ("public", Kind::Flag),
        ("large_in", Kind::Flag),
        ("large_out", Kind::Flag),
        ("before_max_in", Kind::Count),
        ("before_max_out", Kind::Count),
        ("before_sum_in", Kind::Count),
        ("before_sum_out", Kind::Count),
        ("before_hours", Kind::Count),
    ];
    [CONTACT, &own].concat()
}

fn hour(index: i64) -> Timestamp {
    // A Monday.
    let start: Timestamp = "2026-11-02T00:00:00Z".parse().unwrap();
    start.plus_secs(index * HOUR_SECS)
}

/// Three weeks: 20 MB in a working hour, 2 MB otherwise, a little unevenly; then a day with `day(hour)` bytes out.
fn series(day: impl Fn(i64) -> Option<u64>) -> Vec<Value> {
    let mut rows = Vec::new();
    for index in 0..(DAYS + 1) * 24 {
        let at = hour(index);
        let cell = at.hour_of_week();
        let usual = if cell / 24 < 5 && (8..18).contains(&(cell % 24)) { 20_000_000 } else { 2_000_000 };
        let wobble = usual / 20 * (index * 7 % 5) as u64;
        let bytes = if index < DAYS * 24 { Some(usual + wobble) } else { day(index - DAYS * 24) };
        rows.push(json!({"record": "reporting", "account_id": "111122223333", "hour": at}));
        if let Some(bytes) = bytes {
            rows.push(json!({"record": "series", "entity": "i-1", "account_id": "111122223333", "hour": at, "public": true,
                "bytes_in": 1_000_000, "bytes_out": bytes}));
        }
    }
    rows
}

fn remote(index: i64, address: &str, bytes: u64, before: (u64, u64, u64)) -> Value {
    let at = hour(DAYS * 24 + index);
    json!({"record": "remote", "entity": "i-1", "account_id": "111122223333", "hour": at, "public": true, "large_in": false, "large_out": true,
        "bytes_in": 1_000_000, "bytes_out": bytes, "remote_addr": address, "service_port": 443, "protocol": 6,
        "connection_direction": "outbound", "packets_in": 1_000, "packets_out": bytes / 1_400, "flows": 60, "first_time": at,
        "last_time": at.plus_secs(3_599), "confidence": 0.99, "remote_country": "NL", "remote_asn": 60_781,
        "remote_last_seen": (before.2 > 0).then(|| at.plus_secs(-5 * HOUR_SECS)),
        "before_max_out": before.0, "before_sum_out": before.1, "before_hours": before.2})
}

const GB: u64 = 1_000_000_000;

/// 2 GB an hour from 10:00 to 12:59, as usual otherwise.
fn upload(index: i64) -> Option<u64> {
    Some(if (10..13).contains(&index) { 2 * GB } else { 2_000_000 })
}

fn uploads(address: &str, bytes: u64, before: (u64, u64, u64)) -> Vec<Value> {
    let mut rows = series(upload);
    rows.extend((10..13).map(|index| remote(index, address, bytes, before)));
    rows
}

fn score(rows: &[Value]) -> Vec<Occurrence> {
    let thresholds = Thresholds::default();
    let context = context(&hour(DAYS * 24).to_string(), &hour((DAYS + 1) * 24).to_string(), &thresholds);
    let occurrences = TrafficVolumeUnusual.score(&[batch(&columns(), rows)], &context).unwrap();
    for occurrence in &occurrences {
        well_formed(occurrence);
    }
    occurrences
}

#[test]
fn an_upload_to_a_new_host_is_found() {
    let occurrences = score(&uploads("198.51.100.7", 19 * GB / 10, (0, 0, 0)));
    let keys: Vec<&str> = occurrences.iter().map(|occurrence| occurrence.occurrence_key.as_str()).collect();
    assert!(keys.contains(&hour(DAYS * 24 + 11).to_string().as_str()), "{keys:?}");
    assert!(keys.len() >= 2 && keys.len() <= 3, "{keys:?}");
    assert!(occurrences.iter().all(|occurrence| occurrence.aggregation_key == "outbound 198.51.100.7"));
    let evidence = &occurrences[1].evidence;
    assert_eq!(evidence.since, hour(DAYS * 24 + 10));
    assert_eq!(evidence.rank.as_deref(), Some("larger than all 514 hours on record"));
    assert_eq!(evidence.novelty[0].status, NoveltyStatus::New);
    insta::assert_json_snapshot!(evidence);
}

#[test]
fn a_long_upload_is_found_in_all_its_hours() {
    // The query counts the hours before each hour, those of the upload among them.
    let long = |index: i64| Some(if (2..14).contains(&index) { 2 * GB } else { 2_000_000 });
    let bytes = 19 * GB / 10;
    let mut rows = series(long);
    rows.extend((2..14).map(|index| {
        remote(index, "198.51.100.7", bytes, if index == 2 { (0, 0, 0) } else { (bytes, bytes * (index - 2) as u64, (index - 2) as u64) })
    }));
    let occurrences = score(&rows);
    assert!(occurrences.len() >= 11, "{}", occurrences.len());
    assert!(occurrences.iter().all(|occurrence| occurrence.evidence.novelty[0].status == NoveltyStatus::New));
    let resource = crate::Resource::unknown("i-1", None, None);
    let finding = crate::Finding::assemble(occurrences[0].finding_id(), occurrences, &resource).unwrap();
    assert_eq!((finding.story.from, finding.story.traffic.bytes_out), (hour(DAYS * 24 + 2), 12 * bytes));
    assert_eq!((finding.story.traffic.bytes_in, finding.story.traffic.flows), (12_000_000, 720));
}

#[test]
fn a_backup_to_the_usual_host_is_not() {
    // The same hours, to a host that carried more in an hour before.
    assert_eq!(score(&uploads("198.51.100.7", 19 * GB / 10, (3 * GB, 60 * GB, 30))), []);
}

#[test]
fn history_ends_after_45_days() {
    let mut rows = uploads("198.51.100.7", 19 * GB / 10, (3 * GB, 60 * GB, 30));
    for row in rows.iter_mut().filter(|row| row["record"] == "remote") {
        row["remote_last_seen"] = json!(hour(DAYS * 24 - 46 * 24));
    }
    assert_eq!(score(&rows)[0].evidence.novelty[0].status, NoveltyStatus::New);
}

#[test]
fn a_known_host_that_carries_most_and_more_than_ever_is_found() {
    let occurrences = score(&uploads("198.51.100.7", 19 * GB / 10, (10_000_000, 3 * GB, 400)));
    assert_eq!(occurrences[0].evidence.novelty[0].status, NoveltyStatus::Grown);
}

#[test]
fn a_new_host_with_a_small_part_is_not() {
    assert_eq!(score(&uploads("198.51.100.7", GB / 5, (0, 0, 0))), []);
}

#[test]
fn a_large_hour_without_a_host_to_show_is_not() {
    assert_eq!(score(&series(upload)), []);
}

#[test]
fn small_change_is_not() {
    // Ten times as much as usual at night, and still only 20 MB.
    let mut rows = series(|_| Some(20_000_000));
    rows.extend((0..8).map(|index| remote(index, "198.51.100.7", 19_000_000, (0, 0, 0))));
    assert_eq!(score(&rows), []);
}

#[test]
fn a_young_series_is_not_judged() {
    let first = hour((DAYS - 6) * 24);
    let rows: Vec<Value> = uploads("198.51.100.7", 19 * GB / 10, (0, 0, 0))
        .into_iter()
        .filter(|row| row["hour"].as_str().unwrap().parse::<Timestamp>().unwrap() >= first)
        .collect();
    assert_eq!(score(&rows), []);
}

#[test]
fn one_hour_alone_needs_the_tail() {
    // A single hour, far beyond anything: the tail model finds it.
    let mut rows = series(|index| Some(if index == 10 { 50 * GB } else { 2_000_000 }));
    rows.push(remote(10, "198.51.100.7", 49 * GB, (0, 0, 0)));
    let occurrences = score(&rows);
    assert_eq!(occurrences.len(), 1);
    assert!(!occurrences[0].evidence.would_not_fire.iter().any(|reason| reason.contains("three hours")));
}

#[test]
fn gaps_are_not_learned_as_silence() {
    // For ten days nobody reports; were the nights of silence learned as zeros, an ordinary hour would look like a flood.
    let gap = 8 * 24..18 * 24;
    let mut rows = series(|_| Some(150_000_000));
    rows.retain(|row| {
        let at = row["hour"].as_str().unwrap().parse::<Timestamp>().unwrap();
        !(hour(gap.start)..hour(gap.end)).contains(&at)
    });
    let features = Features::read(&[batch(&columns(), &rows)]).unwrap();
    let scope = Scope { entity: "i-1".to_owned(), public: true, direction: Direction::Outbound };
    let known = features.series(&scope, hour((DAYS + 1) * 24));
    assert_eq!(known.len() as i64, (DAYS + 1 - 10) * 24);
    assert!(known.iter().all(|(_, bytes)| *bytes > 0.0));

    // When others report and this machine is silent, it is a zero.
    let mut rows = series(|index| (index != 3).then_some(1));
    rows.push(json!({"record": "lost", "entity": "i-1", "hour": hour(5)}));
    let features = Features::read(&[batch(&columns(), &rows)]).unwrap();
    let known = features.series(&scope, hour((DAYS + 1) * 24));
    assert!(known.contains(&(hour(DAYS * 24 + 3), 0.0)));
    assert!(features.lost("i-1").contains(&hour(5)) && features.lost("i-2").is_empty());
}

#[test]
fn order_and_batches_do_not_matter() {
    let thresholds = Thresholds::default();
    let context = context(&hour(DAYS * 24).to_string(), &hour((DAYS + 1) * 24).to_string(), &thresholds);
    let mut rows = uploads("198.51.100.7", 19 * GB / 10, (0, 0, 0));
    rows.extend((10..13).map(|index| remote(index, "198.51.100.8", 19 * GB / 10, (0, 0, 0))));
    order_does_not_matter(&TrafficVolumeUnusual, &columns(), &rows, &context);
}

#[test]
fn an_unknown_sort_of_row_is_an_error() {
    let row = json!({"record": "surprise", "hour": hour(0)});
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let error = TrafficVolumeUnusual.score(&[batch(&columns(), &[row])], &context).unwrap_err();
    assert!(error.to_string().contains("\"surprise\""), "{error}");
}
