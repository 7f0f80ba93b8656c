use flow::TimeRange;

use super::*;
use crate::Thresholds;
use crate::detectors::testing::{CONTACT, Case, Kind, batch, context, order_does_not_matter, run_cases};

fn columns() -> Vec<(&'static str, Kind)> {
    let own = [
        ("since", Kind::Time),
        ("remote_net", Kind::Text),
        ("net_last_seen", Kind::Time),
        ("asn_last_seen", Kind::Time),
        ("country_last_seen", Kind::Time),
        ("days_watched", Kind::Count),
        ("watched_since", Kind::Time),
        ("port_flows", Kind::Count),
        ("ports", Kind::Count),
        ("ports_once", Kind::Count),
        ("peers", Kind::Count),
        ("peers_using", Kind::Count),
    ];
    [CONTACT, &own].concat()
}

const FIXTURE: &str = include_str!("../../../../../fixtures/detect/network_port_unusual.json");

fn case(name: &str) -> Vec<serde_json::Value> {
    let cases: Vec<Case> = serde_json::from_str(FIXTURE).unwrap();
    cases.into_iter().find(|case| case.case.starts_with(name)).unwrap().rows
}

#[test]
fn cases() {
    let thresholds = Thresholds::default();
    run_cases(&NetworkPortUnusual, &columns(), FIXTURE, &context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds));
}

#[test]
fn order_and_batches_do_not_matter() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let mut rows = case("positive: flows add up");
    rows.extend(case("positive: a new port").into_iter().map(|mut row| {
        row["entity"] = "i-0z".into();
        row
    }));
    order_does_not_matter(&NetworkPortUnusual, &columns(), &rows, &context);
}

#[test]
fn hour_by_hour_gives_the_same_as_the_whole_day() {
    let thresholds = Thresholds::default();
    let rows = batch(&columns(), &case("positive: flows add up"));
    let day = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let whole = NetworkPortUnusual.score(std::slice::from_ref(&rows), &day).unwrap();
    let mut pieces = Vec::new();
    for hour in 0..24 {
        let from = day.range.from.plus_secs(hour * HOUR_SECS);
        let context = Context { range: TimeRange::new(from, from.plus_secs(HOUR_SECS)), ..day };
        pieces.extend(NetworkPortUnusual.score(std::slice::from_ref(&rows), &context).unwrap());
    }
    assert_eq!(pieces, whole);
}

#[test]
fn a_young_lake_cannot_vouch_for_history() {
    let thresholds = Thresholds::default();
    let mut context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    context.lake_start = "2026-11-20T00:00:00Z".parse().unwrap();
    assert_eq!(NetworkPortUnusual.score(&[batch(&columns(), &case("positive: a new port"))], &context).unwrap(), []);
}

#[test]
fn ldap_is_high_and_says_why() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    for (port, severity) in [(389, 8.0), (1389, 8.0), (636, 5.0)] {
        let mut rows = case("positive: a new port");
        rows[0]["service_port"] = port.into();
        let occurrences = NetworkPortUnusual.score(&[batch(&columns(), &rows)], &context).unwrap();
        assert!((occurrences[0].severity - severity).abs() < 1e-9, "{port}");
        assert_eq!(occurrences[0].evidence.additional.contains_key("context"), severity > 5.0);
    }
}

#[test]
fn the_explanation_has_the_numbers() {
    let thresholds = Thresholds::default();
    let context = context("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z", &thresholds);
    let occurrences = NetworkPortUnusual.score(&[batch(&columns(), &case("positive: a new port"))], &context).unwrap();
    insta::assert_json_snapshot!(occurrences[0].evidence);
}
