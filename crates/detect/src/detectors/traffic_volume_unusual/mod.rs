//! `Behavior:EC2/TrafficVolumeUnusual`; its manual page is `manual.md`.

mod explain;
mod series;
#[cfg(test)]
mod tests;

use arrow::array::RecordBatch;
use flow::Direction;

use self::series::{Features, Remote, Scope};
use crate::baseline::{Judged, judge};
use crate::{Context, Detector, FindingType, NoveltyStatus, Occurrence, ScoreError, TrafficVolumeUnusualThresholds, wording};

const TYPE: FindingType = FindingType::TrafficVolumeUnusual;

/// The detector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrafficVolumeUnusual;

impl Detector for TrafficVolumeUnusual {
    fn finding_type(&self) -> FindingType {
        TYPE
    }

    fn features(&self) -> &'static str {
        include_str!("features.sql")
    }

    fn manual(&self) -> &'static str {
        include_str!("manual.md")
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.traffic_volume_unusual;
        let features = Features::read(features)?;
        let mut occurrences = Vec::new();
        for scope in features.scopes() {
            let series = features.series(&scope, context.range.to);
            for judged in judge(&series, features.lost(&scope.entity), thresholds) {
                if !judged.fires() || !context.range.contains(judged.band.hour) {
                    continue;
                }
                let remotes = features.remotes(&scope, judged.since, judged.band.hour);
                if let Some(reason) = explains(&remotes, &scope, &judged, thresholds) {
                    occurrences.push(explain::occurrence(&scope, &judged, &remotes, &reason, &series, context));
                }
            }
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

/// The remote host that makes a large hour worth a finding, and why.
struct Reason<'a> {
    remote: &'a Remote,
    status: NoveltyStatus,
    /// Its bytes above what it usually carries, over all bytes above what is expected.
    share: f64,
}

/// Looks for a host that is new or rare and carries a good part of the excess, or a known one that carries most of it and more than
/// ever. A large hour of well-known hosts with well-known amounts is no finding.
fn explains<'a>(remotes: &'a [Remote], scope: &Scope, judged: &Judged, thresholds: &TrafficVolumeUnusualThresholds) -> Option<Reason<'a>> {
    let mut best: Option<Reason<'a>> = None;
    for remote in remotes {
        let bytes = remote.bytes(scope.direction);
        let status = status(remote, bytes, thresholds);
        let share = (wording::number(bytes) - remote.usual()).max(0.0) / judged.extra.max(1.0);
        let least = match status {
            NoveltyStatus::New | NoveltyStatus::Rare => thresholds.min_new_share,
            NoveltyStatus::Grown => thresholds.min_dominant_share,
            NoveltyStatus::Usual => continue,
        };
        if share >= least && best.as_ref().is_none_or(|best| share > best.share) {
            best = Some(Reason { remote, status, share });
        }
    }
    best
}

fn status(remote: &Remote, bytes: u64, thresholds: &TrafficVolumeUnusualThresholds) -> NoveltyStatus {
    if remote.before_hours == 0 {
        NoveltyStatus::New
    } else if bytes <= remote.before_max {
        NoveltyStatus::Usual
    } else if remote.before_hours <= thresholds.rare_hours {
        NoveltyStatus::Rare
    } else {
        NoveltyStatus::Grown
    }
}

impl Remote {
    /// Its bytes in one direction.
    const fn bytes(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Inbound => self.contact.bytes_in,
            _ => self.contact.bytes_out,
        }
    }

    /// What it carried in an average hour in which it was seen.
    fn usual(&self) -> f64 {
        if self.before_hours == 0 { 0.0 } else { wording::number(self.before_sum) / wording::number(self.before_hours) }
    }
}
