//! The baseline against series small enough to check by hand, and its promises.

use std::collections::BTreeSet;

use flow::{HOUR_SECS, TimeRange, Timestamp};
use proptest::prelude::*;

use super::*;

fn monday() -> Timestamp {
    "2026-11-02T00:00:00Z".parse().unwrap()
}

fn hour(index: i64) -> Timestamp {
    monday().plus_secs(index * HOUR_SECS)
}

/// A quiet night, a busy working day, a lazy weekend.
fn usual(index: i64) -> f64 {
    let cell = hour(index).hour_of_week();
    let busy = (8..18).contains(&(cell % 24));
    match (cell / 24 < 5, busy) {
        (true, true) => 50e6,
        (false, true) => 5e6,
        _ => 1e6,
    }
}

/// Three weeks and two days, then an hour in the middle of the next day.
#[test]
fn longer_bins_are_learned_as_such() {
    let series: Vec<(Timestamp, f64)> = (0..30 * 24).map(|index| (hour(index), usual(index) * (1.0 + 0.05 * (index % 7) as f64))).collect();
    let range = TimeRange::new(hour(21 * 24 + 5), hour(29 * 24 + 12));
    let days = bin_bands(&series, range, 24 * HOUR_SECS);
    // Whole days inside the range only.
    assert_eq!(days.iter().map(|band| band.hour).collect::<Vec<_>>(), (22..29).map(|day| hour(day * 24)).collect::<Vec<_>>());
    for band in &days {
        let first = (band.hour.secs() - monday().secs()) / HOUR_SECS;
        let sum: f64 = (first..first + 24).map(|index| series[usize::try_from(index).unwrap()].1).sum();
        assert!(band.low < sum && sum < band.high, "{band:?} {sum}");
        let hourly = bands(&series, TimeRange::new(band.hour, band.hour.plus_secs(24 * HOUR_SECS)));
        let edges = hourly.iter().map(|band| band.low).sum::<f64>()..hourly.iter().map(|band| band.high).sum::<f64>();
        assert!((band.low - edges.start).abs() > 1.0 && (band.high - edges.end).abs() > 1.0, "no sum of edges");
    }
    let (monday, sunday) = (&days[0], &days[5]);
    assert!(monday.expected > 5.0 * sunday.expected, "working days and weekends are told apart: {} {}", monday.expected, sunday.expected);
    assert!((monday.days - 22.0).abs() < 1e-9 && monday.cell_count == 3, "{monday:?}");
    assert_eq!(bin_bands(&series, range, HOUR_SECS).len(), 8 * 24 + 7);
}

#[test]
fn what_the_detector_notes_is_not_learned_in_longer_bins_either() {
    let quiet: Vec<(Timestamp, f64)> = (0..29 * 24).map(|index| (hour(index), usual(index))).collect();
    let range = TimeRange::new(hour(28 * 24), hour(29 * 24));
    let expected = bin_bands(&quiet, range, 24 * HOUR_SECS)[0].expected;
    let mut upload = quiet.clone();
    for (_, bytes) in &mut upload[25 * 24 + 2..25 * 24 + 8] {
        *bytes = 4e9;
    }
    let after = bin_bands(&upload, range, 24 * HOUR_SECS)[0].expected;
    assert!((after / expected - 1.0).abs() < 0.02, "{after} {expected}");
    // A day of which hours are missing is not learned: it would pass for a quiet one.
    let gaps: Vec<(Timestamp, f64)> =
        quiet.iter().copied().filter(|(at, _)| !(hour(21 * 24 + 8)..hour(21 * 24 + 18)).contains(at)).collect();
    let band = bin_bands(&gaps, range, 24 * HOUR_SECS)[0];
    assert!((band.days - 27.0).abs() < 1e-9 && band.cell_count == 3, "{band:?}");
    assert!((band.expected / expected - 1.0).abs() < 0.02);
}

#[test]
fn nothing_learned_expects_nothing() {
    let baseline = Baseline::new();
    assert_eq!(baseline.expect(monday()), None);
    assert_eq!(baseline.z(monday(), 1.0), None);
    assert_eq!(baseline.tail_chance(monday(), 1.0), None);
}

#[test]
fn the_expectation_is_shrunk_from_coarse_to_fine() {
    // Two values, in two hours of Monday. mu0 is their median in logarithms; the cell of Tuesday 00:00 is empty and its class, 00:00 on
    // working days, holds the first.
    let mut baseline = Baseline::new();
    let (low, high) = (1.0f64.exp_m1(), 3.0f64.exp_m1());
    baseline.push(hour(0), low);
    baseline.push(hour(1), high);
    let close = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-5, "{value} is not {expected}");
    let mu0 = 2.0;
    let mu1 = (1.0 * 1.0 + 4.0 * mu0) / 5.0;
    close(baseline.expect(hour(24)).unwrap().expected.ln_1p(), mu1);
    // Next Monday 00:00: the same class, and the cell holds it too.
    let band = baseline.expect(hour(168)).unwrap();
    close(band.expected.ln_1p(), (1.0 + 4.0 * mu1) / 5.0);
    assert_eq!(band.cell_count, 1);
    // Saturday 00:00 has neither.
    close(baseline.expect(hour(120)).unwrap().expected.ln_1p(), mu0);
    // One residual of 2 - 1 and so no spread: the floor.
    close(band.scale, SCALE_FLOOR);
    close(baseline.z(hour(168), band.expected).unwrap(), 0.0);
    close(baseline.z(hour(168), (band.expected.ln_1p() + 1.0).exp_m1()).unwrap(), 4.0);
    close(band.high.ln_1p() - band.expected.ln_1p(), BAND_SCALES * SCALE_FLOOR);
}

#[test]
fn four_weeks_are_known_by_the_hour_of_the_week() {
    let mut baseline = Baseline::new();
    for index in 0..28 * 24 {
        baseline.push(hour(index), usual(index));
    }
    let expected = |index: i64| baseline.expect(hour(index)).unwrap().expected;
    let next = 28 * 24;
    assert!((0.5..1.5).contains(&(expected(next + 10) / 50e6)), "Monday 10:00: {}", expected(next + 10));
    assert!((0.5..1.5).contains(&(expected(next + 2) / 1e6)), "Monday 02:00: {}", expected(next + 2));
    assert!((0.3..1.7).contains(&(expected(next + 5 * 24 + 10) / 5e6)), "Saturday 10:00: {}", expected(next + 5 * 24 + 10));
    let band = baseline.expect(hour(next + 10)).unwrap();
    assert!((band.maturity - 1.0).abs() < 1e-9, "{band:?}");
    assert!(baseline.z(hour(next + 10), 500e6).unwrap() > 4.0);
    assert!(baseline.z(hour(next + 10), 60e6).unwrap() < 3.0);
    assert_eq!(baseline.rank(1e12), (28 * 24, 0));
    assert_eq!(baseline.rank(0.0).1, 28 * 24);
}

#[test]
fn maturity_grows_with_days_and_with_the_cell() {
    let mut baseline = Baseline::new();
    for index in 0..7 * 24 {
        baseline.push(hour(index), 1e6);
    }
    let band = baseline.expect(hour(7 * 24)).unwrap();
    // Half of 14 days, and one value in the cell: 1/2 * 5/8.
    assert!((band.maturity - 0.3125).abs() < 1e-9, "{band:?}");
    assert!(baseline.has_weekend());
    let mut weekdays = Baseline::new();
    for index in 0..5 * 24 {
        weekdays.push(hour(index), 1e6);
    }
    assert!(!weekdays.has_weekend());
}

#[test]
fn old_hours_are_forgotten() {
    let mut baseline = Baseline::new();
    for index in 0..90 * 24 {
        baseline.push(hour(index), if index < 40 * 24 { 1e3 } else { 1e6 });
    }
    assert_eq!(baseline.learned.len(), 45 * 24 + 1);
    assert_eq!(baseline.all.len(), baseline.learned.len());
    assert!(baseline.residuals.len() <= baseline.learned.len());
    assert!(baseline.recent.len() <= 169, "{}", baseline.recent.len());
    assert_eq!(baseline.recent.len(), baseline.recent_len);
    let weekend = baseline.learned.iter().filter(|(hour, _)| weekend_day(*hour).is_some()).count();
    assert_eq!(weekend as u32, baseline.weekend[0] + baseline.weekend[1]);
    let band = baseline.expect(hour(90 * 24)).unwrap();
    assert!((band.expected / 1e6 - 1.0).abs() < 1e-3, "{band:?}");
    assert_eq!(band.cell_count, 6);
}

#[test]
fn missing_is_not_zero() {
    let known: Vec<(Timestamp, f64)> = vec![(hour(0), 5.0), (hour(3), 7.0), (hour(3), 1.0)];
    let missing = BTreeSet::from([hour(1)]);
    let series = complete(&known, TimeRange::new(hour(0), hour(5)), &missing);
    assert_eq!(series, [(hour(0), 5.0), (hour(2), 0.0), (hour(3), 8.0), (hour(4), 0.0)]);

    // A week of outages in four is not learned as silence.
    let gap = 14 * 24..21 * 24;
    let series: Vec<(Timestamp, f64)> =
        (0..28 * 24).filter(|index| !gap.contains(index)).map(|index| (hour(index), usual(index))).collect();
    let bands = bands(&series, TimeRange::new(hour(20 * 24), hour(28 * 24)));
    assert_eq!(bands.len(), 8 * 24, "hours in a gap have an expectation too");
    for band in bands.iter().filter(|band| band.hour.hour_of_week() % 24 == 10 && band.hour.hour_of_week() / 24 < 5) {
        assert!(band.expected > 20e6, "{band:?}");
    }
}

#[test]
fn bands_do_not_see_their_own_hour_or_the_order() {
    let mut series: Vec<(Timestamp, f64)> = (0..15 * 24).map(|index| (hour(index), usual(index))).collect();
    let range = TimeRange::new(hour(14 * 24), hour(14 * 24 + 1));
    let quiet = bands(&series, range);
    series[14 * 24].1 = 1e12;
    series.reverse();
    assert_eq!(bands(&series, range), quiet);
    assert_eq!(bands(&series[..1], TimeRange::new(hour(0), hour(1))), [], "nothing before the first hour");
}

#[test]
fn a_surge_is_not_learned_and_a_new_usual_is() {
    let thresholds = crate::TrafficVolumeUnusualThresholds::default();
    let week = 7 * 24;
    // Three weeks as usual, then a hundred times as much for three weeks.
    let series: Vec<(Timestamp, f64)> =
        (0..6 * week).map(|index| (hour(index), usual(index) * if index < 3 * week { 1.0 } else { 100.0 })).collect();
    let judged = judge(&series, &BTreeSet::new(), &thresholds);
    let fired: Vec<i64> =
        judged.iter().filter(|judged| judged.fires()).map(|judged| (judged.band.hour.secs() - monday().secs()) / HOUR_SECS).collect();
    assert!(fired.iter().all(|index| *index >= 3 * week), "{fired:?}");
    assert!((20..=48).contains(&fired.len()), "{}", fired.len());
    assert!(*fired.last().unwrap() < 4 * week + 24, "it stops when the surge has become usual: {fired:?}");
    let first = judged.iter().find(|judged| judged.fires()).unwrap();
    assert!(first.since <= first.band.hour);
    assert_eq!(first.as_large, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_nan_and_monotone(
        values in prop::collection::vec(prop_oneof![Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(-5.0), 0.0..1e15f64], 0..400),
        step in 1i64..5,
        low in 0.0..1e12f64,
        more in 0.0..1e12f64,
    ) {
        let mut baseline = Baseline::new();
        for (index, value) in values.iter().enumerate() {
            baseline.push(hour(index as i64 * step), *value);
        }
        let next = hour(values.len() as i64 * step);
        if let Some(band) = baseline.expect(next) {
            for number in [band.expected, band.low, band.high, band.scale, band.maturity, band.days] {
                prop_assert!(!number.is_nan(), "{band:?}");
            }
            prop_assert!(band.low <= band.expected && band.expected <= band.high);
            prop_assert!((0.0..=1.0).contains(&band.maturity) && band.scale >= SCALE_FLOOR);
            let (near, far) = (baseline.z(next, low).unwrap(), baseline.z(next, low + more).unwrap());
            prop_assert!(near.is_finite() && near <= far);
            prop_assert_eq!(baseline.z(next, f64::NAN), None);
            if let (Some(near), Some(far)) = (baseline.tail_chance(next, low), baseline.tail_chance(next, low + more)) {
                prop_assert!(far <= near);
            }
        } else {
            prop_assert!(values.iter().all(|value| value.is_nan()));
        }
    }

    #[test]
    fn what_is_missing_leaves_no_trace(values in prop::collection::vec(prop::option::of(0.0..1e9f64), 1..300)) {
        let mut with_gaps = Baseline::new();
        for (index, value) in values.iter().enumerate() {
            if let Some(value) = value {
                with_gaps.push(hour(index as i64), *value);
            }
        }
        prop_assert_eq!(with_gaps.all.len(), values.iter().flatten().count());
        let series: Vec<(Timestamp, f64)> =
            values.iter().enumerate().filter_map(|(index, value)| Some((hour(index as i64), (*value)?))).collect();
        let next = hour(values.len() as i64);
        prop_assert_eq!(bands(&series, TimeRange::new(next, next.plus_secs(1))).first().copied(), with_gaps.expect(next));
    }
}
