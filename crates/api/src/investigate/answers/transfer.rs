//! Was there a large transfer, against what is usual?

use std::collections::BTreeMap;

use detect::NoveltyStatus;
use flow::{Direction, HOUR_SECS, TimeRange, Timestamp};
use query::panels::RemoteVolume;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Case};
use crate::investigate::Investigator;
use crate::investigate::baseline::Baseline;
use crate::{InvestigateError, words};

/// Remotes compared with their history.
const REMOTES: u32 = 50;

/// Volume of one direction against what is usual.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectionTransfer {
    /// Which way the bytes went.
    #[schema(value_type = String)]
    pub direction: Direction,
    /// Bytes in the hours of the scope.
    pub bytes: u64,
    /// What those hours usually have together; absent when too little was learned.
    pub expected: Option<u64>,
    /// Upper edge of what those hours usually have.
    pub expected_high: Option<u64>,
    /// Bytes over what is expected.
    pub factor: Option<f64>,
    /// The hour furthest above its upper edge, else the largest one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub peak: Option<Timestamp>,
    /// Bytes in that hour.
    pub peak_bytes: u64,
    /// What that hour usually has.
    pub peak_expected: Option<u64>,
    /// Upper edge of what that hour usually has.
    pub peak_high: Option<u64>,
    /// Hours above their upper edge.
    pub hours_above: u64,
}

/// Volume with one remote against its own history.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RemoteTransfer {
    /// The remote address; for a question about an address, the entity.
    pub remote: String,
    /// The entity that holds the address, when it is one of ours.
    pub remote_entity: Option<String>,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Share of all bytes of the scope, 0 to 1.
    pub share: f64,
    /// `new`: no traffic in the 45 days before. `rare`: in a few hours only, and never as much. `grown`: known, and more in an hour than
    /// ever before. `usual`: the rest.
    pub status: NoveltyStatus,
    /// Bytes in the 45 days before.
    pub before_bytes: u64,
    /// Greatest number of bytes in one hour of them.
    pub before_hour_max: u64,
    /// Hours of them with traffic.
    pub before_hours: u64,
    /// Greatest number of bytes in one hour of the scope.
    pub hour_max: u64,
    /// Server ports.
    pub ports: String,
    /// Whether the finding is about it.
    pub in_finding: bool,
    /// First time in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last time in the scope.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
}

/// A row of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "about", rename_all = "lowercase")]
pub enum Transfer {
    /// All traffic of one direction.
    Direction(DirectionTransfer),
    /// All traffic with one remote.
    Remote(RemoteTransfer),
}

impl Investigator {
    pub(super) async fn answer_transfer(&self, case: Case<'_>) -> Result<Answer<Transfer>, InvestigateError> {
        let whole = TimeRange::new(case.range.from.hour(), case.range.to.plus_secs(HOUR_SECS - 1).hour());
        let ((baseline, volume), now) = futures::try_join!(Box::pin(self.baseline(case.entity, whole, HOUR_SECS)), async {
            Ok(self.engine.remotes(case.entity, case.range, &[], REMOTES).await?)
        })?;
        let mut hours: BTreeMap<(Direction, Timestamp), u64> = BTreeMap::new();
        for bin in volume.rows.iter().filter(|bin| whole.contains(bin.start)) {
            let direction = Direction::from_word(&bin.direction).unwrap_or_default();
            let bytes = hours.entry((direction, bin.start)).or_default();
            *bytes = bytes.saturating_add(bin.bytes);
        }
        let directions: Vec<DirectionTransfer> = [Direction::Inbound, Direction::Outbound, Direction::Unknown]
            .into_iter()
            .filter_map(|direction| direction_transfer(direction, &hours, &baseline))
            .collect();
        let total: u64 = hours.values().copied().fold(0, u64::saturating_add);
        let by_address = case.is_address();
        let key = |volume: &RemoteVolume| if by_address { volume.entity.clone() } else { volume.remote.clone() };
        let addresses: Vec<String> = if by_address { Vec::new() } else { now.rows.iter().map(|volume| volume.remote.clone()).collect() };
        let before = if now.rows.is_empty() {
            BTreeMap::new()
        } else {
            // For an account, the same remote may stand in a row of each of its entities.
            let rows = self.engine.remotes(case.entity, case.history(), &addresses, 10_000).await?.rows;
            rows.into_iter().map(|volume| ((volume.entity.clone(), volume.remote.clone()), volume)).collect::<BTreeMap<_, _>>()
        };
        let remotes: Vec<RemoteTransfer> = now
            .rows
            .iter()
            .map(|volume| {
                let name = key(volume);
                let past = before.get(&(volume.entity.clone(), volume.remote.clone()));
                let in_finding = case.finding.is_some_and(|finding| finding.actors.iter().any(|actor| actor.remote_addr == volume.remote));
                RemoteTransfer {
                    remote_entity: self.holder_of(&volume.remote, Some(&volume.entity), volume.first).filter(|_| !by_address),
                    remote: name,
                    bytes_in: volume.bytes_in,
                    bytes_out: volume.bytes_out,
                    share: words::share(volume.bytes_in.saturating_add(volume.bytes_out), total),
                    status: self.status(volume, past),
                    before_bytes: past.map_or(0, |past| past.bytes_in.saturating_add(past.bytes_out)),
                    before_hour_max: past.map_or(0, |past| past.hour_max),
                    before_hours: past.map_or(0, |past| past.hours),
                    hour_max: volume.hour_max,
                    ports: volume.ports.clone(),
                    in_finding,
                    first: volume.first,
                    last: volume.last,
                }
            })
            .collect();
        let (verdict, answer) = self.transfer_words(case, &directions, &remotes, total);
        let mut caveats = case.caveats(true);
        let info = baseline.info();
        if !info.mature {
            caveats.push(info.words);
        }
        if case.range.from != whole.from || case.range.to != whole.to {
            caveats.push("What is usual is known by the hour, so the hours that the scope touches are compared as a whole.".to_owned());
        }
        let query = format!("{}\n;\n{}", volume.query, now.query);
        let rows = directions.into_iter().map(Transfer::Direction).chain(remotes.into_iter().map(Transfer::Remote)).collect();
        Ok(Answer {
            question: "Was there a large transfer, against what is usual?".to_owned(),
            answer,
            verdict: verdict.to_owned(),
            rows,
            query,
            confidence: case.confidence(true),
            caveats,
        })
    }

    /// How well known the traffic with a remote is, by its largest hour.
    fn status(&self, now: &RemoteVolume, before: Option<&RemoteVolume>) -> NoveltyStatus {
        match before {
            None => NoveltyStatus::New,
            Some(before) if now.hour_max <= before.hour_max => NoveltyStatus::Usual,
            Some(before) if before.hours <= self.thresholds.traffic_volume_unusual.rare_hours => NoveltyStatus::Rare,
            Some(_) => NoveltyStatus::Grown,
        }
    }

    fn transfer_words(
        &self,
        case: Case<'_>,
        directions: &[DirectionTransfer],
        remotes: &[RemoteTransfer],
        total: u64,
    ) -> (&'static str, String) {
        if total == 0 && remotes.is_empty() {
            return case.nothing();
        }
        let least = self.thresholds.traffic_volume_unusual.min_extra_bytes;
        // The direction whose peak is furthest above its edge.
        let excess = |transfer: &DirectionTransfer| transfer.peak_high.map_or(0, |high| transfer.peak_bytes.saturating_sub(high));
        let worst = directions.iter().filter(|transfer| transfer.hours_above > 0).max_by_key(|transfer| excess(transfer));
        let mut parts = Vec::new();
        let verdict = if let Some(worst) = worst {
            let extra = worst.peak_bytes.saturating_sub(worst.peak_expected.unwrap_or(0));
            let large = extra >= least;
            let times =
                worst.peak_expected.filter(|expected| *expected > 0).map(|expected| words::real(worst.peak_bytes) / words::real(expected));
            parts.push(format!(
                "{}: {} traffic reached {} in the hour of {}, where {} is usual and {} the upper edge{}.",
                if large { "Yes" } else { "More than usual, but not much" },
                worst.direction,
                words::bytes(worst.peak_bytes),
                worst.peak.map(words::time).unwrap_or_default(),
                words::bytes(worst.peak_expected.unwrap_or(0)),
                words::bytes(worst.peak_high.unwrap_or(0)),
                times.map(|times| format!(", {} the usual", words::factor(times))).unwrap_or_default(),
            ));
            if large { "large" } else { "raised" }
        } else if directions.iter().any(|transfer| transfer.expected.is_some()) {
            let each: Vec<String> = directions
                .iter()
                .filter(|transfer| transfer.direction != Direction::Unknown)
                .map(|transfer| {
                    let usual = transfer.expected.map(|usual| format!(" (usually {})", words::bytes(usual))).unwrap_or_default();
                    format!("{} {}{usual}", words::bytes(transfer.bytes), transfer.direction)
                })
                .collect();
            parts.push(format!("No: {}; every hour stayed within what is usual for it.", words::list(&each, 3)));
            "usual"
        } else {
            let each: Vec<String> =
                directions.iter().map(|transfer| format!("{} {}", words::bytes(transfer.bytes), transfer.direction)).collect();
            parts.push(format!("There is too little history to say what is usual; there were {}.", words::list(&each, 3)));
            "no-history"
        };
        // What makes up the direction that stands out, before what the finding is about: the two need not be the same.
        let of_direction = |remote: &RemoteTransfer| match worst.map(|worst| worst.direction) {
            Some(Direction::Inbound) => remote.bytes_in,
            Some(Direction::Outbound) => remote.bytes_out,
            _ => remote.bytes_in.saturating_add(remote.bytes_out),
        };
        let whole = worst.map_or(total, |worst| worst.bytes);
        let unusual = remotes.iter().filter(|remote| remote.status != NoveltyStatus::Usual).max_by_key(|remote| of_direction(remote));
        let main = unusual
            .filter(|remote| words::share(of_direction(remote), whole) >= MAIN_SHARE)
            .or_else(|| remotes.iter().max_by_key(|remote| of_direction(remote)));
        if let Some(main) = main {
            parts.push(remote_words(case, main));
            let of_finding = remotes.iter().filter(|remote| remote.in_finding);
            let bytes = of_finding.fold(0, |sum: u64, remote| sum.saturating_add(remote.bytes_in).saturating_add(remote.bytes_out));
            if case.finding.is_some() && !main.in_finding {
                parts.push(format!(
                    "The remotes of the finding have {} ({}) of the traffic.",
                    words::bytes(bytes),
                    words::percent(words::share(bytes, total))
                ));
            }
        }
        (verdict, parts.join(" "))
    }
}

/// An unusual remote with at least this share of a direction's bytes is what the direction is mainly made of.
const MAIN_SHARE: f64 = 0.1;

/// How much went between the entity and a remote, and how well known that is.
fn remote_words(case: Case<'_>, remote: &RemoteTransfer) -> String {
    let bytes = remote.bytes_in.saturating_add(remote.bytes_out);
    let other = if case.is_address() { "an entity" } else { "a remote" };
    let known = match (remote.status, case.compares()) {
        (_, false) => "which cannot be compared with earlier days".to_owned(),
        (NoveltyStatus::New, _) => format!("{other} with no such traffic in the {:.0} days before", case.history_days),
        (NoveltyStatus::Rare, _) => format!("{other} seen in only {} before", words::count(hours(remote.before_hours), "hour")),
        (NoveltyStatus::Grown, _) => format!("{other} with at most {} in an hour before", words::bytes(remote.before_hour_max)),
        (NoveltyStatus::Usual, _) => format!("{other} with as much before"),
    };
    format!(
        "{} ({}) went between it and {}, {known}: {} in, {} out.",
        words::bytes(bytes),
        words::percent(remote.share),
        remote.remote_entity.as_ref().map_or_else(|| remote.remote.clone(), |entity| format!("{} ({entity})", remote.remote)),
        words::bytes(remote.bytes_in),
        words::bytes(remote.bytes_out),
    )
}

fn hours(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn direction_transfer(
    direction: Direction,
    hours: &BTreeMap<(Direction, Timestamp), u64>,
    baseline: &Baseline,
) -> Option<DirectionTransfer> {
    let mut transfer = DirectionTransfer {
        direction,
        bytes: 0,
        expected: None,
        expected_high: None,
        factor: None,
        peak: None,
        peak_bytes: 0,
        peak_expected: None,
        peak_high: None,
        hours_above: 0,
    };
    // The hour furthest above its edge; without any above, the largest hour.
    let mut best = (0, 0);
    for (&(_, hour), &bytes) in hours.iter().filter(|((of, _), _)| *of == direction) {
        transfer.bytes = transfer.bytes.saturating_add(bytes);
        let band = baseline.band(hour, direction.as_str());
        let (expected, high) = (band.map(|band| words::whole(band.expected)), band.map(|band| words::whole(band.high.ceil())));
        let above = high.map_or(0, |high| bytes.saturating_sub(high));
        transfer.hours_above += u64::from(above > 0);
        if transfer.peak.is_none() || (above, bytes) > best {
            best = (above, bytes);
            transfer.peak = Some(hour);
            transfer.peak_bytes = bytes;
            transfer.peak_expected = expected;
            transfer.peak_high = high;
        }
    }
    transfer.peak?;
    // Of every hour of the scope, with traffic or not.
    let bands: Vec<_> = baseline.rows().into_iter().filter(|band| band.direction == direction).collect();
    if !bands.is_empty() {
        let expected = bands.iter().map(|band| band.expected).fold(0, u64::saturating_add);
        transfer.expected = Some(expected);
        transfer.expected_high = Some(bands.iter().map(|band| band.expected_high).fold(0, u64::saturating_add));
        transfer.factor = (expected > 0).then(|| (words::real(transfer.bytes) / words::real(expected) * 100.0).round() / 100.0);
    }
    Some(transfer)
}
