//! What is said of an hour that fired.

use std::cmp::Reverse;

use flow::{HOUR_SECS, Timestamp};

use super::series::{Remote, Scope};
use super::{Reason, TYPE, status};
use crate::baseline::Judged;
use crate::confidence::round;
use crate::evidence::{Contribution, Expected, Measure, Unit};
use crate::{
    Confidence, Context, Evidence, HISTORY_SECS, Novelty, NoveltyStatus, Occurrence, Peer, RowsQuery, TrafficVolumeUnusualThresholds,
    wording,
};

/// Expected bytes an hour from which on a factor says something.
const FACTOR_FLOOR: f64 = 1_000.0;

/// The occurrence of an hour that fired because of `reason`.
pub(super) fn occurrence(
    scope: &Scope,
    judged: &Judged,
    remotes: &[Remote],
    reason: &Reason<'_>,
    series: &[(Timestamp, f64)],
    context: &Context<'_>,
) -> Occurrence {
    let thresholds = &context.thresholds.traffic_volume_unusual;
    let contact = &reason.remote.contact;
    let hour = judged.band.hour;
    Occurrence {
        finding_type: TYPE,
        entity: scope.entity.clone(),
        aggregation_key: format!("{} {}", scope.direction, contact.remote_addr),
        occurrence_key: hour.to_string(),
        first_seen: contact.first_time,
        last_seen: contact.last_time,
        severity: TYPE.default_severity(),
        connection: contact.action(),
        account_id: contact.account_id.clone().filter(|account| !account.is_empty()),
        evidence: Evidence {
            summary: summary(scope, judged, reason),
            expected: Some(Expected::new(judged.band.expected, judged.band.low, judged.band.high, Unit::BytesPerHour)),
            actual: Measure::new(judged.value, Unit::BytesPerHour),
            factor: factor(judged).map(round),
            rank: Some(rank(judged)),
            since: judged.since,
            so_far: Some(reason.remote.so_far),
            novelty: novelty(scope, remotes, hour, thresholds),
            threshold: Some(Measure::new(limit(judged, thresholds), Unit::BytesPerHour)),
            margin: Some(round(judged.value / limit(judged, thresholds).max(1.0))),
            confidence: confidence(scope, judged, series),
            would_not_fire: would_not_fire(scope, judged, reason, thresholds),
            contributions: contributions(scope, judged, remotes),
            technique: TYPE.technique(),
            rows: RowsQuery::new(&scope.entity, Scope::hour(hour), &Peer::Bytes { direction: scope.direction, public: scope.public }),
            list_names: Vec::new(),
            additional: serde_json::Map::new(),
        },
    }
}

fn summary(scope: &Scope, judged: &Judged, reason: &Reason<'_>) -> String {
    let way = if scope.direction == flow::Direction::Inbound { "received from" } else { "sent to" };
    let known = match reason.status {
        NoveltyStatus::New => "which it had not talked to in the 45 days before",
        NoveltyStatus::Rare => "which it had hardly talked to in the 45 days before",
        NoveltyStatus::Grown | NoveltyStatus::Usual => "more than ever with that host",
    };
    let bytes = wording::number(reason.remote.bytes(scope.direction));
    format!(
        "{} {way} {} addresses {} in the hour of {}, where {} is usual{}; {} of it with {}, {known}.",
        scope.entity,
        scope.addresses(),
        wording::bytes(judged.value),
        judged.band.hour,
        wording::bytes(judged.band.expected),
        factor(judged).map(|factor| format!(" ({})", wording::factor(factor))).unwrap_or_default(),
        wording::bytes(bytes),
        reason.remote.contact.remote_addr,
    )
}

/// Actual over expected; `None` when next to nothing is expected and a factor would only be a large number.
fn factor(judged: &Judged) -> Option<f64> {
    (judged.band.expected >= FACTOR_FLOOR).then(|| judged.value / judged.band.expected)
}

/// Rank in words; a p-value below one over the number of hours would be an invention.
fn rank(judged: &Judged) -> String {
    if judged.as_large == 0 {
        format!("larger than all {} hours on record", judged.on_record)
    } else {
        format!("{} of {} hours on record were at least as large", judged.as_large, judged.on_record)
    }
}

/// The bytes from which on the hour counts: the larger of the limits of z and of extra bytes.
fn limit(judged: &Judged, thresholds: &TrafficVolumeUnusualThresholds) -> f64 {
    let z = if judged.sustained { thresholds.min_z } else { thresholds.min_tail_z };
    let by_z = (judged.band.expected.ln_1p() + z * judged.band.scale).exp_m1();
    by_z.max(judged.band.expected + wording::number(thresholds.min_extra_bytes))
}

fn novelty(scope: &Scope, remotes: &[Remote], hour: Timestamp, thresholds: &TrafficVolumeUnusualThresholds) -> Vec<Novelty> {
    by_bytes(scope, remotes)
        .into_iter()
        .map(|remote| {
            let contact = &remote.contact;
            let bytes = remote.bytes(scope.direction);
            let mut novelty = Novelty::seen("remote_addr", contact.remote_addr.as_str(), contact.remote_last_seen, hour);
            novelty.status = status(remote, bytes, thresholds);
            if novelty.status != NoveltyStatus::New {
                novelty.note = format!(
                    "{} here, at most {} in one of the {} before in which it was seen",
                    wording::bytes(wording::number(bytes)),
                    wording::bytes(wording::number(remote.before_max)),
                    wording::count(remote.before_hours, "hour")
                );
            }
            novelty
        })
        .collect()
}

fn contributions(scope: &Scope, judged: &Judged, remotes: &[Remote]) -> Vec<Contribution> {
    by_bytes(scope, remotes)
        .into_iter()
        .map(|remote| {
            let bytes = remote.bytes(scope.direction);
            Contribution {
                dimension: "remote_addr".to_owned(),
                value: remote.contact.remote_addr.clone(),
                bytes,
                share: round(wording::number(bytes) / judged.value.max(1.0)),
            }
        })
        .collect()
}

fn by_bytes<'a>(scope: &Scope, remotes: &'a [Remote]) -> Vec<&'a Remote> {
    let mut sorted: Vec<&Remote> = remotes.iter().collect();
    // Stable: equal bytes stay in the order of their addresses.
    sorted.sort_by_key(|remote| Reverse(remote.bytes(scope.direction)));
    sorted
}

fn confidence(scope: &Scope, judged: &Judged, series: &[(Timestamp, f64)]) -> Confidence {
    let band = &judged.band;
    let start = band.hour.plus_secs(-HISTORY_SECS);
    let first = series.first().map_or(band.hour, |(first, _)| (*first).max(start));
    let span = band.hour.secs().saturating_sub(first.secs()) / HOUR_SECS;
    let learned = series.iter().filter(|(hour, _)| *hour >= first && *hour < band.hour).count();
    let coverage = if span <= 0 { 0.0 } else { (wording::number(learned as u64) / wording::ratio(span, 1)).min(1.0) };
    Confidence::of(&[
        (
            "maturity",
            band.maturity,
            format!(
                "{:.0} days learned, 14 make a baseline; {} earlier {}",
                band.days.floor(),
                band.cell_count,
                wording::weekly_hour(band.hour)
            ),
        ),
        ("coverage", coverage, format!("data for {} of the hours since {first}", wording::percent(coverage))),
        ("direction", 1.0, format!("{} bytes, as the interface recorded them", scope.direction)),
    ])
}

fn would_not_fire(scope: &Scope, judged: &Judged, reason: &Reason<'_>, thresholds: &TrafficVolumeUnusualThresholds) -> Vec<String> {
    let bytes = wording::number(reason.remote.bytes(scope.direction));
    let mut reasons = vec![format!(
        "below {} in the hour (here {}, {:.1} scales above what is expected)",
        wording::bytes(limit(judged, thresholds)),
        wording::bytes(judged.value),
        judged.z
    )];
    reasons.push(format!(
        "with less than {} above what is expected (here {})",
        wording::bytes(wording::number(thresholds.min_extra_bytes)),
        wording::bytes(judged.extra)
    ));
    if judged.tail_chance.is_none() {
        reasons.push(format!("had it been so in fewer than {} of three hours", thresholds.min_hours_of_three));
    }
    let contact = &reason.remote.contact;
    reasons.push(format!(
        "had {} moved {} in an hour of the 45 days before (at most {})",
        contact.remote_addr,
        wording::bytes(bytes),
        wording::bytes(wording::number(reason.remote.before_max))
    ));
    let least = if reason.status == NoveltyStatus::Grown { thresholds.min_dominant_share } else { thresholds.min_new_share };
    reasons.push(format!(
        "had {} carried less than {} of the excess (here {})",
        contact.remote_addr,
        wording::percent(least),
        wording::percent(reason.share.min(1.0))
    ));
    reasons
}
